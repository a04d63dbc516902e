"""Is the reading order right? Precision of the first alerts on each desk each day, and what one right alert costs."""

import numpy as np

from oncu.scoring.judge.asof import day_of, encode
from oncu.scoring.judge.episodes import Episodes
from oncu.scoring.judge.followup import FollowUp, follow
from oncu.scoring.judge.tables import IntArray
from oncu.scoring.ranks.reading import number_needed_to_read, precision_at

from .case import Case
from .figures import Label, Remark, Row, Table, of_rate, unless_few
from .ledger import Ledger

FIRST = (1, 3, 5, 10)


def reading_table(case: Case, ledger: Ledger) -> Table:
    """Precision of the first 1, 3, 5, 10 alerts by priority of a manager and day, of alerts old enough to be judged."""
    told, followed, reader = _alerts(case, ledger)
    horizon = case.terms.horizon
    if not len(told):
        return Table("reading", case.side, (), (Remark("score_no_old_alert"),))
    right = (followed.cause == 1) & (followed.days <= horizon)
    ends = len(np.unique(told.client[right]))
    rows = []
    for k in FIRST:
        precision = precision_at(
            k, reader=reader, day=told.start, score=told.probability, is_right=right, client=told.client
        )
        numbers = (
            of_rate("precision_at", "share", precision, horizon=horizon),
            of_rate("needed_to_read", "reads", number_needed_to_read(precision), horizon=horizon),
        )
        rows.append(Row(Label("first", str(k)), unless_few(numbers, ends)))
    return Table("reading", case.side, tuple(rows), chart="bars")


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
