"""The documents behind an alert: what each says, why it was read so, and where it names the client."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from .changes import LOOKUP_ROWS, chunks
from .models import documents, mentions, signal_evidence, signals, tags, texts


@dataclass(frozen=True)
class Evidence:
    """One document behind an alert: where it stands, what it says and why it was read so."""

    signal_id: str
    document_id: str
    source: str
    url: str | None
    published_at: datetime | None
    first_seen_at: datetime
    known_at: datetime
    status: str
    title: str
    text: str
    mention_start: int
    mention_end: int
    mention_reason: str
    mention_probability: float
    tag_start: int
    tag_end: int
    tag_reason: str
    tag_probability: float
    story_id: str = ""
    origin: str = "independent"  # whose word the document is, not what its sentence quotes
    novelty: str | None = None
    facts: Mapping[str, Any] | None = None  # what the sentence states; None where it was read before facts were kept
    names: tuple[tuple[int, int], ...] = ()  # every place of the text that surely names the client


def evidence_of(connection: Connection, episode_ids: Sequence[str], *, at: datetime) -> dict[str, list[Evidence]]:
    """Every document behind some episodes that was known at a moment, newest first, by episode.

    Of a document that was edited, the newest version speaks for the others. Nothing was told without a document: where
    none was known, for the clock that noted it ran ahead of ours, there is what was known first.
    """
    found = _evidence_until(connection, episode_ids, at)
    if early := [episode_id for episode_id in episode_ids if not found[episode_id]]:
        known = select(func.min(signal_evidence.c.known_at)).join(signals, signals.c.id == signal_evidence.c.signal_id)
        known = known.where(signals.c.episode_id.in_(early)).group_by(signals.c.episode_id)
        if moments := connection.execute(known).scalars().all():
            found |= _evidence_until(connection, early, max(moments))
    return found


def _evidence_until(connection: Connection, episode_ids: Sequence[str], at: datetime) -> dict[str, list[Evidence]]:
    query = (
        select(
            signals.c.episode_id,
            signal_evidence.c.signal_id,
            signal_evidence.c.document_id,
            signal_evidence.c.source,
            documents.c.natural_key,
            documents.c.version,
            documents.c.url,
            documents.c.published_at,
            documents.c.first_seen_at,
            signal_evidence.c.known_at,
            signal_evidence.c.status,
            texts.c.title,
            texts.c.body.label("text"),
            mentions.c.start.label("mention_start"),
            mentions.c.end.label("mention_end"),
            mentions.c.reason.label("mention_reason"),
            mentions.c.probability.label("mention_probability"),
            tags.c.start.label("tag_start"),
            tags.c.end.label("tag_end"),
            tags.c.reason.label("tag_reason"),
            tags.c.probability.label("tag_probability"),
            signals.c.story_id,
            documents.c.origin,
            mentions.c.client_id,
            signal_evidence.c.novelty,
            tags.c.facts,
        )
        .join(signal_evidence, signal_evidence.c.signal_id == signals.c.id)
        .join(documents, documents.c.id == signal_evidence.c.document_id)
        .join(texts, texts.c.document_id == documents.c.id)
        .join(tags, tags.c.id == signal_evidence.c.tag_id)
        .join(mentions, mentions.c.id == tags.c.mention_id)
        .where(signals.c.episode_id.in_(episode_ids), signal_evidence.c.known_at <= at)
        .order_by(signal_evidence.c.known_at.desc(), documents.c.published_at.desc(), documents.c.id)
    )
    rows = connection.execute(query).all()
    newest: dict[tuple[str, str, str], int] = {}
    for row in rows:
        key = row.signal_id, row.source, row.natural_key
        newest[key] = max(row.version, newest.get(key, 0))
    names = _names_in(connection, {row.document_id for row in rows})
    found: dict[str, list[Evidence]] = {episode_id: [] for episode_id in episode_ids}
    for row in rows:
        if row.version == newest[row.signal_id, row.source, row.natural_key]:
            values = {name: value for name, value in row._mapping.items() if name not in ("natural_key", "version")}
            here = names.get((row.document_id, values.pop("client_id")), ())
            found[values.pop("episode_id")].append(Evidence(**values, names=tuple(here)))
    return found


def _names_in(connection: Connection, document_ids: Iterable[str]) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """By document and client where the client is surely named there."""
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for batch in chunks(sorted(document_ids), LOOKUP_ROWS):
        query = select(mentions.c.document_id, mentions.c.client_id, mentions.c.start, mentions.c.end).distinct()
        for document_id, client_id, start, end in connection.execute(
            query.where(mentions.c.document_id.in_(batch), mentions.c.accepted).order_by(mentions.c.start)
        ):
            found.setdefault((document_id, client_id), []).append((start, end))
    return found
