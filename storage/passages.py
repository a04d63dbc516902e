"""A client in a document with its text and tags: what people are asked about and what models learn from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from .models import clients, documents, mentions, story_members, tags, texts

AT_ONCE = 500


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
    return list(_passages(connection, limit=limit))


def passages_of(connection: Connection, mention_ids: Iterable[str]) -> dict[str, Passage]:
    """Passages by mention."""
    wanted = sorted(set(mention_ids))
    found: dict[str, Passage] = {}
    for start in range(0, len(wanted), AT_ONCE):
        batch = _passages(connection, mention_ids=wanted[start : start + AT_ONCE])
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


def _passages(
    connection: Connection, *, mention_ids: list[str] | None = None, limit: int | None = None
) -> Iterator[Passage]:
    rank = func.row_number().over(
        partition_by=(mentions.c.document_id, mentions.c.client_id),
        order_by=(mentions.c.known_at.desc(), mentions.c.probability.desc(), mentions.c.start),
    )
    columns = (mentions.c.id, mentions.c.client_id, mentions.c.start, mentions.c.end, mentions.c.version)
    query = (
        select(*columns, documents.c.id.label("document_id"), documents.c.source, documents.c.language)
        .add_columns(documents.c.category, documents.c.first_seen_at, documents.c.url, texts.c.title, texts.c.body)
        .add_columns(clients.c.legal_name, rank.label("rank"))
        .join(documents, documents.c.id == mentions.c.document_id)
        .join(texts, texts.c.document_id == documents.c.id)
        .join(clients, clients.c.client_id == mentions.c.client_id)
        .where(mentions.c.accepted, texts.c.erased_at.is_(None), documents.c.quarantine.is_(None))
    )
    if mention_ids is not None:
        found = query.where(mentions.c.id.in_(mention_ids)).subquery()
        rows = connection.execute(select(found)).all()
    else:
        found = query.subquery()
        newest = select(found).where(found.c.rank == 1).order_by(found.c.first_seen_at.desc(), found.c.id)
        rows = connection.execute(newest.limit(limit)).all()
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
