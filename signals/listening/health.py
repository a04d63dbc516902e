"""Is a source well: silence is the worst failure of a listener, so it is told apart from "nothing happened".

Pure judgement of what the visits noted (`judge_visit`, `judge_source`); nothing is stored, so the health of any past
moment can be had, and an alarm is raised at exactly one visit however often it is asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from oncu.config.settings import HealthSettings
from oncu.config.specs import SourceSpec
from oncu.storage.database import Database
from oncu.storage.health import Visit, daily_arrivals, last_issues, last_visits
from oncu.storage.runs import Issue

State = Literal["ok", "silent", "changed", "undated", "failing", "recovered", "new"]
Alarm = Literal["raised", "recovered"]

# Kinds of issue that lie with the host or with us; any other means the page is no longer what we learned to read.
OUTSIDE = frozenset(("fetch", "refused", "robots", "program", "storage"))
# Kinds that say what is wrong with a visit as a whole, not with a page or a row of it.
WHOLE = frozenset(("too-few", "too-many", "empty", "fill", "undated", "limit", "date"))
# Kinds that are no fault of a visit that brought documents: a page closed to us, a date or a comma wrong in a feed.
HARMLESS = frozenset(("robots", "refused", "feed"))
BLIND: frozenset[State] = frozenset(("silent", "changed", "failing"))
WELL: frozenset[State] = frozenset(("ok", "recovered"))
MUCH = 0.2  # so large a share of rows or pages that cannot be read is no accident
WINDOW = timedelta(days=28)  # what is usual is taken from
DAY = timedelta(days=1)
RECENT = timedelta(days=7)  # compared with what is usual
LEAST_DAYS = 5  # with documents, before a day without any can mean something
EXPECTED = 7.0  # documents that a pause has cost by what is usual: by chance none comes once in a thousand times


@dataclass(frozen=True)
class SourceHealth:
    """How one source is, at its last visit. `visits` is how many in a row say so, `since` when the first of them was.

    `per_day` and `usual` are documents a day in the last week and in the weeks before; None where there is no past.
    """

    source: str
    state: State
    since: datetime | None
    visits: int
    is_alarmed: bool
    alarm: Alarm | None
    last_visit: datetime | None
    last_success: datetime | None
    per_day: float | None = None
    usual: float | None = None
    dated: float | None = None
    issue: Issue | None = None


def watch_sources(
    database: Database,
    specs: Mapping[str, SourceSpec],
    settings: HealthSettings,
    at: datetime,
    *,
    off_too: bool = False,
) -> list[SourceHealth]:
    """The health of the enabled sources, and of others that were visited, as it was at a moment; the worst first.

    `off_too`: also of those that are switched off and were never visited.
    """
    with database.read() as connection:
        visits = last_visits(connection, at=at, limit=settings.visits)
        arrivals = daily_arrivals(connection, since=at - WINDOW, until=at)
        issues = last_issues(connection, at=at)
    names = visits.keys() & specs.keys() | {name for name, spec in specs.items() if spec.enabled or off_too}
    found = (
        _with_issue(judge_source(name, seen, arrivals.get(name, {}), alarm_after=settings.alarm_after), seen, issues)
        for name in sorted(names)
        for seen in [visits.get(name, [])]
    )
    return sorted(found, key=_worst_first)


def blind_spots(database: Database, settings: HealthSettings, at: datetime) -> list[str]:
    """The sources from which nothing is heard at a moment: alarmed ones, and those without a success for a day."""
    with database.read() as connection:
        visits = last_visits(connection, at=at, limit=settings.visits)
        arrivals = daily_arrivals(connection, since=at - WINDOW, until=at)
    found = (
        judge_source(name, seen, arrivals.get(name, {}), alarm_after=settings.alarm_after)
        for name, seen in visits.items()
    )
    return sorted(health.source for health in found if _is_blind(health, at))


def new_alarms(database: Database, names: Iterable[str], settings: HealthSettings, at: datetime) -> list[SourceHealth]:
    """Those of some sources whose last visit raised an alarm or recalled one."""
    found = []
    with database.read() as connection:
        for name in sorted(names):
            visits = last_visits(connection, at=at, limit=settings.visits, source=name).get(name, [])
            arrivals = daily_arrivals(connection, since=at - WINDOW, until=at, source=name).get(name, {})
            found.append(judge_source(name, visits, arrivals, alarm_after=settings.alarm_after))
    return [health for health in found if health.alarm]


def judge_source(
    source: str, visits: Sequence[Visit], arrivals: Mapping[date, int], *, alarm_after: int
) -> SourceHealth:
    """The health of a source from its visits, oldest first, and its documents by day.

    An alarm is raised at the `alarm_after`-th bad visit in a row (at once where a source has been quiet far longer than
    it ever is) and recalled at the first good one; for `alarm_after` visits after that the source counts as recovered.
    """
    if not visits:
        return SourceHealth(source, "new", None, 0, False, None, None, None)
    health = SourceHealth(source, "new", visits[0].started_at, 0, False, None, None, None)
    for visit in visits:
        health = _after(health, visit, arrivals, alarm_after)
    per_day, usual = _rates(arrivals, visits[-1].started_at.date())
    if per_day is None:
        per_day, usual = _rates_of_visits(visits)
    return replace(health, per_day=per_day, usual=usual, dated=_dated(visits))


def judge_visit(visit: Visit) -> State | None:
    """What one visit says of its source; None where it says nothing new (all its pages are unchanged)."""
    kinds = {key.removeprefix("kind:"): n for key, n in visit.counts.items() if key.startswith("kind:")}
    found = visit.counts.get("found", sum(visit.counts.get(key, 0) for key in ("new", "changed", "seen")))
    outside, inside = _count_faults(kinds, without=WHOLE if not found else WHOLE | HARMLESS)
    if not found and visit.counts.get("unchanged") and visit.status == "done":
        return None
    if not found:
        return _of_nothing(visit.status, outside, inside, kinds)
    if outside + inside > MUCH * (found + outside + inside):
        return "failing" if outside > inside else "changed"
    if "fill" in kinds or "too-many" in kinds:
        return "changed"
    if "undated" in kinds:
        return "undated"
    return "silent" if "too-few" in kinds else "ok"


def is_quiet(arrivals: Mapping[date, int], on: date) -> bool:
    """Whether a source has told nothing new for longer than it ever pauses, and for so long that it is no chance."""
    days = sorted(day for day in arrivals if day <= on)
    if len(days) < LEAST_DAYS:
        return False
    pauses = [(later - earlier).days - 1 for earlier, later in zip(days, days[1:], strict=False)]
    silent_days = (on - days[-1]).days - 1
    usual = sum(arrivals[day] for day in days[1:]) / (days[-1] - days[0]).days
    return silent_days > max(pauses) and silent_days * usual >= EXPECTED


def _with_issue(health: SourceHealth, visits: Sequence[Visit], issues: Mapping[str, Issue]) -> SourceHealth:
    """With the last issue of its source; one of an earlier visit says nothing of a source that is well now."""
    is_old = not visits or not visits[-1].counts.get("issues", 1)
    return replace(health, issue=None if health.state in WELL and is_old else issues.get(health.source))


def _count_faults(kinds: Mapping[str, int], *, without: frozenset[str]) -> tuple[int, int]:
    """How many pages and rows failed outside (host, network, us) and inside (what was on them)."""
    counted = {kind: n for kind, n in kinds.items() if kind not in without}
    outside = sum(n for kind, n in counted.items() if kind in OUTSIDE)
    return outside, sum(counted.values()) - outside


def _of_nothing(status: str, outside: int, inside: int, kinds: Mapping[str, int]) -> State:
    """The state of a source whose visit brought no document; where none is expected, none is no fault."""
    if inside > outside:
        return "changed"
    if status == "failed" or outside:
        return "failing"
    return "silent" if "too-few" in kinds else "ok"


def _after(health: SourceHealth, visit: Visit, arrivals: Mapping[date, int], alarm_after: int) -> SourceHealth:
    """The health after one more visit."""
    before: State = "ok" if health.state in ("new", "recovered") else health.state
    said = judge_visit(visit)
    verdict = before if said is None else said
    is_long = verdict == "ok" and is_quiet(arrivals, visit.started_at.date())
    verdict = "silent" if is_long else verdict
    goes_on = (verdict == "ok") == (before == "ok") and health.visits > 0
    count = health.visits + 1 if goes_on else 1
    was_alarmed = health.is_alarmed
    is_alarmed = verdict != "ok" and (was_alarmed or count >= alarm_after or is_long)
    has_recovered = verdict == "ok" and (was_alarmed or (health.state == "recovered" and count <= alarm_after))
    return SourceHealth(
        source=health.source,
        state="recovered" if has_recovered else verdict,
        since=health.since if goes_on else visit.started_at,
        visits=count,
        is_alarmed=is_alarmed,
        alarm="raised" if is_alarmed and not was_alarmed else "recovered" if was_alarmed and not is_alarmed else None,
        last_visit=visit.started_at,
        last_success=visit.started_at if verdict in ("ok", "undated") else health.last_success,
    )


def _is_blind(health: SourceHealth, at: datetime) -> bool:
    is_old = health.last_success is None or at - health.last_success >= timedelta(days=1)
    is_visited = health.last_visit is not None and at - health.last_visit <= RECENT  # not taken from the catalogue
    return health.state in BLIND and is_visited and (health.is_alarmed or is_old)


def _rates(arrivals: Mapping[date, int], on: date) -> tuple[float | None, float | None]:
    """Documents a day in the last week and before it; the first day is left out, it may have brought a backlog."""
    counted = {day: n for day, n in arrivals.items() if day > min(arrivals)}
    first = min(counted, default=on)
    split = on - RECENT
    if first > split:
        return None, None
    recent = sum(n for day, n in counted.items() if day > split)
    return round(recent / RECENT.days, 1), round((sum(counted.values()) - recent) / ((split - first).days + 1), 1)


def _rates_of_visits(visits: Sequence[Visit]) -> tuple[float | None, float | None]:
    """Documents a day that the last visit brought and that those before it did, where visits are weeks apart; the first
    visit is left out, it may have brought a backlog."""
    good = [visit for visit in visits if visit.status == "done"]
    if len(good) < 3 or good[-1].started_at - good[-2].started_at < RECENT:
        return None, None
    last, before = (later.started_at - first.started_at for first, later in ((good[-2], good[-1]), (good[0], good[-2])))
    brought = sum(visit.counts.get("new", 0) for visit in good[1:-1])
    return round(good[-1].counts.get("new", 0) * DAY / last, 1), round(brought * DAY / before, 1)


def _dated(visits: Iterable[Visit]) -> float | None:
    """The share of dated documents in the last visit that brought any."""
    counts = [visit.counts for visit in visits if visit.counts.get("found") and "dated" in visit.counts]
    return min(1.0, round(counts[-1]["dated"] / counts[-1]["found"], 2)) if counts else None


def _worst_first(health: SourceHealth) -> tuple[int, str]:
    order: tuple[State, ...] = ("failing", "silent", "changed", "undated", "new", "recovered", "ok")
    return order.index(health.state), health.source
