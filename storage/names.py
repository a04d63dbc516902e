"""The texts that hang on a client, names and addresses: each known from a moment, perhaps retired at another.

An alias has one of three origins: `file` (the client lists), `person` (added by hand) and `removed` (a person's word
that the client is not called so, which outlives every import).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select, update

from .changes import LOOKUP_ROWS, Row, chunks
from .database import save_new, save_over
from .identity import owner_of, with_merged
from .keys import key_id
from .models import aliases, sites

FROM_FILE, FROM_PERSON, REMOVED = "file", "person", "removed"


@dataclass(frozen=True)
class Place:
    """Where an address lies, as far as it says so: province, district, industrial or free zone."""

    city: str | None = None
    district: str | None = None
    zone: str | None = None


@dataclass(frozen=True)
class Site:
    """A plant, warehouse or piece of land of a client."""

    client_id: str
    address: str
    place: Place


@dataclass(frozen=True)
class Name:
    """A name of a client that is in use, or that a person has ruled out (origin `removed`)."""

    client_id: str
    alias: str
    origin: str
    known_at: datetime


Locate = Callable[[str], Place]


def nowhere(_: str) -> Place:
    """The place of an address that nobody reads."""
    return Place()


def save_names(connection: Connection, rows: Sequence[Row], now: datetime) -> set[str]:
    """Bring the names of the lists to the `short_names` of the rows; returns the clients for which that changed."""

    def make(client_id: str, text: str) -> dict[str, Any]:
        return _alias_row(client_id, text, FROM_FILE, now)

    return _save_texts(connection, aliases, "short_names", rows, now, make)


def save_sites(connection: Connection, rows: Sequence[Row], now: datetime, locate: Locate = nowhere) -> set[str]:
    """Bring the sites to the `addresses` of the rows; returns the clients for which that changed."""

    def make(client_id: str, text: str) -> dict[str, Any]:
        row = {"id": key_id("address", client_id, text, now.isoformat()), "client_id": client_id, "address": text}
        return row | vars(locate(text)) | {"known_at": now, "retired_at": None}

    return _save_texts(connection, sites, "addresses", rows, now, make)


def add_name(connection: Connection, client_id: str, alias: str, now: datetime) -> None:
    """Keep a name a person gives to a client; a removal of the same spelling ends."""
    _retire_names(connection, client_id, alias, REMOVED, now)
    save_new(connection, aliases, [_alias_row(client_id, alias, FROM_PERSON, now)])


def remove_name(connection: Connection, client_id: str, alias: str, now: datetime) -> None:
    """Keep a person's word that a client is not called so, whatever a list says."""
    _retire_names(connection, client_id, alias, FROM_PERSON, now)
    save_new(connection, aliases, [_alias_row(client_id, alias, REMOVED, now)])


def names_of(connection: Connection, client_id: str) -> list[Name]:
    """The names in use of a client and of those merged into it, and its removals, oldest first."""
    query = _current(aliases, "alias", "origin", "known_at").where(_is_of(connection, client_id))
    return [Name(*row) for row in connection.execute(query)]


def load_names(connection: Connection) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """By client the names in use, each once, oldest first; and by client the names a person has ruled out."""
    used: dict[str, dict[str, None]] = {}
    removed: dict[str, list[str]] = {}
    for client_id, alias, origin in connection.execute(_current(aliases, "alias", "origin")):
        if origin == REMOVED:
            removed.setdefault(client_id, []).append(alias)
        else:
            used.setdefault(client_id, {})[alias] = None
    gone = {client_id: set(found) for client_id, found in removed.items()}
    return {c: [name for name in found if name not in gone.get(c, ())] for c, found in used.items()}, removed


def load_sites(connection: Connection) -> list[Site]:
    """The sites in use of all clients, oldest first."""
    return _sites(connection, _current_sites())


def sites_of(connection: Connection, client_id: str) -> list[Site]:
    """The sites in use of a client and of those merged into it, oldest first."""
    return _sites(connection, _current_sites().where(_is_of(connection, client_id, sites)))


def _current_sites() -> Any:
    return _current(sites, "address", "city", "district", "zone")


def _sites(connection: Connection, query: Any) -> list[Site]:
    found: dict[tuple[str, str], Site] = {}
    for client_id, address, *place in connection.execute(query):
        found.setdefault((client_id, address), Site(client_id, address, Place(*place)))
    return list(found.values())


def _current(table: Table, *columns: str) -> Any:
    """Client (the one another was merged into) and columns of the rows in use."""
    query = select(owner_of(table.c.client_id).label("client_id"), *(table.c[name] for name in columns))
    return query.where(table.c.retired_at.is_(None)).order_by(table.c.known_at, table.c[columns[0]])


def _is_of(connection: Connection, client_id: str, table: Table = aliases) -> ColumnElement[bool]:
    return table.c.client_id.in_(with_merged(connection, [client_id]))


def _save_texts(
    connection: Connection,
    table: Table,
    given: str,
    rows: Sequence[Row],
    now: datetime,
    make: Callable[[str, str], dict[str, Any]],
) -> set[str]:
    changed: set[str] = set()
    for batch in chunks([row for row in rows if given in row], LOOKUP_ROWS):
        current = _from_file(connection, table, [row["client_id"] for row in batch])
        added, retired = [], []
        for row in batch:
            client_id, before = row["client_id"], current.get(row["client_id"], {})
            added += [(client_id, text) for text in row[given] if text not in before]
            retired += [(client_id, before[text]) for text in before if text not in row[given]]
        save_over(connection, table, [make(client, text) for client, text in added])
        _retire(connection, table, [row_id for _, row_id in retired], now)
        changed |= {client for client, _ in added + retired}
    return changed


def _from_file(connection: Connection, table: Table, ids: list[str]) -> Mapping[str, dict[str, str]]:
    """By client the texts that came from the lists and are in use, each with the id of its row."""
    text = table.c.alias if table is aliases else table.c.address
    query = select(table.c.client_id, text, table.c.id)
    query = query.where(table.c.client_id.in_(ids), table.c.retired_at.is_(None))
    if table is aliases:
        query = query.where(table.c.origin == FROM_FILE)
    found: dict[str, dict[str, str]] = {}
    for client_id, value, row_id in connection.execute(query):
        found.setdefault(client_id, {})[value] = row_id
    return found


def _alias_row(client_id: str, alias: str, origin: str, now: datetime) -> dict[str, Any]:
    by = () if origin == FROM_FILE else (origin,)
    row = {"id": key_id("alias", client_id, alias, now.isoformat(), *by), "client_id": client_id, "alias": alias}
    return row | {"origin": origin, "known_at": now, "retired_at": None}


def _retire_names(connection: Connection, client_id: str, alias: str, origin: str, now: datetime) -> None:
    is_it = _is_of(connection, client_id), aliases.c.alias == alias, aliases.c.origin == origin
    ids = connection.execute(select(aliases.c.id).where(*is_it, aliases.c.retired_at.is_(None))).scalars().all()
    _retire(connection, aliases, ids, now)


def _retire(connection: Connection, table: Table, ids: Iterable[str], now: datetime) -> None:
    for batch in chunks(list(ids), LOOKUP_ROWS):
        connection.execute(update(table).where(table.c.id.in_(batch)).values(retired_at=now))
