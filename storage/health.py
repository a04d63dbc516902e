"""What the health of sources is judged by: their last visits, the days on which they told something, their issues."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, or_, select

from .models import documents, issues, runs
from .runs import Issue
from .walks import walk

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
    names = [source] if source else connection.execute(select(walk(runs.c.subject).c.value)).scalars().all()
    ended = select(runs).where(runs.c.stage == CRAWL, runs.c.status.in_(ENDED), runs.c.started_at <= at)
    newest = ended.order_by(runs.c.started_at.desc(), runs.c.id).limit(limit)
    found: dict[str, list[Visit]] = defaultdict(list)
    for name in names:  # each by index; ranked in one question the visits of all years would be sorted
        rows = connection.execute(newest.where(runs.c.subject == name)).all()
        for row in sorted(rows, key=lambda row: (row.started_at, row.id)):
            found[name].append(Visit(name, row.started_at, row.status, row.counts))
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
    sources = walk(issues.c.source)
    of_it = issues.c.source == sources.c.value, issues.c.occurred_at <= at
    last = select(func.max(issues.c.occurred_at)).where(*of_it).scalar_subquery()
    newest = select(sources.c.value.label("source"), last.label("occurred_at")).subquery()
    query = (
        select(issues)
        .join(newest, (newest.c.source == issues.c.source) & (newest.c.occurred_at == issues.c.occurred_at))
        .order_by(issues.c.source, issues.c.kind, issues.c.id)
    )
    found: dict[str, Issue] = {}
    for row in connection.execute(query):
        found.setdefault(row.source, Issue(row.kind, row.place, row.problem))
    return found
