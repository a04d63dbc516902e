"""Move everything to another database, on the same engine or another: all of it or nothing, every row checked."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select

from oncu.config.problems import Problem

from .database import Database, save_new
from .models import audit_head, metadata

PART = 5_000  # rows read and written at a time
DIGEST_BYTES = 16

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Copied:
    """How many rows of a table were copied."""

    table: str
    rows: int


@dataclass(frozen=True)
class Fingerprint:
    """How many rows a table has, and a sum of their digests, which does not depend on how an engine orders texts."""

    rows: int = 0
    total: int = 0

    def with_rows(self, rows: Iterable[Sequence[Any]]) -> "Fingerprint":
        """The fingerprint with these rows beside the others."""
        digests = [int.from_bytes(_digest(row), "big") for row in rows]
        return Fingerprint(self.rows + len(digests), (self.total + sum(digests)) % 2 ** (8 * DIGEST_BYTES))


def copy_database(source: Database, target: Database, tell: Tell = lambda table, done, total: None) -> list[Copied]:
    """Copy all tables into a database that `create_database` has made and nobody has used yet.

    The source is read as it stands at one moment, and may go on being used; what comes after that moment stays behind.
    Afterwards the rows of each table are counted and compared as the program reads them. Raises Problem, with nothing
    kept in the target, where it holds rows already or where a table differs.
    """
    with source.read() as there, target.write() as here:
        _check_empty(here, target)
        here.execute(delete(audit_head))
        copied = []
        for table in metadata.sorted_tables:
            total = there.execute(select(func.count()).select_from(table)).scalar_one()
            read = Fingerprint()
            for read in _copy(there, here, table):
                tell(table.name, read.rows, total)
            _compare(table, read, _fingerprint(here, table))
            copied.append(Copied(table.name, total))
    return copied


def _check_empty(connection: Connection, target: Database) -> None:
    for table in metadata.sorted_tables:
        if table is not audit_head and connection.execute(select(table).limit(1)).first():
            raise Problem(f"database {target.address} has rows in {table.name}; name a new, empty one")


def _copy(there: Connection, here: Connection, table: Table) -> Iterator[Fingerprint]:
    """Copy part by part; after each the fingerprint of what was read so far."""
    read, columns = Fingerprint(), table.columns.keys()
    for rows in _parts(there, table):
        save_new(here, table, [dict(zip(columns, row, strict=True)) for row in rows])
        read = read.with_rows(rows)
        yield read


def _parts(connection: Connection, table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    yield from connection.execute(select(table).execution_options(yield_per=PART)).partitions()


def _compare(table: Table, read: Fingerprint, arrived: Fingerprint) -> None:
    if read.rows != arrived.rows:
        raise Problem(f"table {table.name}: {read.rows} rows were read and {arrived.rows} arrived; nothing was kept")
    if read != arrived:
        raise Problem(f"table {table.name}: the rows that arrived differ from those read; nothing was kept")


def _fingerprint(connection: Connection, table: Table) -> Fingerprint:
    found = Fingerprint()
    for rows in _parts(connection, table):
        found = found.with_rows(rows)
    return found


def _digest(row: Sequence[Any]) -> bytes:
    """The same on each engine: the tables' types give the same values, moments always in UTC."""
    return hashlib.blake2b(repr(tuple(row)).encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).digest()
