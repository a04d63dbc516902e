"""What the judge reads: what was heard, told and decided, as it was known at a moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, select

from .changes import LOOKUP_ROWS, chunks
from .identity import as_today, survivors, with_merged
from .models import (
    alerts,
    clients,
    decisions,
    digest_alerts,
    digests,
    documents,
    mentions,
    prospect_mentions,
    prospects,
    record_versions,
    records,
    reviews,
    signal_evidence,
    signals,
    tags,
)
from .shapes import ADVERTORIAL

SIGNAL_COLUMNS = (
    "id", "client_id", "side", "type", "source", "known_at", "probability", "story_id", "category", "origin",
    "published_at", "episode_id",
)  # fmt: skip
PART = 10_000  # rows turned into columns at a time
LEAD = "lead"


@dataclass(frozen=True)
class ToldAlert:
    """One alert as its manager saw it: the client, the episode, and its place that day (`told_at` None: in no digest
    yet)."""

    id: str
    client_id: str
    side: str
    type: str
    manager: str | None
    priority: float
    created_at: datetime
    told_at: datetime | None


@dataclass(frozen=True)
class Verdict:
    """What somebody said of an alert (`alert_id` its id), or of a lead sent to research (`stage` its new stage)."""

    alert_id: str
    by: str
    verdict: str
    reason: str | None
    at: datetime


@dataclass(frozen=True)
class Heard:
    """When a client was heard of first and last, in texts that are surely about it."""

    first: datetime
    last: datetime


@dataclass(frozen=True)
class Steps:
    """Moments at which something about a client went through each step of the flow, in any order."""

    published: tuple[datetime, ...] = ()
    seen: tuple[datetime, ...] = ()
    mentioned: tuple[datetime, ...] = ()
    tagged: tuple[datetime, ...] = ()
    accepted: tuple[datetime, ...] = ()
    alerted: tuple[datetime, ...] = ()
    read: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Limit:
    """The credit limit and balance of a client as its lists said them from a moment on."""

    client_id: str
    at: datetime
    limit: float | None
    balance: float | None


def signal_columns(connection: Connection, *, as_of: datetime, arm: str = "live") -> dict[str, list[Any]]:
    """The signals of an arm known at a moment as columns of equal length, oldest first.

    Of the arm `shadow` only what could have been known when it was published: dated, no look back at what happened long
    before, not paid for.
    """
    query = select(*(signals.c[name] for name in SIGNAL_COLUMNS))
    query = query.where(signals.c.known_at <= as_of, signals.c.arm == arm)
    if arm == "shadow":
        query = _could_have_been_known(query)
    columns: dict[str, list[Any]] = {name: [] for name in SIGNAL_COLUMNS}
    seen: dict[Any, Any] = {}
    for part in connection.execute(query.order_by(signals.c.known_at, signals.c.id)).partitions(PART):
        for name, cells in zip(columns, zip(*part, strict=True), strict=True):
            columns[name].extend(map(seen.setdefault, cells, cells))  # equal texts share memory
    merged = survivors(connection)
    return columns | {"client_id": [merged.get(one, one) for one in columns["client_id"]]}


def told_alerts(connection: Connection, *, as_of: datetime) -> list[ToldAlert]:
    """The alerts made by a moment, oldest first, each with the first digest made by then that carried it."""
    carried = (
        select(digest_alerts.c.alert_id, func.min(digests.c.created_at).label("told_at"))
        .join(digests, digests.c.id == digest_alerts.c.digest_id)
        .where(digests.c.created_at <= as_of)
        .group_by(digest_alerts.c.alert_id)
        .subquery()
    )
    wanted = [alerts.c[field.name] for field in fields(ToldAlert) if field.name != "told_at"]
    query = select(*wanted, carried.c.told_at).outerjoin(carried, carried.c.alert_id == alerts.c.id)
    query = query.where(alerts.c.created_at <= as_of).order_by(alerts.c.created_at, alerts.c.id)
    merged = survivors(connection)
    rows: Iterable[Row[Any]] = connection.execute(query)
    return [ToldAlert(**as_today(row, merged)) for row in rows]


def verdicts_on_alerts(connection: Connection, *, as_of: datetime) -> list[Verdict]:
    """What was said of alerts by a moment, oldest first."""
    query = select(reviews.c.alert_id, reviews.c.reviewer, reviews.c.verdict, reviews.c.reason, reviews.c.reviewed_at)
    query = query.where(reviews.c.reviewed_at <= as_of).order_by(reviews.c.reviewed_at, reviews.c.id)
    return [Verdict(*row) for row in connection.execute(query)]


def lead_steps(connection: Connection, *, as_of: datetime) -> list[Verdict]:
    """What became of the leads by a moment, oldest first: decisions of the kind `lead`, their subject an alert."""
    query = select(
        decisions.c.subject, decisions.c.decided_by, decisions.c.verdict, decisions.c.reason, decisions.c.decided_at
    )
    query = query.where(decisions.c.kind == LEAD, decisions.c.decided_at <= as_of)
    return [Verdict(*row) for row in connection.execute(query.order_by(decisions.c.decided_at, decisions.c.id))]


def clients_heard(connection: Connection, *, as_of: datetime) -> dict[str, Heard]:
    """By client when it was heard of by a moment; the clients never heard of are not in it."""
    is_its = mentions.c.client_id == clients.c.client_id, mentions.c.accepted, mentions.c.known_at <= as_of
    # One by one from both ends of a client's mentions; grouping them would read all there are.
    ends = (select(end(mentions.c.known_at)).where(*is_its).scalar_subquery() for end in (func.min, func.max))
    query = select(clients.c.client_id, *ends).order_by(clients.c.client_id)
    merged, found = survivors(connection), dict[str, Heard]()
    for client_id, first, last in connection.execute(query):
        if first is None:
            continue
        one = merged.get(client_id, client_id)
        known = found.get(one, Heard(first, last))
        found[one] = Heard(min(first, known.first), max(last, known.last))
    return found


def prospects_heard(connection: Connection, *, since: datetime, as_of: datetime) -> tuple[int, int]:
    """How many firms that were no clients had been heard of by a moment, and how many of them since another."""
    still = prospects.c.linked_at.is_(None) | (prospects.c.linked_at > as_of)
    known = select(func.count()).select_from(prospects).where(prospects.c.known_at <= as_of, still)
    told = (prospect_mentions.c.prospect_id == prospects.c.id) & (prospect_mentions.c.known_at <= as_of)
    lately = known.where(exists().where(told, prospect_mentions.c.known_at > since))
    return connection.execute(known).scalar_one(), connection.execute(lately).scalar_one()


def count_documents(connection: Connection, *, as_of: datetime) -> int:
    """How many documents were seen by a moment."""
    query = select(func.count()).select_from(documents).where(documents.c.first_seen_at <= as_of)
    return connection.execute(query).scalar_one()


def steps_of(connection: Connection, client_ids: Iterable[str], *, side: str, as_of: datetime) -> dict[str, Steps]:
    """By client every moment by `as_of` at which it went through a step: of the texts that may name it, the mentions
    that surely do, the tags and accepted tags of a side, its alerts of that side, and their reading (a review, else the
    digest that carried them)."""
    merged = survivors(connection)
    found: dict[str, dict[str, list[datetime]]] = {}
    for batch in chunks(with_merged(connection, client_ids), LOOKUP_ROWS):
        for step, query in _step_queries(batch, side, as_of).items():
            for client_id, moment in connection.execute(query):
                if moment is not None:
                    found.setdefault(merged.get(client_id, client_id), {}).setdefault(step, []).append(moment)
    return {one: Steps(**{step: tuple(sorted(at)) for step, at in steps.items()}) for one, steps in found.items()}


def limits_of(connection: Connection, client_ids: Iterable[str], *, as_of: datetime) -> list[Limit]:
    """Every limit and balance that the records of some clients gave by a moment, by client and time."""
    merged, found = survivors(connection), []
    for batch in chunks(with_merged(connection, client_ids), LOOKUP_ROWS):
        query = (
            select(records.c.client_id, record_versions.c.recorded_at, record_versions.c.fields)
            .join(record_versions, record_versions.c.record_key == records.c.id)
            .where(records.c.client_id.in_(batch), record_versions.c.recorded_at <= as_of)
        )
        for client_id, at, said in connection.execute(query):
            found.append(Limit(merged.get(client_id, client_id), at, said.get("limit"), said.get("balance")))
    return sorted(found, key=lambda one: (one.client_id, one.at))


def clients_as_of(connection: Connection, *, as_of: datetime) -> dict[str, tuple[str | None, str | None]]:
    """By client known at a moment its sector and size band, as the first of its records said them then."""
    query = (
        select(records.c.client_id, record_versions.c.fields)
        .join(record_versions, record_versions.c.record_key == records.c.id)
        .where(record_versions.c.recorded_at <= as_of)
        .order_by(records.c.client_id, record_versions.c.recorded_at, records.c.id)
    )
    merged, found = survivors(connection), dict[str, tuple[str | None, str | None]]()
    for client_id, said in connection.execute(query):
        one = merged.get(client_id, client_id)
        sector, size = found.get(one, (None, None))
        found[one] = said.get("sector", sector), said.get("size_band", size)
    return found


def names_as_of(connection: Connection, client_ids: Iterable[str], *, as_of: datetime) -> dict[str, str]:
    """By client its legal name as its newest record said it at a moment; without those nothing was known of then."""
    merged, found = survivors(connection), dict[str, str]()
    for part in chunks(with_merged(connection, client_ids), LOOKUP_ROWS):
        query = (
            select(records.c.client_id, record_versions.c.fields["legal_name"].as_string())
            .join(record_versions, record_versions.c.record_key == records.c.id)
            .where(records.c.client_id.in_(part), record_versions.c.recorded_at <= as_of)
            .order_by(records.c.client_id, record_versions.c.recorded_at, records.c.id)
        )
        found |= {merged.get(client, client): name for client, name in connection.execute(query) if name}
    return found


def _could_have_been_known(query: Select[Any]) -> Select[Any]:
    looks_back = exists().where(signal_evidence.c.signal_id == signals.c.id, signal_evidence.c.novelty == "old")
    is_paid = documents.c.fields[ADVERTORIAL].as_string().is_not(None)
    return query.join(documents, documents.c.id == signals.c.document_id).where(
        signals.c.published_at.is_not(None), ~looks_back, ~func.coalesce(is_paid, False)
    )


def _step_queries(client_ids: Sequence[str], side: str, as_of: datetime) -> Mapping[str, Select[Any]]:
    """By step the query of clients and moments."""
    own = mentions.c.client_id.in_(client_ids)
    told = select(mentions.c.client_id).where(own).distinct()
    tagged = select(mentions.c.client_id, tags.c.known_at).join(tags, tags.c.mention_id == mentions.c.id)
    of_side = own, tags.c.side == side, tags.c.known_at <= as_of
    alerted = select(alerts.c.client_id).where(alerts.c.client_id.in_(client_ids), alerts.c.side == side)
    carried = alerted.add_columns(digests.c.created_at).join(digest_alerts, digest_alerts.c.alert_id == alerts.c.id)
    return {
        "published": _of_documents(told, documents.c.published_at, as_of),
        "seen": _of_documents(told, documents.c.first_seen_at, as_of),
        "mentioned": select(mentions.c.client_id, mentions.c.known_at).where(
            own, mentions.c.accepted, mentions.c.known_at <= as_of
        ),
        "tagged": tagged.where(*of_side),
        "accepted": select(signals.c.client_id, signals.c.known_at).where(
            signals.c.client_id.in_(client_ids), signals.c.side == side, signals.c.known_at <= as_of
        ),
        "alerted": alerted.add_columns(alerts.c.created_at).where(alerts.c.created_at <= as_of),
        "read": carried.join(digests, digests.c.id == digest_alerts.c.digest_id).where(digests.c.created_at <= as_of),
    }


def _of_documents(told: Select[Any], moment: ColumnElement[Any], as_of: datetime) -> Select[Any]:
    query = told.add_columns(moment).join(documents, documents.c.id == mentions.c.document_id)
    return query.where(documents.c.first_seen_at <= as_of)
