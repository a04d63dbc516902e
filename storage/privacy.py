"""Personal text in storage: masked once it was read, erased on request or by age, and what of it is held.

The row of a document stays when its text goes: its id and `content_digest` are those of the text as it came, so the
same page is known again and nothing that was found in it loses its place.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    select,
    update,
)

from .changes import chunks
from .database import Database
from .documents import FORGOTTEN, documents_at, forgotten_key, mark_read
from .keys import digest_of
from .models import backfills, clients, documents, issues, label_candidates, mentions, readings, tags, texts, validators
from .shapes import CUSTOMERS
from .waiting import MASK, READ, leave

PERSONAL = CUSTOMERS  # categories in which private people speak
BATCH = 5_000  # documents at once; SQLite allows 32,766 values in one statement
QUOTED = 60  # so much of a title an issue quotes
QUOTES = re.compile(r"[“']([^”']+)[”']")


@dataclass(frozen=True)
class MaskedText:
    """A document's texts with personal data masked, title and text as long as they were."""

    document_id: str
    title: str
    text: str
    fields: dict[str, str]


@dataclass(frozen=True)
class Erased:
    """How many documents lost their text, and a digest of their ids for the audit trail."""

    documents: int
    digest: str


@dataclass(frozen=True)
class Holding:
    """What is held of one category: documents, how many have their text, have it masked, lost it; different authors;
    when the oldest text was seen; how many texts are younger than so many days."""

    category: str
    documents: int
    texts: int
    masked: int
    erased: int
    authors: int
    oldest_text: datetime | None
    younger_than: dict[int, int]


def save_masked(
    connection: Connection, looked_at: Iterable[str], masked: Sequence[MaskedText], version: str, now: datetime
) -> None:
    """Overwrite texts by their masked form and note which documents were looked at; an erased text stays erased."""
    _overwrite_freed_pages(connection)
    rows = [{"key": m.document_id, "new_title": m.title, "new_body": m.text, "new_fields": m.fields} for m in masked]
    if rows:
        is_held = and_(texts.c.document_id == bindparam("key"), texts.c.erased_at.is_(None))
        new: dict[str, ColumnElement[str]] = {"title": bindparam("new_title"), "body": bindparam("new_body")}
        connection.execute(update(texts).where(is_held).values(new), rows)
        is_it = documents.c.id == bindparam("key"), ~documents.c.natural_key.startswith(FORGOTTEN)
        fields = bindparam("new_fields", type_=documents.c.fields.type)
        connection.execute(update(documents).where(*is_it).values(fields=fields), rows)
    mark_read(connection, looked_at, MASK, version, now)


def client_spans(connection: Connection, ids: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """Where clients were found in documents."""
    found: dict[str, list[tuple[int, int]]] = {document_id: [] for document_id in ids}
    query = select(mentions.c.document_id, mentions.c.start, mentions.c.end)
    for document_id, start, end in connection.execute(
        query.where(mentions.c.document_id.in_(ids), mentions.c.accepted)
    ):
        found[document_id].append((start, end))
    return found


def client_tax_ids(connection: Connection) -> frozenset[str]:
    """The tax numbers of all clients."""
    query = select(clients.c.tax_id).where(clients.c.tax_id.is_not(None))
    return frozenset(connection.execute(query).scalars())


def erase_author(connection: Connection, digests: Collection[str], now: datetime, *, source: str | None) -> Erased:
    """Erase every text under one of an author's digests, in one source or in all."""
    is_theirs = texts.c.author_digest.in_(digests)
    return _erase(connection, is_theirs if source is None else and_(is_theirs, documents.c.source == source), now)


def erase_document(connection: Connection, document_id: str, now: datetime) -> Erased | None:
    """Erase a document and every version of it; None where no document has the id."""
    if connection.execute(select(documents.c.id).where(documents.c.id == document_id)).first() is None:
        return None
    return _erase(connection, documents.c.id == document_id, now)


def erase_older(connection: Connection, category: str, before: datetime, now: datetime) -> Erased:
    """Erase the texts of a category whose newest version was first seen before a moment."""
    other = documents.alias("other")
    is_newer = exists().where(
        other.c.source == documents.c.source,
        other.c.natural_key == documents.c.natural_key,
        other.c.first_seen_at >= before,
    )
    is_old = and_(documents.c.category == category, documents.c.first_seen_at < before)
    return _erase(connection, and_(is_old, ~is_newer), now)


def holdings(connection: Connection, now: datetime, *, ages: Sequence[int]) -> list[Holding]:
    """What is held, by category; `ages` in days."""
    is_held = texts.c.erased_at.is_(None)
    ages_of = {days: documents.c.first_seen_at >= now - timedelta(days=days) for days in ages}
    query = (
        select(
            documents.c.category,
            func.count().label("documents"),
            _count(is_held).label("texts"),
            _count(and_(is_held, readings.c.stage.is_not(None))).label("masked"),
            _count(~is_held).label("erased"),
            func.count(texts.c.author_digest.distinct()).label("authors"),
            func.min(case((is_held, documents.c.first_seen_at))).label("oldest_text"),
            *(_count(and_(is_held, is_young)).label(f"under_{days}") for days, is_young in ages_of.items()),
        )
        .join(texts, texts.c.document_id == documents.c.id)
        .outerjoin(readings, and_(readings.c.document_id == documents.c.id, readings.c.stage == MASK))
        .group_by(documents.c.category)
        .order_by(documents.c.category)
    )
    found = [dict(row._mapping) for row in connection.execute(query)]
    return [Holding(younger_than={days: row.pop(f"under_{days}") for days in ages}, **row) for row in found]


def shred(database: Database) -> None:
    """Have SQLite write its log back, so that no earlier state of an erased text is left beside the database."""
    if database.engine.dialect.name != "sqlite":
        return
    raw = database.engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _erase(connection: Connection, condition: ColumnElement[bool], now: datetime) -> Erased:
    """Erase all versions of the documents that meet a condition and still have their text."""
    _overwrite_freed_pages(connection)
    held = select(documents.c.source, documents.c.natural_key).join(texts, texts.c.document_id == documents.c.id)
    keys = {tuple(row) for row in connection.execute(held.where(condition, texts.c.erased_at.is_(None)))}
    ids: list[str] = []
    for batch in chunks(sorted(keys), BATCH):
        found = list(documents_at(connection, "id, source, natural_key, url", batch))
        ids += [row.id for row in found]
        titles = select(texts.c.title).where(texts.c.title != "")
        for source in sorted({row.source for row in found}):
            theirs = [row for row in found if row.source == source]
            titled = titles.where(texts.c.document_id.in_([row.id for row in theirs]))
            _erase_traces(connection, source, theirs, connection.execute(titled).scalars())
        _erase_rows(connection, {row.id: row.natural_key for row in found}, now)
    return Erased(len(ids), digest_of(*sorted(ids)))


def _erase_rows(connection: Connection, keys: dict[str, str], now: datetime) -> None:
    """Empty the texts, and take from the rows of the documents what may name a person: address, key, fields, facts."""
    gone = {"title": "", "body": "", "author_digest": None, "erased_at": now}
    connection.execute(update(texts).where(texts.c.document_id.in_(keys)).values(gone))
    theirs = select(mentions.c.id).where(mentions.c.document_id.in_(keys))
    connection.execute(update(tags).where(tags.c.mention_id.in_(theirs)).values(facts={}))
    connection.execute(delete(label_candidates).where(label_candidates.c.mention_id.in_(theirs)))
    rows = [{"key": document_id, "new_key": forgotten_key(key)} for document_id, key in keys.items()]
    blank: dict[str, object] = {"url": None, "fields": {}, "natural_key": bindparam("new_key")}
    connection.execute(update(documents).where(documents.c.id == bindparam("key")).values(blank), rows)
    leave(connection, READ, list(keys))


def _erase_traces(connection: Connection, source: str, found: Sequence[Any], titles: Iterable[str]) -> None:
    """Take addresses, keys and titles of documents out of what else a visit leaves: issues, marks, pages to come."""
    addresses = {row.url for row in found if row.url} | {row.natural_key for row in found}
    words = addresses | {title[:QUOTED] for title in titles}
    noted = connection.execute(select(issues.c.id, issues.c.place, issues.c.problem).where(issues.c.source == source))
    telling = [{"key": row.id} for row in noted if words & _words_of(row.place, row.problem)]
    if telling:
        blank = update(issues).where(issues.c.id == bindparam("key")).values(place="", problem="erased")
        connection.execute(blank, telling)
    is_one = validators.c.source == source, validators.c.address.in_(addresses)
    connection.execute(delete(validators).where(*is_one))
    for row in connection.execute(select(backfills.c.id, backfills.c.pending).where(backfills.c.source == source)):
        left = [link for link in row.pending if link["url"] not in addresses]
        if len(left) < len(row.pending):
            connection.execute(update(backfills).where(backfills.c.id == row.id).values(pending=left))


def _words_of(place: str, problem: str) -> set[str]:
    """What an issue may name a document by: its address, its key, and the titles it quotes."""
    return {place, *place.split(), *(word.strip(";,:.") for word in problem.split()), *QUOTES.findall(problem)}


def _overwrite_freed_pages(connection: Connection) -> None:
    """SQLite leaves what it replaces in the file until the place is needed; here it must be overwritten."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
