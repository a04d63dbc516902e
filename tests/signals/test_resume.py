"""Killed anywhere, the pipeline goes on where it stopped: nothing lost, nothing doubled."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

NAMES = ["Pelit", "Nergis", "Taşkale", "Ulubük", "Sumaklı", "Bozkır", "Ahenk", "Kutup", "Soytaş", "Mavikanat"]
TRADES = ["Kimya", "Döküm", "Plastik", "Tekstil"]
STORIES = [
    "{} tazminat davasını kaybetti",
    "{} konkordato ilan etti",
    "{} yeni fabrika kuruyor",
    "{} müşterileri hizmetten mağdur oldu",
    "{} hakkında açılan patent davası iddiası yalanlandı",
    "{} kapasite raporunu yeniledi",
]
# The clock is fixed and the batches are small, so that there are many moments to be killed in.
RUN = """
import sys
from datetime import datetime
from oncu.config.load import load_signal_types
from oncu.config.settings import Settings
from oncu.signals.flow import pipeline
from oncu.storage.database import open_database
pipeline.BATCH = 20
types = load_signal_types()
types = {code: types[code] for code in sys.argv[3:]}
database = open_database(sys.argv[1])
settings = Settings(alerts={"first_poll_days": 60})
pipeline.run_pending(database, pipeline.Catalogue({}, types), settings, datetime.fromisoformat(sys.argv[2]))
"""
TYPES = ["lawsuit", "insolvency", "plant_expansion", "customer_complaint", "capacity_certificate"]
TIMES = {"runs", "versions", "sqlite_sequence"}


@pytest.fixture
def pending(bank, now):
    """A database file of 300 documents of six weeks that wait to be read; each story is told by two outlets."""
    clients = [f"{name} {trade}" for name in NAMES for trade in TRADES]
    bank.add_clients(
        *({"client_id": f"K{n}", "legal_name": f"{c} A.Ş.", "manager": "m"} for n, c in enumerate(clients))
    )
    for n in range(150):
        client, story = clients[n * 7 % len(clients)], STORIES[n % len(STORIES)]
        for outlet in ("gazete", "ajans"):
            told = {"source": outlet, "natural_key": f"{n}", "published_at": now - timedelta(hours=7 * (n % 144))}
            bank.see(story.format(client), f"Ayrıntı {n}: dosya {n % 50} hakkında açıklama yapıldı.", **told)
    bank.database.close()
    return Path(bank.database.engine.url.database)


def start(path, now):
    return subprocess.Popen([sys.executable, "-c", RUN, f"sqlite:///{path}", now.isoformat(), *TYPES])


def copy(path, name):
    return Path(shutil.copy(path, path.with_name(name)))


def tables(path):
    with sqlite3.connect(path) as connection:
        names = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {n: sorted(connection.execute(f'SELECT * FROM "{n}"'), key=repr) for n in names if n not in TIMES}


def count(path, table):
    with sqlite3.connect(path, timeout=30) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def kill_when(process, path, table, rows):
    """Kill a run as soon as a table holds so many rows; whether it was still running."""
    while process.poll() is None and count(path, table) < rows:
        pass
    was_running = process.poll() is None
    if was_running:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return was_running


def test_a_run_killed_anywhere_ends_like_an_undisturbed_one(pending, now):
    undisturbed = copy(pending, "undisturbed.db")
    assert start(undisturbed, now).wait() == 0
    expected = tables(undisturbed)
    moments = [("readings", 20), ("readings", 120), ("readings", 280), ("signals", 1), ("signals", 30), ("alerts", 1)]
    killed = 0
    for table, rows in moments:
        killed += kill_when(start(pending, now), pending, table, rows)
    assert start(pending, now).wait() == 0
    with sqlite3.connect(pending) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    found = tables(pending)
    assert killed >= 4 and len(expected["alerts"]) > 20
    assert {name for name in expected if found[name] != expected[name]} == set()
