"""What ran, when, with what result, and what went wrong in it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from .database import save_new
from .keys import key_id
from .models import issues, runs, versions
from .shapes import Issue as Issue
from .walks import walk

WRITTEN = ("run_id", "status", "counts", "finished_at")


@dataclass(frozen=True)
class RunEnd:
    """How a run of a subject ended: `done` or `failed`, what it counted, what went wrong in it."""

    run_id: str
    subject: str
    status: str
    counts: Mapping[str, int]
    issues: tuple[Issue, ...]
    started_at: datetime
    finished_at: datetime


def start_run(connection: Connection, stage: str, version: str, now: datetime, *, subject: str | None = None) -> str:
    """Note that a stage begins (for one source, where there is one); returns the run's id."""
    start_runs(connection, stage, version, now, subjects=[subject])
    return run_key(stage, subject, now)


def start_runs(
    connection: Connection, stage: str, version: str, now: datetime, *, subjects: Iterable[str | None]
) -> None:
    """Note that a stage begins for each of these subjects; `run_key` gives the ids."""
    row = {"stage": stage, "version": version, "started_at": now}
    row |= {"finished_at": None, "status": "running", "counts": {}}
    save_new(connection, runs, (row | {"id": run_key(stage, name, now), "subject": name} for name in subjects))
    save_new(connection, versions, [{"stage": stage, "version": version, "detail": "", "first_used_at": now}])


def run_key(stage: str, subject: str | None, now: datetime) -> str:
    """The id of the run that begins at this moment."""
    return key_id("run", stage, subject, now.isoformat())


def finish_run(connection: Connection, run_id: str, status: str, counts: Mapping[str, int], now: datetime) -> None:
    """Note how a run ended: `done` or `failed`, with its counts."""
    query = update(runs).where(runs.c.id == run_id)
    connection.execute(query.values(status=status, counts=counts, finished_at=now))


def end_runs(connection: Connection, ends: Sequence[RunEnd]) -> None:
    """Note how runs ended, and the issues of each."""
    save_new(connection, issues, (row for end in ends for row in _end_issues(end)))
    query = update(runs).where(runs.c.id == bindparam("run_id"))
    query = query.values({name: bindparam(name) for name in ("status", "counts", "finished_at")})
    if ends:
        connection.execute(query, [{name: getattr(end, name) for name in WRITTEN} for end in ends])


def save_issues(
    connection: Connection, found: Iterable[Issue], now: datetime, *, run_id: str | None, source: str | None
) -> int:
    """Keep issues; the same one of the same run is kept once. Returns how many were new."""
    return save_new(connection, issues, _issue_rows(found, now, run_id=run_id, source=source))


def _end_issues(end: RunEnd) -> Iterator[dict[str, object]]:
    return _issue_rows(end.issues, end.started_at, run_id=end.run_id, source=end.subject)


def _issue_rows(
    found: Iterable[Issue], now: datetime, *, run_id: str | None, source: str | None
) -> Iterator[dict[str, object]]:
    for issue in found:
        yield {
            "id": key_id("issue", run_id, source, issue.kind, issue.place, issue.problem),
            "run_id": run_id,
            "source": source,
            "kind": issue.kind,
            "place": issue.place,
            "problem": issue.problem,
            "occurred_at": now,
        }


def last_done(connection: Connection, stage: str, subject: str) -> datetime | None:
    """When the last run of a subject that was not a failure began."""
    query = select(func.max(runs.c.started_at)).where(runs.c.stage == stage, runs.c.subject == subject)
    last: datetime | None = connection.execute(query.where(runs.c.status == "done")).scalar_one()
    return last


def last_begun(connection: Connection, stage: str, *, at: datetime) -> dict[str, datetime]:
    """When the last run of each subject of a stage had begun by a moment."""
    subjects = walk(runs.c.subject)
    of_it = runs.c.subject == subjects.c.value, runs.c.stage == stage, runs.c.started_at <= at
    last = select(func.max(runs.c.started_at)).where(*of_it).scalar_subquery()
    return {row[0]: row[1] for row in connection.execute(select(subjects.c.value, last)) if row[1] is not None}
