"""What reading found: story membership, mentions and tags, all append-only."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from .changes import LOOKUP_ROWS, chunks
from .database import save_new
from .documents import documents_at
from .keys import key_id
from .models import documents, mentions, stories, story_members, tags
from .waiting import wait_for_complaints, wait_for_detection


@dataclass(frozen=True)
class StoryMember:
    """A document's place in a story: the story's id is that of its first document."""

    document_id: str
    story_id: str
    similarity: float
    is_copy: bool
    sketch: tuple[int, ...]
    known_at: datetime


@dataclass(frozen=True)
class MentionRow:
    """A client found in a document; offsets are code points of `Document.reading`."""

    document_id: str
    client_id: str
    start: int
    end: int
    probability: float
    accepted: bool
    relevance: int
    role: str
    reason: str
    known_at: datetime
    version: str

    @property
    def id(self) -> str:
        """The same mention read by the same version is the same row."""
        return key_id("mention", self.document_id, self.client_id, self.start, self.end, self.version)


@dataclass(frozen=True)
class TagRow:
    """A signal type on a mention, with the words that say so; `facts`: what their sentence states, ready for JSON."""

    mention_id: str
    type: str
    side: str
    probability: float
    accepted: bool
    status: str
    origin: str
    start: int
    end: int
    reason: str
    known_at: datetime
    version: str
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """One tag a type on a mention and version."""
        return key_id("tag", self.mention_id, self.type, self.version)


def save_story_members(connection: Connection, members: Sequence[StoryMember], version: str) -> None:
    """Keep in which story each document is; a first document founds its story."""
    founded = [m for m in members if m.story_id == m.document_id]
    save_new(
        connection,
        stories,
        ({"id": m.story_id, "first_document_id": m.document_id, "known_at": m.known_at} for m in founded),
    )
    save_new(
        connection,
        story_members,
        (vars(m) | {"sketch": array("Q", m.sketch).tobytes(), "version": version} for m in members),
    )


def recent_story_members(connection: Connection, since: datetime) -> Iterator[tuple[StoryMember, datetime]]:
    """The members that became known since a moment, in the order in which they were read, to join new documents to
    their stories; each with when its document was published (where that is not said, when it became known)."""
    told_at = func.coalesce(documents.c.published_at, story_members.c.known_at).label("told_at")
    query = (
        select(story_members, told_at)
        .join(documents, documents.c.id == story_members.c.document_id)
        .where(story_members.c.known_at >= since)
        .order_by(story_members.c.known_at, documents.c.first_seen_at, documents.c.id)
    )
    for row in connection.execute(query):
        sketch = tuple(array("Q", row.sketch))
        member = StoryMember(row.document_id, row.story_id, row.similarity, row.is_copy, sketch, row.known_at)
        yield member, row.told_at


def stories_of_versions(
    connection: Connection, keys: Iterable[tuple[str, str]], *, since: datetime
) -> dict[tuple[str, str], str]:
    """The story each document was last put in since a moment, by its source and natural key, whatever its version."""
    versions = {row.id: row for row in documents_at(connection, "id, source, natural_key, version", sorted(set(keys)))}
    query = select(story_members.c.document_id, story_members.c.story_id).where(story_members.c.known_at >= since)
    found: list[tuple[Any, str]] = []
    for some in chunks(list(versions), LOOKUP_ROWS):
        rows = connection.execute(query.where(story_members.c.document_id.in_(some)))
        found += [(versions[document_id], story_id) for document_id, story_id in rows]
    found.sort(key=lambda one: one[0].version)
    return {(row.source, row.natural_key): story_id for row, story_id in found}


def save_mentions(connection: Connection, rows: Iterable[MentionRow]) -> int:
    """Keep mentions, those in what customers wrote to be looked at as complaints; returns how many were new."""
    found = list(rows)
    count = save_new(connection, mentions, (vars(row) | {"id": row.id} for row in found))
    wait_for_complaints(connection, (row.document_id for row in found if row.accepted))
    return count


def save_tags(connection: Connection, rows: Iterable[TagRow]) -> int:
    """Keep tags, to be looked at by detection; returns how many were new."""
    found = list(rows)
    count = save_new(connection, tags, (vars(row) | {"id": row.id} for row in found))
    wait_for_detection(connection, (row.mention_id for row in found if row.accepted))
    return count
