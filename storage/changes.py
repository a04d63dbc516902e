"""Save rows that may be there already, and say which were new, which changed and which stayed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select

from .database import save_new, save_over

Row = Mapping[str, Any]
LOOKUP_ROWS = 5_000  # ids in one IN list; SQLite allows 32,766
FIRST_SEEN = ("recorded_at",)


@dataclass(frozen=True)
class Changes:
    """How many rows were new, how many differed from what was stored, how many were the same."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class Sorted:
    """Rows by what has to be done with them; they have the key of the table and any of its other columns."""

    fresh: list[Row]
    changed: list[Row]
    same: list[Row]

    def count(self) -> Changes:
        """The lengths."""
        return Changes(len(self.fresh), len(self.changed), len(self.same))


def save_changes(connection: Connection, table: Table, rows: Sequence[Row]) -> Changes:
    """Insert new rows and update changed ones by the table's one key column; `recorded_at` stays what it was first.

    All rows have the same columns and no two the same key; a stored column the rows do not have is left alone.
    """
    found = sort_rows(connection, table, rows)
    save_sorted(connection, table, found)
    return found.count()


def save_sorted(connection: Connection, table: Table, found: Sorted) -> None:
    """Write what `sort_rows` found to be new or changed."""
    save_new(connection, table, found.fresh)
    save_over(connection, table, found.changed, keep=FIRST_SEEN)


def sort_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> Sorted:
    """Compare rows with the stored ones of the same key, in the columns the rows have."""
    found = Sorted([], [], [])
    for batch in chunks(rows, LOOKUP_ROWS):
        key, columns = _columns(table, batch[0])
        stored = _stored(connection, table, key, columns, [row[key] for row in batch])
        for row in batch:
            values = stored.get(row[key])
            if values is None:
                found.fresh.append(row)
            else:
                same = values == tuple(row[name] for name in columns)
                (found.same if same else found.changed).append(row)
    return found


def chunks(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """The rows in portions of at most `size`."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _columns(table: Table, row: Row) -> tuple[str, list[str]]:
    key = next(iter(table.primary_key)).name
    return key, [name for name in row if name != key and name not in FIRST_SEEN]


def _stored(
    connection: Connection, table: Table, key: str, columns: list[str], keys: list[str]
) -> dict[str, tuple[Any, ...]]:
    query = select(table.c[key], *(table.c[name] for name in columns)).where(table.c[key].in_(keys))
    return {row[0]: tuple(row[1:]) for row in connection.execute(query)}
