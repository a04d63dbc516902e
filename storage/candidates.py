"""The passages people are asked about next: a derived list of the newest, so that asking reads a few rows of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, select

from .changes import LOOKUP_ROWS, chunks
from .database import save_over
from .keys import key_id
from .labels import in_force
from .models import documents, label_candidates, labels, mentions, tags, texts

MOST = 100_000  # passages in the list; older ones leave it
ROWS = label_candidates.c
LOTS = 16**20  # of a key of 20 hexadecimal digits


@dataclass(frozen=True)
class Nearness:
    """One client in one document: its mention, and how far the nearest tag is from its threshold (1 without any)."""

    document_id: str
    client_id: str
    mention_id: str
    margin: float
    seen_at: datetime


@dataclass(frozen=True)
class TaggedMention:
    """An accepted mention with the probabilities of its tags by type."""

    document_id: str
    client_id: str
    mention_id: str
    seen_at: datetime
    tags: tuple[tuple[str, float], ...]


def add_candidates(connection: Connection, found: Iterable[Nearness]) -> None:
    """Put passages on the list. One that was read anew replaces what it was, unless somebody has judged it."""
    rows = {row["id"]: row for row in map(_row, found)}
    for batch in chunks(list(rows), LOOKUP_ROWS):
        judged = select(ROWS.id).where(ROWS.id.in_(batch), ROWS.people > 0)
        for key in connection.execute(judged).scalars():
            del rows[key]
    save_over(connection, label_candidates, rows.values())


def prune_candidates(connection: Connection, most: int = MOST) -> None:
    """Take the oldest that nobody has judged off a list that has grown too long."""
    query = select(ROWS.seen_at).order_by(ROWS.seen_at.desc()).offset(most).limit(1)
    oldest = connection.execute(query).scalar()
    if oldest is not None:
        nobodys = (ROWS.people + 0) == 0  # found by its time and not by this, which is so of nearly all
        connection.execute(delete(label_candidates).where(ROWS.seen_at <= oldest, nobodys))


def has_candidates(connection: Connection) -> bool:
    """Whether the list was ever made."""
    return connection.execute(select(ROWS.id).limit(1)).first() is not None


def count_open(connection: Connection) -> int:
    """How many passages nobody has judged."""
    return connection.execute(select(func.count()).select_from(label_candidates).where(ROWS.people == 0)).scalar_one()


def least_certain(connection: Connection, labeller: str, limit: int) -> list[str]:
    """Mentions that nobody has judged, those the model is least certain of first."""
    return _mentions(connection, _asked(labeller, ROWS.people == 0).order_by(ROWS.margin, ROWS.id), limit)


def drawn(connection: Connection, labeller: str, limit: int, *, people: int = 0) -> list[str]:
    """Mentions that so many have judged, in the order of their lots from a place of this person's own on: two people
    draw others."""
    start = _lot("labeller", labeller)
    found: list[str] = []
    for side in (ROWS.drawn >= start, ROWS.drawn < start):
        query = _asked(labeller, ROWS.people == people, side).order_by(ROWS.drawn, ROWS.id)
        found += _mentions(connection, query, limit - len(found))
    return found


def disputed(connection: Connection, labeller: str, limit: int) -> list[str]:
    """Mentions of which people say different things, and this person nothing yet; those of the fewest people first."""
    return _mentions(connection, _asked(labeller, ROWS.is_disputed).order_by(ROWS.people, ROWS.drawn), limit)


def newest_tagged(connection: Connection, most: int = MOST) -> list[TaggedMention]:
    """The accepted mentions of the newest documents whose text is still there, the most probable one a client and
    document; at most about so many."""
    query = (
        select(documents.c.id)
        .join(texts, texts.c.document_id == documents.c.id)
        .where(texts.c.erased_at.is_(None), documents.c.quarantine.is_(None))
        .where(exists().where(mentions.c.document_id == documents.c.id, mentions.c.accepted))
        .order_by(documents.c.first_seen_at.desc(), documents.c.id)
        .limit(most)
    )
    found: list[TaggedMention] = []
    for batch in chunks(list(connection.execute(query).scalars()), LOOKUP_ROWS):
        if len(found) < most:
            found += _tagged(connection, batch)
    return found


def _tagged(connection: Connection, document_ids: Sequence[str]) -> list[TaggedMention]:
    query = (
        select(mentions.c.document_id, mentions.c.client_id, mentions.c.id, documents.c.first_seen_at)
        .join(documents, documents.c.id == mentions.c.document_id)
        .where(mentions.c.document_id.in_(document_ids), mentions.c.accepted)
        .order_by(mentions.c.known_at, mentions.c.probability, mentions.c.start.desc())
    )
    best = {(row.document_id, row.client_id): row for row in connection.execute(query)}  # the last one stays
    said = select(mentions.c.document_id, mentions.c.client_id, tags.c.type, tags.c.probability)
    said = said.join(tags, tags.c.mention_id == mentions.c.id).where(mentions.c.document_id.in_(document_ids))
    given: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for document, client, code, probability in connection.execute(said):
        given.setdefault((document, client), []).append((code, probability))
    return [TaggedMention(*row, tuple(given.get(place, ()))) for place, row in best.items()]


def _asked(labeller: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Mentions this person has said nothing of."""
    mine = labels.alias("mine")
    said = exists().where(mine.c.mention_id == ROWS.mention_id, mine.c.labeller == labeller, in_force(mine))
    return select(ROWS.mention_id).where(*conditions, ~said)


def _mentions(connection: Connection, query: Select[Any], limit: int) -> list[str]:
    return list(connection.execute(query.limit(limit)).scalars()) if limit > 0 else []


def _row(found: Nearness) -> dict[str, Any]:
    key = key_id("candidate", found.document_id, found.client_id)
    row = {"id": key, "mention_id": found.mention_id, "client_id": found.client_id, "margin": found.margin}
    return row | {"drawn": _lot("lot", key), "people": 0, "is_disputed": False, "seen_at": found.seen_at}


def _lot(*parts: str) -> float:
    """A number from 0 to 1 that these always draw."""
    return int(key_id(*parts), 16) / LOTS
