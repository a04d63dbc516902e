"""When jobs run, as the settings say it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.config.schedule import ScheduleSettings, When, parse_when, write_when

ISTANBUL = ZoneInfo("Europe/Istanbul")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ISTANBUL)


@pytest.mark.parametrize(
    ("text", "now", "due", "then"),
    [
        ("5m", "2026-03-02 10:07", "2026-03-02 10:05", "2026-03-02 10:10"),
        ("2h", "2026-03-02 10:07", "2026-03-02 09:00", "2026-03-02 11:00"),  # counted in UTC
        ("08:00", "2026-03-02 08:00", "2026-03-02 08:00", "2026-03-03 08:00"),
        ("08:00", "2026-03-02 07:59", "2026-03-01 08:00", "2026-03-02 08:00"),
        ("sun 04:00", "2026-03-02 10:00", "2026-03-01 04:00", "2026-03-08 04:00"),
        ("sun 04:00", "2026-03-01 03:59", "2026-02-22 04:00", "2026-03-01 04:00"),
        ("08:00", "2024-02-29 09:00", "2024-02-29 08:00", "2024-03-01 08:00"),
        ("23:30", "2026-01-01 00:10", "2025-12-31 23:30", "2026-01-01 23:30"),
    ],
)
def test_slot_is_the_newest_that_has_begun(text: str, now: str, due: str, then: str) -> None:
    when = parse_when(text)
    assert when
    assert when.due_slot(at(now), ISTANBUL) == at(due)
    assert when.next_slot(at(now), ISTANBUL) == at(then)


def test_daily_slot_follows_local_time_through_a_change_of_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    when = parse_when("08:00")
    assert when
    slots = [when.due_slot(datetime(2026, 3, day, 12, tzinfo=berlin), berlin) for day in (28, 29, 30)]
    assert [slot.hour for slot in slots] == [8, 8, 8]
    assert slots[1].timestamp() - slots[0].timestamp() == timedelta(hours=23).total_seconds()


@pytest.mark.parametrize("text", ["off", "1h", "5m", "2h", "08:00", "23:59", "sun 04:00"])
def test_what_is_written_is_read_back(text: str) -> None:
    assert write_when(parse_when(text)) == text


@pytest.mark.parametrize(("value", "meant"), [(False, None), (None, None), (630, "10:30")])
def test_what_yaml_makes_of_bare_words_is_understood(value: object, meant: str | None) -> None:
    assert parse_when(value) == (parse_when(meant) if meant else None)


@pytest.mark.parametrize("value", ["", "5x", "25:00", "8:00", "0m", "-5m", "2d", "frühling", 1500, [], {}, True, "sun"])
def test_what_is_no_time_is_refused_with_an_example(value: object) -> None:
    with pytest.raises(ValueError, match="sun 04:00"):
        parse_when(value)


def test_jobs_have_times_without_any_settings() -> None:
    assert all(isinstance(when, When) for when in list(vars(ScheduleSettings()).values())[:6])


@given(
    st.sampled_from(["1m", "7m", "2h", "08:00", "00:00", "wed 23:59"]),
    st.datetimes(datetime(2021, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001
)
def test_slots_are_stable_and_in_order(text: str, moment: datetime) -> None:
    now, when = moment.replace(tzinfo=ISTANBUL), parse_when(text)
    assert when
    slot, after = when.due_slot(now, ISTANBUL), when.next_slot(now, ISTANBUL)
    assert slot <= now < after
    assert when.due_slot(slot, ISTANBUL) == slot
    assert when.due_slot(after - timedelta(microseconds=1), ISTANBUL) == slot
