from datetime import UTC, datetime

import pytest

from oncu.crawlers.dates import parse_moment

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("31.12.2025", "2025-12-30T21:00"),
        ("06.10.2026 12:24:44", "2026-10-06T09:24:44"),
        ("6/10/2026 12.24", "2026-10-06T09:24"),
        ("20 Kasım 2026", "2026-11-19T21:00"),
        ("20 KASIM 2026 14:30", "2026-11-20T11:30"),
        ("3 ARALIK 2025", "2025-12-02T21:00"),
        ("1 Haziran 2026 Pazartesi", "2026-05-31T21:00"),
        ("Cum, 20 Kas 2026 14:30:00", "2026-11-20T11:30"),
        ("Fri, 20 Nov 2026 14:30:00 +0100", "2026-11-20T13:30"),
        ("Fri, 20 Nov 2026 14:30:00 GMT", "2026-11-20T14:30"),
        ("Fri, 20 Nov 2026 14:30:00 EET", "2026-11-20T11:30"),
        ("November 20, 2026", "2026-11-19T21:00"),
        ("2026-11-20", "2026-11-19T21:00"),
        ("2026-11-20T14:30:00Z", "2026-11-20T14:30"),
        ("2026-11-20 14:30:00.123+03:00", "2026-11-20T11:30"),
        ("2015-01-10 12:00", "2015-01-10T10:00"),  # before 2016 the clock stood at +2 in winter
        ("11/20/2026", "2026-11-19T21:00"),
        ("1763629200", "2025-11-20T09:00"),
        ("1763629200000", "2025-11-20T09:00"),
        ("dün", "2026-11-20T09:00"),
        ("3 saat önce", "2026-11-21T06:00"),
    ],
)
def test_moment_is_read(written: str, expected: str) -> None:
    assert parse_moment(written, NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["", "yakında", "31.02.2026", "20 Kasım", "12:30", "2026", "Pazartesi", "1.1.0001", "25.11.2026", "9" * 500],
)
def test_what_is_no_moment_up_to_now_is_none(written: str) -> None:
    assert parse_moment(written, NOW) is None


def test_relative_moment_counts_from_the_given_clock() -> None:
    assert parse_moment("dün", datetime(2026, 1, 2, tzinfo=UTC)) == datetime(2026, 1, 1, tzinfo=UTC)


def test_clock_at_the_end_of_time_reads_written_dates() -> None:
    assert parse_moment("31.12.2025", datetime.max.replace(tzinfo=UTC)) == datetime(2025, 12, 30, 21, tzinfo=UTC)
