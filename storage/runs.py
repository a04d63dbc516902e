"""What ran, when, with what result, and what went wrong in it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from .database import save_new
from .keys import key_id
from .models import issues, runs, versions
from .shapes import Issue as Issue


def start_run(connection: Connection, stage: str, version: str, now: datetime, *, subject: str | None = None) -> str:
    """Note that a stage begins (for one source, where there is one); returns the run's id."""
    run_id = key_id("run", stage, subject, now.isoformat())
    row = {"id": run_id, "stage": stage, "subject": subject, "version": version, "started_at": now}
    save_new(connection, runs, [row | {"finished_at": None, "status": "running", "counts": {}}])
    save_new(connection, versions, [{"stage": stage, "version": version, "detail": "", "first_used_at": now}])
    return run_id


def finish_run(connection: Connection, run_id: str, status: str, counts: dict[str, int], now: datetime) -> None:
    """Note how a run ended: `done` or `failed`, with its counts."""
    query = update(runs).where(runs.c.id == run_id)
    connection.execute(query.values(status=status, counts=counts, finished_at=now))


def save_issues(
    connection: Connection, found: Iterable[Issue], now: datetime, *, run_id: str | None, source: str | None
) -> int:
    """Keep issues; the same one of the same run is kept once. Returns how many were new."""
    rows = (
        {
            "id": key_id("issue", run_id, source, issue.kind, issue.place, issue.problem),
            "run_id": run_id,
            "source": source,
            "kind": issue.kind,
            "place": issue.place,
            "problem": issue.problem,
            "occurred_at": now,
        }
        for issue in found
    )
    return save_new(connection, issues, rows)


def last_done(connection: Connection, stage: str, subject: str) -> datetime | None:
    """When the last run of a subject that was not a failure began."""
    query = select(func.max(runs.c.started_at)).where(runs.c.stage == stage, runs.c.subject == subject)
    last: datetime | None = connection.execute(query.where(runs.c.status == "done")).scalar_one()
    return last


def latest_runs(connection: Connection, stage: str, *, at: datetime) -> dict[str, tuple[str, datetime]]:
    """The last run of each subject of a stage that had begun by a moment: its status and when it began."""
    query = select(runs.c.subject, runs.c.status, runs.c.started_at)
    query = query.where(runs.c.stage == stage, runs.c.started_at <= at)
    return {
        subject or "": (status, at) for subject, status, at in connection.execute(query.order_by(runs.c.started_at))
    }
