"""What decides who sees a client: its manager and deputy, who stands in for them, and leads sent to research."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from .judged import LEAD
from .models import absences, alerts, clients, decisions


@dataclass(frozen=True)
class Portfolio:
    """Whose a client is. `away_until`: the last day of the manager's absence, where they are away; `stand_ins`: who
    stands in for them then."""

    manager: str | None
    deputy: str | None
    away_until: date | None
    stand_ins: frozenset[str]


def portfolio_of(connection: Connection, client_id: str, day: date) -> Portfolio | None:
    """Whose a client (or what it was merged into) is on a day; None where there is no such client."""
    query = select(clients.c.manager, clients.c.deputy).where(clients.c.client_id == _owner(connection, client_id))
    row = connection.execute(query).first()
    if row is None:
        return None
    lasting = absences.c.removed_at.is_(None), absences.c.first_day <= day, absences.c.last_day >= day
    away = select(absences.c.deputy, absences.c.last_day).where(absences.c.manager == row.manager, *lasting)
    found = connection.execute(away).fetchall()
    last = max((one.last_day for one in found), default=None)
    return Portfolio(row.manager, row.deputy, last, frozenset(one.deputy for one in found))


def clients_by_manager(connection: Connection) -> dict[str | None, int]:
    """How many clients each manager code of the client list has; under None those without one."""
    query = select(clients.c.manager, func.count()).where(clients.c.merged_into.is_(None)).group_by(clients.c.manager)
    return {manager or None: number for manager, number in connection.execute(query)}


def is_lead_to_research(connection: Connection, client_id: str) -> bool:
    """Whether an alert of the client was ever sent to research."""
    sent = select(alerts.c.id).join(decisions, decisions.c.subject == alerts.c.id)
    query = sent.where(decisions.c.kind == LEAD, alerts.c.client_id == client_id).limit(1)
    return connection.execute(query).first() is not None


def _owner(connection: Connection, client_id: str) -> str | None:
    query = select(clients.c.merged_into).where(clients.c.client_id == client_id)
    return connection.execute(query).scalar() or client_id
