"""`oncu score` over a bank's two years: 1,000,000 signals of 150,000 clients, read from storage, judged, written."""

import resource
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from oncu.config.load import load_signal_types
from oncu.signals.score.judging import judge
from oncu.signals.score.ledger import read_ledger
from oncu.signals.score.pages import render, wording_of
from oncu.signals.score.report import report_of
from oncu.storage.database import create_database
from oncu.storage.outcomes import save_exposure, save_outcomes

SIGNALS, CLIENTS, SOURCES = 1_000_000, 150_000, 400
OUTCOMES, ALERTS = 40_000, 200_000
FIRST, DAYS = datetime(2024, 1, 1, tzinfo=UTC), 730
CATEGORIES = ("news", "news", "news", "registry", "complaint", "social", "classified")
FORM = "%Y-%m-%d %H:%M:%S.%f"
SECTORS, SIZES = ("metal", "textile", "food", "energy", "trade"), ("micro", "small", "medium", "large")


def bench_score(folder: Path) -> None:
    """`oncu score` over 1,000,000 signals and 150,000 clients: seconds of computing, memory, size of the page."""
    url = f"sqlite:///{folder / 'oncu.db'}"
    database = create_database(url)
    _fill(folder / "oncu.db")
    with database.write() as connection:
        save_exposure(connection, list(_exposure()), FIRST)
        save_outcomes(connection, list(_outcomes(Random(2))), FIRST)
    as_of = (FIRST + timedelta(days=DAYS)).date()
    for line in _measure(database, as_of):
        print(line, flush=True)
    database.close()


def _measure(database, as_of: date) -> Iterator[str]:
    start = time.process_time()
    ledger = read_ledger(database, as_of)
    read = time.process_time()
    judged = judge(ledger)
    league = time.process_time()
    report = report_of(judged, database)
    done = time.process_time()
    page = render(report, "html", wording_of("tr", "Europe/Istanbul", load_signal_types(), {}))
    written = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield f"  read {read - start:.0f} s, leagues {league - read:.0f} s, report {done - league:.0f} s"
    yield f"  page {written - done:.1f} s; in all {written - start:.0f} s of computing, peak {peak:.0f} MB"
    yield f"  HTML {len(page.encode()) / 1e6:.2f} MB, JSON {len(render(report, 'json', None).encode()) / 1e6:.2f} MB"  # type: ignore[arg-type]


def _fill(file: Path) -> None:
    """Clients, signals and alerts straight into the tables: the scoreboard reads nothing of what stands behind them."""
    types = list(load_signal_types().values())
    stored = sqlite3.connect(file)
    columns = "client_id, legal_name, recorded_at"
    names = ((f"C{n}", f"Client {n}", FIRST.strftime(FORM)) for n in range(CLIENTS))
    stored.executemany(f"INSERT INTO clients ({columns}) VALUES (?, ?, ?)", names)
    random = Random(1)
    rows = [_signal(n, random, types) for n in range(SIGNALS)]
    stored.executemany(f"INSERT INTO signals VALUES ({', '.join('?' * len(rows[0]))})", rows)
    alerts = [_alert(n, rows[random.randrange(SIGNALS)]) for n in range(ALERTS)]
    stored.executemany(f"INSERT OR IGNORE INTO alerts VALUES ({', '.join('?' * len(alerts[0]))})", alerts)
    stored.commit()
    stored.close()


def _signal(n: int, random: Random, types: list) -> tuple:
    """A signal as the table has it; one in three retells an earlier story of the same client."""
    client, kind = random.randrange(CLIENTS), types[random.randrange(len(types))]
    source = random.randrange(SOURCES)
    known = (FIRST + timedelta(minutes=random.randrange(DAYS * 1440))).strftime(FORM)
    category = CATEGORIES[source % len(CATEGORIES)]
    ids = [f"{n:020x}", f"C{client}", kind.code, kind.side, f"{n // 3:020x}"]
    rest = [f"e{n}", f"t{n}", f"d{n}", f"k{n}", f"source-{source}", category, "independent", "fact"]
    return (*ids, *rest, random.random(), 80, known, known, known, "live", "bench")


def _alert(n: int, signal: tuple) -> tuple:
    manager = f"manager-{int(signal[1][1:]) % 1500}"
    base = (f"a{n}", signal[1], signal[2], signal[3], f"k{n}", f"e{n}", signal[0], manager)
    return (*base, (n * 7919) % 1000 / 1000, "", "new", signal[17])


def _exposure() -> Iterator[dict[str, object]]:
    for n in range(CLIENTS):
        strata = {"sector": SECTORS[n % 5], "size_band": SIZES[n % 4], "region": None}
        yield {"client_id": f"C{n}", "from": date(2023, 1, 1), "to": None} | strata


def _outcomes(random: Random) -> Iterator[dict[str, object]]:
    kinds = ("sale", "sale", "sale", "default", "watchlist", "bankruptcy", "exit")
    seen = set()
    for n in range(OUTCOMES):
        at = FIRST + timedelta(days=random.randrange(DAYS))
        client = f"C{random.randrange(CLIENTS)}"
        if (client, at) in seen:
            continue
        seen.add((client, at))
        recorded = at + timedelta(days=random.randrange(10))
        rest = {"subtype": None, "amount": 1000.0, "currency": "TRY", "initiator": None, "note": None}
        yield {"client_id": client, "kind": kinds[n % 7], "occurred_at": at, "recorded_at": recorded} | rest
