"""Alerts by where they stand: what is open, what was done with each type, what is behind an alert and who saw it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, exists, func, select

from .changes import LOOKUP_ROWS, chunks
from .identity import owner_of
from .models import alert_routes, alerts, audit, clients, moves, signal_evidence, signals

MOST = 5_000  # alerts of one list; a bank with more open ones is told so


class Brief(NamedTuple):
    """An alert in brief: what places it in a queue, under the client it stands for today.

    `act_by`: until when to act, by the rule that took it. `is_touched`: whether a move was made on it. `client` is the
    legal name, `manager` the code of the client list, `balance` and `limit` the client's, in lira.
    """

    id: str
    client_id: str
    side: str
    created_at: datetime
    act_by: datetime | None
    is_touched: bool
    client: str
    manager: str | None
    balance: float | None
    limit: float | None


@dataclass(frozen=True)
class TypeCount:
    """The alerts of a type made in a period, and how many of them stand in some states."""

    side: str
    type: str
    n: int
    inside: int


def alerts_in(connection: Connection, states: Collection[str], *, since: datetime, most: int = MOST) -> list[str]:
    """The ids of the alerts that stand in some states and were made since a moment, newest first; at most so many."""
    return list(connection.execute(_newest([alerts.c.id], states, since, most)).scalars())


def briefs_in(connection: Connection, states: Collection[str], *, since: datetime, most: int = MOST) -> list[Brief]:
    """What `alerts_in` names, in brief: thousands are placed in a queue for each page that shows fifty of them."""
    about: list[Any] = [alerts.c.id, clients.c.client_id, alerts.c.side, alerts.c.created_at, alert_routes.c.due_at]
    about += [exists().where(moves.c.alert_id == alerts.c.id)]
    about += [clients.c[name] for name in ("legal_name", "manager", "balance", "limit")]
    query = _newest(about, states, since, most).join(clients, clients.c.client_id == owner_of(alerts.c.client_id))
    query = query.outerjoin(alert_routes, alert_routes.c.alert_id == alerts.c.id)
    return [Brief._make(row) for row in connection.execute(query)]


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


def _newest(columns: Iterable[Any], states: Collection[str], since: datetime, most: int) -> Select[Any]:
    query = select(*columns).select_from(alerts).where(alerts.c.state.in_(states), alerts.c.created_at >= since)
    return query.order_by(alerts.c.created_at.desc()).limit(most)
