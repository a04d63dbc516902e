"""What ran, and what went wrong in it."""

from datetime import timedelta

from sqlalchemy import select

from oncu.storage.models import issues, runs, versions
from oncu.storage.runs import (
    Issue,
    RunEnd,
    end_runs,
    finish_run,
    last_begun,
    run_key,
    save_issues,
    start_run,
    start_runs,
)

HOUR = timedelta(hours=1)
ISSUE = Issue("http", "http://a.example/", "status 500")


def run(database, now, status, subject="gazete"):
    with database.write() as connection:
        run_id = start_run(connection, "crawl", "1", now, subject=subject)
        finish_run(connection, run_id, status, {"new": 1}, now)
    return run_id


def begun(database, at):
    with database.read() as connection:
        return last_begun(connection, "crawl", at=at)


def test_the_last_run_of_each_subject_counts(database, now):
    run(database, now, "failed")
    run(database, now + HOUR, "done")
    run(database, now, "failed", "ajans")
    assert begun(database, now + HOUR) == {"gazete": now + HOUR, "ajans": now}


def test_runs_of_other_stages_and_of_no_subject_are_not_meant(database, now):
    with database.write() as connection:
        start_run(connection, "read", "1", now, subject="gazete")
        start_run(connection, "crawl", "1", now)
    assert begun(database, now) == {}


def test_a_later_run_does_not_exist_yet(database, now):
    run(database, now, "done")
    run(database, now + HOUR, "failed")
    assert begun(database, now) == {"gazete": now}


def test_a_run_that_was_killed_has_begun(database, now):
    with database.write() as connection:
        start_run(connection, "crawl", "1", now, subject="gazete")
    assert begun(database, now) == {"gazete": now}


def test_the_same_issue_of_a_run_is_kept_once(database, now):
    run_id = run(database, now, "failed")
    with database.write() as connection:
        found = [save_issues(connection, [ISSUE, ISSUE], now, run_id=run_id, source="gazete") for _ in range(2)]
    assert found == [1, 0]


def test_runs_that_end_together_each_keep_their_own_end(database, now):
    ends = [
        RunEnd(run_key("crawl", name, now), name, status, {"new": n}, (ISSUE,) * n, now, now + HOUR)
        for n, (name, status) in enumerate((("gazete", "done"), ("ajans", "failed")))
    ]
    with database.write() as connection:
        start_runs(connection, "crawl", "1", now, subjects=["gazete", "ajans", "dergi"])
        end_runs(connection, ends)
        rows = connection.execute(select(runs.c.subject, runs.c.status, runs.c.counts, runs.c.finished_at)).all()
        found = connection.execute(select(issues.c.source)).scalars().all()
    assert {row.subject: (row.status, row.counts, row.finished_at) for row in rows} == {
        "gazete": ("done", {"new": 0}, now + HOUR),
        "ajans": ("failed", {"new": 1}, now + HOUR),
        "dergi": ("running", {}, None),
    }
    assert found == ["ajans"]


def test_each_version_of_a_stage_is_noted_when_it_was_first_used(database, now):
    run(database, now, "done")
    run(database, now + HOUR, "done")
    with database.read() as connection:
        rows = connection.execute(select(versions.c.stage, versions.c.version, versions.c.first_used_at)).all()
    assert rows == [("crawl", "1", now)]
