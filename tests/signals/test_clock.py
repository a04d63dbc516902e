"""Business time: working hours, weekends and holidays, pauses."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from oncu.signals.flow.clock import Calendar, due_after, share_passed, working_time

ISTANBUL = ZoneInfo("Europe/Istanbul")
TURKEY = Calendar(ISTANBUL, "TR")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ISTANBUL)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-02 10:00", 4, "2026-03-02 14:00"),
        ("2026-03-02 14:00", 4, "2026-03-02 18:00"),
        ("2026-03-06 16:00", 4, "2026-03-09 11:00"),  # Friday to Monday
        ("2026-03-07 12:00", 4, "2026-03-09 13:00"),  # a Saturday
        ("2026-03-02 07:00", 4, "2026-03-02 13:00"),  # before the doors open
        ("2026-03-06 12:00", 48, "2026-03-10 12:00"),  # two business days
        ("2026-04-22 17:00", 4, "2026-04-24 12:00"),  # 23 April is a holiday
        ("2026-12-31 17:00", 24, "2027-01-04 17:00"),  # New Year's Day, then a weekend
    ],
)
def test_deadline_counts_working_hours(start: str, hours: int, due: str) -> None:
    assert due_after(at(start), timedelta(hours=hours), TURKEY) == at(due)


def test_other_countries_have_other_holidays() -> None:
    germany = Calendar(ZoneInfo("Europe/Berlin"), "DE")
    start = datetime(2026, 4, 22, 17, tzinfo=germany.zone)
    assert due_after(start, timedelta(hours=4), germany) == datetime(2026, 4, 23, 12, tzinfo=germany.zone)


@pytest.mark.parametrize(
    ("now", "share"),
    [("2026-03-06 16:00", 0.0), ("2026-03-06 17:00", 0.25), ("2026-03-08 12:00", 0.5), ("2026-03-09 13:00", 1.5)],
)
def test_share_of_a_deadline_stands_still_while_the_bank_is_closed(now: str, share: float) -> None:
    start = at("2026-03-06 16:00")
    due = due_after(start, timedelta(hours=4), TURKEY)
    assert share_passed(start, due, at(now), TURKEY) == share


def test_clock_stands_while_the_client_is_waited_for() -> None:
    pauses = [(at("2026-03-02 13:00"), at("2026-03-03 10:00")), (at("2026-03-02 12:00"), at("2026-03-02 14:00"))]
    assert working_time(at("2026-03-02 10:00"), at("2026-03-03 11:00"), TURKEY, pauses) == timedelta(hours=3)


def test_summer_time_elsewhere_changes_no_working_hours() -> None:
    berlin = Calendar(ZoneInfo("Europe/Berlin"), "DE")
    start = datetime(2026, 3, 27, 17, tzinfo=berlin.zone)  # the clocks change on the 29th
    assert due_after(start, timedelta(hours=2), berlin) == datetime(2026, 3, 30, 10, tzinfo=berlin.zone)
