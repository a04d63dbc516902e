"""`make bench`: speed and memory, each beside a named peer measured in the same run.

Every measure runs in a process of its own, so that its peak memory is its own. Figures wander with the machine; the
ratios are what to compare.
"""

import csv
import json
import multiprocessing
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from oncu.config.load import load_signal_types
from oncu.config.settings import Settings
from oncu.signals.imports.run import import_table
from oncu.signals.pipeline import Catalogue, detect_pending, read_pending, route_pending, warm_up
from oncu.storage.database import create_database
from oncu.storage.documents import Document, save_documents

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
NOW = datetime(2026, 9, 1, tzinfo=UTC)
OUTCOMES = 100_000
CLIENTS = 2_000
ROUNDS = 3

sys.path.insert(0, str(ROOT / "tests" / "real"))


def main() -> None:
    """Run every measure and print one block each."""
    measures = [bench_import]
    if SHARED.is_dir():
        measures = [bench_pipeline, *measures]
    else:
        print("skipped: match + tag + store (the real data is not beside this clone)")
    for measure in measures:
        print(f"\n{measure.__name__.removeprefix('bench_')}: {(measure.__doc__ or '').splitlines()[0]}", flush=True)
        process = multiprocessing.get_context("spawn").Process(target=_run, args=(measure.__name__,))
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(f"{measure.__name__} failed")


def bench_pipeline(folder: Path) -> None:
    """Documents a second through match + tag + stories + store, with the 2,176 companies as clients."""
    from run import write_clients  # tests/real/run.py

    clients = write_clients(folder / "clients.csv")
    catalogue, settings = Catalogue({}, load_signal_types()), Settings.from_file({})
    for name, documents in real_documents().items():
        size = sum(len(d.reading.encode()) for d in documents) / 1e6
        through, storing = [], []
        for number in range(ROUNDS):
            database = create_database(f"sqlite:///{folder / f'{name}{number}.db'}")
            import_table("clients", clients, database, NOW, actor="bench")
            start = time.perf_counter()
            with database.write() as connection:
                save_documents(connection, documents)
            storing.append(time.perf_counter() - start)
            warm = warm_up(database, catalogue, NOW)
            start = time.perf_counter()
            read_pending(database, catalogue, NOW, warm=warm, progress=lambda *_: None)
            detect_pending(database, catalogue.types, settings, NOW)
            route_pending(database, catalogue.types, settings, NOW)
            through.append(storing[-1] + time.perf_counter() - start)
            database.close()
        spent, stored = median(through), median(storing)
        print(
            f"  {name:<10} {len(documents):>5} documents, {size:4.1f} MB: {len(documents) / spent:>6.0f} documents/s, "
            f"{size / spent:.2f} MB/s; storing alone {len(documents) / stored:>6.0f}/s (ratio {stored / spent:.2f})"
        )


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


def real_documents() -> dict[str, list[Document]]:
    """Headlines, short articles and complaints of the real data, as if seen now."""
    headlines = [
        Document("stream", row["link"], row["baslik"], "", NOW, NOW)
        for row in read_lines("tr/news/stream_2026-07-08_to_08-10.jsonl")
    ]
    articles = [
        Document("articles", row["url"], row["title"], row["summary"], NOW, NOW)
        for row in read_lines("tr/news/articles_500.jsonl")
    ]
    complaints = [
        Document("complaints", row["id"], row["title"] or "", row["text"] or "", NOW, NOW, category="complaint")
        for row in read_lines("tr/complaints/complaints.jsonl")[:3000]
    ]
    return {"headlines": headlines, "articles": articles, "complaints": complaints}


def read_lines(path: str) -> list[dict[str, str]]:
    """The rows of a JSON-lines file of the real data."""
    with (SHARED / path).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


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


def timed(work: Callable[[], object]) -> float:
    """Seconds a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _run(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        globals()[name](Path(folder))
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
