"""Work that one process does at a time: others wait, and a holder that is killed holds nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event

import pytest

from oncu.storage.alone import alone
from oncu.storage.database import Database, StorageError

HOLD = """
import sys
from oncu.storage.alone import alone
from oncu.storage.database import connect
with alone(connect(sys.argv[1]), "run"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(database: Database) -> Iterator["subprocess.Popen[str]"]:
    """Another process that is at the work."""
    url = database.engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout and process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_only_one_at_a_time_is_in(database: Database) -> None:
    inside, most, barrier = 0, 0, Barrier(4)

    def work(_: int) -> None:
        nonlocal inside, most
        barrier.wait()
        with alone(database, "run"):
            inside += 1
            most = max(most, inside)
            with database.read() as connection:
                connection.exec_driver_sql("SELECT 1")
            inside -= 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert (most, inside) == (1, 0)


def test_other_work_does_not_wait(database: Database) -> None:
    waited: list[str] = []
    with alone(database, "run"), alone(database, "digests", waiting=lambda: waited.append("digests")):
        assert waited == []


def test_work_of_one_that_was_killed_waits_for_no_lease(database: Database) -> None:
    with holder(database) as process, ThreadPoolExecutor(1) as pool:
        waiting = Event()
        entered = pool.submit(lambda: alone(database, "run", waiting=waiting.set).__enter__())
        assert waiting.wait(30)
        assert not entered.done()
        os.kill(process.pid, signal.SIGKILL)
        entered.result(timeout=30)


def test_work_that_failed_lets_others_in(database: Database) -> None:
    with pytest.raises(RuntimeError), alone(database, "run"):
        raise RuntimeError
    with alone(database, "run"):
        pass


@pytest.mark.sqlite_only("on PostgreSQL the server keeps the lock")
def test_folder_that_cannot_be_written_is_one_line(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathlib.Path.open", _refuse)
    with pytest.raises(StorageError, match=r"oncu.db-run.lock cannot be written \(Permission denied\); let this user"):
        alone(database, "run").__enter__()


def _refuse(*_: object) -> None:
    raise PermissionError(13, "Permission denied")
