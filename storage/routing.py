"""Where each alert goes, and the versions of the rules that decide it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from .audit import write_audit
from .changes import LOOKUP_ROWS, chunks
from .database import save_new
from .keys import digest_of
from .models import alert_routes, routing_versions


@dataclass(frozen=True)
class AlertRoute:
    """The rule that took an alert when it was made: who is told over which channels, and until when to act."""

    alert_id: str
    rule: str
    whom: tuple[str, ...]
    channels: tuple[str, ...]
    due_at: datetime
    known_at: datetime


@dataclass(frozen=True)
class RoutingVersion:
    """One saved state of the rules, numbered from 1 on; the newest is in force."""

    number: int
    text: str
    saved_by: str
    saved_at: datetime
    reason: str


def save_routes(connection: Connection, rows: Iterable[AlertRoute]) -> int:
    """Keep where alerts go; what was kept for an alert stays. Returns how many were new."""
    stored = (vars(row) | {"whom": list(row.whom), "channels": list(row.channels)} for row in rows)
    return save_new(connection, alert_routes, stored)


def routes_of(connection: Connection, alert_ids: Collection[str]) -> dict[str, AlertRoute]:
    """By alert where it goes; alerts made before there were rules are not in it."""
    found: dict[str, AlertRoute] = {}
    for batch in chunks(sorted(alert_ids), LOOKUP_ROWS):
        for row in connection.execute(select(alert_routes).where(alert_routes.c.alert_id.in_(batch))).mappings():
            lists = {"whom": tuple(row["whom"]), "channels": tuple(row["channels"])}
            found[row["alert_id"]] = AlertRoute(**{**row, **lists})
    return found


def newest_routing(connection: Connection) -> RoutingVersion | None:
    """The version in force; None where none was ever saved."""
    query = select(routing_versions).order_by(routing_versions.c.number.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    return RoutingVersion(**row) if row else None


def routing_history(connection: Connection) -> Sequence[RoutingVersion]:
    """Every version, newest first."""
    query = select(routing_versions).order_by(routing_versions.c.number.desc())
    return [RoutingVersion(**row) for row in connection.execute(query).mappings()]


def save_routing(connection: Connection, text: str, *, by: str, reason: str, now: datetime) -> RoutingVersion:
    """Keep rules as the version in force, with a row in the audit trail; the text must have been checked."""
    before = newest_routing(connection)
    number = connection.execute(select(func.coalesce(func.max(routing_versions.c.number), 0))).scalar_one() + 1
    version = RoutingVersion(number, text, by, now, reason)
    connection.execute(insert(routing_versions).values(**vars(version)))
    write_audit(
        connection,
        by,
        "routing.save",
        f"version {number}",
        now,
        before=digest_of(before.text) if before else None,
        after=digest_of(text),
        reason=reason,
    )
    return version
