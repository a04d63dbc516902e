"""Types of signals side by side: of the clients a type was said of, how many ended within the horizon and how soon."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..estimates.intervals import Rate
from ..estimates.shares import median_days, ratio_of_shares, share_of


@dataclass(frozen=True)
class FirstSignals:
    """One type: its clients, those that ended within the horizon after the first signal of the type, and how soon.

    `days` is the median of the clients that ended, with the order statistics that hold the true one in 95 % of cases;
    `others` is the share of the clients of the other types that ended, `lift` the share over it.
    """

    type: str
    clients: int
    ended: int
    share: Rate
    days: Rate
    others: Rate
    lift: Rate


def first_signals(
    signals: Iterable[tuple[str, str, int]], ends: Mapping[str, Sequence[int]], horizon: int
) -> list[FirstSignals]:
    """The table of all types, the one with most clients first. `signals`: (client, type, day); `ends`: days by client.

    The first signal of a client and type counts, and the first end 1 to `horizon` days after it. Every signal must
    have been followed for the horizon: open ones are for `conversion`.
    """
    firsts: dict[tuple[str, str], int] = {}
    for client, kind, day in signals:
        firsts[client, kind] = min(day, firsts.get((client, kind), day))
    waits: dict[str, list[int | None]] = defaultdict(list)
    for (client, kind), day in sorted(firsts.items()):
        waits[kind].append(days_until(ends.get(client, ()), day, horizon))
    table = [_row(kind, found, waits) for kind, found in waits.items()]
    return sorted(table, key=lambda row: (-row.clients, row.type))


def days_until(ends: Sequence[int], day: int, horizon: int) -> int | None:
    """Days from `day` to the first end 1 to `horizon` days later; None without one."""
    return min((end - day for end in ends if 0 < end - day <= horizon), default=None)


def _row(kind: str, found: Sequence[int | None], waits: Mapping[str, Sequence[int | None]]) -> FirstSignals:
    days = [wait for wait in found if wait is not None]
    others = [wait for other, several in waits.items() if other != kind for wait in several]
    other_hits = sum(wait is not None for wait in others)
    return FirstSignals(
        type=kind,
        clients=len(found),
        ended=len(days),
        share=share_of(len(days), len(found)),
        days=median_days(days),
        others=share_of(other_hits, len(others)),
        lift=ratio_of_shares(len(days), len(found), other_hits, len(others)),
    )
