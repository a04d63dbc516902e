"""Alerts as lists: those made in a period, of one manager's clients or of all, and those of one client."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select

from .alerts import Alert, load_alerts
from .identity import owner_of, with_merged
from .models import alerts, clients


@dataclass(frozen=True)
class Sought:
    """What alerts are looked for: made from a moment until another, and what else must hold where it is given."""

    since: datetime
    until: datetime
    manager: str | None = None
    side: str | None = None
    type: str | None = None
    state: str | None = None


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


def newest_alerts(
    connection: Connection, sought: Sought, *, limit: int, after: tuple[datetime, str] | None = None
) -> dict[str, Alert]:
    """At most so many alerts by id, the newest first; `after`: those that come after this moment and id in the list."""
    query = select(alerts.c.id).select_from(alerts)
    query = query.where(alerts.c.created_at >= sought.since, alerts.c.created_at <= sought.until)
    if sought.manager is not None:
        query = query.join(clients, clients.c.client_id == owner_of(alerts.c.client_id))
        query = query.where(clients.c.manager == sought.manager)
    for column in (alerts.c.side, alerts.c.type, alerts.c.state):
        if (wanted := getattr(sought, column.name)) is not None:
            query = query.where(column == wanted)
    if after is not None:
        at, alert_id = after
        earlier = alerts.c.created_at < at
        query = query.where(or_(earlier, and_(alerts.c.created_at == at, alerts.c.id > alert_id)))
    query = query.order_by(alerts.c.created_at.desc(), alerts.c.id).limit(limit)
    ids = list(connection.execute(query).scalars())
    found = load_alerts(connection, ids)
    return {key: found[key] for key in ids}
