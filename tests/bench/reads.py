"""What pages and digests read most, from a bank of 150,000 clients, ten million mentions and a million signals."""

import sqlite3
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from heard import EVENING, MANAGER, fill_bank

from oncu.signals.faces.board import flagged_clients
from oncu.storage.alert_lists import alerts_made, alerts_of_client
from oncu.storage.database import Database, connect, create_database
from oncu.storage.documents import count_documents
from oncu.storage.outcomes import outcomes_of
from oncu.storage.signals import count_steps, load_steps, open_sides
from oncu.storage.withheld import withheld_on

MENTIONS, SIGNALS = 10_000_000, 1_000_000
ROUNDS = 30
CLIENT = "B00001"  # of the manager; every other client has the same share of the mentions


def bench_reads(folder: Path) -> None:
    """Each read by itself, in milliseconds: the half of them are at least as quick."""
    file = folder / "reads.db"
    fill_bank_of(file)
    database = connect(f"sqlite:///{file}")
    print("                                p50 ms    p95 ms")
    for name, read in _reads(database).items():
        times = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            read()
            times.append((time.perf_counter() - start) * 1e3)
        print(f"    {name:<24} {statistics.median(times):>9.2f} {statistics.quantiles(times, n=20)[-1]:>9.2f}")
    database.close()


def _reads(database: Database) -> dict[str, Callable[[], object]]:
    since = EVENING - timedelta(days=7)

    def reading(work: Callable[..., object]) -> Callable[[], object]:
        def once() -> object:
            with database.read() as connection:
                return work(connection)

        return once

    return {
        "alerts of a manager": reading(lambda c: alerts_made(c, since=since, until=EVENING, manager=MANAGER)),
        "alerts of a client": reading(lambda c: alerts_of_client(c, CLIENT, since=EVENING - timedelta(days=744))),
        "level of a client": reading(lambda c: load_steps(c, at=EVENING, client_ids=[CLIENT])),
        "open sides of a client": reading(lambda c: open_sides(c, [CLIENT], at=EVENING, days=90)),
        "outcomes of a client": reading(lambda c: outcomes_of(c, CLIENT, EVENING)),
        "mentions of a client": reading(
            lambda c: c.exec_driver_sql(
                "SELECT document_id, known_at FROM mentions WHERE client_id = ? ORDER BY known_at DESC LIMIT 50",
                (CLIENT,),
            ).fetchall()
        ),
        "documents of a day": reading(lambda c: count_documents(c, since=EVENING - timedelta(days=1), until=EVENING)),
        "withheld in a month": reading(
            lambda c: withheld_on(c, (EVENING - timedelta(days=30)).date(), EVENING.date(), manager=MANAGER)
        ),
        "version of the levels": reading(count_steps),
        "flagged, everybody": lambda: flagged_clients(database, EVENING, threshold=60.0),
    }


def fill_bank_of(file: Path) -> None:
    """The bank of `heard`, and so many mentions and signals more, drawn over all its clients."""
    database = create_database(f"sqlite:///{file}")
    fill_bank(database)
    database.close()
    start = time.perf_counter()
    with sqlite3.connect(file) as driver:
        driver.execute("PRAGMA synchronous=OFF")
        driver.execute("CREATE TEMPORARY TABLE firm AS SELECT client_id FROM clients ORDER BY client_id")
        firms = driver.execute("SELECT count(*) FROM firm").fetchone()[0]
        (document,) = driver.execute("SELECT id FROM documents LIMIT 1").fetchone()
        driver.execute(FILL_MENTIONS, {"most": MENTIONS, "firms": firms, "document": document})
        driver.execute(FILL_EPISODES, {"most": SIGNALS, "firms": firms})
        driver.execute(FILL_SIGNALS, {"most": SIGNALS, "document": document})
    print(f"  {MENTIONS:,} mentions and {SIGNALS:,} signals in {time.perf_counter() - start:.0f} s", flush=True)
    print(f"  file: {file.stat().st_size / 1e9:.1f} GB", flush=True)


NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) "
FIRM = "(SELECT client_id FROM firm WHERE rowid = 1 + (i * 7919) % :firms)"
MOMENT = "strftime('%Y-%m-%d %H:%M:%S', '2026-09-30', '-' || ((i * 31) % 1000000) || ' minutes') || '.000000'"
FILL_MENTIONS = (
    NUMBERS + "INSERT INTO mentions SELECT printf('m%031d', i), :document, " + FIRM + ", i % 100000, 1, .9, 1, 80, "
    "'subject', 'name', " + MOMENT + ", '1' FROM n"
)
FILL_EPISODES = (
    NUMBERS
    + "INSERT INTO episodes (id, client_id, side, type, started_at, arm) SELECT printf('e%031d', i), "
    + FIRM
    + ", CASE i % 2 WHEN 0 THEN 'risk' ELSE 'opportunity' END, CASE i % 2 WHEN 0 THEN 'lawsuit' ELSE 'plant_expansion' "
    "END, " + MOMENT + ", 'live' FROM n"
)
FILL_SIGNALS = (
    NUMBERS + "INSERT INTO signals (id, episode_id, tag_id, client_id, type, side, story_id, document_id, event_key, "
    "source, category, origin, status, probability, relevance, published_at, first_seen_at, known_at, arm, version) "
    "SELECT printf('s%031d', i), e.id, (SELECT id FROM tags LIMIT 1), e.client_id, e.type, e.side, e.id, "
    ":document, e.id, 'gazete', 'news', "
    "'independent', 'confirmed', .9, 80, e.started_at, e.started_at, e.started_at, 'live', '1' "
    "FROM n JOIN episodes e ON e.id = printf('e%031d', i)"
)
