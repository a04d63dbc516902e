"""What was heard of clients before: the signals and episodes that what comes next joins or follows from."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from .changes import LOOKUP_ROWS, chunks
from .identity import as_today, survivors, with_merged
from .models import episode_endings, episodes, signals, story_aliases
from .signals import Ending, Episode, Signal, StoryAlias


@dataclass(frozen=True)
class Onset:
    """That an episode began: whose, and of what type."""

    episode_id: str
    client_id: str
    type: str


def episodes_of(
    connection: Connection, client_ids: Iterable[str], *, since: datetime | None = None, also: Iterable[str] = ()
) -> list[Episode]:
    """The episodes of some clients with the time of their newest signal and whether they were ended.

    `since`: only those with a signal since a moment, and `also` those of these ids.
    """
    wanted = set(also)
    for some in chunks(with_merged(connection, client_ids), LOOKUP_ROWS):
        theirs = select(signals.c.episode_id).where(signals.c.client_id.in_(some)).distinct()
        theirs = theirs if since is None else theirs.where(signals.c.known_at >= since)
        wanted.update(connection.execute(theirs).scalars())
    ended = exists().where(episode_endings.c.episode_id == episodes.c.id)
    query = select(episodes, func.max(signals.c.known_at).label("last_at"), ended.label("ended"))
    query = query.join(signals, signals.c.episode_id == episodes.c.id).group_by(episodes.c.id)
    merged, found = survivors(connection), []
    for some in chunks(sorted(wanted), LOOKUP_ROWS):
        found += [Episode(**as_today(row, merged)) for row in connection.execute(query.where(episodes.c.id.in_(some)))]
    return found


def signals_of(connection: Connection, client_ids: Iterable[str], *, since: datetime | None = None) -> list[Signal]:
    """The signals of some clients, all or those known since a moment, oldest first."""
    lately = () if since is None else (signals.c.known_at >= since,)
    return sorted(_among(connection, signals.c.client_id, with_merged(connection, client_ids), *lately), key=_in_time)


def signals_of_ids(connection: Connection, ids: Iterable[str]) -> list[Signal]:
    """Some signals by their ids, oldest first; ids of none are left out."""
    return sorted(_among(connection, signals.c.id, ids), key=_in_time)


def signals_about(connection: Connection, client_ids: Iterable[str], story_ids: Iterable[str]) -> list[Signal]:
    """What some stories said of some clients, oldest first."""
    own, found = set(client_ids), _among(connection, signals.c.story_id, story_ids)
    return sorted((one for one in found if one.client_id in own), key=_in_time)


def story_aliases_of(
    connection: Connection, *, at: datetime, client_ids: Sequence[str] | None = None
) -> list[StoryAlias]:
    """The aliases known at a moment, of all clients or of some."""
    query = select(story_aliases).where(story_aliases.c.known_at <= at)
    if client_ids is not None:
        query = query.where(story_aliases.c.client_id.in_(with_merged(connection, client_ids)))
    merged = survivors(connection)
    rows = (as_today(row, merged) for row in connection.execute(query.order_by(story_aliases.c.id)))
    return [StoryAlias(**{name: value for name, value in row.items() if name != "id"}) for row in rows]


def signals_known(connection: Connection, *, as_of: datetime, arm: str = "live") -> list[Signal]:
    """The signals of an arm that were known at a moment, oldest first."""
    query = select(signals).where(signals.c.known_at <= as_of, signals.c.arm == arm)
    return _signals(connection, query.order_by(signals.c.known_at, signals.c.id))


def risk_onsets(
    connection: Connection, types: Collection[str], *, since: datetime, until: datetime, standing: bool = False
) -> list[Onset]:
    """The live risk episodes of some types that began between two moments, under the clients of today.

    `standing`: only those that were not ended by `until`.
    """
    query = select(episodes.c.id, episodes.c.client_id, episodes.c.type).where(
        episodes.c.started_at.between(since, until),
        episodes.c.side == "risk",
        episodes.c.arm == "live",
        episodes.c.type.in_(types),
    )
    if standing:
        is_its, is_known = episode_endings.c.episode_id == episodes.c.id, episode_endings.c.known_at <= until
        query = query.where(~exists().where(is_its, is_known))
    merged = survivors(connection)
    return [Onset(one, merged.get(client, client), code) for one, client, code in connection.execute(query)]


def signals_in(connection: Connection, episode_ids: Iterable[str], *, until: datetime) -> list[Signal]:
    """The signals of some episodes that were known by a moment: oldest first, the most probable of a moment first."""
    found = _among(connection, signals.c.episode_id, episode_ids, signals.c.known_at <= until)
    return sorted(found, key=lambda signal: (signal.known_at, -signal.probability, signal.id))


def endings_of(connection: Connection, episode_ids: Iterable[str], *, until: datetime) -> dict[str, Ending]:
    """By episode how it was ended by a moment; its first ending counts, and those that stand are not in it."""
    found: dict[str, Ending] = {}
    for some in chunks(sorted(episode_ids), LOOKUP_ROWS):
        query = select(episode_endings).where(
            episode_endings.c.episode_id.in_(some), episode_endings.c.known_at <= until
        )
        newest_first = query.order_by(episode_endings.c.known_at.desc(), episode_endings.c.id)
        found |= {row.episode_id: Ending(**row._mapping) for row in connection.execute(newest_first)}
    return found


def _among(
    connection: Connection, column: ColumnElement[str], values: Iterable[str], *conditions: ColumnElement[bool]
) -> list[Signal]:
    """The signals with one of many values in a column, in no order."""
    queries = (
        select(signals).where(column.in_(some), *conditions) for some in chunks(sorted(set(values)), LOOKUP_ROWS)
    )
    return [signal for query in queries for signal in _signals(connection, query)]


def _signals(connection: Connection, query: Select[Any]) -> list[Signal]:
    merged = survivors(connection)
    return [Signal(**as_today(row, merged)) for row in connection.execute(query)]


def _in_time(signal: Signal) -> tuple[datetime, str]:
    return signal.known_at, signal.id
