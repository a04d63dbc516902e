"""A backup: everything in one file, as it stood at one moment, while the program goes on."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

from .database import Database, StorageError, first_line

DUMP, LIST = "pg_dump", "pg_restore"


def back_up(database: Database, file: Path) -> int:
    """Write everything into a new file that only its owner may read, and check that it can be read back; its bytes.

    Of SQLite the file is a database itself; of PostgreSQL it is for `pg_restore`. What is saved while it is written is
    not in it. Raises StorageError, with no file left, where there is one already or it cannot be written.
    """
    if file.exists():
        raise StorageError(f"backup {file}: there is such a file already; name a new one")
    write = _write_sqlite if database.engine.dialect.name == "sqlite" else _write_postgresql
    part = _new_part(file)
    try:
        write(database, part)
        part.rename(file)
    except (sqlite3.Error, OSError) as error:
        raise StorageError(f"backup {file}: cannot be written ({first_line(error)}); name a file elsewhere") from None
    finally:
        part.unlink(missing_ok=True)
    return file.stat().st_size


def _new_part(file: Path) -> Path:
    """An empty file beside the one to be, so that a backup that was cut off is not taken for one."""
    try:
        handle, name = tempfile.mkstemp(prefix=f"{file.name}.", suffix=".part", dir=file.absolute().parent)
    except OSError as error:
        raise StorageError(f"backup {file}: cannot be written ({error.strerror}); name a file elsewhere") from None
    os.close(handle)
    return Path(name)


def _write_sqlite(database: Database, part: Path) -> None:
    """All pages in one step: they are of one moment, and in WAL mode nobody waits for it."""
    with closing(sqlite3.connect(part)) as target, closing(database.engine.raw_connection()) as source:
        driver = source.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without a -wal beside it
        found = target.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise StorageError(f"database {database.address}: {found}; the file is damaged; put back a copy of it")


def _write_postgresql(database: Database, part: Path) -> None:
    url = database.engine.url
    _run(url, DUMP, "--format=custom", f"--file={part}", f"--dbname={_without_password(url)}")
    _run(url, LIST, "--list", str(part))


def _run(url: URL, program: str, *words: str) -> None:
    """Run a program of PostgreSQL; the password goes through the environment, which other users cannot see."""
    path = shutil.which(program)
    if path is None:
        raise StorageError(f"{program} is not found; install the client programs of PostgreSQL, as new as the server")
    environment = os.environ | ({"PGPASSWORD": url.password} if url.password else {})
    done = subprocess.run([path, *words], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[0]
        raise StorageError(f"{said}; nothing was kept")


def _without_password(url: URL) -> str:
    """The address as programs of PostgreSQL read it."""
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return bare.render_as_string(hide_password=False)
