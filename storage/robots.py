"""What the robots.txt of a host lets us fetch, kept for as long as RFC 9309 lets us believe it: 24 hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from .database import save_over
from .keys import key_id
from .models import robots

KEPT = timedelta(hours=24)


@dataclass(frozen=True)
class Permit:
    """What one crawler (`agent`) may fetch at a place ("https://host:port"): (pattern, is it allowed) and the delay."""

    place: str
    agent: str
    rules: tuple[tuple[str, bool], ...]
    delay: float | None
    read_at: datetime


def load_permits(connection: Connection, agent: str, now: datetime) -> dict[str, Permit]:
    """What is still to be believed at a moment, by place."""
    query = select(robots).where(robots.c.agent == agent, robots.c.read_at > now - KEPT, robots.c.read_at <= now)
    return {row.place: _permit(row) for row in connection.execute(query)}


def save_permits(connection: Connection, found: Sequence[Permit], now: datetime) -> None:
    """Keep what was read, over what was known, and drop what is too old to be believed."""
    rows = (
        {
            "id": key_id("robots", one.place, one.agent),
            "place": one.place,
            "agent": one.agent,
            "rules": one.rules,
            "delay": one.delay,
            "read_at": one.read_at,
        }
        for one in found
    )
    save_over(connection, robots, rows)
    connection.execute(delete(robots).where(robots.c.read_at <= now - KEPT))


def _permit(row: Row[Any]) -> Permit:
    rules = tuple((str(pattern), bool(is_allowed)) for pattern, is_allowed in row.rules)
    return Permit(row.place, row.agent, rules, row.delay, row.read_at)
