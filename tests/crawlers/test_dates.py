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
        # with a weekday, a label, a second date behind it
        ("Perşembe, 20 Kasım 2025 - 14:30", "2025-11-20T11:30"),
        ("20 Kasım 2026, Cuma 14:30", "2026-11-20T11:30"),
        ("20 Kasım 2026 Cuma, saat 14.30", "2026-11-20T11:30"),
        ("20 Kasım Cuma 2026", "2026-11-19T21:00"),
        ("20.11.2026 Cuma 14:30", "2026-11-20T11:30"),
        ("Yayınlanma: 20.11.2026 14:30", "2026-11-20T11:30"),
        ("Yayınlanma Tarihi: 20 Kasım 2026 14:30", "2026-11-20T11:30"),
        ("Giriş Tarihi: 20.11.2026 - 14:30", "2026-11-20T11:30"),
        ("Eklenme: 20/11/2026", "2026-11-19T21:00"),
        ("Tarih: 20.11.2026", "2026-11-19T21:00"),
        ("Published on November 20, 2026", "2026-11-19T21:00"),
        ("20.11.2026 - 14:30 Güncelleme: 21.11.2026 10:00", "2026-11-20T11:30"),
        ("20 Kasım 2026 14:30 | Son güncelleme 11:02", "2026-11-20T11:30"),
        ("20 Kas 2026 14:30 (Updated 2 hours ago)", "2026-11-20T11:30"),
        ("  20.11.2026\n 14:30 ", "2026-11-20T11:30"),
        # short forms
        ("20.11.26", "2026-11-19T21:00"),
        ("20/11/26 14:30", "2026-11-20T11:30"),
        ("20261120", "2026-11-19T21:00"),
        ("20261120143000", "2026-11-20T11:30"),
        ("20261120T143000Z", "2026-11-20T14:30"),
        ("/Date(1763629200000)/", "2025-11-20T09:00"),
        ("/Date(1763629200000+0300)/", "2025-11-20T09:00"),
        # English
        ("Nov 20, 2026 2:30 PM", "2026-11-20T11:30"),
        ("20 November 2026 12:05 a.m.", "2026-11-19T21:05"),
        ("20th November 2026", "2026-11-19T21:00"),
        ("Nov. 20th, 2026", "2026-11-19T21:00"),
        ("November 20, 2026 at 14:30", "2026-11-20T11:30"),
        ("20.11.2026 02:30 ÖS", "2026-11-20T11:30"),
        ("20.11.2026 11:30 ÖÖ", "2026-11-20T08:30"),
        # RFC 822, RFC 850, asctime, and their relatives
        ("20 Nov 2026 14:30:00 +0300", "2026-11-20T11:30"),
        ("Fri, 20 Nov 26 14:30:00 GMT", "2026-11-20T14:30"),
        ("Friday, 20-Nov-26 14:30:00 GMT", "2026-11-20T14:30"),
        ("Fri Nov 20 14:30:00 2026", "2026-11-20T11:30"),
        ("Fri Nov 20 14:30:00 +0300 2026", "2026-11-20T11:30"),
        ("Cum, 20 Kas 2026 14:30:00 +0300", "2026-11-20T11:30"),
        ("Fri, 20 Nov 2026 09:30:00 EST", "2026-11-20T14:30"),
        # zones
        ("20.11.2026 14:30 TSİ", "2026-11-20T11:30"),
        ("Thu, 20 Aug 2026 14:30:00 EEST", "2026-08-20T11:30"),
        ("20.11.2026 14:30 +03", "2026-11-20T11:30"),
        ("2026-11-20T14:30+03", "2026-11-20T11:30"),
        ("2026-11-20T14:30:00+0300", "2026-11-20T11:30"),
        ("20.11.2026 14:30 GMT+3", "2026-11-20T11:30"),
        ("20.11.2026 14:30 (UTC+03:00)", "2026-11-20T11:30"),
        ("20.11.2026 14:30 UTC", "2026-11-20T14:30"),
        ("2026-11-20+03:00", "2026-11-19T21:00"),
        ("2015-07-10 12:00", "2015-07-10T09:00"),
        ("2015-11-01 12:00", "2015-11-01T09:00"),  # that autumn the clock went back a fortnight late
        ("Sat, 10 Jan 2015 12:00:00 EET", "2015-01-10T10:00"),
        ("2016-12-10 12:00", "2016-12-10T09:00"),  # and since then never again
        # without a year: the last such day
        ("20 Kasım", "2026-11-19T21:00"),
        ("20 Kasım 14:30", "2026-11-20T11:30"),
        ("20 Kas Cuma, 14:30", "2026-11-20T11:30"),
        ("Cuma, 20 Kasım 14:30", "2026-11-20T11:30"),
        ("5 Haziran", "2026-06-04T21:00"),
        ("Nov 20", "2026-11-19T21:00"),
        # counted from now
        ("dün 14:30", "2026-11-20T11:30"),
        ("Dün, 14:30", "2026-11-20T11:30"),
        ("DÜN 14.30", "2026-11-20T11:30"),
        ("bugün 09:15", "2026-11-21T06:15"),
        ("Bugün saat 09:15", "2026-11-21T06:15"),
        ("yesterday at 2:30 pm", "2026-11-20T11:30"),
        ("az önce", "2026-11-21T09:00"),
        ("45 dakika önce", "2026-11-21T08:15"),
        ("2 saat önce", "2026-11-21T07:00"),
        ("3 gün önce", "2026-11-18T09:00"),
        ("1 hafta önce", "2026-11-14T09:00"),
        ("2 hours ago", "2026-11-21T07:00"),
    ],
)
def test_moment_is_read(written: str, expected: str) -> None:
    assert parse_moment(written, NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["", "yakında", "31.02.2026", "12:30", "2026", "Pazartesi", "1.1.0001", "25.11.2026", "9" * 500, "29 Şubat"]
    + ["5 Mayıs", "24 Aralık", "Kasım 2026", "yarın", "2 saat sonra", "Cuma 14:30", "25:00", "20.11.2099", "31.12.99"]
    + ["20.11.2026 25:61", "20 Kasımpatı", "12 ay taksit", "1.234,56 TL", "Güncelleme", "0532 111 22 33", "2026-13-45"],
)
def test_what_is_no_moment_up_to_now_is_none(written: str) -> None:
    assert parse_moment(written, NOW) is None


def test_relative_moment_counts_from_the_given_clock() -> None:
    assert parse_moment("dün", datetime(2026, 1, 2, tzinfo=UTC)) == datetime(2026, 1, 1, tzinfo=UTC)


def test_clock_at_the_end_of_time_reads_written_dates() -> None:
    assert parse_moment("31.12.2025", datetime.max.replace(tzinfo=UTC)) == datetime(2025, 12, 30, 21, tzinfo=UTC)


def test_date_without_a_year_is_of_last_year_in_january() -> None:
    assert parse_moment("28 Aralık", datetime(2027, 1, 3, tzinfo=UTC)) == datetime(2026, 12, 27, 21, tzinfo=UTC)


def test_date_of_tomorrow_passes_for_a_clock_that_is_ahead_and_a_later_one_does_not() -> None:
    assert parse_moment("22.11.2026 08:00", NOW) and parse_moment("22.11.2026 13:00", NOW) is None
