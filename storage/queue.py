"""Alerts by where they stand: what is open, what was done with each type, what is behind an alert and who saw it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from .alerts import Alert, load_alerts
from .changes import LOOKUP_ROWS, chunks
from .models import alerts, audit, signal_evidence, signals

MOST = 5_000  # alerts of one list; a bank with more open ones is told so


@dataclass(frozen=True)
class TypeCount:
    """The alerts of a type made in a period, and how many of them stand in some states."""

    side: str
    type: str
    n: int
    inside: int


def alerts_in(
    connection: Connection, states: Collection[str], *, since: datetime | None = None, most: int = MOST
) -> dict[str, Alert]:
    """The alerts that stand in some states, by id; the newest where there are more, and only those made since."""
    query = select(alerts.c.id).where(alerts.c.state.in_(states)).order_by(alerts.c.created_at.desc()).limit(most)
    if since is not None:
        query = query.where(alerts.c.created_at >= since)
    return load_alerts(connection, list(connection.execute(query).scalars()))


def count_in(connection: Connection, states: Collection[str], *, before: datetime) -> int:
    """How many alerts made before a moment stand in some states."""
    query = select(func.count()).select_from(alerts)
    return connection.execute(query.where(alerts.c.state.in_(states), alerts.c.created_at < before)).scalar_one()


def count_by_type(
    connection: Connection, states: Collection[str], *, since: datetime, until: datetime
) -> list[TypeCount]:
    """Each type that alerted from a moment until another, with how many of its alerts stand in some states now."""
    inside = func.count().filter(alerts.c.state.in_(states))
    query = select(alerts.c.side, alerts.c.type, func.count(), inside).group_by(alerts.c.side, alerts.c.type)
    query = query.where(alerts.c.created_at >= since, alerts.c.created_at < until)
    return [TypeCount(*row) for row in connection.execute(query.order_by(alerts.c.side, alerts.c.type))]


def count_documents_behind(connection: Connection, episode_ids: Iterable[str]) -> dict[str, int]:
    """By episode how many documents are behind it."""
    found: dict[str, int] = {}
    number = func.count(signal_evidence.c.document_id.distinct())
    query = select(signals.c.episode_id, number).join(signal_evidence, signal_evidence.c.signal_id == signals.c.id)
    for batch in chunks(sorted(set(episode_ids)), LOOKUP_ROWS):
        rows = connection.execute(query.where(signals.c.episode_id.in_(batch)).group_by(signals.c.episode_id))
        found |= {row[0]: row[1] for row in rows}
    return found


def viewers_of(connection: Connection, alert_id: str, action: str) -> list[tuple[str, datetime]]:
    """Who did so (opened it) with an alert, by the trail, with the last time, the newest first."""
    query = select(audit.c.actor, func.max(audit.c.at)).where(audit.c.object == alert_id, audit.c.action == action)
    rows = connection.execute(query.group_by(audit.c.actor).order_by(func.max(audit.c.at).desc()))
    return [(row[0], row[1]) for row in rows]
