"""What the health of sources is judged by: their last visits, the days on which they told something, their issues."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, or_, select

from .models import documents, issues, runs
from .runs import Issue

CRAWL = "crawl"
ENDED = ("done", "failed")


@dataclass(frozen=True)
class Visit:
    """One visit that ended: `status` is done or failed, `counts` what it brought and its issues (`kind:fetch`)."""

    source: str
    started_at: datetime
    status: str
    counts: Mapping[str, int]


def last_visits(
    connection: Connection, *, at: datetime, limit: int, source: str | None = None
) -> dict[str, list[Visit]]:
    """The last visits of each source (or of one) that had ended by a moment, at most `limit` each, oldest first."""
    newest = func.row_number().over(partition_by=runs.c.subject, order_by=(runs.c.started_at.desc(), runs.c.id))
    ended = (
        select(runs, newest.label("rank"))
        .where(runs.c.stage == CRAWL, runs.c.status.in_(ENDED), runs.c.started_at <= at)
        .where(runs.c.subject == source if source else runs.c.subject.is_not(None))
        .subquery()
    )
    query = select(ended).where(ended.c.rank <= limit).order_by(ended.c.started_at, ended.c.id)
    found: dict[str, list[Visit]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.subject].append(Visit(row.subject, row.started_at, row.status, row.counts))
    return found


def daily_arrivals(
    connection: Connection, *, since: datetime, until: datetime, source: str | None = None
) -> dict[str, dict[date, int]]:
    """How many documents each source brought on each day (UTC); a page that was old when we saw it is no news."""
    day = func.date(documents.c.first_seen_at).label("day")
    query = (
        select(documents.c.source, day, func.count().label("n"))
        .where(documents.c.first_seen_at >= since, documents.c.first_seen_at <= until)
        .where(or_(documents.c.published_at.is_(None), documents.c.published_at >= since))
        .where(documents.c.quarantine.is_(None))
        .group_by(documents.c.source, day)
    )
    if source:
        query = query.where(documents.c.source == source)
    found: dict[str, dict[date, int]] = defaultdict(dict)
    for row in connection.execute(query):
        found[row.source][row.day if isinstance(row.day, date) else date.fromisoformat(row.day)] = row.n
    return found


def last_issues(connection: Connection, *, at: datetime) -> dict[str, Issue]:
    """The newest issue of each source by a moment; of one visit the first one that was noted."""
    newest = (
        select(issues.c.source, func.max(issues.c.occurred_at).label("occurred_at"))
        .where(issues.c.source.is_not(None), issues.c.occurred_at <= at)
        .group_by(issues.c.source)
        .subquery()
    )
    query = (
        select(issues)
        .join(newest, (newest.c.source == issues.c.source) & (newest.c.occurred_at == issues.c.occurred_at))
        .order_by(issues.c.source, issues.c.kind, issues.c.id)
    )
    found: dict[str, Issue] = {}
    for row in connection.execute(query):
        found.setdefault(row.source, Issue(row.kind, row.place, row.problem))
    return found
