"""Clients as they are known now: one row each, made from the records of all sources, with names and sites."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from .changes import LOOKUP_ROWS, Changes, Row, chunks, save_sorted, sort_rows
from .models import aliases, clients
from .names import Locate, load_names, load_sites, nowhere, save_names, save_sites


@dataclass(frozen=True)
class Client:
    """One client as it is known now: `aliases` are the short names in use, `sites` the addresses.

    `removed_aliases`: what a person has said it is not called.
    """

    client_id: str
    legal_name: str
    tax_id: str | None = None
    mersis: str | None = None
    lei: str | None = None
    ticker: str | None = None
    website: str | None = None
    city: str | None = None
    sector: str | None = None
    size_band: str | None = None
    manager: str | None = None
    deputy: str | None = None
    parent_id: str | None = None
    limit: float | None = None
    balance: float | None = None
    collateral: str | None = None
    aliases: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    removed_aliases: tuple[str, ...] = ()


TEXTS = ("aliases", "sites", "removed_aliases")
PROOFS = ("tax_id", "mersis", "lei", "ticker", "website")
STORED = tuple(field.name for field in fields(Client) if field.name not in TEXTS)


def save_clients(connection: Connection, rows: Sequence[Row], now: datetime, *, locate: Locate = nowhere) -> Changes:
    """Insert or update clients by `client_id`; every row has the same columns, and a missing one is left alone.

    `short_names` and `addresses` are tuples of texts: a new one is known from `now`, a vanished one retired at `now`.
    `origins`: by field the key of the record it came from. `locate` reads an address.
    """
    plain = [{name: row[name] for name in row if name in (*STORED, "origins")} | {"recorded_at": now} for row in rows]
    found = sort_rows(connection, clients, plain)
    save_sorted(connection, clients, found)
    renamed = save_names(connection, rows, now) | save_sites(connection, rows, now, locate)
    moved = len(renamed & {row["client_id"] for row in found.same})
    return Changes(len(found.fresh), len(found.changed) + moved, len(found.same) - moved)


def load_clients(connection: Connection) -> list[Client]:
    """All clients in order of id, with the names and sites in use, oldest first; merged ones are the survivor's."""
    names, removed = load_names(connection)
    places: dict[str, list[str]] = {}
    for site in load_sites(connection):
        places.setdefault(site.client_id, []).append(site.address)
    query = select(*(clients.c[name] for name in STORED)).where(clients.c.merged_into.is_(None))
    found = connection.execute(query.order_by(clients.c.client_id)).mappings()
    return [
        Client(
            **row,
            aliases=tuple(names.get(row["client_id"], ())),
            sites=tuple(places.get(row["client_id"], ())),
            removed_aliases=tuple(removed.get(row["client_id"], ())),
        )
        for row in found
    ]


def client_rows(connection: Connection, ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """The stored rows of some clients, merged ones too, by id."""
    found: dict[str, Mapping[str, Any]] = {}
    for batch in chunks(sorted(set(ids)), LOOKUP_ROWS):
        query = select(clients).where(clients.c.client_id.in_(batch))
        found |= {row["client_id"]: dict(row) for row in connection.execute(query).mappings()}
    return found


def clients_of(connection: Connection, ids: Iterable[str]) -> dict[str, Client]:
    """Some clients by id, merged ones too, with what is stored in their own row: without names and sites."""
    rows = client_rows(connection, ids)
    return {key: Client(**{name: row[name] for name in STORED}) for key, row in rows.items()}


def has_clients(connection: Connection) -> bool:
    """Whether any client was imported."""
    return connection.execute(select(clients.c.client_id).limit(1)).first() is not None


def clients_version(connection: Connection) -> tuple[object, ...]:
    """What differs once a client, a name or a merge was added or changed; cheap to ask for."""
    newest = [
        connection.execute(select(func.count(), func.max(column))).one()
        for column in (clients.c.recorded_at, aliases.c.known_at, aliases.c.retired_at)
    ]
    merged = connection.execute(select(func.count(clients.c.merged_into))).scalar_one()
    return (*(tuple(row) for row in newest), merged)


def client_ids(connection: Connection) -> set[str]:
    """The ids of all clients, merged ones too."""
    return set(connection.execute(select(clients.c.client_id)).scalars())


def load_numbers(connection: Connection) -> list[Mapping[str, Any]]:
    """By what all clients are told apart: id, legal name, city, numbers, ticker, website."""
    query = select(*(clients.c[name] for name in ("client_id", "legal_name", "city", *PROOFS)))
    query = query.where(clients.c.merged_into.is_(None)).order_by(clients.c.recorded_at, clients.c.client_id)
    return [dict(row) for row in connection.execute(query).mappings()]


def shared_numbers(connection: Connection, number: str) -> dict[str, list[str]]:
    """The values of `tax_id`, `mersis` or `lei` that several clients have, with the ids of these."""
    column, stands = clients.c[number], clients.c.merged_into.is_(None)
    several = select(column).where(stands, column.is_not(None)).group_by(column).having(func.count() > 1)
    query = select(column, clients.c.client_id).where(stands, column.in_(several)).order_by(clients.c.client_id)
    found: dict[str, list[str]] = {}
    for value, client_id in connection.execute(query):
        found.setdefault(value, []).append(client_id)
    return found
