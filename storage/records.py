"""What each source says of each firm: one record a row of its file, every version kept."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from .changes import LOOKUP_ROWS, chunks
from .clients import STORED, client_rows
from .database import save_new, save_over
from .identity import DEFAULT_SOURCE, survivors, with_merged
from .keys import key_id
from .models import aliases, record_versions, records, sites
from .names import FROM_FILE

FIRST = "first"  # the basis of a record that founded its client
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Version:
    """What a record said from a moment on; empty fields are left out."""

    fields: Fields
    recorded_at: datetime


@dataclass(frozen=True)
class Record:
    """One firm in one source, and the client it belongs to; `versions` oldest first, the last one holds now."""

    source: str
    record_id: str
    client_id: str
    basis: str
    reason: str
    recorded_at: datetime
    versions: tuple[Version, ...]

    @property
    def key(self) -> str:
        """The same row of the same source is the same record."""
        return record_key(self.source, self.record_id)

    @property
    def name(self) -> str:
        """The record as a file may name it anywhere."""
        return f"{self.source}:{self.record_id}"

    @property
    def fields(self) -> Fields:
        """What it says now."""
        return self.versions[-1].fields


def record_key(source: str, record_id: str) -> str:
    """The key of a record."""
    return key_id("record", source, record_id)


def load_records(connection: Connection, source: str) -> dict[str, Record]:
    """The records of a source by their id, each with its current version alone."""
    query = _records().where(records.c.source == source, record_versions.c.retired_at.is_(None))
    return {record.record_id: record for record in _group(connection.execute(query))}


def records_of(connection: Connection, client_ids: Iterable[str]) -> dict[str, list[Record]]:
    """By client (as it was told of, not the survivor) its records, the founding one first, with every version."""
    found: dict[str, list[Record]] = {}
    for batch in chunks(sorted(set(client_ids)), LOOKUP_ROWS):
        for record in _group(connection.execute(_records().where(records.c.client_id.in_(batch)))):
            found.setdefault(record.client_id, []).append(record)
    for several in found.values():
        several.sort(key=lambda record: (record.basis != FIRST, record.recorded_at, record.source, record.record_id))
    return found


def clients_of_several(connection: Connection) -> list[str]:
    """The clients whose fields may come from more than one record: with several, or with another merged into them."""
    several = select(records.c.client_id).group_by(records.c.client_id).having(func.count() > 1)
    return sorted({*connection.execute(several).scalars(), *survivors(connection).values()})


def save_records(connection: Connection, found: Sequence[Record], now: datetime) -> None:
    """Keep records with their last version, and retire at `now` the version that held until then."""
    rows = [{name: getattr(record, name) for name in ROW} | {"id": record.key} for record in found]
    save_new(connection, records, rows)
    for batch in chunks([record.key for record in found], LOOKUP_ROWS):
        held = record_versions.c.record_key.in_(batch), record_versions.c.retired_at.is_(None)
        connection.execute(update(record_versions).where(*held).values(retired_at=now))
    save_over(connection, record_versions, (_version_row(record) for record in found))


def move_record(connection: Connection, record: Record, client_id: str, basis: str, reason: str) -> None:
    """Give a record to another client."""
    values = {"client_id": client_id, "basis": basis, "reason": reason}
    connection.execute(update(records).where(records.c.id == record.key).values(values))


def adopt(connection: Connection, client_ids: Iterable[str]) -> None:
    """Make the record of the default source for clients that have none: those saved before there were records."""
    wanted = set(client_ids)
    having: set[str] = set()
    for batch in chunks(sorted(wanted), LOOKUP_ROWS):
        having |= set(connection.execute(select(records.c.client_id).where(records.c.client_id.in_(batch))).scalars())
    orphans = client_rows(connection, wanted - having)
    names = _texts(connection, aliases, "alias", orphans)
    places = _texts(connection, sites, "address", orphans)
    for client_id, row in orphans.items():
        kept = {name: row[name] for name in STORED if name != "client_id" and row[name] is not None}
        kept |= {"short_names": names.get(client_id, []), "addresses": places.get(client_id, [])}
        version = Version({name: value for name, value in kept.items() if value != []}, row["recorded_at"])
        record = Record(DEFAULT_SOURCE, client_id, client_id, FIRST, "", row["recorded_at"], (version,))
        save_records(connection, [record], row["recorded_at"])


def all_records_of(connection: Connection, client_id: str) -> list[Record]:
    """The records of a client and of those merged into it, its own first."""
    found = records_of(connection, with_merged(connection, [client_id]))
    order = sorted(found, key=lambda one: (one != client_id, one))
    return [record for one in order for record in found[one]]


ROW = ("source", "record_id", "client_id", "basis", "reason", "recorded_at")


def _records() -> Select[Any]:
    query = select(*(records.c[name] for name in ROW), record_versions.c.fields)
    query = query.add_columns(record_versions.c.recorded_at.label("since"))
    query = query.join(record_versions, record_versions.c.record_key == records.c.id)
    return query.order_by(records.c.id, record_versions.c.recorded_at, record_versions.c.retired_at.is_(None))


def _group(rows: Iterable[Any]) -> list[Record]:
    """Rows in order of record and time as records."""
    found: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        found.setdefault((row.source, row.record_id), []).append(row)
    return [
        Record(**_named(several[0]), versions=tuple(Version(row.fields, row.since) for row in several))
        for several in found.values()
    ]


def _named(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ROW}


def _version_row(record: Record) -> dict[str, Any]:
    version = record.versions[-1]
    said = json.dumps(version.fields, sort_keys=True)
    row = {"id": key_id("version", record.key, version.recorded_at.isoformat(), said), "record_key": record.key}
    return row | {"fields": dict(version.fields), "recorded_at": version.recorded_at, "retired_at": None}


def _texts(connection: Connection, table: Any, column: str, client_ids: Iterable[str]) -> dict[str, list[str]]:
    query = select(table.c.client_id, table.c[column]).where(table.c.retired_at.is_(None))
    query = query.where(table.c.origin == FROM_FILE) if "origin" in table.c else query
    found: dict[str, list[str]] = {}
    for batch in chunks(sorted(client_ids), LOOKUP_ROWS):
        chosen = query.where(table.c.client_id.in_(batch)).order_by(table.c.known_at, table.c[column])
        for client_id, text in connection.execute(chosen):
            found.setdefault(client_id, []).append(text)
    return found
