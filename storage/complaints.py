"""Complaints of clients' customers, one row each, their daily counts, and the surges found in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, case, exists, func, select

from .database import save_new, save_over
from .documents import load_documents
from .identity import survivors, with_merged
from .keys import key_id
from .models import clients, complaints, mentions, readings, signals, story_members, surges, texts
from .shapes import CUSTOMERS, Document
from .waiting import COMPLAINTS


@dataclass(frozen=True)
class Heard:
    """A document of a place where customers write, and the best mention of one client in it."""

    document: Document
    client_id: str
    mention_id: str
    start: int
    end: int
    relevance: int
    story_id: str


@dataclass(frozen=True)
class ComplaintRow:
    """One complaint of a client's customer; `day` is where the bank is, None where the source does not date it."""

    id: str
    document_id: str
    client_id: str
    mention_id: str
    source: str
    story_id: str
    day: date | None
    topic: str
    severity: float
    probability: float
    is_resolved: bool
    answer_hours: float | None
    known_at: datetime
    version: str
    author: str | None = None  # a digest, kept with the text alone so that it is erased with it


def complaint_id(document: Document, client_id: str) -> str:
    """The same complaint edited is the same row."""
    return key_id("complaint", document.source, document.natural_key, client_id)


@dataclass(frozen=True)
class DayCount:
    """Complaints about a client on a day: how many, of how many people, in how many different stories."""

    client_id: str
    day: date
    count: int
    authors: int
    stories: int


@dataclass(frozen=True)
class Surge:
    """What was found on a client's day; `kind`: surge, slow, campaign (too few people) or template (one text)."""

    client_id: str
    day: date
    kind: str
    count: int
    authors: int
    sources: int
    expected: float
    p_value: float
    q_value: float
    reason: str
    signal_id: str | None
    known_at: datetime
    version: str

    @property
    def id(self) -> str:
        """One of a kind a client and day."""
        return key_id("surge", self.client_id, self.day.isoformat(), self.kind)


def heard_in(connection: Connection, document_ids: Sequence[str], *, least_relevance: int) -> list[Heard]:
    """Which clients some documents of customers tell of, but for those that were looked at as complaints before."""
    is_told = mentions.c.accepted & (mentions.c.relevance >= least_relevance)
    query = (
        select(mentions, story_members.c.story_id)
        .join(story_members, story_members.c.document_id == mentions.c.document_id)
        .where(mentions.c.document_id.in_(document_ids), is_told, ~_was_done())
        .order_by(mentions.c.relevance, mentions.c.probability, mentions.c.id)
    )
    best = {(row.document_id, row.client_id): row for row in connection.execute(query)}
    found = load_documents(connection, sorted({document_id for document_id, _ in best}))
    return [
        Heard(found[r.document_id], r.client_id, r.id, r.start, r.end, r.relevance, r.story_id)
        for _, r in sorted(best.items())
    ]


def save_complaints(connection: Connection, rows: Iterable[ComplaintRow]) -> None:
    """Keep complaints; of one that was edited what the firm did since is taken over, the rest stays as it was."""
    unique = {row.id: row for row in rows}.values()
    written = [{name: value for name, value in vars(row).items() if name != "author"} for row in unique]
    kept = [name for name in (written[0] if written else {}) if name not in ("is_resolved", "answer_hours")]
    save_over(connection, complaints, written, keep=kept)


def daily_counts(connection: Connection, *, since: date, until: date) -> list[DayCount]:
    """The counts of each client and day with complaints in [since, until]; undated complaints are in none."""
    people = func.coalesce(texts.c.author_digest, complaints.c.story_id)
    query = (
        select(
            complaints.c.client_id,
            complaints.c.day,
            func.count(),
            func.count(people.distinct()),
            func.count(complaints.c.story_id.distinct()),
        )
        .join(texts, texts.c.document_id == complaints.c.document_id)
        .where(complaints.c.day >= since, complaints.c.day <= until)
        .group_by(complaints.c.client_id, complaints.c.day)
    )
    merged = survivors(connection)
    rows = connection.execute(query)
    return [DayCount(merged.get(client, client), day, *numbers) for client, day, *numbers in rows if day]


def complaints_of(
    connection: Connection, client_id: str, *, since: date | None = None, until: date | None = None
) -> list[ComplaintRow]:
    """The complaints about a client, undated ones too where no day is asked for, oldest first."""
    query = (
        select(complaints, texts.c.author_digest.label("author"))
        .join(texts, texts.c.document_id == complaints.c.document_id)
        .where(complaints.c.client_id.in_(with_merged(connection, [client_id])))
    )
    if since is not None:
        query = query.where(complaints.c.day >= since)
    if until is not None:
        query = query.where(complaints.c.day <= until)
    rows = connection.execute(query.order_by(complaints.c.day, complaints.c.known_at, complaints.c.id)).mappings()
    return [ComplaintRow(**row) for row in rows]


def places_of(connection: Connection, mention_ids: Iterable[str]) -> dict[str, tuple[int, int, int]]:
    """Where some mentions stand (start, end) and how much their text is about the client (0-100)."""
    query = select(mentions.c.id, mentions.c.start, mentions.c.end, mentions.c.relevance)
    rows = connection.execute(query.where(mentions.c.id.in_(sorted(set(mention_ids)))))
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def surges_of(connection: Connection, client_ids: Sequence[str], *, since: date) -> list[Surge]:
    """What was found at some clients on days since one, newest first."""
    query = select(surges).where(surges.c.client_id.in_(with_merged(connection, client_ids)), surges.c.day >= since)
    rows = connection.execute(query.order_by(surges.c.day.desc(), surges.c.kind)).mappings()
    return [Surge(**{name: row[name] for name in row if name != "id"}) for row in rows]


def surges_since(connection: Connection, since: date) -> list[Surge]:
    """What was found on days since one, at all clients."""
    rows = connection.execute(select(surges).where(surges.c.day >= since).order_by(surges.c.day)).mappings()
    return [Surge(**{name: row[name] for name in row if name != "id"}) for row in rows]


def save_surges(connection: Connection, rows: Iterable[Surge]) -> int:
    """Keep what was found, once a client, day and kind; returns how many were new."""
    return save_new(connection, surges, (vars(row) | {"id": row.id} for row in rows))


def sectors(connection: Connection) -> Mapping[str, str | None]:
    """The sector of each client of today."""
    query = select(clients.c.client_id, clients.c.sector).where(clients.c.merged_into.is_(None))
    return {row.client_id: row.sector for row in connection.execute(query.order_by(clients.c.client_id))}


def only_from_customers(connection: Connection, episode_ids: Sequence[str]) -> set[str]:
    """Those of some episodes that nobody but customers has told of."""
    if not episode_ids:
        return set()
    other = func.sum(case((signals.c.category.in_(CUSTOMERS), 0), else_=1))
    query = select(signals.c.episode_id).where(signals.c.episode_id.in_(episode_ids)).group_by(signals.c.episode_id)
    return set(connection.execute(query.having(other == 0)).scalars())


def _was_done() -> ColumnElement[bool]:
    return exists().where(readings.c.document_id == mentions.c.document_id, readings.c.stage == COMPLAINTS)
