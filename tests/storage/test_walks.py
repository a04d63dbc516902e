"""Reads that go from value to value by an index, and not through the years."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from oncu.storage.health import last_issues, last_visits
from oncu.storage.models import runs
from oncu.storage.runs import Issue, finish_run, last_begun, save_issues, start_run
from oncu.storage.scores import newest_scores
from oncu.storage.slots import _open_slots, last_done_slots, last_slots
from oncu.storage.walks import walk

from ..plans import explained

HOUR = timedelta(hours=1)


@pytest.fixture
def visited(database, now):
    """Ten visits of each of two sources, the last of them with an issue."""
    with database.write() as connection:
        for name in ("gazete", "ajans"):
            for n in range(10):
                run_id = start_run(connection, "crawl", "1", now + n * HOUR, subject=name)
                finish_run(connection, run_id, "done", {"new": n}, now + n * HOUR)
            save_issues(connection, [Issue("http", name, "500")], now + n * HOUR, run_id=run_id, source=name)
        start_run(connection, "read", "1", now)  # of no source
    return database


def test_a_walk_gives_each_value_once(visited):
    with visited.read() as connection:
        assert connection.execute(select(walk(runs.c.subject).c.value)).scalars().all() == ["ajans", "gazete"]
        none = select(walk(runs.c.subject, runs.c.stage == "digest").c.value)
        assert connection.execute(none).all() == []


def test_the_last_visits_of_each_source_come_oldest_first(visited, now):
    with visited.read() as connection:
        found = last_visits(connection, at=now + 8 * HOUR, limit=3)
    assert {name: [visit.counts["new"] for visit in visits] for name, visits in found.items()} == {
        "gazete": [6, 7, 8],
        "ajans": [6, 7, 8],
    }


READS = {
    "visits": lambda c, now: last_visits(c, at=now + 9 * HOUR, limit=3),
    "issues": lambda c, now: last_issues(c, at=now + 9 * HOUR),
    "begun": lambda c, now: last_begun(c, "crawl", at=now + 9 * HOUR),
    "scores": lambda c, now: newest_scores(c, "type", "conversion", until=now.date()),
    "last slots": lambda c, now: last_slots(c),
    "last done": lambda c, now: last_done_slots(c),
}


@pytest.mark.sqlite_only("the plan is SQLite's")
@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_no_table_is_gone_through(visited, now, read):
    with visited.read() as connection, explained(connection) as steps:
        read(connection, now)
    scanned = {step.removeprefix("SCAN ").split()[0] for step in steps if step.startswith("SCAN ")}
    assert scanned <= {"walk_subject", "walk_source", "walk_job", "anon_1", "anon_2", "anon_3"}
    assert any(step.startswith("SEARCH") for step in steps)


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_a_slot_and_those_under_way_are_found_each_by_an_index(database, now):
    with database.read() as connection, explained(connection) as steps:
        _open_slots(connection, "read", now)
    assert ["(job=? AND slot=?)" in steps[0], "(job=? AND status=?)" in steps[1]] == [True, True]
