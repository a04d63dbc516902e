"""Documents that may be read again, and what was last found in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from .documents import mark_read
from .identity import as_today, survivors
from .keys import key_id
from .mentions import MentionRow
from .models import documents, mentions, readings, tags, texts
from .waiting import READ


@dataclass(frozen=True)
class Found:
    """What a document's newest reading says of one client: its mentions, and the tags on them by place.

    `told` holds (type, status) of the tags that count.
    """

    mentions: tuple[MentionRow, ...]
    told: frozenset[tuple[str, str]]


def outdated_documents(
    connection: Connection, version: str, *, scope: str, since: datetime | None, limit: int
) -> list[str]:
    """Ids of the oldest documents seen since a moment that were read with another version, and not again with this."""
    query = select(documents.c.id).where(_is_outdated(version, scope, since))
    query = query.order_by(documents.c.first_seen_at, documents.c.id).limit(limit)
    return list(connection.execute(query.join(texts, texts.c.document_id == documents.c.id)).scalars())


def count_outdated(connection: Connection, version: str, *, scope: str, since: datetime | None) -> int:
    """How many documents `outdated_documents` has still to give."""
    query = select(func.count()).select_from(documents).join(texts, texts.c.document_id == documents.c.id)
    return connection.execute(query.where(_is_outdated(version, scope, since))).scalar_one()


def mark_read_again(connection: Connection, ids: Iterable[str], version: str, *, scope: str, now: datetime) -> None:
    """Note that these documents were read again with a version; the note of their first reading stays."""
    mark_read(connection, ids, _stage(version, scope), version, now)


def newest_findings(connection: Connection, document_ids: list[str]) -> dict[tuple[str, str], Found]:
    """By document and client of today what the newest reading that said something of that client found there."""
    merged = survivors(connection)
    query = select(mentions).where(mentions.c.document_id.in_(document_ids)).order_by(mentions.c.start)
    versions: dict[tuple[str, str], dict[str, MentionRow]] = {}
    for row in connection.execute(query):
        values = as_today(row, merged)
        key, mention = values.pop("id"), MentionRow(**values)
        kept = versions.setdefault((mention.document_id, mention.client_id), {})
        newest = max((one.known_at for one in kept.values()), default=mention.known_at)
        if mention.known_at > newest:
            kept.clear()
        if mention.known_at >= newest:
            kept[key] = mention
    told = _told(connection, [key for kept in versions.values() for key in kept])
    return {
        place: Found(tuple(kept.values()), frozenset(tag for key in kept for tag in told.get(key, ())))
        for place, kept in versions.items()
    }


def _told(connection: Connection, mention_ids: list[str]) -> dict[str, list[tuple[str, str]]]:
    """By mention the type and status of its accepted tags."""
    found: dict[str, list[tuple[str, str]]] = {}
    query = select(tags.c.mention_id, tags.c.type, tags.c.status).where(tags.c.accepted)
    for start in range(0, len(mention_ids), 500):
        rows = connection.execute(query.where(tags.c.mention_id.in_(mention_ids[start : start + 500])))
        for mention_id, signal_type, status in rows:
            found.setdefault(mention_id, []).append((signal_type, status))
    return found


def _stage(version: str, scope: str) -> str:
    """The stage of a further reading: one a version and, where only one client was looked for, a client."""
    return f"again {key_id('again', version, scope)}"


def _is_outdated(version: str, scope: str, since: datetime | None) -> ColumnElement[bool]:
    of_it = readings.c.document_id == documents.c.id
    before = exists().where(of_it, readings.c.stage == READ, readings.c.version != version)
    again = exists().where(of_it, readings.c.stage.in_([_stage(version, scope), _stage(version, "")]))
    when = [] if since is None else [documents.c.first_seen_at >= since]
    return and_(before, ~again, documents.c.quarantine.is_(None), texts.c.erased_at.is_(None), *when)
