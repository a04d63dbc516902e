"""Alerts as lists: those made in a period, of one manager's clients or of all, and those of one client."""

from datetime import datetime

from sqlalchemy import Connection, select

from .alerts import Alert, load_alerts
from .identity import owner_of, with_merged
from .models import alerts, clients


def alerts_made(
    connection: Connection, *, since: datetime, until: datetime, manager: str | None = None, side: str | None = None
) -> dict[str, Alert]:
    """The alerts made from a moment until another, by id; a client that was handed over takes its alerts along."""
    query = (
        select(alerts.c.id)
        .select_from(alerts)
        .join(clients, clients.c.client_id == owner_of(alerts.c.client_id))
        .where(alerts.c.created_at >= since, alerts.c.created_at <= until)
    )
    if manager is not None:
        query = query.where(clients.c.manager == manager)
    if side is not None:
        query = query.where(alerts.c.side == side)
    return load_alerts(connection, list(connection.execute(query).scalars()))


def alerts_of_client(connection: Connection, client_id: str, *, since: datetime) -> dict[str, Alert]:
    """The alerts of a client since a moment, newest first, by id."""
    own = alerts.c.client_id.in_(with_merged(connection, [client_id]))
    query = select(alerts.c.id).where(own, alerts.c.created_at >= since)
    ids = list(connection.execute(query.order_by(alerts.c.created_at.desc(), alerts.c.id)).scalars())
    found = load_alerts(connection, ids)
    return {key: found[key] for key in ids}
