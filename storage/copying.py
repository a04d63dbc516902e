"""Move everything to another database, on the same engine or another: all of it or nothing, every row checked."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select

from oncu.config.problems import Problem

from .database import Database, batched
from .models import audit_head, metadata

PART = 2_000  # rows read and written at a time
DIGEST_BYTES = 16

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Copied:
    """How many rows of a table were copied."""

    table: str
    rows: int


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
            for done in _copy(there, here, table):
                tell(table.name, done, total)
            _compare(there, here, table)
            copied.append(Copied(table.name, total))
    return copied


def _check_empty(connection: Connection, target: Database) -> None:
    for table in metadata.sorted_tables:
        if table is not audit_head and connection.execute(select(table).limit(1)).first():
            raise Problem(f"database {target.address} has rows in {table.name}; name a new, empty one")


def _copy(there: Connection, here: Connection, table: Table) -> Iterator[int]:
    done = 0
    for rows in batched(_rows(there, table), PART):
        here.execute(insert(table), rows)
        done += len(rows)
        yield done


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    for row in connection.execute(select(table).execution_options(yield_per=PART)).mappings():
        yield dict(row)


def _compare(there: Connection, here: Connection, table: Table) -> None:
    (rows, sum_there), (found, sum_here) = _fingerprint(there, table), _fingerprint(here, table)
    if rows != found:
        raise Problem(f"table {table.name}: {rows} rows were read and {found} arrived; nothing was kept")
    if sum_there != sum_here:
        raise Problem(f"table {table.name}: the rows that arrived differ from those read; nothing was kept")


def _fingerprint(connection: Connection, table: Table) -> tuple[int, int]:
    """How many rows a table has, and a sum of their digests, which does not depend on how an engine orders texts."""
    number = total = 0
    for row in _rows(connection, table):
        number += 1
        total += int.from_bytes(_digest(row), "big")
    return number, total % 2 ** (8 * DIGEST_BYTES)


def _digest(row: dict[str, Any]) -> bytes:
    parts = "\x1f".join(_written(value) for value in row.values())
    return hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).digest()


def _written(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else repr(value)
