"""What became of alerts: what readers said of them, what happened to their clients, and whether they were denied."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from .alerts import Alert, load_alerts
from .changes import LOOKUP_ROWS, chunks
from .identity import survivors, with_merged
from .labels import RIGHT
from .models import alert_updates, digest_alerts, digests, outcomes, reviews

ENDED = ("denied", "cancelled")
DISMISSED = "dismissed"
KNOWN_TRUE = ("old", "duplicate", "known", "unimportant")  # dismissed for these an alert was no mistake


@dataclass(frozen=True)
class Fate:
    """What is known of one alert: the newest word of a reader (right or wrong), the kinds of outcome its client had
    after it, whether it was denied or cancelled."""

    verdict: str | None = None
    outcomes: frozenset[str] = frozenset()
    is_ended: bool = False


def alerts_told(
    connection: Connection, managers: Collection[str], *, since: datetime, until: datetime
) -> dict[str, dict[str, Alert]]:
    """By manager the alerts that their digests made in a period carried, by id; the later end is left out."""
    query = (
        select(digests.c.manager, digest_alerts.c.alert_id)
        .join(digests, digests.c.id == digest_alerts.c.digest_id)
        .where(digests.c.manager.in_(managers), digests.c.created_at >= since, digests.c.created_at < until)
        .order_by(digests.c.created_at, digest_alerts.c.rank)
    )
    told = [(manager, alert_id) for manager, alert_id in connection.execute(query)]
    alerts = load_alerts(connection, [alert_id for _, alert_id in told])
    found: dict[str, dict[str, Alert]] = {manager: {} for manager in managers}
    for manager, alert_id in told:
        found[manager][alert_id] = alerts[alert_id]
    return found


def fates_of(connection: Connection, told: Mapping[str, Alert], *, at: datetime) -> dict[str, Fate]:
    """What was known of some alerts at a moment, by id."""
    verdicts = _verdicts(connection, told, at)
    ended = _ended(connection, told, at)
    happened = _happened(connection, {alert.client_id for alert in told.values()}, at)
    return {
        key: Fate(
            verdicts.get(key),
            frozenset(kind for kind, when in happened.get(alert.client_id, ()) if when > alert.created_at),
            key in ended,
        )
        for key, alert in told.items()
    }


def _verdicts(connection: Connection, told: Mapping[str, Alert], at: datetime) -> dict[str, str]:
    """By alert the newest word that says whether it was right; a dismissal says so where it gives such a reason."""
    query = select(reviews.c.alert_id, reviews.c.verdict, reviews.c.reason).where(reviews.c.reviewed_at <= at)
    query = query.order_by(reviews.c.reviewed_at, reviews.c.id)
    found: dict[str, str] = {}
    for batch in chunks(list(told), LOOKUP_ROWS):
        for alert_id, verdict, reason in connection.execute(query.where(reviews.c.alert_id.in_(batch))):
            if verdict in RIGHT:
                found[alert_id] = "right"
            elif verdict == DISMISSED and reason not in KNOWN_TRUE:
                found[alert_id] = "wrong"
    return found


def _ended(connection: Connection, told: Mapping[str, Alert], at: datetime) -> set[str]:
    query = select(alert_updates.c.alert_id).where(alert_updates.c.kind.in_(ENDED), alert_updates.c.known_at <= at)
    batches = chunks(list(told), LOOKUP_ROWS)
    return {
        alert_id
        for batch in batches
        for alert_id in connection.execute(query.where(alert_updates.c.alert_id.in_(batch))).scalars()
    }


def _happened(connection: Connection, client_ids: set[str], at: datetime) -> dict[str, list[tuple[str, datetime]]]:
    """By client, as it stands today, what happened to it and when, as far as the bank had recorded it."""
    merged = survivors(connection)
    found: dict[str, list[tuple[str, datetime]]] = {}
    for batch in chunks(with_merged(connection, client_ids), LOOKUP_ROWS):
        query = select(outcomes.c.client_id, outcomes.c.kind, outcomes.c.occurred_at)
        query = query.where(outcomes.c.client_id.in_(batch), outcomes.c.recorded_at <= at)
        for row in connection.execute(query):
            found.setdefault(merged.get(row.client_id, row.client_id), []).append((row.kind, row.occurred_at))
    return found
