"""The review desk: moves on alerts under the desk's rules, and what is due of each.

A decision here is about a signal, never about a client: nothing is applied to anybody's grade.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec
from oncu.storage.alerts import Alert, load_alerts
from oncu.storage.database import Database, Transaction
from oncu.storage.moves import Move, moves_of, save_move
from oncu.storage.routing import AlertRoute, routes_of

from ..flow.clock import Calendar, Span, due_after, end_of_work, share_passed, working_time
from .standing import MOVES, UNDECIDED, NotNow, Standing, check_move, stand, standings_of

REASONS = ("wrong_firm", "wrong_type", "old", "duplicate", "unimportant", "known", "unreliable", "other")
RESULTS = ("happened", "business", "secured", "nothing")  # what came of an alert that was followed up
MOST_AT_ONCE = 50
LONGEST_SNOOZE = timedelta(days=90)
# Who hears of a deadline, by the share of it that has passed.
STEPS = ((0.75, "reminder"), (1.0, "lead"), (1.5, "head"))


@dataclass(frozen=True)
class Deadline:
    """What is due of an alert: that somebody takes it up (`acknowledge`), or that it is decided (`decide`).

    `due_at`: with the time the clock stood (`pauses`) added. `at`: the moment it is looked at.
    """

    kind: str
    starts_at: datetime
    due_at: datetime
    at: datetime
    calendar: Calendar
    pauses: tuple[Span, ...] = ()

    @property
    def is_late(self) -> bool:
        """Whether it is over; the same as `passed >= 1`, without counting hours."""
        return self.at >= self.due_at

    @cached_property
    def passed(self) -> float:
        """The share of its business time that is gone."""
        return share_passed(self.starts_at, self.due_at, self.at, self.calendar, self.pauses)

    @property
    def left(self) -> timedelta:
        """The working hours until it is over; below zero those since then."""
        if self.is_late:
            return -working_time(self.due_at, self.at, self.calendar, self.pauses)
        return working_time(self.at, self.due_at, self.calendar, self.pauses)

    @property
    def step(self) -> str | None:
        """The last step that was reached: who hears of it, where it is that late."""
        return next((name for share, name in reversed(STEPS) if self.passed >= share), None)

    def steps(self) -> dict[str, datetime]:
        """When each step was or will be reached."""
        given = working_time(self.starts_at, self.due_at, self.calendar, self.pauses)
        return {name: end_of_work(self.starts_at, share * given, self.calendar, self.pauses) for share, name in STEPS}


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

    @cached_property
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
        standings, routes = standings_of(connection, ids), routes_of(connection, ids)
        found = {}
        for key, alert in load_alerts(connection, ids).items():
            standing = standings[key]
            found[key] = Case(key, alert, standing, self._deadline(alert, standing, routes.get(key), now))
        return found

    def decide_by(self, made_at: datetime, standing: Standing, now: datetime) -> datetime:
        """Until when an alert is to be decided; one that was reopened has all its time again."""
        start, pauses = standing.reopened_at or made_at, standing.pauses_until(now)
        return due_after(start, self.settings.review.decide_within, self.calendar, pauses)

    def due_at(self, made_at: datetime, standing: Standing, act_by: datetime | None, now: datetime) -> datetime | None:
        """Until when an alert is to be taken up or decided; None where nothing is due any more.

        `act_by`: until when it is to be taken up, by the rule that took it.
        """
        if standing.state not in UNDECIDED:
            return None
        due = self.decide_by(made_at, standing, now)
        return min(act_by, due) if act_by and standing.acknowledged_at is None else due

    def _deadline(self, alert: Alert, standing: Standing, route: AlertRoute | None, now: datetime) -> Deadline | None:
        due = self.due_at(alert.created_at, standing, route.due_at if route else None, now)
        if due is None:
            return None
        kind = "acknowledge" if standing.acknowledged_at is None else "decide"
        start, pauses = standing.reopened_at or alert.created_at, standing.pauses_until(now)
        return Deadline(kind, start, due, now, self.calendar, pauses)


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
    known_as: Collection[str] = (),
) -> list[Move]:
    """Make one move on each of the alerts, or on none of them. Raises Problem saying which alert refuses it and why.

    `kind`: one of MOVES except `propose`: whoever dismisses a severe risk proposes it, and a second person confirms.
    `known_as`: other names of the same person, who is no second person under any of them.
    """
    asked = Move("", kind, by, now, reason, note.strip() if note else None, whom, until)
    _check_asked(asked, alert_ids)
    with database.write() as connection:
        cases = desk.cases(connection, alert_ids, now)
        if missing := sorted(set(alert_ids) - cases.keys()):
            raise Problem(f"there is no alert {missing[0]!r}")
        made = [_fitted(asked, case, desk) for case in cases.values()]
        for move in made:
            check_move(cases[move.alert_id].standing, move, known_as)
        for move in made:
            save_move(connection, move, MOVES[move.kind][1] or cases[move.alert_id].standing.state)
    return made


def take_back(database: Database, desk: Desk, alert_id: str, *, by: str, now: datetime) -> Move:
    """Undo the last move of an alert, by whoever made it and within seconds of it; both stay in the trail."""
    with database.write() as connection:
        case = desk.cases(connection, [alert_id], now).get(alert_id)
        last = case.standing.moves[-1] if case and case.standing.moves else None
        if last is None or last.made_by != by:
            raise NotNow(f"there is nothing of {by} to undo at alert {alert_id!r}")
        if now - last.made_at > timedelta(seconds=desk.settings.review.undo_seconds):
            raise NotNow(f"the last move is older than {desk.settings.review.undo_seconds} seconds; reopen the alert")
        undo = Move(alert_id, "undo", by, now, reason=last.kind, undoes=last.id)
        save_move(connection, undo, stand([*moves_of(connection, [alert_id])[alert_id], undo]).state)
    return undo


def _check_asked(asked: Move, alert_ids: Collection[str]) -> None:
    if asked.kind not in MOVES or asked.kind == "propose":
        raise Problem(f"no move {asked.kind!r}; choose among {', '.join(kind for kind in MOVES if kind != 'propose')}")
    if not alert_ids or len(alert_ids) > MOST_AT_ONCE:
        raise Problem(f"{len(alert_ids)} alerts were chosen; choose 1 to {MOST_AT_ONCE}")
    if asked.kind == "dismiss" and asked.reason not in REASONS:
        raise Problem(f"an alert is dismissed with a reason: {', '.join(REASONS)}")
    if asked.kind == "dismiss" and asked.reason == "other" and not asked.note:
        raise Problem("the reason 'other' needs a note that says which")
    if asked.kind == "resolve" and asked.reason and asked.reason not in RESULTS:
        raise Problem(f"no result {asked.reason!r}; choose among {', '.join(RESULTS)}")
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
