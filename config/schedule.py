"""When jobs run: every so often, or at a time of the day, on all days or one of the week."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, PlainSerializer, PlainValidator

from .values import Strict, parse_every, write_every

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = timedelta(days=1)
START = datetime(2020, 1, 6, tzinfo=UTC)  # a Monday; slots of intervals are counted from here
CLOCK = re.compile(r"(?:(mon|tue|wed|thu|fri|sat|sun) )?([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class When:
    """A rule that gives each moment the slot that is due: `every` so long, or `at` a local time, perhaps on a `weekday`
    (0 is Monday)."""

    every: timedelta | None = None
    at: time | None = None
    weekday: int | None = None

    def due_slot(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The newest slot that has begun; the same on every machine."""
        if self.every is not None:
            return START + (now - START) // self.every * self.every
        assert self.at is not None
        local = now.astimezone(zone)
        for back in range(8):
            slot = datetime.combine(local.date() - back * DAY, self.at, zone)
            if slot <= local and self.weekday in (None, slot.weekday()):
                return slot
        raise AssertionError("a week has seven days")

    def next_slot(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The first slot that has not begun."""
        if self.every is not None:
            return self.due_slot(now, zone) + self.every
        local = self.due_slot(now, zone).astimezone(zone)
        days = 7 if self.weekday is not None else 1
        return datetime.combine(local.date() + days * DAY, local.time(), zone)

    def __str__(self) -> str:
        if self.every is not None:
            return f"every {write_every(self.every)}"
        day = f"{DAYS[self.weekday]} " if self.weekday is not None else ""
        return f"{day}{self.at:%H:%M}"


def parse_when(value: object) -> When | None:
    """5m, 2h, 08:00 or "sun 04:00"; off is never."""
    if value is None or isinstance(value, When):
        return value
    if value is False or value == "off":  # YAML reads a bare off as false
        return None
    if isinstance(value, int) and not isinstance(value, bool):  # and 08:00 without quotes as minutes
        value = f"{value // 60:02d}:{value % 60:02d}"
    if isinstance(value, str) and (found := CLOCK.fullmatch(value)):
        weekday = DAYS.index(found[1]) if found[1] else None
        return When(at=time(int(found[2]), int(found[3])), weekday=weekday)
    try:
        every = parse_every(value)
    except ValueError:
        every = None
    if not isinstance(every, timedelta) or not timedelta(0) < every <= DAY:
        raise ValueError(f'{value!r} is no time to run; write 5m, 2h, 08:00, "sun 04:00" or off')
    return When(every=every)


def write_when(value: When | None) -> str:
    """The text that `parse_when` reads."""
    return "off" if value is None else str(value).removeprefix("every ")


Time = Annotated[When | None, PlainValidator(parse_when), PlainSerializer(write_when)]


class ScheduleSettings(Strict):
    """When each job of `oncu schedule` runs: an interval, a local time, a weekday with a time, or off.

    `crawl` looks which sources are due by their own schedule. `remind` tells of deadlines. `digest` runs on business
    days alone. `stop_seconds`: how long a job that runs may go on when the scheduler is told to stop. `lease_seconds`:
    after how long without a sign of life the job of another scheduler is taken over.
    """

    crawl: Time = When(every=timedelta(minutes=1))
    read: Time = When(every=timedelta(minutes=2))
    remind: Time = When(every=timedelta(minutes=5))
    digest: Time = When(at=time(8))
    score: Time = When(at=time(3))
    retention: Time = When(at=time(2))
    train: Time = When(at=time(4), weekday=6)
    stop_seconds: float = Field(60, gt=0)
    lease_seconds: float = Field(120, ge=5)
