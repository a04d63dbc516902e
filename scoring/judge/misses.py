"""Why an end came unannounced: the first step of the flow at which each missed one was lost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..estimates.intervals import Rate, rate, wilson

Reason = Literal[
    "not covered", "crawled late", "not resolved", "not classified", "below threshold", "not alerted", "not read"
]
REASONS: tuple[Reason, ...] = (
    "not covered",
    "crawled late",
    "not resolved",
    "not classified",
    "below threshold",
    "not alerted",
    "not read",
)


@dataclass(frozen=True)
class Trace:
    """What storage holds about a client before an end: day numbers of the first of each kind, None where there is none.

    `published` is the page's own date of the first document that tells of the client, `seen` our crawler's; then the
    first mention of the client, tag, accepted signal, alert and reading. `amount`: at stake, None if unknown.
    """

    client_id: str
    ended: int
    amount: float | None = None
    published: int | None = None
    seen: int | None = None
    mentioned: int | None = None
    tagged: int | None = None
    accepted: int | None = None
    alerted: int | None = None
    read: int | None = None


@dataclass(frozen=True)
class Step:
    """Ends lost at one step: how many, which share of all ends, and what was at stake in the `priced` ones whose amount
    is known; None where some were lost and none is known."""

    reason: Reason
    missed: int
    share: Rate
    amount: float | None
    priced: int


def reason_missed(trace: Trace) -> Reason | None:
    """The first step that had not happened before the day of the end; None where somebody had read of it.

    A document published in time but first seen on the day or later: crawled late. Without any date of publication
    before the end nothing told of it: not covered.
    """
    if not _before(trace.seen, trace):
        return "crawled late" if _before(trace.published, trace) else "not covered"
    steps: tuple[tuple[int | None, Reason], ...] = (
        (trace.mentioned, "not resolved"),
        (trace.tagged, "not classified"),
        (trace.accepted, "below threshold"),
        (trace.alerted, "not alerted"),
        (trace.read, "not read"),
    )
    return next((reason for day, reason in steps if not _before(day, trace)), None)


def waterfall(traces: Sequence[Trace]) -> list[Step]:
    """How many ends were lost at each step, in the order of the flow, with Wilson's interval of the share of all ends.

    The shares and that of the ends read of in time sum to 1.
    """
    lost = [(reason_missed(trace), trace.amount) for trace in traces]
    return [_step(reason, [amount for found, amount in lost if found == reason], len(traces)) for reason in REASONS]


def largest_misses(traces: Iterable[Trace], most: int = 10) -> list[tuple[Trace, Reason]]:
    """The missed ends with most at stake and why each was missed, the largest first."""
    missed = [(trace, reason) for trace in traces if (reason := reason_missed(trace)) is not None]
    return sorted(missed, key=lambda pair: (-(pair[0].amount or 0.0), pair[0].client_id, pair[0].ended))[:most]


def _step(reason: Reason, amounts: list[float | None], ends: int) -> Step:
    missed = len(amounts)
    share = rate(missed / ends, *wilson(missed, ends), ends) if ends else Rate(None, None, None, 0)
    known = [amount for amount in amounts if amount is not None]
    return Step(reason, missed, share, sum(known) if known or not missed else None, len(known))


def _before(day: int | None, trace: Trace) -> bool:
    return day is not None and day < trace.ended
