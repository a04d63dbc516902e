"""Alerts, one for each episode that deserves one, and which episodes may have one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, exists, func, select

from .changes import LOOKUP_ROWS, chunks
from .database import save_new
from .evidence import Evidence as Evidence
from .evidence import evidence_of as evidence_of
from .identity import as_today, owner_of, survivors
from .keys import key_id
from .models import alerts, clients, episode_endings, episodes, signals, story_aliases

ENDINGS = ("denied", "cancelled")
AFTER_DIGITS = "g"  # follows the last hexadecimal digit, of which ids are made


@dataclass(frozen=True)
class Candidate:
    """A live episode without an alert: its first signal, its best values so far and how many events it has signals of.

    `is_told`: its only story has already alerted of the client on this side, under another type. `source`, `category`
    and `told_at` (when the document says it was published) are those of its first signal.
    """

    episode_id: str
    client_id: str
    manager: str | None
    side: str
    type: str
    signal_id: str
    story_id: str
    event_key: str
    status: str
    probability: float
    relevance: int
    signals: int
    started_at: datetime
    is_told: bool
    source: str = ""
    category: str = ""
    told_at: datetime | None = None


@dataclass(frozen=True)
class Alert:
    """What a manager is told once: an episode, ranked by its priority, with the arithmetic as its reason."""

    client_id: str
    type: str
    side: str
    event_key: str
    episode_id: str
    signal_id: str
    manager: str | None
    priority: float
    reason: str
    state: str
    created_at: datetime

    @property
    def id(self) -> str:
        """The same event of the same client and type is the same alert, for ever."""
        return key_id("alert", self.client_id, self.type, self.event_key)


def alert_candidates(connection: Connection, *, since: datetime) -> list[Candidate]:
    """Live, unended episodes that had a signal since a moment and have no alert yet, oldest first."""
    has_alert = exists().where(alerts.c.episode_id == signals.c.episode_id)
    lately = select(signals.c.episode_id).where(signals.c.known_at >= since, ~has_alert)
    untold = sorted(set(connection.execute(lately).scalars()))
    rows: list[Any] = []
    for some in chunks(untold, LOOKUP_ROWS):
        rows += connection.execute(_candidates(some, since))
    rows.sort(key=attrgetter("started_at", "episode_id"))
    told = alerted_stories(connection, {row.story_id for row in rows if row.signals == 1})
    return [
        Candidate(**row._mapping, is_told=row.signals == 1 and (row.client_id, row.side, row.story_id) in told)
        for row in rows
    ]


def _candidates(episode_ids: Sequence[str], since: datetime) -> Select[Any]:
    """Those of some episodes that are live, unended and had a signal since a moment, with their first signal."""
    of_them = signals.c.episode_id.in_(episode_ids)
    best = (
        select(
            signals.c.episode_id,
            func.max(signals.c.probability).label("probability"),
            func.max(signals.c.relevance).label("relevance"),
            func.sum(case((_is_retold(), 0), else_=1)).label("n"),
            func.max(signals.c.known_at).label("last_at"),
        )
        .where(of_them, signals.c.status.not_in(ENDINGS))
        .group_by(signals.c.episode_id)
        .subquery()
    )
    earliest = signals.c.known_at, signals.c.probability.desc(), signals.c.id
    rank = func.row_number().over(partition_by=signals.c.episode_id, order_by=earliest).label("rank")
    first = select(signals, rank).where(of_them).subquery()
    return (
        select(
            episodes.c.id.label("episode_id"),
            clients.c.client_id,
            clients.c.manager,
            episodes.c.side,
            episodes.c.type,
            first.c.id.label("signal_id"),
            first.c.story_id,
            first.c.event_key,
            first.c.status,
            best.c.probability,
            best.c.relevance,
            best.c.n.label("signals"),
            episodes.c.started_at,
            first.c.source,
            first.c.category,
            first.c.published_at.label("told_at"),
        )
        .select_from(episodes)
        .join(best, best.c.episode_id == episodes.c.id)
        .join(first, (first.c.episode_id == episodes.c.id) & (first.c.rank == 1))
        .join(clients, clients.c.client_id == owner_of(episodes.c.client_id))
        .where(
            episodes.c.arm == "live",
            best.c.last_at >= since,
            ~exists().where(episode_endings.c.episode_id == episodes.c.id),
        )
    )


def alerted_stories(connection: Connection, story_ids: Iterable[str]) -> set[tuple[str, str, str]]:
    """Of which client, as it stands today, and side some stories have alerted."""
    merged = survivors(connection)
    found: set[tuple[str, str, str]] = set()
    # Its signal is of its episode; said because alerts are found by their episode and not by their signal.
    of_it = (alerts.c.episode_id == signals.c.episode_id) & (alerts.c.signal_id == signals.c.id)
    query = select(signals.c.client_id, signals.c.side, signals.c.story_id).join(alerts, of_it)
    for batch in chunks(sorted(story_ids), LOOKUP_ROWS):
        rows = connection.execute(query.where(signals.c.story_id.in_(batch)))
        found |= {(merged.get(client_id, client_id), side, story_id) for client_id, side, story_id in rows}
    return found


def save_alerts(connection: Connection, rows: Iterable[Alert]) -> int:
    """Keep alerts; the one that exists for an event stays as it is. Returns how many were new."""
    return save_new(connection, alerts, (vars(row) | {"id": row.id} for row in rows))


def _is_retold() -> ColumnElement[bool]:
    """Does a signal's story tell what an earlier one tells?"""
    return exists().where(
        story_aliases.c.client_id == signals.c.client_id,
        story_aliases.c.type == signals.c.type,
        story_aliases.c.story_id == signals.c.story_id,
    )


def load_alerts(connection: Connection, ids: Sequence[str]) -> dict[str, Alert]:
    """Alerts by id, each under the client it stands for today."""
    merged = survivors(connection)
    batches = chunks(list(ids), LOOKUP_ROWS)
    rows = (row for batch in batches for row in connection.execute(select(alerts).where(alerts.c.id.in_(batch))))
    found = {row.id: as_today(row, merged) for row in rows}
    return {key: Alert(**{k: v for k, v in row.items() if k != "id"}) for key, row in found.items()}


def find_alert_ids(connection: Connection, start: str) -> list[str]:
    """The ids of the alerts that begin with some characters, at most ten; a whole id is found by the key."""
    if not start.isalnum():
        return []
    begins, its_id = start.lower(), alerts.c.id
    query = select(its_id).order_by(its_id).limit(10)
    if whole := connection.execute(query.where(its_id == begins)).scalars().all():
        return list(whole)
    query = query.where(its_id.startswith(begins))
    if connection.dialect.name == "sqlite":  # by the key as well; elsewhere a language may sort "aa" behind "z"
        query = query.where(its_id >= begins, its_id < begins + AFTER_DIGITS)
    return list(connection.execute(query).scalars())


def count_alerts(connection: Connection) -> dict[tuple[str | None, date], int]:
    """How many alerts each manager got on each day (UTC)."""
    counts: dict[tuple[str | None, date], int] = {}
    for manager, created_at in connection.execute(select(alerts.c.manager, alerts.c.created_at)):
        key = (manager, created_at.date())
        counts[key] = counts.get(key, 0) + 1
    return counts
