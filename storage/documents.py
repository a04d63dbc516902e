"""Documents: stored once, an edited one as a new version, and which of them have still to be read."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, func, select

from .database import batched, save_new
from .keys import digest_of
from .models import documents, readings, texts, waiting
from .shapes import ADVERTORIAL as ADVERTORIAL
from .shapes import CUSTOMERS
from .shapes import Document as Document
from .shapes import Saved as Saved
from .waiting import IN_TURN, MASK, READ, comes_after, wait_for
from .walks import walk

FORGOTTEN = "forgotten:"  # what the key of a forgotten document begins with
AT_ONCE = 1_000  # pairs in one question; SQLite allows 32,766 values


def save_documents(connection: Connection, batch: Iterable[Document]) -> Saved:
    """Store documents by key; one that is there stays untouched, with the `first_seen_at` it had.

    What was forgotten is not stored again, also not in a later version: it counts as seen.
    """
    return sum(save_by_source(connection, batch).values(), start=Saved())


def save_by_source(connection: Connection, batch: Iterable[Document]) -> dict[str, Saved]:
    """`save_documents`, with what became of the documents of each source."""
    unique = {document.id: document for document in batch}
    if not unique:
        return {}
    stored, forgotten = _stored_versions(connection, unique.values())
    fresh = {i: d for i, d in unique.items() if i not in stored[(d.source, d.natural_key)]}
    fresh = {i: d for i, d in fresh.items() if (d.source, d.natural_key) not in forgotten}
    versions = _number_versions(fresh.values(), stored)
    save_new(connection, documents, [_row(d, versions[i]) for i, d in fresh.items()])
    save_new(connection, texts, [_text_row(d) for d in fresh.values()])
    wait_for(connection, READ, ((i, d.first_seen_at) for i, d in fresh.items() if d.quarantine is None))
    unread = ((i, d) for i, d in fresh.items() if d.quarantine is not None)  # reading masks what it reads
    wait_for(connection, MASK, ((i, d.first_seen_at) for i, d in unread if d.category in CUSTOMERS))
    given = Counter(d.source for d in unique.values())
    new = Counter(d.source for i, d in fresh.items() if versions[i] == 1)
    changed = Counter(d.source for i, d in fresh.items() if versions[i] > 1)
    return {name: Saved(new[name], changed[name], n - new[name] - changed[name]) for name, n in given.items()}


def unread_documents(connection: Connection, *, limit: int, after: Document | None = None) -> list[Document]:
    """The documents that wait to be read, those seen first before the others, at most `limit`.

    With `after` those that come after a document in this order.
    """
    behind = () if after is None else (comes_after(after.first_seen_at, after.id),)
    query = (
        select(documents, texts.c.title, texts.c.body, texts.c.author_digest)
        .join(waiting, waiting.c.document_id == documents.c.id)
        .join(texts, texts.c.document_id == documents.c.id)
        .where(waiting.c.stage == READ, *behind)
        .order_by(*IN_TURN)
        .limit(limit)
    )
    return [_document(row) for row in connection.execute(query)]


def mark_read(connection: Connection, ids: Iterable[str], stage: str, version: str, now: datetime) -> None:
    """Note that a stage has read these documents."""
    save_new(
        connection,
        readings,
        ({"document_id": i, "stage": stage, "version": version, "done_at": now} for i in ids),
    )


def load_documents(connection: Connection, ids: Sequence[str]) -> dict[str, Document]:
    """Documents by id; an erased text comes back empty."""
    query = (
        select(documents, texts.c.title, texts.c.body, texts.c.author_digest)
        .join(texts, texts.c.document_id == documents.c.id)
        .where(documents.c.id.in_(ids))
    )
    return {row.id: _document(row) for row in connection.execute(query)}


def documents_of(connection: Connection, source: str, *, limit: int) -> list[Document]:
    """The first documents of a source by time seen, newest published first, quarantined ones too."""
    query = (
        select(documents, texts.c.title, texts.c.body, texts.c.author_digest)
        .join(texts, texts.c.document_id == documents.c.id)
        .where(documents.c.source == source)
        .order_by(documents.c.first_seen_at, documents.c.published_at.desc(), documents.c.natural_key)
        .limit(limit)
    )
    return [_document(row) for row in connection.execute(query)]


def newest_documents(connection: Connection, source: str, *, until: datetime, limit: int) -> list[Document]:
    """The documents of a source seen last by a moment, the newest first, quarantined ones too."""
    query = (
        select(documents, texts.c.title, texts.c.body, texts.c.author_digest)
        .join(texts, texts.c.document_id == documents.c.id)
        .where(documents.c.source == source, documents.c.first_seen_at <= until)
        .order_by(documents.c.first_seen_at.desc(), documents.c.published_at.desc(), documents.c.natural_key)
        .limit(limit)
    )
    return [_document(row) for row in connection.execute(query)]


def quarantine_reasons(connection: Connection, places: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Why nothing is to be read from a document, by its id, of those of these sources and keys where that is so."""
    rows = documents_at(connection, "id, quarantine", places)
    return {document_id: reason for document_id, reason in rows if reason is not None}


def documents_at(connection: Connection, columns: str, places: Iterable[tuple[str, str]]) -> Iterator[Any]:
    """These columns of all documents with one of these sources and keys.

    Joined and not `IN`: SQLite finds pairs of columns by no index and would look at every document there is.
    """
    mark = "?" if connection.dialect.name == "sqlite" else "%s"  # written out: SQLAlchemy spends more than the database
    for some in batched(places, AT_ONCE):
        wanted = ", ".join([f"({mark}, {mark})"] * len(some))
        query = f"SELECT {columns} FROM (VALUES {wanted}) AS wanted CROSS JOIN documents"
        is_one = "source = wanted.column1 AND natural_key = wanted.column2"
        yield from connection.exec_driver_sql(f"{query} WHERE {is_one}", tuple(chain.from_iterable(some)))


def first_visits(connection: Connection) -> dict[str, datetime]:
    """When each source's first documents were seen."""
    sources = walk(documents.c.source)
    first = select(func.min(documents.c.first_seen_at)).where(documents.c.source == sources.c.value).scalar_subquery()
    return {row[0]: row[1] for row in connection.execute(select(sources.c.value, first))}


def count_documents(connection: Connection, *, since: datetime | None = None, until: datetime | None = None) -> int:
    """How many documents were first seen in a period (`since` inclusive, `until` exclusive)."""
    query = select(func.count()).select_from(documents)
    if since is not None:
        query = query.where(documents.c.first_seen_at >= since)
    if until is not None:
        query = query.where(documents.c.first_seen_at < until)
    return connection.execute(query).scalar_one()


def _stored_versions(
    connection: Connection, batch: Iterable[Document]
) -> tuple[dict[tuple[str, str], set[str]], set[tuple[str, str]]]:
    """The ids stored under each source and key of the batch, and those of them that were forgotten."""
    found: dict[tuple[str, str], set[str]] = {(d.source, d.natural_key): set() for d in batch}
    erased = {(source, forgotten_key(key)): (source, key) for source, key in found}
    forgotten = set()
    rows = documents_at(connection, "source, natural_key, id", sorted(found.keys() | erased.keys()))
    for source, key, document_id in rows:
        if (source, key) in erased:
            forgotten.add(erased[(source, key)])
        if (source, key) in found:
            found[(source, key)].add(document_id)
    return found, forgotten


def forgotten_key(natural_key: str) -> str:
    """The key a document has once it is forgotten: enough to know it again, without the address or name in it."""
    return FORGOTTEN + digest_of(natural_key)


def _number_versions(batch: Iterable[Document], stored: dict[tuple[str, str], set[str]]) -> dict[str, int]:
    """The version of each new document; one batch may hold several edits of the same page, oldest first."""
    counts = {key: len(ids) for key, ids in stored.items()}
    versions = {}
    for document in sorted(batch, key=lambda document: document.first_seen_at):
        key = document.source, document.natural_key
        counts[key] += 1
        versions[document.id] = counts[key]
    return versions


def _row(document: Document, version: int) -> dict[str, object]:
    return {
        "id": document.id,
        "source": document.source,
        "natural_key": document.natural_key,
        "version": version,
        "url": document.url,
        "language": document.language,
        "category": document.category,
        "origin": document.origin,
        "published_at": document.published_at,
        "first_seen_at": document.first_seen_at,
        "content_digest": document.content_digest,
        "fields": document.fields,
        "quarantine": document.quarantine,
    }


def _text_row(document: Document) -> dict[str, object]:
    return {
        "document_id": document.id,
        "title": document.title,
        "body": document.text,
        "author_digest": document.author_digest,
        "erased_at": None,
    }


def _document(row: Row[tuple[object, ...]]) -> Document:
    return Document(
        source=row.source,
        natural_key=row.natural_key,
        title=row.title,
        text=row.body,
        first_seen_at=row.first_seen_at,
        published_at=row.published_at,
        url=row.url,
        language=row.language,
        category=row.category,
        origin=row.origin,
        fields=row.fields,
        author_digest=row.author_digest,
        quarantine=row.quarantine,
        stored_id=row.id,
    )
