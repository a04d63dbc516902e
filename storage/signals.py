"""Signals, the episodes they form and the steps of a client's risk level."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from .database import save_new
from .identity import is_merged, survivors, with_merged
from .keys import key_id
from .models import (
    clients,
    episode_endings,
    episodes,
    level_steps,
    signal_evidence,
    signals,
    story_aliases,
)


@dataclass(frozen=True)
class Episode:
    """All signals of one client and type without a gap over the type's merge_days; `last_at` is its newest signal."""

    id: str
    client_id: str
    side: str
    type: str
    started_at: datetime
    arm: str
    last_at: datetime
    ended: bool = False


@dataclass(frozen=True)
class Signal:
    """client x type x story, first known at `known_at`."""

    id: str
    client_id: str
    type: str
    side: str
    story_id: str
    episode_id: str
    tag_id: str
    document_id: str
    event_key: str
    source: str
    category: str
    origin: str
    status: str
    probability: float
    relevance: int
    published_at: datetime | None
    first_seen_at: datetime
    known_at: datetime
    arm: str
    version: str


@dataclass(frozen=True)
class Evidence:
    """A further document, perhaps of another outlet, that tells the same signal."""

    signal_id: str
    tag_id: str
    document_id: str
    source: str
    status: str
    known_at: datetime
    novelty: str | None = None


@dataclass(frozen=True)
class StoryAlias:
    """A later story of a client and type that tells the event of an earlier one; its signals keep the story they have.

    `same_as` is the first story of the event as it was known then: that one may have an alias of its own since.
    """

    client_id: str
    type: str
    story_id: str
    same_as: str
    reason: str
    known_at: datetime
    version: str

    @property
    def id(self) -> str:
        """A story has one alias a client and type."""
        return key_id("story alias", self.client_id, self.type, self.story_id)


@dataclass(frozen=True)
class Ending:
    """An episode denied or cancelled by a later signal."""

    id: str
    episode_id: str
    signal_id: str
    kind: str
    known_at: datetime


@dataclass(frozen=True)
class Step:
    """One raise (or the withdrawal of one) of a client's standing risk level; heights are of 100."""

    id: str
    client_id: str
    episode_id: str
    kind: str
    height: float
    half_life_days: float
    reason: str
    known_at: datetime


@dataclass(frozen=True)
class Detected:
    """All rows one batch of hits gives rise to."""

    episodes: tuple[Episode, ...] = ()
    signals: tuple[Signal, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    endings: tuple[Ending, ...] = ()
    steps: tuple[Step, ...] = ()
    aliases: tuple[StoryAlias, ...] = ()


def save_detected(connection: Connection, found: Detected) -> None:
    """Keep what detection found, by key."""
    rows = [vars(e) for e in found.episodes]
    save_new(connection, episodes, ({k: v for k, v in r.items() if k not in ("last_at", "ended")} for r in rows))
    save_new(connection, signals, map(vars, found.signals))
    save_new(connection, signal_evidence, map(vars, found.evidence))
    save_new(connection, episode_endings, map(vars, found.endings))
    save_new(connection, level_steps, map(vars, found.steps))
    save_new(connection, story_aliases, (vars(alias) | {"id": alias.id} for alias in found.aliases))


def load_steps(
    connection: Connection, *, at: datetime, client_ids: Iterable[str] | None = None, reaching: float | None = None
) -> dict[str, list[Step]]:
    """The level steps known at a moment by client, oldest first.

    `reaching`: only those of clients whose heights add up to so much, which is as high as their level can ever be.
    """
    query = select(*(level_steps.c[field.name] for field in fields(Step))).where(level_steps.c.known_at <= at)
    query = query.order_by(level_steps.c.known_at, level_steps.c.id)
    if client_ids is not None:
        query = query.where(level_steps.c.client_id.in_(with_merged(connection, client_ids)))
    if reaching is not None:
        query = query.where(_may_reach(reaching))
    merged = survivors(connection)
    found: dict[str, list[Step]] = defaultdict(list)
    for row in connection.execute(query):
        step = Step(*row)
        if step.client_id in merged:
            step = replace(step, client_id=merged[step.client_id])
        found[step.client_id].append(step)
    return found


def count_steps(connection: Connection) -> int:
    """How many level steps there are; they are only ever added, so it differs once a level did anything but fade."""
    return connection.execute(select(func.count()).select_from(level_steps)).scalar_one()


def count_signals(connection: Connection) -> dict[tuple[str, str], int]:
    """How many signals there are of each (side, type)."""
    query = select(signals.c.side, signals.c.type, func.count()).group_by(signals.c.side, signals.c.type)
    return {(side, code): n for side, code, n in connection.execute(query)}


def open_sides(connection: Connection, client_ids: Sequence[str], *, at: datetime, days: int) -> dict[str, set[str]]:
    """Which types each client has heard of in the last days and not ended, by client: {client: {"risk:lawsuit"}}."""
    ended = exists().where(and_(episode_endings.c.episode_id == signals.c.episode_id, episode_endings.c.known_at <= at))
    query = select(signals.c.client_id, signals.c.side, signals.c.type).where(
        signals.c.client_id.in_(with_merged(connection, client_ids)),
        signals.c.known_at <= at,
        signals.c.known_at > at - timedelta(days=days),
        signals.c.arm == "live",
        ~ended,
    )
    merged = survivors(connection)
    found: dict[str, set[str]] = defaultdict(set)
    for client_id, side, code in connection.execute(query):
        found[merged.get(client_id, client_id)].add(f"{side}:{code}")
    return found


def client_of_signal(connection: Connection, signal_id: str) -> str | None:
    """Whose signal it is; None where there is none of that id."""
    return connection.execute(select(signals.c.client_id).where(signals.c.id == signal_id)).scalar()


def managers_with_clients(connection: Connection) -> list[str]:
    """All managers who own a client."""
    named = select(clients.c.manager).where(clients.c.manager > "").distinct().subquery()
    owned = exists().where(clients.c.manager == named.c.manager, clients.c.merged_into.is_(None))
    query = select(named.c.manager).where(owned).order_by(named.c.manager)
    return list(connection.execute(query).scalars())


def _may_reach(height: float) -> ColumnElement[bool]:
    """Steps of clients whose heights add up to so much, and of all that have been merged, whose heights join."""
    own = select(level_steps.c.client_id).group_by(level_steps.c.client_id)
    merged = select(clients.c.client_id).where(is_merged()).union(select(clients.c.merged_into).where(is_merged()))
    high = own.having(func.sum(level_steps.c.height) >= height)
    return or_(level_steps.c.client_id.in_(high), level_steps.c.client_id.in_(merged))
