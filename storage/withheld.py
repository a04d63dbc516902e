"""What was heard and not told: on which day, why, and by what signal it can be looked at again."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from .changes import LOOKUP_ROWS, chunks
from .database import save_new
from .identity import as_today, owner_of, survivors, with_merged
from .keys import key_id
from .models import alerts, clients, episode_endings, signals, tags, withheld

WEAK, QUIET, SILENCED, MUTED, NO_ROOM, ROUTED = "weak", "quiet", "silenced", "muted", "no_room", "routed"
KINDS = (WEAK, QUIET, SILENCED, MUTED, NO_ROOM, ROUTED)
AUDIT_SHARE = 0.05
SPREAD = 16**8


@dataclass(frozen=True)
class Withheld:
    """An episode that was not told on a day, and why; `alert_id` None: it was not thought worth an alert.

    `kind`: weak (below the threshold), quiet (so soon after another of its client and type), silenced (a person asked),
    muted (something graver of the client is open), no_room (the day was full) or routed (a rule sends it elsewhere).
    `reason`: the number, silence, type or rule behind it.
    """

    episode_id: str
    signal_id: str
    alert_id: str | None
    client_id: str
    type: str
    side: str
    manager: str | None
    kind: str
    reason: str
    day: date
    known_at: datetime

    @property
    def id(self) -> str:
        """Once for an episode that got no alert; once a day for an alert no digest carries."""
        return key_id("withheld", self.kind, self.episode_id, self.day.isoformat() if self.alert_id else "")


@dataclass(frozen=True)
class ToldBefore:
    """An alert made lately: when, with what arithmetic, and which sources told it."""

    client_id: str
    type: str
    episode_id: str
    created_at: datetime
    reason: str
    sources: frozenset[str]


def save_withheld(connection: Connection, rows: Iterable[Withheld]) -> int:
    """Keep what was not told; returns how many were new."""
    return save_new(connection, withheld, (vars(row) | {"id": row.id} for row in rows))


def withheld_on(
    connection: Connection, first: date, last: date | None = None, *, manager: str | None = None
) -> list[Withheld]:
    """What was not told on a day (or from it to another), of one manager's clients or of all, by client and type.

    What is withheld day after day is listed once, as on its last day.
    """
    query = (
        select(withheld)
        .select_from(withheld)
        .join(clients, clients.c.client_id == owner_of(withheld.c.client_id))
        .where(withheld.c.day >= first, withheld.c.day <= (last or first))
        .order_by(withheld.c.day, withheld.c.known_at, withheld.c.id)
    )
    if manager is not None:
        query = query.where(clients.c.manager == manager)
    merged = survivors(connection)
    rows = (as_today(row, merged) for row in connection.execute(query))
    found = [Withheld(**{key: value for key, value in row.items() if key != "id"}) for row in rows]
    newest = {(row.episode_id, row.kind): row for row in found}
    return sorted(newest.values(), key=lambda row: (row.client_id, row.type, row.kind, row.episode_id))


def held_in_digests(connection: Connection, managers: Collection[str], day: date) -> dict[str, list[Withheld]]:
    """By manager what the digest of a day held back although it was worth an alert, in the order it was kept in."""
    query = select(withheld).where(withheld.c.manager.in_(managers), withheld.c.day == day)
    query = query.where(withheld.c.alert_id.is_not(None)).order_by(withheld.c.known_at, withheld.c.id)
    merged = survivors(connection)
    found: dict[str, list[Withheld]] = {manager: [] for manager in managers}
    for row in connection.execute(query):
        values = {key: value for key, value in as_today(row, merged).items() if key != "id"}
        found[row.manager].append(Withheld(**values))
    return found


def audit_slice(rows: Iterable[Withheld], day: date, *, share: float = AUDIT_SHARE) -> list[Withheld]:
    """The part of what was not told that somebody should look at: drawn at random, the same whenever the day is asked.

    Nothing but the day and the episode decides, so that what is drawn stands for what is not.
    """
    return [row for row in rows if int(key_id("audit", day, row.episode_id)[:8], 16) < share * SPREAD]


def mentions_behind(connection: Connection, signal_ids: Iterable[str]) -> dict[str, str]:
    """By signal the mention it was made of, which is what a label is given to."""
    found: dict[str, str] = {}
    for batch in chunks(sorted(signal_ids), LOOKUP_ROWS):
        query = select(signals.c.id, tags.c.mention_id).join(tags, tags.c.id == signals.c.tag_id)
        found |= {row[0]: row[1] for row in connection.execute(query.where(signals.c.id.in_(batch)))}
    return found


def told_before(connection: Connection, kinds: Collection[tuple[str, str]], *, since: datetime) -> list[ToldBefore]:
    """The alerts of some clients (as they stand today) and types made since a moment, oldest first.

    Those that were denied or cancelled are left out: what is told anew after that is news.
    """
    columns = alerts.c.client_id, alerts.c.type, alerts.c.episode_id, alerts.c.created_at, alerts.c.reason
    ended = exists().where(episode_endings.c.episode_id == alerts.c.episode_id)
    query = select(*columns).where(alerts.c.created_at >= since, ~ended)
    merged, rows = survivors(connection), []
    for some in chunks(with_merged(connection, {client_id for client_id, _ in kinds}), LOOKUP_ROWS):
        made: Iterable[Row[Any]] = connection.execute(query.where(alerts.c.client_id.in_(some)))
        today = (as_today(row, merged) for row in made)
        rows += [row for row in today if (row["client_id"], row["type"]) in kinds]
    rows.sort(key=itemgetter("created_at", "episode_id"))
    sources = sources_of(connection, (row["episode_id"] for row in rows))
    return [ToldBefore(**row, sources=sources.get(row["episode_id"], frozenset())) for row in rows]


def sources_of(connection: Connection, episode_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """By episode the sources of its signals."""
    found: dict[str, set[str]] = {}
    for batch in chunks(sorted(set(episode_ids)), LOOKUP_ROWS):
        query = select(signals.c.episode_id, signals.c.source).distinct().where(signals.c.episode_id.in_(batch))
        for episode_id, source in connection.execute(query):
            found.setdefault(episode_id, set()).add(source)
    return {episode_id: frozenset(named) for episode_id, named in found.items()}
