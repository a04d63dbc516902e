"""What each stage has still to look at: a row for a stage and a document, gone once the stage has seen the document.

A run looks here first; without it each would go through all that was ever read to find the little that came since.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, func, or_, select

from .changes import LOOKUP_ROWS, chunks
from .database import save_new
from .models import documents, mentions, waiting
from .shapes import CUSTOMERS

READ, MASK, DETECT, COMPLAINTS = "read", "mask", "detect", "complaints"  # the stages things wait for
IN_TURN = waiting.c.first_seen_at, waiting.c.document_id


def wait_for(connection: Connection, stage: str, seen: Iterable[tuple[str, datetime]]) -> None:
    """Have documents, each with when it was first seen, wait for a stage; one that does already waits on."""
    rows = ({"stage": stage, "first_seen_at": at, "document_id": document_id} for document_id, at in seen)
    save_new(connection, waiting, rows)


def wait_for_detection(connection: Connection, mention_ids: Iterable[str]) -> None:
    """Have the documents of the accepted ones of some mentions wait for detection."""
    of_it = mentions.c.document_id == documents.c.id
    query = select(documents.c.id, documents.c.first_seen_at).join(mentions, of_it).where(mentions.c.accepted)
    for some in chunks(sorted(set(mention_ids)), LOOKUP_ROWS):
        wait_for(connection, DETECT, _pairs(connection, query.where(mentions.c.id.in_(some)).distinct()))


def wait_for_complaints(connection: Connection, document_ids: Iterable[str]) -> None:
    """Have those of some documents that customers wrote, and that are not in quarantine, be looked at as complaints."""
    query = select(documents.c.id, documents.c.first_seen_at)
    query = query.where(documents.c.category.in_(CUSTOMERS), documents.c.quarantine.is_(None))
    for some in chunks(sorted(set(document_ids)), LOOKUP_ROWS):
        wait_for(connection, COMPLAINTS, _pairs(connection, query.where(documents.c.id.in_(some))))


def waiting_for(connection: Connection, stage: str, *, limit: int) -> list[str]:
    """The ids of the documents that wait for a stage, those seen first before the others, at most `limit`."""
    query = select(waiting.c.document_id).where(waiting.c.stage == stage).order_by(*IN_TURN).limit(limit)
    return list(connection.execute(query).scalars())


def count_waiting(connection: Connection, stage: str) -> int:
    """How many documents wait for a stage."""
    return connection.execute(select(func.count()).where(waiting.c.stage == stage)).scalar_one()


def leave(connection: Connection, stage: str, document_ids: Sequence[str]) -> None:
    """The stage has seen these documents: they wait for it no more."""
    gone = [waiting.c[name] == bindparam(f"its_{name}") for name in ("stage", "first_seen_at", "document_id")]
    query = select(documents.c.id, documents.c.first_seen_at)
    for some in chunks(sorted(set(document_ids)), LOOKUP_ROWS):
        places = _pairs(connection, query.where(documents.c.id.in_(some)))
        rows = [{"its_stage": stage, "its_first_seen_at": at, "its_document_id": key} for key, at in places]
        connection.execute(delete(waiting).where(*gone), rows)


def comes_after(seen: datetime, document_id: str) -> ColumnElement[bool]:
    """Waits behind a document: seen later, or then with a greater id; the first part alone lets the index be used."""
    at, its_id = IN_TURN
    return and_(at >= seen, or_(at > seen, its_id > document_id))


def _pairs(connection: Connection, query: Select[Any]) -> list[tuple[str, datetime]]:
    return [(document_id, at) for document_id, at in connection.execute(query)]
