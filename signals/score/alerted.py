"""Is the reading order right? Precision of the first alerts on each desk each day, and what one right alert costs."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from oncu.scoring.judge.asof import day_of, encode
from oncu.scoring.judge.episodes import Episodes
from oncu.scoring.judge.followup import FollowUp, follow
from oncu.scoring.judge.tables import BoolArray, FloatArray, IntArray
from oncu.scoring.ranks.reading import minutes_per_right_one, number_needed_to_read, precision_at, precision_by_rank

from .case import Case
from .figures import Label, Number, Remark, Row, Table, of_rate, unless_few
from .ledger import Ledger

FIRST = (1, 3, 5, 10)
PLACES = 7  # what a digest shows


def reading_tables(case: Case, ledger: Ledger, minutes: float | None = None) -> tuple[Table, ...]:
    """Precision of the first 1, 3, 5, 10 alerts by priority of a manager and day, and of each place alone.

    Of alerts old enough to be judged. `minutes` it takes to read one, where that is known."""
    told, followed, reader = _alerts(case, ledger)
    if not len(told):
        return (Table("reading", case.side, (), (Remark("score_no_old_alert"),)),)
    right = (followed.cause == 1) & (followed.days <= case.terms.horizon)
    desk = _Desk(reader, told.start, told.probability, right, told.client)
    ends = len(np.unique(told.client[right]))
    first = (Row(Label("first", str(k)), unless_few(_reading(case, desk, k, minutes), ends)) for k in FIRST)
    places = (
        Row(Label("place", str(place)), unless_few((of_rate("precision_at", "share", one),), ends))
        for place, one in enumerate(precision_by_rank(PLACES, **vars(desk)), 1)
        if one.n
    )
    return (
        Table("reading", case.side, tuple(first), chart="bars"),
        Table("places", case.side, tuple(places), chart="bars"),
    )


@dataclass(frozen=True)
class _Desk:
    """Alerts by whose desk they were on, day and priority, whether each was right, and of which client."""

    reader: IntArray
    day: IntArray
    score: FloatArray
    is_right: BoolArray
    client: IntArray


def _reading(case: Case, desk: _Desk, k: int, minutes: float | None) -> Iterator[Number]:
    precision = precision_at(k, **vars(desk))
    yield of_rate("precision_at", "share", precision, horizon=case.terms.horizon)
    yield of_rate("needed_to_read", "reads", number_needed_to_read(precision), horizon=case.terms.horizon)
    if minutes is not None:
        yield of_rate("minutes_per_right", "reads", minutes_per_right_one(precision, minutes))


def _alerts(case: Case, ledger: Ledger) -> tuple[Episodes, FollowUp, IntArray]:
    """The alerts of the side followed the whole horizon, how their clients went on, and whose desk each was on."""
    last = case.evidence.as_of - case.terms.horizon
    chosen = [one for one in ledger.alerts if one.side == case.side and day_of(one.created_at.date()) <= last]
    client = case.numbers_of([one.client_id for one in chosen])
    day = np.array([day_of(one.created_at.date()) for one in chosen], dtype=np.int64)
    none = np.zeros(len(chosen), dtype=np.int64)
    priority = np.array([one.priority for one in chosen], dtype=np.float64)
    (reader,), _ = encode([one.manager or "" for one in chosen])
    alerts = Episodes(client, day, day, priority, none, none)
    known = client >= 0
    alerts, reader = alerts.where(known), reader[known]
    followed = follow(alerts, case.evidence.outcomes, case.evidence.spells, case.evidence.as_of)
    fresh = ~followed.is_echo
    return alerts.where(fresh), followed.where(fresh), reader[fresh]
