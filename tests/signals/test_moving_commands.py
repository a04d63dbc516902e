"""`oncu backup` and `oncu copy`: a bank is put into a file, and moved to another database."""

from pathlib import Path

import pytest


@pytest.fixture
def made(oncu):
    """An installation with one client."""
    assert oncu("init").code == 0
    Path("c.csv").write_text("client_id;legal_name;manager\nC1;Örnek Döküm A.Ş.;ayse\n")
    assert oncu("clients", "import", "c.csv", "--actor", "test").code == 0
    return oncu


@pytest.mark.sqlite_only("tests/storage asks both engines; PostgreSQL's programs are not on this PATH")
def test_backup_is_a_database_that_every_command_opens(made, monkeypatch):
    said = made("backup", "yedek.db")
    assert (said.code, "yedek yedek.db" in said.out, "oncu.yml" in said.out) == (0, True, True)
    monkeypatch.setenv("ONCU_DATABASE_URL", "sqlite:///yedek.db")
    assert made("audit", "verify").code == 0


@pytest.mark.sqlite_only("tests/storage asks both engines; PostgreSQL's programs are not on this PATH")
def test_backup_over_a_file_is_refused_in_one_line(made, english):
    Path("yedek.db").write_text("dünkü")
    said = made("backup", "yedek.db")
    assert (said.code, said.err) == (1, "oncu: backup yedek.db: there is such a file already; name a new one\n")


def test_copy_says_how_many_rows_of_each_table_arrived(made, english):
    said = made("copy", "--to", "sqlite:///baska.db")
    assert said.code == 0 and "1  clients" in said.out and "all compared" in said.out
    again = made("copy", "--to", "sqlite:///baska.db")
    assert again.code == 1 and again.err.endswith("; name a new, empty one\n") and again.err.count("\n") == 1
