"""What cannot wait for the digest: where each alert goes, and the outbox of those that are told at once."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from oncu.config.routing import MAIL, OWNER, RoutingPlan, Rule
from oncu.config.settings import Settings
from oncu.storage.absences import Absence, absences_on
from oncu.storage.alerts import Alert
from oncu.storage.clients import client_rows
from oncu.storage.database import Transaction
from oncu.storage.dispatches import EVERYBODY, Dispatch, save_dispatches
from oncu.storage.routing import AlertRoute, save_routes
from oncu.storage.withheld import save_withheld

from .clock import Calendar, due_after
from .routing import facts_of, told_by
from .silences import silenced_of, withheld_alert

PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
TOO_FAR = 1.5 * LONGEST_PAUSE  # nothing is put off for so long, but by a clock that was wrong
GIVE_UP = timedelta(days=2)  # what could not be sent for so long is no news any more, and stood in two digests


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries: 1, 2, 4 … minutes, at most an hour."""
    return min(PAUSE * (1 << min(tries - 1, 10)), LONGEST_PAUSE)


def tell(connection: Transaction, alerts: Iterable[Alert], plan: RoutingPlan, settings: Settings, now: datetime) -> int:
    """Keep where new alerts go, and put those that are told at once into the outbox; returns how many messages.

    Written in the transaction that makes the alerts, so that none is made without them. Only a silence that names the
    type keeps an urgent alert from being told: who is tired of a client's news still wants to hear of its bankruptcy.
    """
    facts = facts_of(connection, alerts)
    if not facts:
        return 0
    rules = {alert: plan.rule_for(found) for alert, found in facts.items()}
    calendar = Calendar(ZoneInfo(settings.timezone), settings.digest.country)
    save_routes(connection, [route_of(alert, rule, calendar, now) for alert, rule in rules.items()])
    urgent = [alert for alert, rule in rules.items() if rule.urgent_channels]
    today = now.astimezone(ZoneInfo(settings.timezone)).date()
    clients = client_rows(connection, (alert.client_id for alert in urgent))
    away = absences_on(connection, today)
    return save_dispatches(
        connection,
        (
            row
            for alert in _not_hushed(connection, urgent, settings, today, now)
            for row in messages_of(alert, rules[alert], clients[alert.client_id]["deputy"], away, now)
        ),
    )


def _not_hushed(
    connection: Transaction, urgent: Iterable[Alert], settings: Settings, today: date, now: datetime
) -> list[Alert]:
    """The alerts that no silence of their type keeps quiet; the others are kept with the silence."""
    by_id = {alert.id: alert for alert in urgent}
    hushed = silenced_of(connection, by_id, settings, at=now, by_type=True)
    rows = (withheld_alert(key, by_id[key], why, by_id[key].manager, today, now) for key, why in hushed.items())
    save_withheld(connection, rows)
    return [alert for key, alert in by_id.items() if key not in hushed]


def route_of(alert: Alert, rule: Rule, calendar: Calendar, now: datetime) -> AlertRoute:
    """Where a rule sends an alert, and by when in business time somebody must have acted."""
    due = due_after(alert.created_at, rule.deadline, calendar)
    return AlertRoute(alert.id, rule.name, tuple(rule.whom), tuple(rule.channel), due, now)


def messages_of(
    alert: Alert, rule: Rule, deputy: str | None, away: Mapping[str, Absence], now: datetime
) -> list[Dispatch]:
    """A message for each person over mail, and one for each channel that is a place; an owner who is away and their
    deputy both get it."""
    people = told_by(rule, alert.manager, deputy)
    absence = away.get(alert.manager or "")
    if OWNER in rule.whom and absence:
        people = list(dict.fromkeys([*people, absence.deputy]))
    found = []
    for channel in rule.urgent_channels:
        for recipient in people if channel == MAIL else [EVERYBODY]:
            found.append(Dispatch(alert.id, recipient, channel, created_at=now, next_try_at=now))
    return found
