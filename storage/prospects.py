"""Firms that were heard of and are no clients, kept with where, when and as what they were heard of."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from .changes import LOOKUP_ROWS, chunks
from .database import save_new
from .identity import with_merged
from .keys import key_id
from .models import documents, prospect_mentions, prospects


@dataclass(frozen=True)
class ProspectMention:
    """A firm named in a document without being a client: `type` is the signal type it was told of."""

    name: str
    tax_id: str | None
    city: str | None
    identity: str
    document_id: str
    type: str
    reason: str
    known_at: datetime
    version: str

    @property
    def prospect_id(self) -> str:
        """The same number, else the same folded name in the same city, is the same prospect."""
        return key_id("prospect", self.identity)

    @property
    def id(self) -> str:
        """One type of a prospect in a document is told once, by whichever version."""
        return key_id("prospect mention", self.prospect_id, self.document_id, self.type)


@dataclass(frozen=True)
class Heard:
    """One time a prospect was heard of; `published_at` is what the document claims."""

    prospect_id: str
    document_id: str
    source: str
    type: str
    reason: str
    published_at: datetime | None
    known_at: datetime


@dataclass(frozen=True)
class Hearing:
    """How often a prospect was heard of, and when last."""

    times: int
    last: datetime


@dataclass(frozen=True)
class Prospect:
    """A firm that is no client, or was none when it was heard of: then `client_id` says whom it became, `linked_at`
    when."""

    id: str
    name: str
    tax_id: str | None
    city: str | None
    known_at: datetime
    client_id: str | None
    linked_at: datetime | None


def save_prospect_mentions(connection: Connection, rows: Iterable[ProspectMention]) -> int:
    """Keep what was heard of firms that are no clients; returns how much of it was new."""
    found = list(rows)
    save_new(connection, prospects, ({**_firm(row), "known_at": row.known_at} for row in found))
    kept = ("document_id", "type", "reason", "known_at", "version")
    ids = (
        {"id": row.id, "prospect_id": row.prospect_id} | {name: getattr(row, name) for name in kept} for row in found
    )
    return save_new(connection, prospect_mentions, ids)


def load_prospects(connection: Connection, *, linked: bool = False) -> list[Prospect]:
    """The prospects that are no clients (or with `linked` those that have become some), in order of first hearing."""
    is_linked = prospects.c.client_id.is_not(None)
    query = select(prospects).where(is_linked if linked else ~is_linked)
    return [
        Prospect(**row._mapping) for row in connection.execute(query.order_by(prospects.c.known_at, prospects.c.id))
    ]


def hearings(connection: Connection) -> dict[str, Hearing]:
    """By prospect how often it was heard of, and when last."""
    query = select(prospect_mentions.c.prospect_id, func.count(), func.max(prospect_mentions.c.known_at))
    rows = connection.execute(query.group_by(prospect_mentions.c.prospect_id))
    return {prospect_id: Hearing(times, last) for prospect_id, times, last in rows}


def prospects_version(connection: Connection) -> tuple[int, int]:
    """What differs once a prospect was heard of again or became a client: both are noted and never taken back."""
    heard = connection.execute(select(func.count()).select_from(prospect_mentions)).scalar_one()
    linked = select(func.count()).select_from(prospects).where(prospects.c.client_id > "")
    return heard, connection.execute(linked).scalar_one()


def heard_of(connection: Connection, prospect_ids: Collection[str]) -> list[Heard]:
    """What was heard of some prospects; of each the oldest first."""
    batches = chunks(sorted(prospect_ids), LOOKUP_ROWS)
    queries = (_heard().where(prospect_mentions.c.prospect_id.in_(batch)) for batch in batches)
    return [Heard(*row) for query in queries for row in connection.execute(query)]


def heard_before(connection: Connection, client_id: str) -> list[Heard]:
    """What was heard of a client before it was one, oldest first."""
    own = select(prospects.c.id).where(prospects.c.client_id.in_(with_merged(connection, [client_id])))
    return [Heard(*row) for row in connection.execute(_heard().where(prospect_mentions.c.prospect_id.in_(own)))]


def link_to_clients(connection: Connection, found: Mapping[str, str], now: datetime) -> None:
    """Note which prospects have become clients: prospect id → client id."""
    for prospect_id, client_id in found.items():
        values = {"client_id": client_id, "linked_at": now}
        connection.execute(update(prospects).where(prospects.c.id == prospect_id).values(values))


def _heard() -> Select[Any]:
    return (
        select(
            prospect_mentions.c.prospect_id,
            prospect_mentions.c.document_id,
            documents.c.source,
            prospect_mentions.c.type,
            prospect_mentions.c.reason,
            documents.c.published_at,
            prospect_mentions.c.known_at,
        )
        .join(documents, documents.c.id == prospect_mentions.c.document_id)
        .order_by(prospect_mentions.c.known_at, prospect_mentions.c.id)
    )


def _firm(row: ProspectMention) -> dict[str, object]:
    firm: dict[str, object] = {"id": row.prospect_id, "name": row.name, "tax_id": row.tax_id, "city": row.city}
    return firm | {"client_id": None, "linked_at": None}
