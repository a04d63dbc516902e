"""Open a database by its address; short transactions; rows saved by key.

SQLite runs in WAL mode and a writing transaction takes its lock at BEGIN: with the default, deferred BEGIN, two
writers that both read first meet "database is locked" however long they are willing to wait.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from oncu.config.problems import Problem

MIGRATIONS = Path(__file__).parent / "migrations"
INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "busy_timeout=30000",
    "cache_size=-65536",
)
BATCH_ROWS = 5_000


class StorageError(Problem):
    """The database cannot be used; the text says which, why and what to do."""


@dataclass(frozen=True)
class Database:
    """An open database: `read()` and `write()` give one transaction each."""

    engine: Engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only looks; it never waits for a writer on SQLite."""
        with self._transaction(write=False) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that saves everything or nothing."""
        with self._transaction(write=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Connection]:
        try:
            with self.engine.connect().execution_options(oncu_write=write) as connection, connection.begin():
                yield connection
        except OperationalError as error:
            raise StorageError(f"database {self.address}: {first_line(error)}") from error

    @property
    def address(self) -> str:
        """The address as it may be shown: without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open a database that `create_database` has made.

    Raises StorageError when the address is wrong, the database cannot be reached, is not ours or is of another version.
    """
    _check_sqlite_file(url)
    database = connect(url)
    found, newest = schema_revision(database), newest_revision()
    if found == newest:
        return database
    database.close()
    if found is None:
        raise StorageError(f"database {database.address} holds no tables yet; run: oncu init")
    if found not in known_revisions():
        raise StorageError(f"database {database.address} is of a newer Öncü (revision {found}); upgrade the program")
    raise StorageError(f"database {database.address} is of an older Öncü (revision {found}); run: oncu init")


def create_database(url: str) -> Database:
    """Open a database and bring its tables to this version; safe to repeat. Raises StorageError."""
    database = connect(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return database


def connect(url: str) -> Database:
    """Connect without looking at the tables. Raises StorageError."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in INSERTS:
            shown = hide_password(url)
            raise StorageError(f"database address {shown}: write sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME")
        _check_sqlite_folder(parsed.database if parsed.get_backend_name() == "sqlite" else None)
        engine = create_engine(parsed)
        if parsed.get_backend_name() == "sqlite":
            _prepare_sqlite(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    except (ArgumentError, NoSuchModuleError, ValueError) as error:  # ValueError: the port is no number
        raise StorageError(
            f"database address {hide_password(url)} cannot be read ({first_line(error)}); write sqlite:///FILE"
        ) from None
    except ImportError as error:
        raise StorageError(
            f"database {hide_password(url)} needs the driver {error.name}; run: pip install 'oncu[postgresql]'"
        ) from None
    except DBAPIError as error:
        shown = parsed.render_as_string()
        raise StorageError(
            f"database {shown} cannot be opened ({first_line(error)}); check the address and that it runs"
        ) from None
    return Database(engine)


def _check_sqlite_folder(file: str | None) -> None:
    if file and file != ":memory:" and not Path(file).absolute().parent.is_dir():
        raise StorageError(f"database file {file}: the folder {Path(file).absolute().parent} does not exist; create it")


def _check_sqlite_file(url: str) -> None:
    """SQLite would quietly make an empty file in whatever folder a command is run from."""
    found = re.fullmatch(r"sqlite(?:\+\w+)?:///([^?]+)(?:\?.*)?", url)
    if found and found[1] != ":memory:" and Path(found[1]).parent.is_dir() and not Path(found[1]).exists():
        raise StorageError(f"database file {found[1]} does not exist; run: oncu init, or set ONCU_DATABASE_URL")


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("oncu_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def schema_revision(database: Database) -> str | None:
    """The migration the tables are at, or None in an empty database."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def known_revisions() -> frozenset[str]:
    """All migrations this program knows."""
    return frozenset(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def newest_revision() -> str:
    """The migration this program needs."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert head is not None
    return head


def save_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert the rows whose key is not there yet; the others stay as they are. Returns how many were new."""
    return sum(_execute_batch(connection, table, batch, ()) for batch in _batches(rows))


def save_over(
    connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]], *, keep: Sequence[str] = ()
) -> None:
    """Insert rows, and replace those whose primary key is there, except for the columns named in `keep`."""
    for batch in _batches(rows):
        written = [c for c in batch[0] if c not in keep and not table.c[c].primary_key]
        _execute_batch(connection, table, batch, written)


def _execute_batch(connection: Connection, table: Table, rows: list[Mapping[str, Any]], over: Sequence[str]) -> int:
    statement = INSERTS[connection.dialect.name](table)
    if over:
        key = [column.name for column in table.primary_key]
        statement = statement.on_conflict_do_update(
            index_elements=key, set_={name: statement.excluded[name] for name in over}
        )
    else:
        statement = statement.on_conflict_do_nothing()
    return connection.execute(statement, rows, execution_options={"preserve_rowcount": True}).rowcount


def _batches(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    batch: list[Mapping[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def hide_password(url: str) -> str:
    """An address as it may be shown, also where it cannot be parsed."""
    return re.sub(r"(://[^:/@]*):.*@", r"\1:***@", url)


def first_line(error: Exception) -> str:
    """The first line of what the driver (else SQLAlchemy) says."""
    original = getattr(error, "orig", None) or error
    return (str(original).strip() or type(original).__name__).splitlines()[0]
