"""What readers of the pages leave behind: answers, judgements of withheld news, paused sources, kept reports."""

from datetime import date, timedelta

import pytest

from oncu.storage.audit import find_broken_link
from oncu.storage.database import Database
from oncu.storage.pauses import SourceMove, move_source, moves_of, paused_sources
from oncu.storage.reports import StoredReport, find_report, load_report, save_report


def move(kind, now, source="gazete", reason="bakım", by="ece"):
    return SourceMove(source, kind, reason, by, now)


def trail(database: Database):
    with database.read() as connection:
        assert find_broken_link(connection) is None
        rows = connection.exec_driver_sql("SELECT actor, action, object, reason FROM audit ORDER BY seq")
        return [tuple(row) for row in rows]


def test_a_paused_source_stays_paused_until_it_is_resumed(database, now):
    with database.write() as connection:
        move_source(connection, move("pause", now))
        assert paused_sources(connection)["gazete"].reason == "bakım"
        move_source(connection, move("resume", now + timedelta(days=1)))
        assert paused_sources(connection) == {}
        assert [one.kind for one in moves_of(connection, "gazete")] == ["resume", "pause"]


def test_pausing_what_is_paused_changes_nothing(database, now):
    with database.write() as connection:
        assert move_source(connection, move("pause", now))
        assert not move_source(connection, move("pause", now, by="can"))
    assert trail(database) == [("ece", "source.pause", "gazete", "bakım")]


def test_resuming_what_is_not_paused_changes_nothing(database, now):
    with database.write() as connection:
        assert not move_source(connection, move("resume", now))
    assert trail(database) == []


def report(now, day, content, language=""):
    return StoredReport("score", language, day, content, now, "1")


@pytest.mark.parametrize(("until", "found"), [(date(2026, 3, 2), 2), (date(2026, 3, 1), 1), (date(2026, 2, 1), None)])
def test_the_newest_report_up_to_a_day_is_found(database, now, until, found):
    with database.write() as connection:
        for day in (1, 2):
            save_report(connection, report(now, date(2026, 3, day), {"day": day}))
        key = find_report(connection, "score", until=until)
        assert (load_report(connection, key[0]).content["day"] if key else None) == found


def test_a_report_made_again_for_a_day_replaces_that_of_the_day(database, now):
    later = now + timedelta(hours=1)
    with database.write() as connection:
        save_report(connection, report(now, date(2026, 3, 2), {"n": 1}))
        save_report(connection, report(later, date(2026, 3, 2), {"n": 2}))
        key, made = find_report(connection, "score", until=date(2026, 3, 2))
        assert (load_report(connection, key).content, made) == ({"n": 2}, later)


def test_a_report_in_one_language_is_not_shown_in_another(database, now):
    with database.write() as connection:
        save_report(connection, report(now, date(2026, 3, 2), {}, "tr"))
        assert find_report(connection, "score", until=date(2026, 3, 2), language="en") is None
