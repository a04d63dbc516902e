"""Many rows into a table of PostgreSQL at once: copied into a temporary table, and from there with one statement.

Row by row the same takes four times as long, most of it on the way.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql

FEWEST = 200  # rows from which on it pays


def pour(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], over: Sequence[str]) -> int:
    """Insert rows whose key is not there, and replace the columns `over` of those that are; all have the columns of the
    first. Returns how many were saved or replaced."""
    columns = tuple(rows[0])
    waiting, copying, moving, clearing = _statements(table, columns, tuple(over))
    converters = _converters(table, connection.dialect, columns)
    connection.exec_driver_sql(waiting)
    driver: Any = connection.connection
    with driver.cursor() as cursor, cursor.copy(copying) as copy:
        for row in _last_of_each(table, rows) if over else rows:
            copy.write_row([None if (value := row[name]) is None else convert(value) for name, convert in converters])
    saved = connection.exec_driver_sql(moving, execution_options={"preserve_rowcount": True}).rowcount
    connection.exec_driver_sql(clearing)
    return saved


def _last_of_each(table: Table, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of rows with one key the last: one statement may not replace a row twice."""
    key = [column.name for column in table.primary_key]
    return list({tuple(row[name] for name in key): row for row in rows}.values())


@lru_cache(maxsize=200)
def _statements(table: Table, columns: tuple[str, ...], over: tuple[str, ...]) -> tuple[str, str, str, str]:
    dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    quote = dialect.identifier_preparer.quote
    listed, waiting = ", ".join(map(quote, columns)), quote(f"oncu_waiting_{table.name}")
    key = ", ".join(quote(column.name) for column in table.primary_key)
    changed = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in over)
    conflict = f"({key}) DO UPDATE SET {changed}" if over else "DO NOTHING"
    return (
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {waiting} (LIKE {quote(table.name)}) ON COMMIT DELETE ROWS",
        f"COPY {waiting} ({listed}) FROM STDIN",
        f"INSERT INTO {quote(table.name)} ({listed}) SELECT {listed} FROM {waiting} ON CONFLICT {conflict}",
        f"TRUNCATE {waiting}",
    )


@lru_cache(maxsize=200)
def _converters(table: Table, dialect: Dialect, columns: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    """Each column with what writes its values."""
    kinds = ((name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in columns)
    return tuple((name, convert or _as_it_is) for name, convert in kinds)


def _as_it_is(value: Any) -> Any:
    return value
