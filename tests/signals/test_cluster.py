"""Workers read what one process would read; whoever of them dies, nothing is lost and nothing doubled."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("distributed", reason="workers need the extra oncu[cluster]")

from distributed import Client, LocalCluster

from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.signals.cluster import reading as far
from oncu.signals.cluster.kit import pack_reader, unpack_reader
from oncu.signals.cluster.worker import look
from oncu.signals.flow import batches
from oncu.signals.flow.batches import Found, read_batch
from oncu.signals.flow.pipeline import read_pending, warm_up
from oncu.storage.copying import copy_database
from oncu.storage.database import connect

from ..hosts import running, scheduler, worker
from .inbox import free_port

TYPES = ("lawsuit", "insolvency", "plant_expansion", "customer_complaint")
NAMES = ("Pelit", "Nergis", "Taşkale", "Ulubük", "Sumaklı", "Ahenk", "Soytaş", "Mavikanat")
STORIES = (
    "{} tazminat davasını kaybetti",
    "{} konkordato ilan etti",
    "{} yeni fabrika kuruyor",
    "{} müşterileri hizmetten mağdur oldu: 0532 123 45 67 numarasını arayın",
)
SMALL = 5  # documents a batch
ON_LOOPBACK: dict[str, Any] = {"host": "127.0.0.1", "threads_per_worker": 1, "silence_logs": 50}
ON_LOOPBACK |= {"dashboard_address": None, "scheduler_kwargs": {"dashboard_address": "127.0.0.1:0"}}


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """A cluster of two workers."""
    with LocalCluster(n_workers=2, **ON_LOOPBACK) as cluster:
        yield cluster


@pytest.fixture
def address(cluster: LocalCluster) -> str:
    """Where those workers are."""
    return str(cluster.scheduler_address)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oncu.signals.flow.pipeline.BATCH", SMALL)
    monkeypatch.setattr(far, "LOOK_SECONDS", 0.2)


@pytest.fixture
def waiting(bank, now):
    """A bank of 120 documents that wait to be read, of which each story is told by two outlets."""
    bank.types = {code: bank.types[code] for code in TYPES}
    bank.add_clients(
        *({"client_id": f"K{n}", "legal_name": f"{name} Kimya A.Ş.", "manager": "m"} for n, name in enumerate(NAMES))
    )
    for n in range(60):
        title = STORIES[n % len(STORIES)].format(f"{NAMES[n % len(NAMES)]} Kimya")
        category = "complaint" if "mağdur" in title else "news"
        for outlet in ("gazete", "ajans"):
            bank.see(title, f"Dosya {n // 3}.", source=outlet, natural_key=f"{n}", category=category)
    return bank


def read(bank, settings, progress=lambda *_: None):
    """Read everything by the workers of the settings and give all tables."""
    way = batches.reading_elsewhere(settings)
    read_pending(bank.database, bank.catalogue, bank.now, warm=None, progress=progress, far=way)
    return bank.tables()


@pytest.fixture
def expected(waiting, make_address):
    """The tables after one process has read; the documents of the bank still wait."""
    own = waiting.database
    waiting.database = connect(make_address("expected"))
    copy_database(own, waiting.database)
    tables = read(waiting, Settings())
    waiting.database.close()
    waiting.database = own
    assert len(tables["mentions"]) == 120 and len(tables["tags"]) > 50
    return tables


@contextmanager
def on_line(where: str) -> Iterator[Client]:
    with Client(where, set_as_default=False, timeout=20) as client:
        yield client


def cluster_here(workers: int) -> LocalCluster:
    """A cluster within this process, which is quick to make."""
    return LocalCluster(n_workers=workers, processes=False, protocol="tcp", **ON_LOOPBACK)


def kill_one(where: str) -> None:
    """Kill a process that reads, with -9."""
    with on_line(where) as client:
        os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)


def at(documents: int, deed: Callable[[], object]) -> Callable[[str, int, int], None]:
    """Do something in the middle: as soon as so many documents are stored."""
    return lambda stage, done, total: deed() if done == documents else None


def test_workers_of_this_machine_give_the_tables_of_one_process(waiting, expected):
    assert read(waiting, Settings(workers=2)) == expected


def test_cluster_at_an_address_gives_the_tables_of_one_process(waiting, expected, address):
    assert read(waiting, Settings(cluster=address)) == expected


def test_worker_killed_while_it_reads_loses_and_doubles_nothing(waiting, expected, address):
    kill = at(20, lambda: kill_one(address))
    assert read(waiting, Settings(cluster=address), kill) == expected


def test_scheduler_started_anew_while_it_works_loses_and_doubles_nothing(waiting, expected, tmp_path, monkeypatch):
    monkeypatch.setattr(far, "FIRST_SECONDS", 60)  # it has just been started
    place = f"127.0.0.1:{free_port()}"
    boss = scheduler(place, tmp_path)
    with running(boss, worker(place, tmp_path, "one")):
        assert read(waiting, Settings(cluster=f"tcp://{place}"), at(40, boss.kill)) == expected


def test_scheduler_that_stays_away_ends_the_run_and_the_next_goes_on(waiting, expected, monkeypatch):
    monkeypatch.setattr(far, "AGAIN_SECONDS", 1)
    with cluster_here(1) as cluster, pytest.raises(Problem, match="what was read is stored"):
        read(waiting, Settings(cluster=cluster.scheduler_address), at(40, cluster.close))
    assert waiting.rows("SELECT count(*) FROM readings WHERE stage = 'read'") == [(40,)]
    assert read(waiting, Settings()) == expected


def test_document_that_ends_every_process_is_set_aside_and_the_rest_is_read(waiting, cluster, monkeypatch):
    victim = waiting.see("Bu sayfa okuyanı bitirir", url="https://haber.example/agir")

    usual = far.read

    def read_or_die(key, batch, now):
        found = usual(key, batch, now)
        if isinstance(found, Found) and any("okuyanı bitirir" in document.title for document in batch):
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    monkeypatch.setattr(far, "read", read_or_die)
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)  # the first process it ends is the last
    read(waiting, Settings(cluster=cluster.scheduler_address))
    assert waiting.rows("SELECT count(*) FROM readings WHERE stage = 'read'") == [(121,)]
    assert waiting.rows("SELECT count(*) FROM mentions") == [(120,)]
    assert waiting.rows("SELECT kind, place FROM issues") == [("read", victim.url)]


def test_fault_in_reading_ends_the_run_as_it_does_in_one_process(waiting, address, monkeypatch):
    def fail(key, batch, now):
        raise OSError("no such word list")

    monkeypatch.setattr(far, "read", fail)
    with pytest.raises(OSError, match="no such word list"):
        read(waiting, Settings(cluster=address))


def test_worker_has_no_more_than_two_batches_at_once(waiting, address):
    reader = warm_up(waiting.database, waiting.catalogue, waiting.now).reader
    documents = [waiting.see("Nergis Kimya davalı") for _ in range(12)]
    asked, most = 0, 0

    def ask():
        nonlocal asked
        for document in documents:
            asked += 1
            yield [document]

    for done, _ in enumerate(far.read_far(ask(), reader, waiting.now, Settings(cluster=address))):
        most = max(most, asked - done)
    assert most == 2 * far.IN_FLIGHT


def test_worker_keeps_the_reader_from_run_to_run(waiting, address):
    read(waiting, Settings(cluster=address))
    key = pack_reader(warm_up(waiting.database, waiting.catalogue, waiting.now).reader).key
    with on_line(address) as client:
        assert any(standing.is_ready for standing in client.run(look, key).values())


def test_new_names_make_another_reader_and_the_old_one_goes(waiting, address):
    read(waiting, Settings(cluster=address))
    old = pack_reader(warm_up(waiting.database, waiting.catalogue, waiting.now).reader).key
    waiting.add_clients({"client_id": "Y", "legal_name": "Yepyeni Kimya A.Ş.", "manager": "m"})
    for _ in range(6):
        waiting.see("Yepyeni Kimya konkordato ilan etti")
    read(waiting, Settings(cluster=address))
    assert waiting.rows("SELECT count(*) FROM mentions WHERE client_id = 'Y' AND accepted") == [(6,)]
    with on_line(address) as client:
        assert not any(standing.is_ready for standing in client.run(look, old).values())


def test_reader_that_travelled_reads_as_the_one_that_stayed(waiting):
    reader = warm_up(waiting.database, waiting.catalogue, waiting.now).reader
    reader = replace(reader, matcher=reader.matcher.refusing({("nergis kimya", "K1"): 2}), verdicts="abc123")
    documents = [waiting.see(story.format("Nergis Kimya")) for story in STORIES]
    travelled = unpack_reader(pack_reader(reader))
    assert read_batch(documents, travelled, waiting.now) == read_batch(documents, reader, waiting.now)
    assert travelled.version == reader.version


def test_other_code_on_a_worker_is_refused(waiting, address, monkeypatch):
    monkeypatch.setattr(far, "versions", lambda: {"oncu": "newer"})
    with pytest.raises(Problem, match="worker tcp://.*: runs oncu .*, here is newer; install the same"):
        read(waiting, Settings(cluster=address))
    assert waiting.rows("SELECT count(*) FROM readings WHERE stage = 'read'") == [(0,)]


def test_worker_without_our_code_is_refused():
    with pytest.raises(Problem, match="has no oncu of this version"):
        far.check_worker("tcp://10.0.0.9:1", ModuleNotFoundError("No module named 'oncu'"))


def test_address_that_does_not_answer_is_one_line(waiting, monkeypatch):
    monkeypatch.setattr(far, "FIRST_SECONDS", 0.5)
    with pytest.raises(Problem, match=r"cluster tcp://127.0.0.1:\d+: does not answer") as problem:
        read(waiting, Settings(cluster=f"tcp://127.0.0.1:{free_port()}"))
    assert len(str(problem.value).splitlines()) == 1


def test_cluster_without_workers_says_how_to_start_some(waiting, monkeypatch):
    monkeypatch.setattr(far, "AGAIN_SECONDS", 0.5)
    with cluster_here(0) as cluster:
        where = cluster.scheduler_address
        with pytest.raises(Problem, match=f"has no workers; start some: dask worker {where}"):
            read(waiting, Settings(cluster=where))


def test_doctor_counts_the_workers(address):
    assert far.count_workers(Settings(cluster=address)) == 2


def test_one_batch_is_read_here_whatever_the_cluster_does(waiting, monkeypatch):
    monkeypatch.setattr("oncu.signals.flow.pipeline.BATCH", 200)
    read(waiting, Settings(cluster=f"tcp://127.0.0.1:{free_port()}"))
    assert waiting.rows("SELECT count(*) FROM readings WHERE stage = 'read'") == [(120,)]


def test_without_dask_the_extra_is_named(waiting, monkeypatch):
    monkeypatch.setattr(batches, "find_spec", lambda name: None)
    with pytest.raises(Problem, match=r"pip install 'oncu\[cluster\]'"):
        read(waiting, Settings(workers=2))


@pytest.mark.parametrize("wrong", ["10.0.0.1:8786", "http://10.0.0.1:8786", "tcp://10.0.0.1", "tcp://a b:1"])
def test_address_of_a_cluster_is_checked(wrong):
    with pytest.raises(ValueError, match="is no address of a cluster"):
        Settings(cluster=wrong)
