"""Hits: what reading found and detection works on, with the words they were read from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, literal, select

from .documents import ADVERTORIAL, mark_read
from .identity import as_today, survivors, with_merged
from .models import documents, mentions, readings, signal_evidence, signals, story_members, tags, texts
from .waiting import DETECT


@dataclass(frozen=True)
class Hit:
    """An accepted tag on an accepted mention: what detection works on; `is_paid` where a firm paid for the text.

    `reading` is the document's text, `name` how it names the client and `cue` the words of the type, from `tag_start`.
    """

    client_id: str
    type: str
    side: str
    status: str
    origin: str
    probability: float
    relevance: int
    tag_id: str
    document_id: str
    story_id: str
    event_key: str | None
    source: str
    category: str
    published_at: datetime | None
    first_seen_at: datetime
    is_paid: bool = False
    reading: str = ""
    name: str = ""
    tag_start: int = 0
    cue: str = ""
    language: str = "tr"
    again: str = ""  # the version of a later reading, "" of the first

    @property
    def told_at(self) -> datetime:
        """When the document says it was published, else when we saw it."""
        return self.published_at or self.first_seen_at


def unseen_hits(connection: Connection, document_ids: Sequence[str]) -> list[Hit]:
    """Hits of some documents that detection has not seen, in order of time.

    Of one document the surest come first, and of equally sure ones those whose words stand nearest to the name.
    """
    query = (
        _hits(*_TEXT)
        .join(texts, texts.c.document_id == documents.c.id)
        .where(mentions.c.document_id.in_(document_ids), mentions.c.accepted, tags.c.accepted, ~_is_detected())
        .add_columns(case((_is_again(), tags.c.version), else_="").label("again"))
        .order_by(documents.c.first_seen_at, documents.c.published_at, documents.c.id)
        .order_by(tags.c.probability.desc(), func.abs(tags.c.start - mentions.c.start), tags.c.id)
    )
    merged = survivors(connection)
    return [_hit(row, merged) for row in connection.execute(query)]


def evidence_hits(connection: Connection, client_ids: Sequence[str], *, since: datetime) -> list[Hit]:
    """What the evidence of some clients known since a moment was read from, with the story of each signal."""
    told = signal_evidence.join(signals, signals.c.id == signal_evidence.c.signal_id)
    query = (
        _hits(*_TEXT)
        .join(told, and_(signal_evidence.c.tag_id == tags.c.id, signal_evidence.c.document_id == documents.c.id))
        .where(signals.c.type == tags.c.type)  # a derived signal has the evidence of others
        .join(texts, texts.c.document_id == documents.c.id)
        .where(signals.c.client_id.in_(with_merged(connection, client_ids)), signal_evidence.c.known_at >= since)
        .order_by(signal_evidence.c.known_at, documents.c.first_seen_at, documents.c.published_at, documents.c.id)
    )
    merged = survivors(connection)
    return [_hit(row, merged) for row in connection.execute(query)]


def mark_detected(connection: Connection, hits: Iterable[Hit], version: str, now: datetime) -> None:
    """Note that detection has seen these hits, those of later readings by the version that read them."""
    stages: dict[str, set[str]] = {}
    for hit in hits:
        stages.setdefault(f"{DETECT} {hit.again}".strip(), set()).add(hit.document_id)
    for stage, ids in stages.items():
        mark_read(connection, ids, stage, version, now)


def _is_again() -> ColumnElement[bool]:
    """Is a tag of a later reading than the document's first?"""
    first = readings.alias()
    return exists().where(
        first.c.document_id == mentions.c.document_id, first.c.stage == "read", first.c.done_at < tags.c.known_at
    )


def _is_detected() -> ColumnElement[bool]:
    of_it = readings.c.document_id == mentions.c.document_id
    at_first = exists().where(of_it, readings.c.stage == DETECT) & ~_is_again()
    return at_first | exists().where(of_it, readings.c.stage == literal(f"{DETECT} ").concat(tags.c.version))


_TEXT = (
    documents.c.language,
    texts.c.title,
    texts.c.body,
    tags.c.start.label("tag_start"),
    tags.c.end.label("tag_end"),
    mentions.c.start.label("name_start"),
    mentions.c.end.label("name_end"),
)


def _hits(*more: ColumnElement[Any]) -> Select[tuple[object, ...]]:
    # A client that is surely meant in one place of a text is meant in the others too.
    surest_name = func.max(mentions.c.probability).over(partition_by=(mentions.c.document_id, mentions.c.client_id))
    return (
        select(
            mentions.c.client_id,
            tags.c.type,
            tags.c.side,
            tags.c.status,
            tags.c.origin,
            (tags.c.probability * surest_name).label("probability"),
            mentions.c.relevance,
            tags.c.id.label("tag_id"),
            documents.c.id.label("document_id"),
            story_members.c.story_id,
            documents.c.fields,
            documents.c.source,
            documents.c.category,
            documents.c.published_at,
            documents.c.first_seen_at,
            *more,
        )
        .join(tags, tags.c.mention_id == mentions.c.id)
        .join(documents, documents.c.id == mentions.c.document_id)
        .join(story_members, story_members.c.document_id == documents.c.id)
    )


def _hit(row: Row[tuple[object, ...]], merged: Mapping[str, str]) -> Hit:
    values = as_today(row, merged)
    fields, title, body = values.pop("fields"), values.pop("title"), values.pop("body")
    reading = f"{title}\n{body}" if body else title
    name = reading[values.pop("name_start") : values.pop("name_end")]
    cue = reading[values["tag_start"] : values.pop("tag_end")]
    return Hit(
        **values, reading=reading, name=name, cue=cue, event_key=fields.get("event_key"), is_paid=ADVERTORIAL in fields
    )
