"""Importing a bank's table, against the database alone."""

import csv
import random
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from measure import timed

from oncu.signals.imports.run import import_table
from oncu.storage.database import create_database

NOW = datetime(2026, 9, 1, tzinfo=UTC)
OUTCOMES = 100_000
CLIENTS = 2_000
ROUNDS = 3


def bench_import(folder: Path) -> None:
    """Rows a second of `oncu outcomes import` from CSV, against sqlite3 executemany of the same rows."""
    rows = outcome_rows(random.Random(1))
    write_csv(
        folder / "clients.csv", [{"client_id": f"C{i:05d}", "legal_name": f"Firma {i} A.Ş."} for i in range(CLIENTS)]
    )
    write_csv(folder / "outcomes.csv", rows)
    ours, again, raw = [], [], []
    for number in range(ROUNDS):
        database = create_database(f"sqlite:///{folder / f'import{number}.db'}")
        import_table("clients", folder / "clients.csv", database, NOW, actor="bench")
        ours.append(timed(lambda d=database: import_table("outcomes", folder / "outcomes.csv", d, NOW, actor="bench")))
        again.append(timed(lambda d=database: import_table("outcomes", folder / "outcomes.csv", d, NOW, actor="bench")))
        stored = database.engine.raw_connection().execute("SELECT * FROM outcomes").fetchall()
        database.close()
        peer = create_database(f"sqlite:///{folder / f'raw{number}.db'}")
        import_table("clients", folder / "clients.csv", peer, NOW, actor="bench")
        peer.close()
        raw.append(timed(lambda n=number, s=stored: insert_raw(folder / f"raw{n}.db", s)))
    print(f"  first time       {OUTCOMES / median(ours):>8.0f} rows/s (read, checked, keyed, audited)")
    print(f"  the same again   {OUTCOMES / median(again):>8.0f} rows/s")
    print(f"  raw executemany  {OUTCOMES / median(raw):>8.0f} rows/s (ratio {median(raw) / median(ours):.2f})")


def outcome_rows(chance: random.Random) -> list[dict[str, str]]:
    """Outcomes as a bank's system would write them, Turkish dates and numbers included."""
    days = [NOW - timedelta(days=d) for d in range(1, 1500)]
    kinds = ("sale", "default", "watchlist", "exit")
    cells = {
        (f"C{chance.randrange(CLIENTS):05d}", chance.choice(kinds), chance.choice(days)) for _ in range(OUTCOMES * 2)
    }
    chosen = sorted(cells)[:OUTCOMES]
    return [
        {
            "client_id": client,
            "kind": kind,
            "occurred_at": f"{day:%d.%m.%Y}",
            "amount": f"{chance.randrange(1000, 9_999_999):,}".replace(",", ".") + ",50",
        }
        for client, kind, day in chosen
    ]


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    """Semicolons, as a Turkish spreadsheet writes them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def insert_raw(path: Path, rows: list[tuple[object, ...]]) -> None:
    """The same rows into the same table, with nothing around it."""
    connection = sqlite3.connect(path)
    marks = ",".join("?" * len(rows[0]))
    with connection:
        connection.executemany(f"INSERT INTO outcomes VALUES ({marks})", rows)
    connection.close()
