"""Scheduler, workers and the storing process on hosts of their own: whatever goes or is cut off, nothing changes.

The hosts are network namespaces, joined by a bridge in one more.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oncu.storage.clients import save_clients
from oncu.storage.database import create_database
from oncu.storage.documents import Document, save_documents

from ..hosts import QUICK, Host, running, scheduler, worker

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOSTS = {"boss": "10.77.0.1", "one": "10.77.0.2", "two": "10.77.0.3", "driver": "10.77.0.4"}
PLACE = f"{HOSTS['boss']}:8786"
TYPES = ["lawsuit", "insolvency", "plant_expansion", "customer_complaint"]
NAMES = [
    f"{name} {trade}" for name in ("Pelit", "Nergis", "Ulubük", "Ahenk") for trade in ("Kimya", "Döküm", "Tekstil")
]
STORIES = [
    "{} tazminat davasını kaybetti",
    "{} konkordato ilan etti",
    "{} yeni fabrika kuruyor",
    "{} müşterileri hizmetten mağdur oldu: 0532 123 45 67 numarasını arayın",
]
DOCUMENTS, SMALL = 600, 10
# Says how many documents are stored, and goes on when it is told to.
DRIVER = """
import sys
from datetime import datetime
from oncu.config.load import load_signal_types
from oncu.config.settings import Settings
from oncu.signals.flow import pipeline
from oncu.storage.database import open_database

def progress(stage, done, total):
    print(done, flush=True)
    sys.stdin.readline()

pipeline.BATCH = int(sys.argv[3])
types = load_signal_types()
catalogue = pipeline.Catalogue({}, {code: types[code] for code in sys.argv[5:]})
settings = Settings(cluster=sys.argv[4] or None)
database = open_database(sys.argv[1])
pipeline.run_pending(database, catalogue, settings, datetime.fromisoformat(sys.argv[2]), progress=progress)
"""


class Network:
    """Namespaces of our own; their names hold our process id, so that two runs do not meet."""

    def __init__(self) -> None:
        self.mark = f"oncu{os.getpid()}"
        self.all = [self.name(host) for host in (*HOSTS, "switch")]

    def name(self, host: str) -> str:
        return f"{self.mark}-{host}"

    def inside(self, host: str) -> list[str]:
        """What runs a command on a host."""
        return ["ip", "netns", "exec", self.name(host)]

    def build(self) -> None:
        for name in self.all:
            ip("netns", "add", name)
        switch = ["-n", self.name("switch")]
        ip(*switch, "link", "add", "bridge", "type", "bridge")
        ip(*switch, "link", "set", "bridge", "up")
        for host, address in HOSTS.items():
            own = ["-n", self.name(host)]
            ip(*own, "link", "add", "wire", "type", "veth", "peer", "name", host, "netns", self.name("switch"))
            ip(*switch, "link", "set", host, "master", "bridge", "up")
            ip(*own, "addr", "add", f"{address}/24", "dev", "wire")
            ip(*own, "link", "set", "wire", "up")
            ip(*own, "link", "set", "lo", "up")

    def cut(self, host: str) -> None:
        ip("-n", self.name("switch"), "link", "set", host, "down")

    def mend(self, host: str) -> None:
        ip("-n", self.name("switch"), "link", "set", host, "up")

    def remove(self) -> None:
        for name in self.all:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@pytest.fixture
def network() -> Iterator[Network]:
    """Four hosts that can reach each other."""
    made = Network()
    try:
        try:
            made.build()
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"network namespaces are not allowed here: {getattr(error, 'stderr', None) or error}")
        yield made
    finally:
        made.remove()


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    """A database file of 600 documents that wait to be read; each story is told by two outlets."""
    path = tmp_path / "waiting.db"
    database = create_database(f"sqlite:///{path}")
    columns = dict.fromkeys(("client_id", "legal_name", "city", "manager", "limit", "balance"))
    clients = [
        columns | {"client_id": f"K{n}", "legal_name": f"{name} A.Ş.", "short_names": (), "manager": "m"}
        for n, name in enumerate(NAMES)
    ]
    with database.write() as connection:
        save_clients(connection, clients, NOW)
        save_documents(connection, (made_document(number) for number in range(DOCUMENTS)))
    database.close()
    return path


def made_document(number: int) -> Document:
    n, outlet = divmod(number, 2)
    title = STORIES[n % len(STORIES)].format(NAMES[n % len(NAMES)])
    at = NOW - timedelta(hours=number % 144)
    text = f"Ayrıntı {n}: dosya {n % 50} hakkında açıklama yapıldı."
    category = "complaint" if "mağdur" in title else "news"
    return Document(("gazete", "ajans")[outlet], f"{n}", title, text, NOW, at, category=category)


def copy(path: Path, name: str) -> Path:
    with sqlite3.connect(path) as source, sqlite3.connect(path.with_name(name)) as target:
        source.backup(target)
    return path.with_name(name)


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(path) as connection:
        names = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {n: sorted(connection.execute(f'SELECT * FROM "{n}"'), key=repr) for n in names if n != "runs"}


@contextmanager
def driven(path: Path, cluster: str, inside: list[str]) -> Iterator["subprocess.Popen[str]"]:
    """The storing process; it waits for a line after each batch."""
    words = [sys.executable, "-c", DRIVER, f"sqlite:///{path}", NOW.isoformat(), str(SMALL), cluster, *TYPES]
    pipe, environment = subprocess.PIPE, os.environ | QUICK
    with subprocess.Popen([*inside, *words], stdin=pipe, stdout=pipe, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def steps(process: "subprocess.Popen[str]") -> Iterator[int]:
    """How many documents are stored, batch after batch; what is done at a step is done before the next."""
    assert process.stdin and process.stdout
    for line in process.stdout:
        yield int(line)
        process.stdin.write("\n")
        process.stdin.flush()


@pytest.fixture
def expected(waiting: Path) -> dict[str, list[tuple[object, ...]]]:
    """The tables after one process has read everything."""
    path = copy(waiting, "expected.db")
    with driven(path, "", []) as process:
        assert list(steps(process)) == list(range(SMALL, DOCUMENTS + 1, SMALL))
        assert process.wait() == 0
    found = tables(path)
    assert len(found["mentions"]) == DOCUMENTS and len(found["alerts"]) > 10
    return found


def test_hosts_that_die_and_are_cut_off_lose_and_double_nothing(network, waiting, expected, tmp_path):
    boss = scheduler(PLACE, tmp_path, network.inside("boss"))
    workers: dict[str, Host] = {n: worker(PLACE, tmp_path, n, network.inside(n)) for n in ("one", "two")}
    deeds = {
        60: workers["one"].kill,
        150: lambda: network.cut("two"),
        250: lambda: network.mend("two"),
        350: boss.kill,
        450: lambda: (network.cut("driver"), network.mend("driver")),
        520: workers["two"].kill,
    }
    with running(boss, *workers.values()), driven(waiting, f"tcp://{PLACE}", network.inside("driver")) as process:
        stored = 0
        for stored in steps(process):
            deeds.get(stored, lambda: None)()
        assert (process.wait(), stored) == (0, DOCUMENTS)
    found = tables(waiting)
    assert {name for name in expected if found[name] != expected[name]} == set()
