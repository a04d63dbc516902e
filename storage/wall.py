"""The wall: a database of which a reader sees only what is theirs to see, whatever is asked.

On a connection behind the wall every table's name stands for a temporary view of it, filtered for the person who looks.
A query written by somebody who never heard of rights is filtered like any other. The connections are apart from those
the flow uses, and on SQLite they cannot write; on PostgreSQL policies of the tables themselves are a second wall.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text

from oncu.config.problems import Problem

from .access import ROLES, SEE_ALL_MONEY, SEE_EVERY_CLIENT, SEEN_CLIENTS, Sight, columns_of, condition_of
from .changes import LOOKUP_ROWS, chunks
from .database import Database, prepare_sqlite
from .models import metadata

SCHEMAS = {"sqlite": "main.", "postgresql": "public."}
NOTES = (
    "CREATE TEMPORARY TABLE oncu_viewer (person VARCHAR(64), every BOOLEAN, money BOOLEAN)",
    "CREATE TEMPORARY TABLE oncu_roles (role VARCHAR(64))",
    "CREATE TEMPORARY TABLE oncu_seen (client_id VARCHAR(64) PRIMARY KEY, money INTEGER)",
)


class NotYours(Problem):
    """A client, or something about one, that this person may not see; said as if it did not exist."""


@dataclass(frozen=True)
class Viewer:
    """Who looks, and on which day where the bank is: who is away decides what a deputy sees."""

    person: str
    day: date


@dataclass(frozen=True)
class Wall:
    """A database behind the wall; one for all readers, since who looks is said for each transaction."""

    database: Database
    engine: Engine

    def seen_by(self, viewer: Viewer) -> "Walled":
        """The database as one person sees it."""
        return Walled(self.engine, viewer)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


@dataclass(frozen=True)
class Walled(Database):
    """A database as one person sees it: `read()` is filtered, and nothing is written."""

    viewer: Viewer

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only looks, and sees what is this person's to see."""
        with self._transaction(write=False) as connection:
            _look(connection, self.viewer)
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Refused: who may write of a client is asked with `check_seen`, and written is to the database itself."""
        raise NotYours("behind the wall nothing is written")
        yield  # pragma: no cover

    def seen(self) -> frozenset[str] | None:
        """The ids of the clients this person sees; None where it is all of them."""
        with self.read() as connection:
            if connection.exec_driver_sql("SELECT every FROM oncu_viewer").scalar():
                return None
            return frozenset(connection.exec_driver_sql("SELECT client_id FROM oncu_seen").scalars())


def build_wall(database: Database, reader: str | None = None) -> Wall:
    """The wall around an open database; `reader`: the address of the same as a plain role of PostgreSQL opens it."""
    engine = create_engine(reader or database.engine.url)
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    views = [*NOTES, *_views(SCHEMAS[engine.dialect.name])]

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        for statement in views:
            cursor.execute(statement)
        cursor.close()
        connection.commit()

    return Wall(database, engine)


def check_seen(connection: Connection, client_ids: Collection[str]) -> None:
    """Raise NotYours unless the reader of this connection sees all the clients."""
    clients = metadata.tables["clients"]
    for batch in chunks(sorted(set(client_ids)), LOOKUP_ROWS):
        found = connection.execute(clients.select().where(clients.c.client_id.in_(batch))).fetchall()
        if len(found) < len(batch):
            missing = sorted(set(batch) - {row.client_id for row in found})
            raise NotYours(f"client {missing[0]!r} is not known")


def _look(connection: Connection, viewer: Viewer) -> None:
    """Note who looks, for the views and policies of this transaction."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        connection.exec_driver_sql("PRAGMA query_only=OFF")
    for table in ("oncu_viewer", "oncu_roles", "oncu_seen"):
        connection.exec_driver_sql(f"DELETE FROM {table}")
    who = {"person": viewer.person, "day": viewer.day.isoformat() if is_sqlite else viewer.day}
    for statement in _notes_sqlite() if is_sqlite else NOTES_POSTGRESQL:
        connection.execute(text(statement), who)
    if is_sqlite:
        connection.exec_driver_sql("PRAGMA query_only=ON")


def _notes_sqlite() -> tuple[str, ...]:
    schema = SCHEMAS["sqlite"]
    active = f"EXISTS (SELECT 1 FROM {schema}people p WHERE p.name = r.person AND p.is_active)"
    return (
        f"INSERT INTO oncu_roles SELECT r.role FROM {schema}person_roles r WHERE r.person = :person AND {active}",
        f"INSERT INTO oncu_viewer VALUES (:person, {_any_of(SEE_EVERY_CLIENT)}, {_any_of(SEE_ALL_MONEY)})",
        "INSERT INTO oncu_seen " + SEEN_CLIENTS.format(s=schema, person=":person", day=":day"),
    )


def _any_of(roles: Collection[str]) -> str:
    return f"EXISTS (SELECT 1 FROM oncu_roles WHERE role IN ({', '.join(map(repr, roles))}))"


NOTES_POSTGRESQL = (
    "SELECT set_config('oncu.person', :person, true), set_config('oncu.day', CAST(:day AS text), true)",
    "INSERT INTO oncu_roles SELECT public.oncu_roles()",
    f"INSERT INTO oncu_viewer VALUES (:person, {_any_of(SEE_EVERY_CLIENT)}, {_any_of(SEE_ALL_MONEY)})",
    "INSERT INTO oncu_seen SELECT * FROM public.oncu_seen()",
    "SET TRANSACTION READ ONLY",
)


def _views(schema: str) -> Iterator[str]:
    sight = Sight(
        schema=schema,
        every="(SELECT every FROM oncu_viewer)",
        money="(SELECT money FROM oncu_viewer)",
        clients="SELECT client_id FROM oncu_seen",
        rich="SELECT client_id FROM oncu_seen WHERE money = 1",
        person="(SELECT person FROM oncu_viewer)",
        role=lambda role: f"EXISTS (SELECT 1 FROM oncu_roles WHERE role = '{_known(role)}')",
    )
    for table in metadata.tables:
        columns, condition = columns_of(table, sight), condition_of(table, sight)
        yield f"CREATE TEMPORARY VIEW {table} AS SELECT {columns} FROM {schema}{table} WHERE {condition}"


def _known(role: str) -> str:
    assert role in ROLES, role
    return role
