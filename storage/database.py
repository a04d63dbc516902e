"""Open a database by its address; short transactions; rows saved by key.

SQLite runs in WAL mode and a writing transaction takes its lock at BEGIN: with the default, deferred BEGIN, two
writers that both read first meet "database is locked" however long they are willing to wait.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from oncu.config.problems import Problem

from .policies import install_policies
from .poured import FEWEST, pour
from .revisions import known_revisions, newest_revision, schema_revision, take_turn, upgrade

INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "busy_timeout=30000",
    "cache_size=-65536",
    "wal_autocheckpoint=16384",  # 64 MB: at 4 a batch of documents is written back again and again
)
WRITING: Mapping[str, Any] = {"oncu_write": True}
# Whoever looks sees the database of one moment; SQLite does so by itself.
READING: Mapping[str, Mapping[str, Any]] = {"postgresql": {"isolation_level": "REPEATABLE READ"}}
BATCH_ROWS = 5_000
Transaction = Connection  # by this name the other rooms speak of it: only storage imports sqlalchemy
# What to do, by what the driver says; the first that fits.
REMEDIES = {
    "full": "free some room on its disk; nothing of the last step was saved, and the same command goes on",
    "no space": "free some room on its disk; nothing of the last step was saved, and the same command goes on",
    "readonly": "let this user write to the file and its folder",
    "read-only": "let this user write to it",
    "permission denied": "let this user read and write it",
    "unable to open": "let this user read and write the file and its folder",
    "locked": "another program is writing to it; try again when that is done",
    "deadlock": "another program is writing to it; try again when that is done",
    "too many clients": "let the server take more connections (max_connections), or run fewer programs",
    "connection slots": "let the server take more connections (max_connections), or run fewer programs",
    "not a database": "name another file, or put back a copy of this one",
    "malformed": "the file is damaged; put back a copy of it",
    "disk i/o": "its disk fails; move the database to another one",
    "no such table": "run: oncu init",
    "no such column": "run: oncu init",
    "does not exist": "run: oncu init",
    "unique constraint": "another program may have saved the same; try again",
    "foreign key": "another program may have removed what this belongs to; try again",
}
REFUSED = "the database refuses this, and nothing of the step was saved"
ELSEWHERE = "check that it runs and can be reached, then try again"


Convert = Callable[[Any], Any]
T = TypeVar("T")


class StorageError(Problem):
    """The database cannot be used; the text says which, why and what to do."""


class RefusedValues(StorageError):
    """What was to be saved breaks a rule of the tables: other rows may well be saved."""


@dataclass(frozen=True)
class Database:
    """An open database: `read()` and `write()` give one transaction each."""

    engine: Engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only looks, at one moment however long it lasts; it never waits for a writer."""
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
            options = WRITING if write else READING.get(self.engine.dialect.name, {})
            with self.engine.connect().execution_options(**options) as connection, connection.begin():
                yield connection
        except (DBAPIError, NoConnectionLeft) as error:
            kind = RefusedValues if isinstance(error, IntegrityError | DataError) else StorageError
            raise kind(f"database {self.address}: {explain(error)}") from error

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
    try:
        _check_revision(database)
    except StorageError:
        database.close()
        raise
    return database


def _check_revision(database: Database) -> None:
    with database.read() as connection:
        found = schema_revision(connection)
    if found is None:
        raise StorageError(f"database {database.address} holds no tables yet; run: oncu init")
    _check_known(database, found)
    if found != newest_revision():
        raise StorageError(f"database {database.address} is of an older Öncü (revision {found}); run: oncu init")


def _check_known(database: Database, revision: str) -> None:
    if revision not in known_revisions():
        raise StorageError(f"database {database.address} is of a newer Öncü (revision {revision}); upgrade the program")


def create_database(url: str) -> Database:
    """Open a database and bring its tables to this version; safe to repeat, and for many at once. Raises StorageError.

    A database of a newer program is left as it is: there is no way back to older tables.
    """
    database = connect(url)
    with database.write() as connection:
        take_turn(connection)
        if found := schema_revision(connection):
            _check_known(database, found)
        upgrade(connection)
        install_policies(connection)
    return database


def connect(url: str) -> Database:
    """Connect without looking at the tables. Raises StorageError."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in INSERTS:
            shown = hide_password(url)
            raise StorageError(f"database address {shown}: write sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME")
        is_sqlite = parsed.get_backend_name() == "sqlite"
        _check_sqlite_folder(parsed.database if is_sqlite else None)
        engine = create_engine(parsed, pool_pre_ping=not is_sqlite)  # a server restarted meanwhile fails no request
        if is_sqlite:
            prepare_sqlite(engine)
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


def prepare_sqlite(engine: Engine) -> None:
    """Set up every connection of an engine: WAL, foreign keys, and BEGIN said by us."""

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("oncu_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def save_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert the rows whose key is not there yet; the others stay as they are. Returns how many were new."""
    return sum(_execute_batch(connection, table, batch, ()) for batch in batched(rows, BATCH_ROWS))


def save_over(
    connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]], *, keep: Sequence[str] = ()
) -> None:
    """Insert rows, and replace those whose primary key is there, except for the columns named in `keep`."""
    for batch in batched(rows, BATCH_ROWS):
        written = [c for c in batch[0] if c not in keep and not table.c[c].primary_key]
        _execute_batch(connection, table, batch, written)


def _execute_batch(connection: Connection, table: Table, rows: list[Mapping[str, Any]], over: Sequence[str]) -> int:
    """Rows saved or replaced; all have the columns of the first."""
    columns, dialect = tuple(rows[0]), connection.dialect
    if dialect.name == "postgresql" and len(rows) >= FEWEST:
        return pour(connection, table, rows, over)
    if dialect.name != "sqlite":
        options = {"preserve_rowcount": True}
        return connection.execute(_upsert(table, dialect.name, tuple(over)), rows, execution_options=options).rowcount
    # Tuples straight to the driver: SQLAlchemy's own way takes twice as long for the same rows.
    statement, order, converters = _compiled(table, dialect, columns, tuple(over))
    written = [_written([row[name] for row in rows], convert) for name, convert in zip(order, converters, strict=True)]
    values = list(zip(*written, strict=True))
    return connection.exec_driver_sql(statement, values, execution_options={"preserve_rowcount": True}).rowcount


def _written(values: list[Any], convert: Convert | None) -> list[Any]:
    return [convert(value) for value in values] if convert else values


def _upsert(table: Table, dialect: str, over: tuple[str, ...]) -> Any:
    statement = INSERTS[dialect](table)
    if not over:
        return statement.on_conflict_do_nothing()
    key = [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(index_elements=key, set_={name: statement.excluded[name] for name in over})


@lru_cache(maxsize=200)
def _compiled(
    table: Table, dialect: Dialect, columns: tuple[str, ...], over: tuple[str, ...]
) -> tuple[str, tuple[str, ...], tuple[Convert | None, ...]]:
    """The statement with a question mark a value, the columns in their order, and how each value is written."""
    compiled: Any = _upsert(table, dialect.name, over).compile(dialect=dialect, column_keys=list(columns))
    order = tuple(compiled.positiontup)
    types = [table.c[name].type.dialect_impl(dialect) for name in order]
    return str(compiled), order, tuple(kind.bind_processor(dialect) for kind in types)


def batched(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Things in lists of at most `size`."""
    iterator = iter(things)
    while batch := list(islice(iterator, size)):
        yield batch


def hide_password(url: str) -> str:
    """An address as it may be shown, also where it cannot be parsed."""
    return re.sub(r"(://[^:/@]*):.*@", r"\1:***@", url)


def explain(error: Exception) -> str:
    """What the driver says, and what to do about it."""
    said = first_line(error)
    remedy = next((remedy for part, remedy in REMEDIES.items() if part in said.lower()), None)
    away = isinstance(error, OperationalError | InterfaceError | NoConnectionLeft)
    return f"{said}; {remedy or (ELSEWHERE if away else REFUSED)}"


def first_line(error: Exception) -> str:
    """The first line of what the driver (else SQLAlchemy) says."""
    original = getattr(error, "orig", None) or error
    return (str(original).strip() or type(original).__name__).splitlines()[0]
