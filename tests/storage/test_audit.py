"""The trail: append-only, chained, and a change to any row is found."""

from datetime import datetime, timedelta

import pytest

from oncu.storage.audit import (
    GENESIS,
    TrailEnd,
    check_links,
    find_broken_link,
    trail_actions,
    trail_end,
    trail_rows,
    write_audit,
)
from oncu.storage.database import Database, StorageError
from oncu.storage.people import Person, add_person
from oncu.storage.wall import Viewer, build_wall

from ..plans import explained
from ..tamper import tamper


@pytest.fixture
def trail(database: Database, now: datetime) -> Database:
    """A database with three links."""
    with database.write() as connection:
        for number in range(3):
            write_audit(connection, "ayse", "import", f"clients {number}", now, after="digest")
    return database


def break_it(trail: Database, statement: str) -> int | None:
    with trail.write() as connection:
        tamper(connection, statement)
        return find_broken_link(connection)


def test_whole_trail_has_no_broken_link(trail: Database) -> None:
    with trail.read() as connection:
        assert find_broken_link(connection) is None


def test_empty_trail_is_whole(database: Database) -> None:
    with database.read() as connection:
        assert find_broken_link(connection) is None


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_database_refuses_to_change_the_trail(trail: Database, statement: str) -> None:
    with pytest.raises(StorageError, match="append-only"), trail.write() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE audit SET actor = 'x' WHERE seq = 2", 2),
        ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE seq = 1", 1),
        ("UPDATE audit SET after_digest = NULL WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 1", 2),
        ("DELETE FROM audit WHERE seq = 2", 3),
    ],
)
def test_change_behind_the_back_of_the_program_is_found(trail: Database, statement: str, seq: int) -> None:
    assert break_it(trail, statement) == seq


def test_rows_cut_off_the_end_are_missed(trail: Database) -> None:
    assert break_it(trail, "DELETE FROM audit WHERE seq = 3") == 3


def test_trail_rewritten_from_the_start_is_found_by_an_end_kept_elsewhere(trail: Database, now: datetime) -> None:
    with trail.write() as connection:
        kept = trail_end(connection)
        tamper(connection, "DELETE FROM audit", f"UPDATE audit_head SET seq = 0, hash = '{GENESIS}'")
        for number in range(4):
            write_audit(connection, "ayse", "import", f"other {number}", now)
        assert find_broken_link(connection) is None
        assert find_broken_link(connection, kept) == 3


def test_trail_shorter_than_an_end_kept_elsewhere_is_broken(trail: Database, now: datetime) -> None:
    with trail.read() as connection:
        assert find_broken_link(connection, TrailEnd(9, "0" * 64)) == 4


def test_trail_is_read_newest_first_and_filtered(trail: Database, now: datetime) -> None:
    with trail.write() as connection:
        write_audit(connection, "ece", "alert.answer", "100%", now + timedelta(days=1), reason="page")
    with trail.read() as connection:
        assert [row.seq for row in trail_rows(connection, limit=2)] == [4, 3]
        assert [row.seq for row in trail_rows(connection, actor="ayse", part_of_subject="clients 1")] == [2]
        assert [row.reason for row in trail_rows(connection, since=now + timedelta(hours=1))] == ["page"]
        assert [row.seq for row in trail_rows(connection, part_of_subject="0%")] == [4]


def test_rows_are_found_by_what_was_acted_on_or_its_first_word(trail: Database, now: datetime) -> None:
    with trail.write() as connection:
        for subject in ("C1", "C1 9f3c", "C12", "C1%", "xC1 y"):
            write_audit(connection, "ece", "act.visit", subject, now)
        assert [row.object for row in trail_rows(connection, subject="C1")] == ["C1 9f3c", "C1"]
        assert [row.object for row in trail_rows(connection, subject="C%")] == []


def test_rows_are_found_by_action_days_and_number(trail: Database, now: datetime) -> None:
    with trail.write() as connection:
        write_audit(connection, "ece", "export", "x", now + timedelta(days=1))
        assert [row.seq for row in trail_rows(connection, action="export")] == [4]
        assert [row.seq for row in trail_rows(connection, until=now + timedelta(hours=1), before=3)] == [2, 1]
        assert trail_actions(connection) == ["export", "import"]


def test_trail_is_checked_in_parts_that_follow_each_other(trail: Database) -> None:
    with trail.read() as connection:
        first = check_links(connection, most=2)
        assert (first.end.seq, first.broken, first.is_done) == (2, None, False)
        rest = check_links(connection, start=first.end, most=2)
        assert (rest.end, rest.broken, rest.is_done) == (trail_end(connection), None, True)
        wrong = check_links(connection, start=TrailEnd(2, "0" * 64))
        assert wrong.broken == 3


def test_what_was_acted_on_is_cut_where_an_index_would_refuse_it(database: Database, now: datetime) -> None:
    with database.write() as connection:
        write_audit(connection, "ece", "import", "ş" * 5_000, now)
        assert [len(row.object) for row in trail_rows(connection)] == [500]
        assert find_broken_link(connection) is None


@pytest.mark.sqlite_only("the plan is SQLite's")
@pytest.mark.parametrize("asked", [{"actor": "ece"}, {"action": "export"}, {"subject": "C1"}])
def test_a_long_trail_is_searched_by_index_behind_the_wall(
    trail: Database, now: datetime, asked: dict[str, str]
) -> None:
    with trail.write() as connection:
        add_person(connection, Person("oya", "Oya", frozenset({"auditor"}), "test", now))
    with build_wall(trail).seen_by(Viewer("oya", now.date())).read() as connection, explained(connection) as plans:
        list(trail_rows(connection, limit=100, **asked))
    assert any("USING INDEX ix_audit_" in plan for plan in plans)
    assert not any(plan.startswith("SCAN audit") for plan in plans)
