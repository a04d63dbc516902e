"""Killed anywhere, the pipeline goes on where it stopped: nothing lost, nothing doubled."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import func, make_url, select

from oncu.storage.database import connect
from oncu.storage.models import metadata

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
TIMES = {"runs", "versions"}


@pytest.fixture
def pending(bank, now):
    """The address of 300 documents of six weeks that wait to be read; each story is told by two outlets."""
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
    return bank.database.address


@pytest.fixture
def undisturbed(pending, engine, tmp_path, request):
    """The address of the same database once more."""
    if engine == "sqlite":
        yield f"sqlite:///{shutil.copy(pending.removeprefix('sqlite:///'), tmp_path / 'undisturbed.db')}"
        return
    with request.getfixturevalue("postgresql_server").database(like=make_url(pending).database) as address:
        yield address


def start(address, now):
    return subprocess.Popen([sys.executable, "-c", RUN, address, now.isoformat(), *TYPES])


def tables(address):
    with closing(connect(address)) as database, database.read() as connection:
        kept = [table for table in metadata.sorted_tables if table.name not in TIMES]
        return {table.name: sorted(map(repr, connection.execute(table.select()))) for table in kept}


def count(database, table):
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one()


def kill_when(process, address, table, rows):
    """Kill a run as soon as a table holds so many rows; whether it was still running."""
    with closing(connect(address)) as database:
        while process.poll() is None and count(database, table) < rows:
            pass
    was_running = process.poll() is None
    if was_running:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return was_running


def test_a_run_killed_anywhere_ends_like_an_undisturbed_one(pending, undisturbed, now):
    assert start(undisturbed, now).wait() == 0
    expected = tables(undisturbed)
    moments = [("readings", 20), ("readings", 120), ("readings", 280), ("signals", 1), ("signals", 30), ("alerts", 1)]
    killed = 0
    for table, rows in moments:
        killed += kill_when(start(pending, now), pending, table, rows)
    assert start(pending, now).wait() == 0
    if pending.startswith("sqlite"):
        with closing(sqlite3.connect(pending.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    found = tables(pending)
    assert killed >= 4 and len(expected["alerts"]) > 20
    assert {name for name in expected if found[name] != expected[name]} == set()
