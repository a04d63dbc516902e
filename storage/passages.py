"""A client in a document with its text and tags: what people are asked about and what models learn from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Select, func, select

from .changes import LOOKUP_ROWS, chunks
from .models import clients, documents, mentions, story_members, tags, texts

AT_ONCE = 500
_IS_TOLD = mentions.c.accepted, texts.c.erased_at.is_(None), documents.c.quarantine.is_(None)


@dataclass(frozen=True)
class Passage:
    """One client in one document, known by its most probable mention; `tags` are (type, probability, accepted)."""

    mention_id: str
    document_id: str
    story_id: str
    client: str
    source: str
    language: str
    category: str
    title: str
    body: str
    start: int
    end: int
    first_seen_at: datetime
    version: str
    tags: tuple[tuple[str, float, bool], ...]
    url: str | None = None

    @property
    def reading(self) -> str:
        """The text in which `start` and `end` count, as in `Document.reading`."""
        return f"{self.title}\n{self.body}" if self.body else self.title


def recent_passages(connection: Connection, *, limit: int) -> list[Passage]:
    """The newest passages of accepted mentions, newest first; erased texts are left out."""
    newest = _newest(connection, limit)
    found = passages_of(connection, newest)
    return [found[mention_id] for mention_id in newest]


def passages_of(connection: Connection, mention_ids: Iterable[str]) -> dict[str, Passage]:
    """Passages by mention."""
    wanted = sorted(set(mention_ids))
    found: dict[str, Passage] = {}
    for start in range(0, len(wanted), AT_ONCE):
        batch = _passages(connection, wanted[start : start + AT_ONCE])
        found |= {passage.mention_id: passage for passage in batch}
    return found


def registry_texts(connection: Connection, source: str, *, limit: int) -> list[tuple[str, str, str]]:
    """Texts of a source's newest documents as (document, language, text), without quarantined and erased ones."""
    query = (
        select(documents.c.id, documents.c.language, texts.c.title, texts.c.body)
        .join(texts, texts.c.document_id == documents.c.id)
        .where(documents.c.source == source, documents.c.quarantine.is_(None), texts.c.erased_at.is_(None))
        .order_by(documents.c.first_seen_at.desc(), documents.c.id)
        .limit(limit)
    )
    return [(row.id, row.language, f"{row.title}\n{row.body}".strip()) for row in connection.execute(query)]


def _newest(connection: Connection, limit: int) -> list[str]:
    """The mentions of the newest passages: of stretches of documents that grow until there are enough."""
    found: list[str] = []
    size, until = max(limit, AT_ONCE), None
    while len(found) < limit:
        since = _seen_before(connection, until, size)
        found += _told_in(connection, since, until)[: limit - len(found)]
        if since is None:
            break
        size, until = 2 * size, since
    return found


def _seen_before(connection: Connection, until: datetime | None, number: int) -> datetime | None:
    """When the last of so many documents was seen, going back from a moment; None where there are not so many."""
    query = select(documents.c.first_seen_at).order_by(documents.c.first_seen_at.desc()).offset(number - 1).limit(1)
    return connection.execute(query if until is None else query.where(documents.c.first_seen_at < until)).scalar()


def _told_in(connection: Connection, since: datetime | None, until: datetime | None) -> list[str]:
    """The mentions of all passages of the documents seen from a moment on and before another, newest first."""
    query = select(documents.c.id)
    query = query if since is None else query.where(documents.c.first_seen_at >= since)
    query = query if until is None else query.where(documents.c.first_seen_at < until)
    rows: list[Any] = []
    for some in chunks(connection.execute(query).scalars().all(), LOOKUP_ROWS):
        rows += connection.execute(_best_of(some))
    rows.sort(key=attrgetter("id"))
    rows.sort(key=attrgetter("first_seen_at"), reverse=True)
    return [row.id for row in rows]


def _best_of(document_ids: Sequence[str]) -> Select[Any]:
    """The most probable mention of each client in some documents."""
    rank = func.row_number().over(
        partition_by=(mentions.c.document_id, mentions.c.client_id),
        order_by=(mentions.c.known_at.desc(), mentions.c.probability.desc(), mentions.c.start),
    )
    query = select(mentions.c.id, documents.c.first_seen_at, rank.label("rank"))
    query = query.join(documents, documents.c.id == mentions.c.document_id)
    query = query.join(texts, texts.c.document_id == documents.c.id)
    found = query.where(mentions.c.document_id.in_(document_ids), *_IS_TOLD).subquery()
    return select(found.c.id, found.c.first_seen_at).where(found.c.rank == 1)


def _passages(connection: Connection, mention_ids: list[str]) -> Iterator[Passage]:
    columns = (mentions.c.id, mentions.c.client_id, mentions.c.start, mentions.c.end, mentions.c.version)
    query = (
        select(*columns, documents.c.id.label("document_id"), documents.c.source, documents.c.language)
        .add_columns(documents.c.category, documents.c.first_seen_at, documents.c.url, texts.c.title, texts.c.body)
        .add_columns(clients.c.legal_name)
        .join(documents, documents.c.id == mentions.c.document_id)
        .join(texts, texts.c.document_id == documents.c.id)
        .join(clients, clients.c.client_id == mentions.c.client_id)
        .where(mentions.c.id.in_(mention_ids), *_IS_TOLD)
    )
    rows = connection.execute(query).all()
    by_mention = _tags_by_place(connection, [row.document_id for row in rows])
    stories = _stories(connection, [row.document_id for row in rows])
    for row in rows:
        yield Passage(
            mention_id=row.id,
            document_id=row.document_id,
            story_id=stories.get(row.document_id, row.document_id),
            client=row.legal_name,
            source=row.source,
            language=row.language,
            category=row.category,
            title=row.title,
            body=row.body,
            start=row.start,
            end=row.end,
            first_seen_at=row.first_seen_at,
            version=row.version,
            tags=tuple(sorted(by_mention.get((row.document_id, row.client_id), {}).values())),
            url=row.url,
        )


def _tags_by_place(
    connection: Connection, document_ids: list[str]
) -> dict[tuple[str, str], dict[str, tuple[str, float, bool]]]:
    """The most probable tag of each type, by document and client."""
    found: dict[tuple[str, str], dict[str, tuple[str, float, bool]]] = {}
    for start in range(0, len(document_ids), AT_ONCE):
        query = (
            select(mentions.c.document_id, mentions.c.client_id, tags.c.type, tags.c.probability, tags.c.accepted)
            .join(mentions, mentions.c.id == tags.c.mention_id)
            .where(mentions.c.document_id.in_(document_ids[start : start + AT_ONCE]))
            .order_by(tags.c.probability)
        )
        for document, client, code, probability, accepted in connection.execute(query):
            found.setdefault((document, client), {})[code] = (code, probability, accepted)
    return found


def _stories(connection: Connection, document_ids: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(document_ids), AT_ONCE):
        query = select(story_members.c.document_id, story_members.c.story_id)
        query = query.where(story_members.c.document_id.in_(document_ids[start : start + AT_ONCE]))
        found |= {row.document_id: row.story_id for row in connection.execute(query)}
    return found
