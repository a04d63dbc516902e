"""How long it took from the page to the reader: published → first seen → alerted → sent, by category and source."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles

from oncu.storage.database import Database
from oncu.storage.dispatches import AlertMoments, alert_moments

from ..words import Words

STEPS = ("seen", "alerted", "sent", "whole")
LEVELS = (50, 90, 99)  # per cent
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Delay:
    """Quantiles of a step in minutes (50, 90, 99 %) and the longest, over `n` alerts; none without alerts."""

    n: int
    median: float | None
    p90: float | None
    p99: float | None
    longest: float | None


@dataclass(frozen=True)
class Latency:
    """The steps of a group of alerts.

    `seen`: from publication to our first sight. `alerted`: from there to the alert. `sent`: from there to the first
    message. `whole`: from first sight to the first message, what the promise of minutes is about. `undated`: alerts
    whose page gives no time, or one after we saw it, so that `seen` leaves them out.
    """

    alerts: int
    undated: int
    steps: Mapping[str, Delay]


@dataclass(frozen=True)
class LatencyReport:
    """All alerts of a period, and the same by category and by source."""

    since: datetime
    until: datetime
    overall: Latency
    by_category: Mapping[str, Latency]
    by_source: Mapping[str, Latency]


def measure_latency(database: Database, *, since: datetime, until: datetime) -> LatencyReport:
    """How long the steps of the alerts made in a period took."""
    with database.read() as connection:
        moments = alert_moments(connection, since=since, until=until)
    return LatencyReport(
        since,
        until,
        latency_of(moments),
        _grouped(moments, lambda one: one.category),
        _grouped(moments, lambda one: one.source),
    )


def latency_of(moments: Sequence[AlertMoments]) -> Latency:
    """The steps of some alerts."""
    spans = [_spans(one) for one in moments]
    steps = {step: delay_of(span for found in spans if (span := found[step]) is not None) for step in STEPS}
    return Latency(len(moments), sum(found["seen"] is None for found in spans), steps)


def delay_of(spans: Iterable[timedelta]) -> Delay:
    """Quantiles of some spans of time; of 1, 2, 3 and 10 minutes the median is 2.5."""
    minutes = sorted(span / MINUTE for span in spans)
    if not minutes:
        return Delay(0, None, None, None, None)
    cuts = quantiles(minutes, n=100, method="inclusive") if len(minutes) > 1 else minutes * 99
    median, p90, p99 = (round(cuts[level - 1], 2) for level in LEVELS)
    return Delay(len(minutes), median, p90, p99, round(minutes[-1], 2))


def latency_lines(report: LatencyReport, words: Words) -> list[str]:
    """The report as a table for a terminal."""
    period = words("latency_title", first=words.day(report.since), last=words.day(report.until))
    if not report.overall.alerts:
        return [period, words("latency_none")]
    lines = [period, _header(words), _row(words("latency_all"), report.overall, words)]
    for title, groups in (("latency_category", report.by_category), ("latency_source", report.by_source)):
        lines += ["", words(title)] + [_row(f"  {name}", found, words) for name, found in groups.items()]
    return [*lines, "", words("latency_note")]


def span_of(minutes: float | None, words: Words) -> str:
    """Minutes as they are read: "4 dk", "3,5 sa", "2,1 gün"; a dash for none."""
    if minutes is None:
        return "–"
    for unit, size in (("days", 1440), ("hours", 60)):
        if minutes >= 2 * size:
            return words(f"span_{unit}", n=words.number(minutes / size, 1))
    return words("span_minutes", n=words.number(minutes, 0 if minutes >= 1 or minutes == 0 else 1))


def _spans(one: AlertMoments) -> dict[str, timedelta | None]:
    published = one.published_at
    is_dated = published is not None and published <= one.first_seen_at
    return {
        "seen": one.first_seen_at - published if published is not None and is_dated else None,
        "alerted": one.alerted_at - one.first_seen_at,
        "sent": one.sent_at - one.alerted_at if one.sent_at else None,
        "whole": one.sent_at - one.first_seen_at if one.sent_at else None,
    }


def _grouped(moments: Sequence[AlertMoments], key: Callable[[AlertMoments], str]) -> dict[str, Latency]:
    """The steps by group, the largest group first."""
    groups: dict[str, list[AlertMoments]] = {}
    for one in moments:
        groups.setdefault(key(one), []).append(one)
    ordered = sorted(groups.items(), key=lambda found: (-len(found[1]), found[0]))
    return {name: latency_of(found) for name, found in ordered}


def _header(words: Words) -> str:
    columns = [words("latency_group"), "n", *(words(f"latency_{step}") for step in STEPS)]
    return _line(columns)


def _row(name: str, found: Latency, words: Words) -> str:
    cells = [f"{span_of(d.median, words)} / {span_of(d.p90, words)}" for d in (found.steps[s] for s in STEPS)]
    return _line([name, words.number(found.alerts), *cells])


def _line(cells: Sequence[str]) -> str:
    widths = (28, 6, 20, 20, 20, 20)
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
