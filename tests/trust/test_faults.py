"""A database that is full, may not be written, is locked, or goes away: one line, nothing half done, and on it goes."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Event, Timer
from typing import Any

import pytest
from sqlalchemy import create_engine, event

from oncu.signals.flow import pipeline
from oncu.storage.database import Database, StorageError, connect, prepare_sqlite

from .settled import differing, fill, half_done, read_all, tables

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
"""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many transactions, so that there are many moments to fail at."""
    monkeypatch.setattr(pipeline, "BATCH", 20)


@pytest.fixture(scope="module")
def waiting(new_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file whose documents wait to be read."""
    path = Path(shutil.copy(new_database, tmp_path_factory.mktemp("waiting") / "oncu.db"))
    database = connect(f"sqlite:///{path}")
    fill(database)
    database.close()
    return path


@pytest.fixture
def file(waiting: Path, tmp_path: Path) -> Path:
    """The same for one test."""
    return Path(shutil.copy(waiting, tmp_path / "oncu.db"))


@pytest.fixture(scope="module")
def undisturbed(waiting: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What an undisturbed run makes of it."""
    folder = tmp_path_factory.mktemp("undisturbed")
    database = connect(f"sqlite:///{shutil.copy(waiting, folder / 'oncu.db')}")
    read_all(database, folder)
    found = tables(database.engine)
    database.close()
    return found


def opened(file: Path, *pragmas: str) -> Database:
    """A database whose every connection is set so."""
    database = connect(f"sqlite:///{file}")

    @event.listens_for(database.engine, "connect")
    def _set(connection: Any, _: Any) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    database.engine.dispose()
    return database


def problem_of(database: Database, folder: Path) -> str:
    """The line a run ends with."""
    with pytest.raises(StorageError) as error:
        read_all(database, folder)
    assert "\n" not in str(error.value)
    database.close()
    return str(error.value)


def check_goes_on(file: Path, undisturbed: dict[str, list[str]]) -> None:
    """With the fault gone the next run ends like an undisturbed one."""
    database = connect(f"sqlite:///{file}")
    assert list(half_done(database.engine)) == []
    read_all(database, file.parent)
    assert differing(tables(database.engine), undisturbed) == []
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    database.close()


def test_undisturbed_run_alerts(undisturbed: dict[str, list[str]]) -> None:
    assert len(undisturbed["alerts"]) == 40


@pytest.mark.parametrize("room", [1, 8, 16, 25])
def test_disk_that_fills_up_leaves_nothing_half_done(file: Path, undisturbed: dict[str, list[str]], room: int) -> None:
    database = connect(f"sqlite:///{file}")
    with database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    database.close()
    assert "is full; free some room" in problem_of(opened(file, f"max_page_count={pages + room}"), file.parent)
    check_goes_on(file, undisturbed)


def test_file_that_may_only_be_read_is_said_and_left_alone(file: Path, undisturbed: dict[str, list[str]]) -> None:
    before = file.read_bytes()
    database = Database(create_engine(f"sqlite:///{file}", creator=lambda: _for_reading(file)))
    prepare_sqlite(database.engine)
    assert "readonly database; let this user write" in problem_of(database, file.parent)
    assert file.read_bytes() == before
    check_goes_on(file, undisturbed)


def _for_reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{file}?mode=ro", uri=True, check_same_thread=False)


def test_database_locked_by_another_program_is_said_and_waited_for(
    file: Path, undisturbed: dict[str, list[str]]
) -> None:
    with holding(file) as holder:
        assert "locked; another program is writing to it" in problem_of(opened(file, "busy_timeout=50"), file.parent)
        patient = opened(file)
        let_go = _first_wait(patient, holder)
        read_all(patient, file.parent)  # waits for its turn
        assert let_go.is_set()
        patient.close()
    check_goes_on(file, undisturbed)


def _first_wait(database: Database, holder: "subprocess.Popen[str]") -> Event:
    """The holder lets go a moment after somebody begins to write."""
    done = Event()

    def let_go() -> None:
        done.set()
        assert holder.stdin
        holder.stdin.close()

    @event.listens_for(database.engine, "before_cursor_execute")
    def _begin(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement == "BEGIN IMMEDIATE" and not done.is_set():
            Timer(0.3, let_go).start()

    return done


class holding:  # noqa: N801 (reads as a word of the test)
    """Another program writes to a file meanwhile."""

    def __init__(self, file: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> "subprocess.Popen[str]":
        assert self.process.stdout and self.process.stdout.readline() == "held\n"
        return self.process

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
