"""Nothing from the future: the guard of every join, and the rules that keep later knowledge out of a score.

Times are day numbers, as in `asof`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from .tables import BoolArray, IntArray, Outcomes, Signals, TimeArray

# The number of bidders is not among them: a tender notice may list them; guard it with the day it was known.
KNOWN_AFTER_THE_DECISION = frozenset({"status", "decided_at", "winner", "rival_price", "loss_reason"})


class Leak(AssertionError):
    """Something known only later was about to be used; a fault of the program, not of its input."""


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to judge on; what is in neither was purged."""

    train: BoolArray
    test: BoolArray


def assert_point_in_time(limit: int | IntArray, **days: IntArray) -> None:
    """Raise Leak where a row of a named column lies after `limit`: as-of (one day), or a day for each row.

    `assert_point_in_time(100, known=np.array([99, 100]), recorded=np.array([101]))` -> Leak: recorded ...
    """
    for name, column in days.items():
        after = column > limit
        if np.any(after):
            first = int(np.flatnonzero(after)[0])
            allowed = int(np.broadcast_to(limit, column.shape)[first])
            raise Leak(f"{name}: row {first} is of day {int(column[first])}, after day {allowed}")


def reporting_delay(occurred: IntArray, recorded: IntArray, as_of: int, share: float = 0.95) -> int:
    """Days by which `share` of all outcomes have been recorded, learnt from those recorded by `as_of`.

    Late reports of recent outcomes are not there yet, so the plain quantile is too short; the delay is estimated
    backwards in time instead: P(delay <= d) = product over u > d of (1 - n(u) / N(u)), n(u) the outcomes reported
    after u days and N(u) those reported within u days that occurred at least u days before as-of (Lagakos, Barraj &
    De Gruttola 1988). 0 without outcomes.
    """
    known = (recorded <= as_of) & (occurred <= as_of)
    delay, watched = (recorded - occurred)[known], as_of - occurred[known]
    if not len(delay):
        return 0
    assert_point_in_time(watched, delay=delay)
    lags = np.unique(delay)
    at_risk = np.array([np.sum((delay <= lag) & (watched >= lag)) for lag in lags])
    reported = np.array([np.sum(delay == lag) for lag in lags])
    after = 1 - reported / at_risk
    by_then = np.append(np.cumprod(after[::-1])[::-1][1:], 1.0)
    return int(lags[np.searchsorted(by_then, share - 1e-12)])


def settled_day(occurred: IntArray, recorded: IntArray, as_of: int) -> int:
    """The last day whose outcomes are nearly all (95 %) recorded by `as_of`: follow no further than this."""
    return as_of - reporting_delay(occurred, recorded, as_of)


def purged_split(start: IntArray, cut: int, gap: int, *groups: IntArray) -> Split:
    """Learn from rows whose label was complete before `cut`, judge on rows from it on, with nothing shared.

    A row started at day s with a label `gap` days long is known at s + gap; it may teach only if that is before the
    cut. Rows of a group (client's group, story; each -1 for none) on both sides leave the training side.
    Start 0, 80, 100 with cut 100 and gap 30: train on the first, test on the last.
    """
    train, test = start + gap < cut, start >= cut
    for group in groups:
        train &= ~np.isin(group, np.unique(group[test & (group >= 0)]))
    return Split(train, test)


def without_defining_sources(
    signals: Signals, outcomes: Outcomes, defines: Mapping[str, Collection[str]]
) -> tuple[Signals, list[str]]:
    """The signals without those of sources that define an outcome they would be judged by, and these sources.

    `defines[kind]` names the sources an outcome kind is taken from: a gazette that proclaims bankruptcies foretells
    none of them.
    """
    foretold = {kind for kind, rules_out in zip(outcomes.kind, outcomes.competing, strict=True) if not rules_out}
    barred = sorted({source for kind in foretold for source in defines.get(kind, ())})
    kept = np.array([source not in barred for source in signals.source], dtype=bool)
    return choose_signals(signals, kept), barred


def assert_features_known(features: Iterable[str]) -> None:
    """Raise Leak where a model of offers would use what is only known after the decision."""
    late = sorted(KNOWN_AFTER_THE_DECISION.intersection(features))
    if late:
        raise Leak(f"features known only after the decision: {', '.join(late)}")


def choose_signals(signals: Signals, kept: BoolArray) -> Signals:
    """The signals where `kept` is true."""
    columns = {name: _chosen(column, kept) for name, column in vars(signals).items()}
    return replace(signals, **columns)  # type: ignore[arg-type]


def _chosen(column: list[str] | TimeArray | None, kept: BoolArray) -> object:
    if column is None or isinstance(column, np.ndarray):
        return None if column is None else column[kept]
    return [cell for cell, keep in zip(column, kept.tolist(), strict=True) if keep]
