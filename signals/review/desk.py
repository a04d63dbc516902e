"""The review desk: moves on alerts under the desk's rules, and the queue in the order it is worked off.

A decision here is about a signal, never about a client: nothing is applied to anybody's grade.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec
from oncu.storage.alerts import Alert, load_alerts
from oncu.storage.database import Database, Transaction
from oncu.storage.moves import Move, moves_of, save_move, updates_of
from oncu.storage.routing import AlertRoute, routes_of

from ..flow.clock import Calendar, due_after, share_passed
from .standing import MOVES, UNDECIDED, Standing, check_move, stand

REASONS = ("wrong_firm", "wrong_type", "old", "duplicate", "unimportant", "known", "unreliable", "other")
MOST_AT_ONCE = 50
LONGEST_SNOOZE = timedelta(days=90)
# Who hears of a deadline, by the share of it that has passed.
STEPS = ((0.75, "reminder"), (1.0, "lead"), (1.5, "head"))


@dataclass(frozen=True)
class Deadline:
    """What is due of an alert: that somebody takes it up (`acknowledge`), or that it is decided (`decide`).

    `passed`: the share of its business time that is gone. `step`: who hears of it, where it is that late.
    """

    kind: str
    due_at: datetime
    passed: float

    @property
    def step(self) -> str | None:
        """The last step that was reached."""
        return next((name for share, name in reversed(STEPS) if self.passed >= share), None)


@dataclass(frozen=True)
class Case:
    """One alert at the desk; `deadline` is None where nothing is due any more."""

    id: str
    alert: Alert
    standing: Standing
    deadline: Deadline | None


@dataclass(frozen=True)
class Desk:
    """The rules of the desk: types, settings, and when the bank works."""

    types: Mapping[str, SignalSpec]
    settings: Settings

    @property
    def calendar(self) -> Calendar:
        """When the bank works."""
        return Calendar(ZoneInfo(self.settings.timezone), self.settings.digest.country)

    def needs_two(self, alert: Alert) -> bool:
        """Whether one person alone may not dismiss it: a risk of a severe type."""
        spec = self.types.get(alert.type)
        return alert.side == "risk" and spec is not None and spec.severity >= self.settings.review.four_eyes_from

    def cases(self, connection: Transaction, alert_ids: Iterable[str], now: datetime) -> dict[str, Case]:
        """The alerts with where they stand and what is due, by id."""
        ids = sorted(set(alert_ids))
        alerts, moves = load_alerts(connection, ids), moves_of(connection, ids)
        updates, routes = updates_of(connection, ids), routes_of(connection, ids)
        found = {}
        for key, alert in alerts.items():
            standing = stand(moves.get(key, ()), updates.get(key, ()))
            found[key] = Case(key, alert, standing, self._deadline(alert, standing, routes.get(key), now))
        return found

    def _deadline(self, alert: Alert, standing: Standing, route: AlertRoute | None, now: datetime) -> Deadline | None:
        if standing.state not in UNDECIDED:
            return None
        decided = due_after(alert.created_at, self.settings.review.decide_within, self.calendar)
        is_new = standing.acknowledged_at is None
        due = min(route.due_at, decided) if is_new and route else decided
        pauses = standing.pauses_until(now)
        passed = share_passed(alert.created_at, due, now, self.calendar, pauses)
        return Deadline("acknowledge" if is_new else "decide", due, passed)


def make_move(
    database: Database,
    desk: Desk,
    alert_ids: Collection[str],
    kind: str,
    *,
    by: str,
    now: datetime,
    reason: str | None = None,
    note: str | None = None,
    whom: str | None = None,
    until: datetime | None = None,
) -> list[Move]:
    """Make one move on each of the alerts, or on none of them. Raises Problem saying which alert refuses it and why.

    `kind`: one of MOVES except `propose`: whoever dismisses a severe risk proposes it, and a second person confirms.
    """
    asked = Move("", kind, by, now, reason, note.strip() if note else None, whom, until)
    _check_asked(asked, alert_ids)
    with database.write() as connection:
        cases = desk.cases(connection, alert_ids, now)
        if missing := sorted(set(alert_ids) - cases.keys()):
            raise Problem(f"there is no alert {missing[0]!r}")
        made = [_fitted(asked, case, desk) for case in cases.values()]
        for move in made:
            check_move(cases[move.alert_id].standing, move)
        for move in made:
            save_move(connection, move)
    return made


def take_back(database: Database, desk: Desk, alert_id: str, *, by: str, now: datetime) -> Move:
    """Undo the last move of an alert, by whoever made it and within seconds of it; both stay in the trail."""
    with database.write() as connection:
        case = desk.cases(connection, [alert_id], now).get(alert_id)
        last = case.standing.moves[-1] if case and case.standing.moves else None
        if last is None or last.made_by != by:
            raise Problem(f"there is nothing of {by} to undo at alert {alert_id!r}")
        if now - last.made_at > timedelta(seconds=desk.settings.review.undo_seconds):
            raise Problem(f"the last move is older than {desk.settings.review.undo_seconds} seconds; reopen the alert")
        undo = Move(alert_id, "undo", by, now, reason=last.kind, undoes=last.id)
        save_move(connection, undo)
    return undo


def in_order(cases: Iterable[Case], levels: Mapping[str, float], money: Mapping[str, float | None]) -> list[Case]:
    """As the queue is worked off: what is overdue, then the client's level, the money at risk, and what is due first.

    `levels` (0-100) and `money` by client; ties by the alert's id, so that everybody sees the same order.
    """

    def key(case: Case) -> tuple[object, ...]:
        client, deadline = case.alert.client_id, case.deadline
        is_late = deadline is not None and deadline.passed >= 1
        due = deadline.due_at.timestamp() if deadline else float("inf")
        return not is_late, -levels.get(client, 0.0), -(money.get(client) or 0.0), due, case.id

    return sorted(cases, key=key)


def kept_in_time(cases: Sequence[Case], desk: Desk, now: datetime) -> tuple[int, int]:
    """Of the alerts whose decision was made or is overdue, how many were decided in time, and how many there are."""
    kept = total = 0
    for case in cases:
        due = due_after(case.alert.created_at, desk.settings.review.decide_within, desk.calendar)
        end = case.standing.decided_at or now
        pauses = case.standing.pauses_until(end)
        passed = share_passed(case.alert.created_at, due, end, desk.calendar, pauses)
        if case.standing.decided_at or passed > 1:
            total += 1
            kept += passed <= 1
    return kept, total


def _check_asked(asked: Move, alert_ids: Collection[str]) -> None:
    if asked.kind not in MOVES or asked.kind == "propose":
        raise Problem(f"no move {asked.kind!r}; choose among {', '.join(kind for kind in MOVES if kind != 'propose')}")
    if not alert_ids or len(alert_ids) > MOST_AT_ONCE:
        raise Problem(f"{len(alert_ids)} alerts were chosen; choose 1 to {MOST_AT_ONCE}")
    if asked.kind == "dismiss" and asked.reason not in REASONS:
        raise Problem(f"an alert is dismissed with a reason: {', '.join(REASONS)}")
    if asked.kind == "dismiss" and asked.reason == "other" and not asked.note:
        raise Problem("the reason 'other' needs a note that says which")
    if asked.kind in ("note", "wait", "reopen", "refuse") and not asked.note:
        raise Problem(f"{asked.kind} needs a note: what is to be remembered of it")
    if asked.kind in ("assign", "escalate") and not asked.whom:
        raise Problem(f"{asked.kind} needs a person: to whom")
    if asked.kind == "snooze" and not (asked.until and asked.made_at < asked.until <= asked.made_at + LONGEST_SNOOZE):
        raise Problem(f"a snooze ends on a day to come, within {LONGEST_SNOOZE.days} days")


def _fitted(asked: Move, case: Case, desk: Desk) -> Move:
    """The move as it is made on one alert."""
    kind = "propose" if asked.kind == "dismiss" and desk.needs_two(case.alert) else asked.kind
    reason = case.standing.reason if kind == "confirm" else asked.reason
    return replace(asked, alert_id=case.id, kind=kind, reason=reason)
