"""Everything moves to another database and back, on both engines, or nothing does."""

from datetime import datetime
from pathlib import Path

import pytest

from oncu.config.problems import Problem
from oncu.storage.audit import find_broken_link, write_audit
from oncu.storage.clients import save_clients
from oncu.storage.copying import copy_database
from oncu.storage.database import Database, create_database
from oncu.storage.documents import Document, save_documents
from oncu.storage.models import metadata


@pytest.fixture
def full(database: Database, tell: object, now: datetime) -> Database:
    """A database with a signal's rows, and texts that engines treat differently."""
    tell("a1")  # type: ignore[operator]
    title, text = "İğne\u00a0 'tırnak' \"çift\"", "satır\nsonu \U0001f3ed"
    odd = Document("gazete", "z1", title, text, now, fields={"x": [1, None, "ş"]})
    clients = [{"client_id": f"K{n}", "legal_name": f"{n} A.Ş.", "limit": n / 7} for n in range(5_000)]
    with database.write() as connection:
        save_documents(connection, [odd])
        save_clients(connection, clients, now)
        write_audit(connection, "ece", "import", "clients", now)
    return database


def rows_of(database: Database) -> dict[str, list[str]]:
    with database.read() as connection:
        tables = metadata.sorted_tables
        return {table.name: sorted(map(repr, connection.execute(table.select()).fetchall())) for table in tables}


def test_copy_to_postgresql_and_back_is_the_same(
    full: Database, postgresql: Database, tmp_path: Path, now: datetime
) -> None:
    there, back = postgresql, create_database(f"sqlite:///{tmp_path / 'back.db'}")
    copied = copy_database(full, there)
    copy_database(there, back)
    assert {table.table: table.rows for table in copied} == {name: len(rows) for name, rows in rows_of(full).items()}
    assert rows_of(back) == rows_of(full)
    with there.write() as connection:
        write_audit(connection, "ece", "import", "more", now)
        assert find_broken_link(connection) is None
    back.close()


def test_database_in_use_is_not_written_over(full: Database, tmp_path: Path, now: datetime) -> None:
    other = create_database(f"sqlite:///{tmp_path / 'other.db'}")
    with other.write() as connection:
        save_clients(connection, [{"client_id": "B1", "legal_name": "Başka A.Ş."}], now)
    before = rows_of(other)
    with pytest.raises(Problem, match="has rows in"):
        copy_database(full, other)
    assert rows_of(other) == before
    other.close()


def test_row_that_arrives_changed_undoes_everything(full: Database, tmp_path: Path) -> None:
    other = create_database(f"sqlite:///{tmp_path / 'other.db'}")
    before = rows_of(other)
    with other.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER spoil AFTER INSERT ON clients WHEN NEW.client_id = 'K7' "
            "BEGIN UPDATE clients SET city = 'x' WHERE client_id = 'K7'; END"
        )
    with pytest.raises(Problem, match="table clients: the rows that arrived differ"):
        copy_database(full, other)
    assert rows_of(other) == before
    other.close()


def test_row_that_does_not_arrive_undoes_everything(full: Database, tmp_path: Path) -> None:
    other = create_database(f"sqlite:///{tmp_path / 'other.db'}")
    with other.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER spoil BEFORE INSERT ON clients WHEN NEW.client_id = 'K7' BEGIN SELECT RAISE(IGNORE); END"
        )
    with pytest.raises(Problem, match="4?[0-9]+ rows were read"):
        copy_database(full, other)
    other.close()
