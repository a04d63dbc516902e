"""Field tips of a client, and whether anything has read them yet."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, select

from .access import PRIVATE_CATEGORY
from .audit import write_audit
from .documents import Document, save_documents
from .identity import with_merged
from .mentions import MentionRow, save_mentions
from .models import documents, mentions, readings, texts
from .privacy import erase_document

SOURCE = "saha-notu"  # the source of all tips
MANY = 5_000  # documents; of a client that is named in so many the tips are found among all tips


@dataclass(frozen=True)
class Tip:
    """What a colleague wrote down. `heard_on`: an ISO day. `is_read`: it may have raised a signal."""

    id: str
    client_id: str
    text: str
    origin: str
    heard_on: str
    written_by: str
    written_at: datetime
    is_read: bool


def save_tip(connection: Connection, tip: Document, mention: MentionRow) -> None:
    """Keep a tip with the client it is about, and a row in the trail that does not tell what it says."""
    save_documents(connection, [tip])
    save_mentions(connection, [mention])
    write_audit(connection, tip.fields["written_by"], "tip.write", tip.id, tip.first_seen_at, after=tip.content_digest)


def tips_of(connection: Connection, client_id: str, at: datetime) -> list[Tip]:
    """The tips about a client that were written by a moment, the newest first, without erased ones."""
    query = _tips().where(_is_about(connection, client_id), documents.c.first_seen_at <= at)
    return [_tip(row) for row in connection.execute(query.order_by(documents.c.first_seen_at.desc(), documents.c.id))]


def tip_of_id(connection: Connection, document_id: str) -> Tip | None:
    """One tip; None where it was erased, or is none."""
    row = connection.execute(_tips().where(documents.c.id == document_id)).first()
    return _tip(row) if row else None


def take_back_tip(connection: Connection, tip: Tip, now: datetime) -> None:
    """Erase a tip; the trail remembers that there was one."""
    erase_document(connection, tip.id, now)
    write_audit(connection, tip.written_by, "tip.take_back", tip.id, now)


def _is_about(connection: Connection, client_id: str) -> ColumnElement[bool]:
    """In a query: a tip names a client. Of one that much else names, all tips are looked at, for they are fewer."""
    is_its = mentions.c.client_id.in_(with_merged(connection, [client_id]))
    named_in = connection.execute(select(mentions.c.document_id).where(is_its).limit(MANY)).scalars().all()
    if len(named_in) < MANY:
        return documents.c.id.in_(set(named_in))
    return and_(documents.c.source == SOURCE, exists().where(mentions.c.document_id == documents.c.id, is_its))


def _tips() -> Select[tuple[object, ...]]:
    is_read = exists().where(readings.c.document_id == documents.c.id, readings.c.stage == "read")
    query = select(documents.c.id, documents.c.origin, documents.c.fields, documents.c.first_seen_at)
    query = query.add_columns(texts.c.body, is_read.label("is_read"))
    query = query.join(texts, texts.c.document_id == documents.c.id)
    return query.where(documents.c.category == PRIVATE_CATEGORY, texts.c.erased_at.is_(None))


def _tip(row: Row[tuple[object, ...]]) -> Tip:
    said = row.fields
    return Tip(
        row.id,
        said.get("client_id", ""),
        row.body,
        row.origin,
        said.get("heard_on", ""),
        said.get("written_by", ""),
        row.first_seen_at,
        row.is_read,
    )
