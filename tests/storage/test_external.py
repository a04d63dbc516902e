"""Somebody else's database: rows of one query, nothing written, clear errors."""

from pathlib import Path

import pytest

from oncu.storage.database import Database, StorageError
from oncu.storage.external import SqlQuery, run_query

REFUSED = {
    "sqlite": "answers with no rows; write a SELECT",
    "postgresql": "syntax error .*; check the address and --query",
}


@pytest.fixture
def url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def test_query_answers_with_columns_and_rows(url: str) -> None:
    found = run_query(SqlQuery(url, "SELECT 1 AS a, ':b' AS \"100 %\" UNION SELECT 2, NULL"))
    assert (found.columns, found.rows) == (("a", "100 %"), [(1, ":b"), (2, None)])


def test_statement_that_writes_is_taken_back(url: str, database: Database) -> None:
    insert = "INSERT INTO versions VALUES ('s', '1', '', '2026-01-01')"
    with pytest.raises(StorageError, match=REFUSED[database.engine.dialect.name]):
        run_query(SqlQuery(url, insert))
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM versions").scalar_one() == 0


def test_wrong_query_is_one_line(url: str) -> None:
    with pytest.raises(
        StorageError, match='(no such table: nowhere|"nowhere" does not exist); check the address and --query'
    ):
        run_query(SqlQuery(url, "SELECT * FROM nowhere"))


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("nonsense", "write an address like"),
        ("unknown://u:geheim@host/x", "write an address like"),
        ("postgresql+psycopg://u:geheim@host:port/x", "write an address like"),
        ("mssql+pyodbc://u:geheim@host/x", "needs the driver"),
        ("postgresql+psycopg://u:geheim@127.0.0.1:1/x", "check the address"),
    ],
)
def test_address_that_cannot_be_used_is_one_line_without_its_password(url: str, part: str) -> None:
    with pytest.raises(StorageError, match=part) as error:
        run_query(SqlQuery(url, "SELECT 1"))
    assert "geheim" not in str(error.value)
    assert "\n" not in str(error.value)


def test_sqlite_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="does not exist"):
        run_query(SqlQuery(f"sqlite:///{tmp_path / 'none.db'}", "SELECT 1"))
    assert not (tmp_path / "none.db").exists()
