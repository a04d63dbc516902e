"""What the desk costs and keeps: alerts a manager and day, what was done with them, and how much in time."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from oncu.storage.alert_lists import alerts_made
from oncu.storage.clients import clients_of
from oncu.storage.database import Transaction
from oncu.storage.queue import TypeCount, count_by_type

from ..flow.clock import working_time
from ..flow.days import is_business_day
from .desk import Case, Desk
from .standing import ACCEPTED, DISMISSED, ESCALATED, RESOLVED

ACTED = (ACCEPTED, ESCALATED, RESOLVED)
DEMOTE_DAYS, DEMOTE_BELOW, DEMOTE_LEAST = 90, 0.05, 20
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True)
class Load:
    """What one manager got and did: alerts, alerts a business day, the share acted on, hours to decide (median)."""

    manager: str
    alerts: int
    a_day: float
    acted: int
    dismissed: int
    hours: float | None

    @property
    def share(self) -> float:
        """The share acted on."""
        return self.acted / self.alerts


@dataclass(frozen=True)
class Week:
    """Some days of the desk.

    `kept`, `due`: how many alerts were decided in time, of those decided or overdue. `reasons`: by reason how many were
    dismissed. `tiring`: the types of the last 90 days of which less than 5 % was acted on.
    """

    loads: Sequence[Load]
    kept: int
    due: int
    reasons: Mapping[str, int]
    tiring: Sequence[TypeCount]


def look_at_week(connection: Transaction, desk: Desk, now: datetime, days: int) -> Week:
    """What became of the alerts of the last days."""
    cases = cases_made(connection, desk, now, days)
    clients = clients_of(connection, {case.alert.client_id for case in cases})
    by_manager: dict[str, list[Case]] = {}
    for case in cases:
        by_manager.setdefault(clients[case.alert.client_id].manager or "", []).append(case)
    worked = _business_days(desk, now, days)
    loads = [_load(manager, own, desk, worked) for manager, own in by_manager.items()]
    kept, due = kept_in_time(cases, desk, now)
    reasons = Counter(case.standing.reason or "" for case in cases if case.standing.state == DISMISSED)
    types = count_by_type(connection, ACTED, since=now - timedelta(days=DEMOTE_DAYS), until=now)
    return Week(
        loads=sorted(loads, key=lambda one: (-one.alerts, one.manager)),
        kept=kept,
        due=due,
        reasons=dict(reasons.most_common()),
        tiring=[one for one in types if one.n >= DEMOTE_LEAST and one.inside < DEMOTE_BELOW * one.n],
    )


def cases_made(connection: Transaction, desk: Desk, now: datetime, days: int) -> list[Case]:
    """The cases of the alerts made in the last days."""
    made = alerts_made(connection, since=now - timedelta(days=days), until=now)
    return list(desk.cases(connection, made, now).values())


def kept_in_time(cases: Iterable[Case], desk: Desk, now: datetime) -> tuple[int, int]:
    """Of the alerts whose decision was made or is overdue, how many were decided in time, and how many there are."""
    kept = total = 0
    for case in cases:
        decided = case.standing.decided_at
        due = desk.decide_by(case.alert.created_at, case.standing, decided or now)
        if decided or now > due:
            total += 1
            kept += decided is not None and decided <= due
    return kept, total


def _load(manager: str, cases: Sequence[Case], desk: Desk, worked: int) -> Load:
    hours = [
        working_time(case.alert.created_at, case.standing.decided_at, desk.calendar) / HOUR
        for case in cases
        if case.standing.decided_at
    ]
    return Load(
        manager=manager,
        alerts=len(cases),
        a_day=len(cases) / worked,
        acted=sum(case.standing.state in ACTED for case in cases),
        dismissed=sum(case.standing.state == DISMISSED for case in cases),
        hours=median(hours) if hours else None,
    )


def _business_days(desk: Desk, now: datetime, days: int) -> int:
    """How many of the last days were business days; 1 at least."""
    today = now.astimezone(ZoneInfo(desk.settings.timezone)).date()
    country = desk.settings.digest.country
    return max(1, sum(is_business_day(today - back * DAY, country) for back in range(days)))
