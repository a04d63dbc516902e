"""Clients, the names they go by and the places they own; what a person added to the names is never touched."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select, update

from .changes import LOOKUP_ROWS, Changes, Row, chunks, save_sorted, sort_rows
from .database import save_over
from .keys import key_id
from .models import aliases, clients, sites

FROM_FILE = "file"  # the origin of an alias that the client list gave


@dataclass(frozen=True)
class Client:
    """One client as it is known now: `aliases` are the short names in use, `sites` the addresses."""

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


STORED = tuple(field.name for field in fields(Client) if field.name not in ("aliases", "sites"))


def save_clients(connection: Connection, rows: Sequence[Row], now: datetime) -> Changes:
    """Insert or update clients by `client_id`; every row has the same columns, and a missing one is left alone.

    `short_names` and `addresses` are tuples of texts: a new one is known from `now`, a vanished one retired at `now`.
    """
    plain = [{name: row[name] for name in row if name in STORED} | {"recorded_at": now} for row in rows]
    found = sort_rows(connection, clients, plain)
    save_sorted(connection, clients, found)
    renamed = _save_texts(connection, aliases, "alias", "short_names", rows, now)
    renamed |= _save_texts(connection, sites, "address", "addresses", rows, now)
    also_updated = renamed & {row["client_id"] for row in found.same}
    moved = len(also_updated)
    return Changes(len(found.fresh), len(found.changed) + moved, len(found.same) - moved)


def load_clients(connection: Connection) -> list[Client]:
    """All clients in order of id, with the aliases and sites that are not retired, oldest first."""
    names = _current(connection, aliases, "alias")
    places = _current(connection, sites, "address")
    query = select(*(clients.c[name] for name in STORED)).order_by(clients.c.client_id)
    return [
        Client(**row, aliases=tuple(names.get(row["client_id"], ())), sites=tuple(places.get(row["client_id"], ())))
        for row in connection.execute(query).mappings()
    ]


def has_clients(connection: Connection) -> bool:
    """Whether any client was imported."""
    return connection.execute(select(clients.c.client_id).limit(1)).first() is not None


def client_ids(connection: Connection) -> set[str]:
    """The ids of all clients."""
    return set(connection.execute(select(clients.c.client_id)).scalars())


def client_managers(connection: Connection) -> dict[str, str]:
    """Who manages a client; clients without a manager are left out."""
    query = select(clients.c.client_id, clients.c.manager).where(clients.c.manager.is_not(None))
    return {row.client_id: row.manager for row in connection.execute(query)}


def _save_texts(
    connection: Connection, table: Table, column: str, given: str, rows: Sequence[Row], now: datetime
) -> set[str]:
    """Bring the names (or sites) of the clients to what `rows` give; returns the clients for which that changed."""
    changed: set[str] = set()
    for batch in chunks([row for row in rows if given in row], LOOKUP_ROWS):
        current = _from_file(connection, table, column, [row["client_id"] for row in batch])
        added, retired = [], []
        for row in batch:
            client_id, before = row["client_id"], current.get(row["client_id"], {})
            added += [(client_id, text) for text in row[given] if text not in before]
            retired += [(client_id, before[text]) for text in before if text not in row[given]]
        save_over(connection, table, [_text_row(table, column, client, text, now) for client, text in added])
        _retire(connection, table, [row_id for _, row_id in retired], now)
        changed |= {client for client, _ in added + retired}
    return changed


def _from_file(connection: Connection, table: Table, column: str, ids: list[str]) -> dict[str, dict[str, str]]:
    """By client the texts that came from the list and are in use, each with the id of its row."""
    query = select(table.c.client_id, table.c[column], table.c.id)
    query = query.where(table.c.client_id.in_(ids), table.c.retired_at.is_(None))
    if "origin" in table.c:
        query = query.where(table.c.origin == FROM_FILE)
    found: dict[str, dict[str, str]] = {}
    for client_id, text, row_id in connection.execute(query):
        found.setdefault(client_id, {})[text] = row_id
    return found


def _text_row(table: Table, column: str, client_id: str, text: str, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {"id": key_id(column, client_id, text, now.isoformat()), "client_id": client_id}
    row |= {column: text, "known_at": now, "retired_at": None}
    return row | {"origin": FROM_FILE} if "origin" in table.c else row


def _retire(connection: Connection, table: Table, ids: list[str], now: datetime) -> None:
    for batch in chunks(ids, LOOKUP_ROWS):
        connection.execute(update(table).where(table.c.id.in_(batch)).values(retired_at=now))


def _current(connection: Connection, table: Table, column: str) -> dict[str, dict[str, None]]:
    """By client the texts in use, each once, in order of age."""
    query = select(table.c.client_id, table.c[column]).where(table.c.retired_at.is_(None))
    found: dict[str, dict[str, None]] = {}
    for client_id, text in connection.execute(query.order_by(table.c.known_at, table.c[column])):
        found.setdefault(client_id, {})[text] = None
    return found
