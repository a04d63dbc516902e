"""A full database of every earlier version becomes one of this version, without a row lost or changed."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Boolean, Column, Connection, Date, DateTime, Float, Integer, LargeBinary, MetaData, Table

from oncu.storage.audit import GENESIS, _hash, find_broken_link, write_audit
from oncu.storage.database import Database, StorageError, connect, create_database, open_database
from oncu.storage.documents import mark_read, save_documents
from oncu.storage.mentions import save_mentions
from oncu.storage.models import metadata, waiting
from oncu.storage.revisions import MIGRATIONS, known_revisions, newest_revision, schema_revision, upgrade
from oncu.storage.waiting import DETECT, READ, leave

EARLIER = sorted(known_revisions() - {newest_revision()})
# All of them where engines are asked for by name; else some, since each takes a second.
TRIED = EARLIER if os.environ.get("ONCU_TEST_ENGINE") else sorted({*EARLIER[::6], EARLIER[-1]})
SOME_ROWS = range(1, 4)
# Chained rows, written by the program alone: made-up ones would break the chain.
CHAINED = {"audit", "audit_head", "alembic_version"}
MOMENT = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
VALUES: dict[type[Any], Any] = {
    Boolean: True,
    Integer: 1,
    Float: 0.5,
    Date: date(2026, 3, 2),
    JSON: {"ş": [1, None]},
    LargeBinary: b"\x00\xff",
}


def make(address: str, revision: str) -> Database:
    """A database as `oncu init` of an earlier version made it."""
    database = connect(address)
    with database.write() as connection:
        upgrade(connection, revision)
    return database


def tables_of(connection: Connection) -> list[Table]:
    """The tables a database has, whatever the program's model says of them."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def fill(database: Database) -> dict[Table, list[Any]]:
    """Three rows in every table, the last with nothing where nothing may stand; all rows by table."""
    with database.write() as connection:
        tables = tables_of(connection)
        for table in tables:
            if table.name not in CHAINED:
                connection.execute(table.insert(), [_row(table, number) for number in SOME_ROWS])
        for number in SOME_ROWS:
            row = {"seq": number, "at": MOMENT, "actor": "ece", "action": "import", "object": f"clients {number}"}
            _chain(connection, next(table for table in tables if table.name == "audit"), row)
    return rows_of(database, tables)


def _chain(connection: Connection, audit: Table, row: dict[str, Any]) -> None:
    """Append to the trail as the program of that time did: until 0014 its end stood nowhere."""
    if connection.dialect.has_table(connection, "audit_head"):
        write_audit(connection, row["actor"], row["action"], row["object"], row["at"])
        return
    previous = connection.execute(audit.select().order_by(audit.c.seq.desc())).first()
    whole = dict.fromkeys(column.name for column in audit.columns) | row
    whole |= {"previous_hash": previous.hash if previous else GENESIS}
    del whole["hash"]
    connection.execute(audit.insert().values(**whole, hash=_hash(whole)))


def _row(table: Table, number: int) -> dict[str, Any]:
    is_bare = number == max(SOME_ROWS)
    return {
        column.name: None if column.nullable and is_bare else _value(table, column, number) for column in table.columns
    }


def _value(table: Table, column: Column[Any], number: int) -> Any:
    if column.foreign_keys:
        parent = next(iter(column.foreign_keys)).column
        return _value(parent.table, parent, number)
    if isinstance(column.type, DateTime):
        # SQLite keeps moments without a zone, PostgreSQL with one.
        moment = MOMENT.replace(day=number)
        return moment if column.type.timezone else moment.replace(tzinfo=None)
    if isinstance(column.type, Integer):
        return number
    known = next((value for kind, value in VALUES.items() if isinstance(column.type, kind)), None)
    return f"{table.name[:20]}-{column.name[:8]}-{number}" if known is None else known


def rows_of(database: Database, tables: list[Table]) -> dict[Table, list[Any]]:
    with database.read() as connection:
        return {table: sorted(map(repr, connection.execute(table.select()))) for table in tables}


@pytest.mark.parametrize("revision", TRIED)
def test_rows_of_an_earlier_version_are_all_there(empty_address: str, revision: str) -> None:
    old = make(empty_address, revision)
    before = fill(old)
    assert all(len(rows) == len(SOME_ROWS) for table, rows in before.items() if table.name not in CHAINED)
    old.close()
    create_database(empty_address).close()
    new = open_database(empty_address)
    assert rows_of(new, list(before)) == before
    with new.read() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.select()).all()
        assert find_broken_link(connection) is None
    new.close()


def test_database_of_an_earlier_version_is_not_opened_before_it_is_upgraded(empty_address: str) -> None:
    make(empty_address, EARLIER[-1]).close()
    with pytest.raises(StorageError, match=rf"older Öncü \(revision {EARLIER[-1]}\); run: oncu init"):
        open_database(empty_address)


def test_files_of_the_migrations_begin_with_their_revisions() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert known_revisions() == {script.revision for script in scripts.walk_revisions()}
    assert newest_revision() == scripts.get_current_head()


def test_database_of_a_later_version_is_refused_by_name_and_left_as_it_is(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for attempt in (open_database, create_database):
        with pytest.raises(StorageError, match=r"newer Öncü \(revision 9999\); upgrade the program"):
            attempt(database.address)
    with database.read() as connection:
        assert schema_revision(connection) == "9999"


def test_many_that_upgrade_at_once_upgrade_once(empty_address: str) -> None:
    make(empty_address, EARLIER[-1]).close()
    with ThreadPoolExecutor(3) as pool:
        for opened in pool.map(create_database, [empty_address] * 3):
            opened.close()
    open_database(empty_address).close()


def test_what_no_stage_had_seen_waits_after_the_upgrade(
    tell: Callable[..., Any], database: Database, now: datetime
) -> None:
    """0023 fills the table of what waits from the notes of what was read: as the program itself would have kept it."""
    seen, undetected = tell("seen"), tell("undetected")
    with database.write() as connection:
        ids = [told.document.id for told in (seen, undetected)]
        mark_read(connection, ids, READ, "1", now)
        mark_read(connection, [seen.document.id], DETECT, "1", now)
        leave(connection, READ, ids)
        leave(connection, DETECT, [seen.document.id])
        complaint = replace(seen.document, natural_key="angry", category="complaint")
        spam = replace(complaint, natural_key="spam", quarantine="spam")
        save_documents(connection, [complaint, spam])
        save_mentions(connection, [replace(seen.mention, document_id=complaint.id)])
        kept = sorted(connection.execute(waiting.select()).all())
        assert [row.stage for row in kept] == ["complaints", "detect", "mask", "read"]
        connection.execute(waiting.delete())
        module = import_module("oncu.storage.migrations.versions.0023_waiting")
        for statement in (module.UNREAD, module.UNMASKED, module.UNDETECTED, module.UNHEARD):
            connection.exec_driver_sql(statement)
        assert sorted(connection.execute(waiting.select()).all()) == kept
