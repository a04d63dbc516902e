"""What is held about some clients, document by document: how far each got on its way to an alert."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select

from .changes import LOOKUP_ROWS, chunks
from .identity import survivors, with_merged
from .models import documents, mentions, tags, texts

AT_ONCE = 2_000


@dataclass(frozen=True)
class Told:
    """A document that may name a client: its best mention and, of one side, the most probable tag on any mention.

    `surface` is how the client is written there; `type`, `tag_probability` and `tag_accepted` are None without a tag.
    """

    client_id: str
    document_id: str
    source: str
    published_at: datetime | None
    first_seen_at: datetime
    title: str
    surface: str
    probability: float
    accepted: bool
    relevance: int
    reason: str
    type: str | None = None
    tag_probability: float | None = None
    tag_accepted: bool | None = None


@dataclass(frozen=True)
class Text:
    """A document's words."""

    document_id: str
    source: str
    published_at: datetime | None
    first_seen_at: datetime
    title: str
    body: str


def told_of(connection: Connection, client_ids: Iterable[str], *, side: str, as_of: datetime) -> list[Told]:
    """Every document seen by a moment in which some clients were found at all, oldest first."""
    merged = survivors(connection)
    best: dict[tuple[str, str], Told] = {}
    for batch in chunks(with_merged(connection, client_ids), LOOKUP_ROWS):
        for told in _told(connection, batch, side, as_of):
            key = merged.get(told.client_id, told.client_id), told.document_id
            if key not in best or _standing(told) > _standing(best[key]):
                best[key] = told
    found = [Told(**{**vars(told), "client_id": client}) for (client, _), told in best.items()]
    return sorted(found, key=lambda told: (told.client_id, told.first_seen_at, told.document_id))


def texts_seen(connection: Connection, *, since: datetime, until: datetime) -> Iterator[Text]:
    """The words of all documents of a time (both ends included), without quarantined and erased ones."""
    when = or_(documents.c.first_seen_at.between(since, until), documents.c.published_at.between(since, until))
    query = (
        select(documents.c.id, documents.c.source, documents.c.published_at, documents.c.first_seen_at)
        .add_columns(texts.c.title, texts.c.body)
        .join(texts, texts.c.document_id == documents.c.id)
        .where(when, documents.c.first_seen_at <= until)
        .where(documents.c.quarantine.is_(None), texts.c.erased_at.is_(None))
        .order_by(documents.c.first_seen_at, documents.c.id)
    )
    for part in connection.execute(query).partitions(AT_ONCE):
        yield from (Text(*row) for row in part)


def _told(connection: Connection, client_ids: Iterable[str], side: str, as_of: datetime) -> Iterator[Told]:
    of_side = and_(tags.c.mention_id == mentions.c.id, tags.c.side == side, tags.c.known_at <= as_of)
    query = (
        select(mentions.c.client_id, mentions.c.start, mentions.c.end, mentions.c.probability, mentions.c.accepted)
        .add_columns(mentions.c.relevance, mentions.c.reason, documents.c.id, documents.c.source)
        .add_columns(documents.c.published_at, documents.c.first_seen_at, texts.c.title, texts.c.body)
        .add_columns(tags.c.type, tags.c.probability.label("tag_probability"), tags.c.accepted.label("tag_accepted"))
        .join(documents, documents.c.id == mentions.c.document_id)
        .join(texts, texts.c.document_id == documents.c.id)
        .outerjoin(tags, of_side)
        .where(mentions.c.client_id.in_(list(client_ids)), documents.c.first_seen_at <= as_of)
    )
    for row in connection.execute(query):
        reading = f"{row.title}\n{row.body}" if row.body else row.title
        yield Told(
            row.client_id,
            row.id,
            row.source,
            row.published_at,
            row.first_seen_at,
            row.title,
            reading[row.start : row.end],
            row.probability,
            row.accepted,
            row.relevance,
            row.reason,
            row.type,
            row.tag_probability,
            row.tag_accepted,
        )


def _standing(told: Told) -> tuple[bool, float, bool, float]:
    """How far a row got: of several mentions and tags of one document the one that got furthest speaks for it."""
    return bool(told.tag_accepted), told.tag_probability or -1.0, told.accepted, told.probability
