"""Opening, creating and writing: clear errors, all or nothing, saved by key."""

import re
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from oncu.storage.database import (
    Database,
    RefusedValues,
    StorageError,
    connect,
    create_database,
    first_line,
    hide_password,
    open_database,
    save_new,
    save_over,
)
from oncu.storage.models import clients, metadata, runs


def client(client_id: str, now: datetime, **rest: object) -> dict[str, object]:
    return {"client_id": client_id, "legal_name": f"Örnek {client_id}", "recorded_at": now, **rest}


def names(database: Database) -> list[tuple[str, str]]:
    with database.read() as connection:
        query = clients.select().order_by(clients.c.client_id)
        return [(row.client_id, row.legal_name) for row in connection.execute(query)]


def test_creating_twice_is_creating_once(tmp_path: Path, now: datetime) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    first = create_database(url)
    with first.write() as connection:
        save_new(connection, clients, [client("C1", now)])
    first.close()
    second = create_database(url)
    assert names(second) == [("C1", "Örnek C1")]
    second.close()


def test_migrations_make_exactly_the_tables_of_the_model(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("nonsense", "cannot be read"),
        ("mysql://u:geheim@host/x", "write sqlite:///FILE"),
        ("postgresql+psycopg://u:geheim@127.0.0.1:1/x", "cannot be opened"),
        ("postgresql+psycopg://u:geheim@host:port/x", "cannot be read"),
        ("postgresql+nodriver://u:geheim@host/x", "cannot be read"),
        ("sqlite:////nowhere/at/all/a.db", "does not exist; create it"),
    ],
)
def test_address_that_cannot_be_used_is_one_line_without_its_password(url: str, part: str) -> None:
    with pytest.raises(StorageError, match=part) as error:
        connect(url)
    assert "geheim" not in str(error.value)
    assert "\n" not in str(error.value)


def test_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("not a database at all, but long enough to be looked at" * 20)
    with pytest.raises(StorageError, match="not a database"):
        connect(f"sqlite:///{tmp_path / 'a.db'}")


def test_empty_database_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="run: oncu init"):
        open_database(f"sqlite:///{tmp_path / 'a.db'}")


def test_database_of_a_newer_program_is_not_opened(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageError, match="newer Öncü"):
        open_database(database.engine.url.render_as_string(hide_password=False))


def test_failed_write_leaves_nothing(database: Database, now: datetime) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        save_new(connection, clients, [client("C1", now)])
        _ = 1 / 0
    assert names(database) == []


def test_new_rows_are_counted_and_old_ones_stay(database: Database, now: datetime) -> None:
    with database.write() as connection:
        assert save_new(connection, clients, [client("C1", now)]) == 1
        assert save_new(connection, clients, [client("C1", now, legal_name="other"), client("C2", now)]) == 1
    assert names(database) == [("C1", "Örnek C1"), ("C2", "Örnek C2")]


def test_saving_over_replaces_all_but_the_kept_columns(database: Database, now: datetime) -> None:
    with database.write() as connection:
        save_new(connection, clients, [client("C1", now)])
        later = client("C1", now + timedelta(days=1), legal_name="Yeni")
        save_over(connection, clients, [later], keep=("recorded_at",))
        row = connection.execute(clients.select()).one()
    assert (row.legal_name, row.recorded_at) == ("Yeni", now)


def test_more_rows_than_a_batch_are_all_saved(database: Database, now: datetime) -> None:
    with database.write() as connection:
        assert save_new(connection, clients, (client(f"C{i}", now) for i in range(5_001))) == 5_001


def test_moment_comes_back_in_utc(database: Database) -> None:
    local = datetime(2026, 1, 1, 2, 30, tzinfo=timezone(timedelta(hours=3)))
    with database.write() as connection:
        save_new(connection, clients, [client("C1", local)])
        found = connection.execute(clients.select()).one().recorded_at
    assert (found, found.tzinfo) == (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), UTC)


def test_moment_without_a_zone_is_refused(database: Database, now: datetime) -> None:
    with pytest.raises(Exception, match="has no time zone"), database.write() as connection:
        save_new(connection, clients, [client("C1", now.replace(tzinfo=None))])


def test_many_writers_that_read_first_all_come_through(database: Database, now: datetime) -> None:
    def write(number: int) -> None:
        for turn in range(5):
            with database.write() as connection:
                connection.execute(runs.select()).all()
                row = {"id": f"{number}-{turn}", "stage": "s", "version": "1", "started_at": now}
                save_new(connection, runs, [row | {"status": "done", "counts": {}}])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert len(connection.execute(runs.select()).all()) == 40


def test_whoever_looks_sees_one_moment(database: Database, now: datetime) -> None:
    with database.read() as looks:
        before = looks.execute(clients.select()).all()
        with database.write() as writes:
            save_new(writes, clients, [client("C1", now)])
        assert looks.execute(clients.select()).all() == before == []
    assert names(database) == [("C1", "Örnek C1")]


def problem_of(database: Database, statement: str) -> str:
    """What a user is told of a statement that fails."""
    with pytest.raises(StorageError) as error, database.write() as connection:
        connection.exec_driver_sql(statement)
    assert "\n" not in str(error.value)
    return str(error.value)


MANY_RUNS = """
INSERT INTO runs (id, stage, version, started_at, status, counts)
WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
SELECT 'r' || i, 's', '1', '2026-03-02', 'done', '{}' FROM n"""


@pytest.mark.sqlite_only("a PRAGMA stands for a full disk")
def test_full_disk_is_one_line_and_leaves_nothing(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite keeps it at what it has
    assert "is full; free some room" in problem_of(database, MANY_RUNS)
    with database.read() as connection:
        assert connection.execute(runs.select()).all() == []


READ_ONLY = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET default_transaction_read_only = on",
}


def test_database_that_may_not_be_written_is_one_line(database: Database) -> None:
    with database.engine.connect() as connection:
        connection.exec_driver_sql(READ_ONLY[connection.dialect.name])
        connection.commit()
    assert re.search("read-?only .*; let this user write", problem_of(database, "DELETE FROM runs"))


def test_damaged_file_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    create_database(f"sqlite:///{file}").close()
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    damaged = Database(create_engine(f"sqlite:///{file}"))
    with pytest.raises(StorageError, match="malformed; the file is damaged; put back a copy"), damaged.read() as c:
        c.execute(runs.select()).all()
    damaged.close()


def test_file_that_became_something_else_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("no database at all, but long enough to be looked at" * 20)
    other = Database(create_engine(f"sqlite:///{tmp_path / 'a.db'}"))
    with pytest.raises(StorageError, match="not a database; name another file"), other.read() as connection:
        connection.execute(runs.select())
    other.close()


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("INSERT INTO issues VALUES ('i', 'none', NULL, 'k', 'p', 'q', '2026-03-02')", "foreign key constraint"),
        ("INSERT INTO runs (id) VALUES ('r')", "not.null constraint"),
        ("DROP TABLE nowhere", "nowhere.*; run: oncu init"),
    ],
)
def test_statement_the_database_refuses_is_one_line(database: Database, statement: str, part: str) -> None:
    assert re.search(part, problem_of(database, statement), re.IGNORECASE)


def test_only_refused_values_say_that_others_may_be_saved(database: Database) -> None:
    with pytest.raises(RefusedValues), database.write() as connection:
        connection.exec_driver_sql("INSERT INTO runs (id) VALUES ('r')")
    with pytest.raises(StorageError) as error, database.write() as connection:
        connection.exec_driver_sql("DROP TABLE nowhere")
    assert not isinstance(error.value, RefusedValues)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:p@ss@h/x", "postgresql://u:***@h/x"),
        ("postgresql://u@h/x", "postgresql://u@h/x"),
        ("sqlite:///a.db", "sqlite:///a.db"),
    ],
)
def test_password_is_hidden(url: str, shown: str) -> None:
    assert hide_password(url) == shown


def test_first_line_of_an_error_without_words_is_its_name() -> None:
    assert first_line(ValueError()) == "ValueError"
