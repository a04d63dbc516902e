"""Time: the zone's own history, one digest a day whatever the clocks do, and days that are not like others."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import IO
from zoneinfo import ZoneInfo

import pytest

from oncu.config.load import load_signal_types
from oncu.config.schedule import When, parse_when
from oncu.config.settings import Settings
from oncu.signals.commands import console
from oncu.signals.flow.days import next_business_day
from oncu.signals.flow.pipeline import Catalogue
from oncu.signals.schedule.jobs import Job, Office, jobs_of
from oncu.signals.schedule.worker import Worker
from oncu.signals.words import load_words
from oncu.storage.database import Database
from oncu.storage.slots import slots_since

ISTANBUL = ZoneInfo("Europe/Istanbul")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: str) -> None:
        self.set(now)

    def set(self, now: str) -> None:
        self.now = datetime.fromisoformat(now)

    def __call__(self) -> datetime:
        return self.now


def pretend(words: Sequence[str], out: IO[bytes], err: IO[bytes]) -> "subprocess.Popen[bytes]":
    """A command that has nothing to do."""
    return subprocess.Popen([sys.executable, "-S", "-c", ""], stdout=out, stderr=err)


@pytest.fixture
def office(database: Database) -> Office:
    """A bank in Istanbul."""
    return Office(database, Catalogue({}, load_signal_types()), Settings())


def digest(office: Office) -> Job:
    return next(job for job in jobs_of(office.settings) if job.name == "digest")


def worker(office: Office, now: str, name: str = "a") -> Worker:
    return Worker(office, Clock(now), name, start=pretend)


def sent_days(office: Office) -> list[date]:
    with office.database.read() as connection:
        found = slots_since(connection, datetime(2000, 1, 1, tzinfo=UTC))
    return sorted(slot.slot.astimezone(ISTANBUL).date() for slot in found)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2015-01-15T21:30", "15.01.2015"),  # two hours ahead of UTC in the winters before 2016
        ("2015-07-15T21:30", "16.07.2015"),  # three in the summers
        ("2016-12-15T21:30", "16.12.2016"),  # and three for good since
        ("2026-01-15T20:59", "15.01.2026"),
        ("2026-01-15T21:00", "16.01.2026"),
        ("2028-02-28T21:00", "29.02.2028"),
        ("2026-12-31T21:00", "01.01.2027"),
    ],
)
def test_moment_is_shown_as_the_day_it_was_in_istanbul(moment: str, day: str) -> None:
    assert load_words("tr", "Europe/Istanbul").day(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == day


@pytest.mark.parametrize(("now", "day"), [("2026-03-02T20:59", 2), ("2026-03-02T21:00", 3)])
def test_today_is_the_day_in_istanbul(monkeypatch: pytest.MonkeyPatch, now: str, day: int) -> None:
    monkeypatch.setattr(console, "read_clock", lambda: datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert console.today(Settings()) == date(2026, 3, day)


def moments(first: datetime, last: datetime) -> Iterator[datetime]:
    """Every quarter of an hour."""
    return takewhile(lambda at: at < last, (first + n * 15 * MINUTE for n in range(10**6)))


@pytest.mark.parametrize(
    ("zone", "year"),
    [("Europe/Istanbul", 2015), ("Europe/Istanbul", 2016), ("Europe/Istanbul", 2028), ("Europe/Berlin", 2026)],
)
@pytest.mark.parametrize("text", ["08:00", "03:30", "02:15"])
def test_every_day_of_a_year_has_one_slot_that_comes_on_its_day(zone: str, year: int, text: str) -> None:
    when, local = parse_when(text), ZoneInfo(zone)
    assert isinstance(when, When)
    seen: dict[datetime, datetime] = {}
    for now in moments(datetime(year, 1, 1, tzinfo=local).astimezone(UTC), datetime(year, 12, 31, tzinfo=UTC)):
        seen.setdefault(when.due_slot(now, local).astimezone(UTC), now)
    begun = {slot: now for slot, now in seen.items() if slot.astimezone(local).year == year}
    assert len({slot.astimezone(local).date() for slot in begun}) == len(begun) >= 364
    assert max(now - slot for slot, now in begun.items()) <= HOUR  # the hour that a night in spring does not have


def test_two_hosts_whose_clocks_differ_send_one_digest(office: Office) -> None:
    ahead, behind = worker(office, "2026-03-03T08:00:10+03:00"), worker(office, "2026-03-03T07:59:20+03:00", "b")
    assert [ahead.do(digest(office)), behind.do(digest(office))] == ["done", None]
    behind.clock.set("2026-03-03T08:00:05+03:00")  # type: ignore[attr-defined]
    assert behind.do(digest(office)) is None


def test_clock_that_goes_back_over_eight_sends_no_second_digest(office: Office) -> None:
    one = worker(office, "2026-03-03T08:00:10+03:00")
    ended = []
    for now in ("08:00:10", "07:30:00", "08:00:00", "08:10:00"):
        one.clock.set(f"2026-03-03T{now}+03:00")  # type: ignore[attr-defined]
        ended.append(one.do(digest(office)))
    assert ended == ["done", None, None, None]


def test_week_slept_through_is_caught_up_with_one_digest(office: Office) -> None:
    assert worker(office, "2026-03-02T08:00:00+03:00").do(digest(office)) == "done"
    assert [worker(office, "2026-03-11T11:00:00+03:00").do(digest(office)) for _ in range(2)] == ["done", None]
    assert sent_days(office) == [date(2026, 3, 2), date(2026, 3, 11)]


def test_clock_ahead_by_a_day_and_set_right_again_leaves_no_day_without_its_digest(office: Office) -> None:
    assert worker(office, "2026-03-04T09:00:00+03:00").do(digest(office)) == "done"  # it is the third
    assert worker(office, "2026-03-03T09:00:00+03:00").do(digest(office)) == "done"
    assert sent_days(office) == [date(2026, 3, 3), date(2026, 3, 4)]


@pytest.mark.parametrize(
    ("now", "runs"),
    [
        ("2028-02-29T08:00:00+03:00", True),  # a leap day is a Tuesday like others
        ("2026-12-31T23:59:59+03:00", True),
        ("2027-01-01T08:00:00+03:00", False),  # New Year
        ("2027-01-04T08:00:00+03:00", True),
        ("2026-10-29T09:00:00+03:00", False),  # Republic Day
        ("2026-03-20T09:00:00+03:00", False),  # the feast after Ramadan
        ("2026-05-28T09:00:00+03:00", False),  # the feast of sacrifice
    ],
)
def test_digests_keep_the_calendar(office: Office, now: str, runs: bool) -> None:
    assert (worker(office, now).do(digest(office)) == "done") == runs


@pytest.mark.parametrize(
    ("day", "then"),
    [
        (date(2028, 2, 28), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 1, 4)),
        (date(2026, 5, 26), date(2026, 6, 1)),
    ],
)
def test_day_after_leap_day_year_end_and_feast_is_known(day: date, then: date) -> None:
    assert next_business_day(day, "TR") == then


def test_job_held_by_a_clock_that_was_set_back_is_taken_over(office: Office) -> None:
    read = next(job for job in jobs_of(office.settings) if job.name == "read")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):  # killed while its clock was a day ahead
        Worker(office, Clock("2026-03-04T09:00:00+03:00"), "a", start=die).do(read)  # type: ignore[arg-type]
    assert worker(office, "2026-03-03T09:00:00+03:00", "b").do(read) == "done"


def test_lease_is_renewed_though_the_clock_was_set_back(office: Office) -> None:
    read = next(job for job in jobs_of(office.settings) if job.name == "read")
    right, wrong = datetime(2026, 3, 3, 6, 0, tzinfo=UTC), datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    moments = iter([wrong, wrong])
    lasting = "import time; time.sleep(0.7)"

    def start(words: Sequence[str], out: IO[bytes], err: IO[bytes]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([sys.executable, "-S", "-c", lasting], stdout=out, stderr=err)

    assert Worker(office, lambda: next(moments, right), "a", start=start).do(read) == "done"
    with office.database.read() as connection:
        (slot,) = slots_since(connection, right - DAY)
    assert slot.lease_until == right + office.lease
