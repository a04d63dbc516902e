"""How SQLite goes about what is asked of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event


@contextmanager
def explained(connection: Connection) -> Iterator[list[str]]:
    """The steps of SQLite's plans, as lines, of all that is asked of a connection here."""
    lines: list[str] = []

    def explain(asked: Connection, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "EXPLAIN" not in statement:
            plan = asked.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            lines.extend(step[3] for step in plan.fetchall())

    event.listen(connection, "before_cursor_execute", explain)
    try:
        yield lines
    finally:
        event.remove(connection, "before_cursor_execute", explain)
