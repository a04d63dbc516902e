"""Business time: working hours, nine to six on business days; a deadline of a day is one such day.

Four hours from Friday 16:00 on end on Monday 11:00; 48 hours from Friday noon on, two business days, on Tuesday noon.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from .days import is_business_day

OPENS, CLOSES = time(9), time(18)
DAY = timedelta(days=1)
WORKING_DAY = timedelta(hours=CLOSES.hour - OPENS.hour)
NOTHING = timedelta(0)

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Calendar:
    """Where the bank is: its time zone, and the country (two letters) whose holidays it keeps."""

    zone: ZoneInfo
    country: str

    def working_spans(self, start: datetime) -> Iterator[Span]:
        """The working hours from a moment on, day by day, without end; UTC."""
        start, day = start.astimezone(UTC), start.astimezone(self.zone).date()
        while True:
            hours = _hours_of(day, self.zone, self.country)
            if hours and hours[1] > start:
                yield max(hours[0], start), hours[1]
            day += DAY


@lru_cache(maxsize=20_000)  # each page of the desk asks it of every undecided alert
def due_after(start: datetime, deadline: timedelta, calendar: Calendar, pauses: tuple[Span, ...] = ()) -> datetime:
    """When a deadline that begins at a moment ends; it stands still in the pauses."""
    return end_of_work(start, WORKING_DAY * (deadline // DAY) + deadline % DAY, calendar, pauses)


def end_of_work(start: datetime, hours: timedelta, calendar: Calendar, pauses: Iterable[Span] = ()) -> datetime:
    """When so many working hours have passed since a moment, those of the pauses not counted."""
    left, stops = hours, sorted(pauses)
    for opens, closes in calendar.working_spans(start):
        for since, until in _without(opens, closes, stops):
            if until - since >= left:
                return since + left
            left -= until - since
    raise AssertionError("working days have no end")


def working_time(start: datetime, end: datetime, calendar: Calendar, pauses: Iterable[Span] = ()) -> timedelta:
    """The working hours between two moments, without those of the pauses."""
    total, stops = NOTHING, sorted(pauses)
    for opens, closes in calendar.working_spans(start):
        if opens >= end:
            break
        total += sum((until - since for since, until in _without(opens, min(closes, end), stops)), NOTHING)
    return total


def share_passed(
    start: datetime, due: datetime, now: datetime, calendar: Calendar, pauses: Iterable[Span] = ()
) -> float:
    """Which part of a deadline has passed: 0 at its start, 1 when it is due (pauses counted), more after that."""
    given = working_time(start, due, calendar, pauses)
    return working_time(start, now, calendar, pauses) / given if given else float(now >= due)


@lru_cache(maxsize=5_000)
def _hours_of(day: date, zone: ZoneInfo, country: str) -> Span | None:
    """From when until when is worked on a day, UTC; None where it is no business day."""
    if not is_business_day(day, country):
        return None
    return datetime.combine(day, OPENS, zone).astimezone(UTC), datetime.combine(day, CLOSES, zone).astimezone(UTC)


def _without(opens: datetime, closes: datetime, pauses: Iterable[Span]) -> Iterator[Span]:
    """What is left of a span without the pauses, which are in order."""
    at = opens
    for since, until in pauses:
        if until > at and since < closes:
            if since > at:
                yield at, since
            at = until
    if at < closes:
        yield at, closes
