"""Work that only one process may do at a time, whatever host or command it came from.

A scheduler that is killed leaves its command running, and a person may type the same one. The lock is the system's own
(of the file's host on SQLite, of the server on PostgreSQL), so it ends with its holder however that ends: there is no
lease to wait for after a kill, and no clock to be wrong.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from .database import Database, StorageError, explain


@contextmanager
def alone(database: Database, work: str, *, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Wait until nobody else does this work on this database, and keep others from it until the end.

    `waiting` is called once where somebody is at it. Not to be asked for twice at once by one caller. Raises
    StorageError where the lock cannot be had.
    """
    file = database.engine.url.database
    if database.engine.dialect.name == "postgresql":
        with _server_lock(database, work, waiting):
            yield
    elif file and file != ":memory:":
        with _file_lock(Path(f"{file}-{work}.lock"), waiting):
            yield
    else:
        yield


@contextmanager
def _file_lock(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    try:
        file = path.open("w")
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror}); let this user write there") from None
    with file:  # closing it opens the lock; the file stays, for another may hold it by now
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _server_lock(database: Database, work: str, waiting: Callable[[], None]) -> Iterator[None]:
    key = func.hashtext(f"oncu {work}")
    try:
        connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if not connection.execute(select(func.pg_try_advisory_lock(key))).scalar_one():
            waiting()
            connection.execute(select(func.pg_advisory_lock(key)))
    except DBAPIError as error:
        raise StorageError(f"database {database.address}: {explain(error)}") from error
    try:
        yield
    finally:
        try:
            connection.execute(select(func.pg_advisory_unlock(key)))
            connection.close()
        except DBAPIError:  # the server went away, and the lock with it
            connection.invalidate()
