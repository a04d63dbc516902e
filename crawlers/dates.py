"""The moment a page claims, in the forms Turkish and English pages write it; never a guess, never the future."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

ISTANBUL = ZoneInfo("Europe/Istanbul")
MAX_CHARACTERS = 80
MONTHS = {
    name: number
    for names in (
        "ocaşubmarnismayhaztemağueylekikasara",
        "ocasubmarnismayhaztemagueylekikasara",
        "janfebmaraprmayjunjulaugsepoctnovdec",
    )
    for number, name in enumerate(re.findall("...", names), 1)
}
# Turkish pages go on writing EET, though the clock has stood at +3 since 2016: feedparser is three hours wrong there.
ZONES: dict[str, tzinfo] = {
    **dict.fromkeys(("EET", "EEST", "TRT", "TSI", "TSİ"), ISTANBUL),
    **dict.fromkeys(("Z", "UT", "UTC", "GMT"), UTC),
    "CET": timezone(timedelta(hours=1)),
    "CEST": timezone(timedelta(hours=2)),
    "MSK": timezone(timedelta(hours=3)),
    **{n + "ST": timezone(timedelta(hours=h)) for n, h in (("E", -5), ("C", -6), ("M", -7), ("P", -8))},
    **{n + "DT": timezone(timedelta(hours=h)) for n, h in (("E", -4), ("C", -5), ("M", -6), ("P", -7))},
}
CLOCK = r"(?:[\sT,|/-]*(?:saat\s*)?(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?(?:[.,]\d+)?)?"
ZONE = r"\s*(?:\(?(?P<zone>[A-ZİT]{1,4})\)?|(?:GMT|UTC)?(?P<offset>[+-]\d\d:?\d\d))?"
WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,?\s+)?"
MONTH = r"(?P<month>[^\W\d_]{3,9})\.?"
FORMS = [
    re.compile(rf"(?P<year>\d{{4}})[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?){CLOCK}{ZONE}"),
    re.compile(rf"{WEEKDAY}(?P<day>\d\d?)[./-](?P<month>\d\d?)[./-](?P<year>\d{{4}}){CLOCK}{ZONE}"),
    re.compile(
        rf"{WEEKDAY}(?P<day>\d\d?)\.?[\s-]+{MONTH},?[\s-]+(?P<year>\d{{4}})(?:,?\s+[^\W\d_]{{5,10}})?{CLOCK}{ZONE}"
    ),
    re.compile(rf"{WEEKDAY}{MONTH}\s+(?P<day>\d\d?),?\s+(?P<year>\d{{4}}){CLOCK}{ZONE}"),
]
EPOCH = re.compile(r"\d{10}|\d{13}")
FUTURE_ALLOWED = timedelta(days=1)
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


def parse_moment(text: str, now: datetime, *, language: str = "tr") -> datetime | None:
    """The instant (UTC) a text names; `now` gives "dün" its meaning.

    Europe/Istanbul where no zone is written, day before month. None when it cannot be read, has no year, or lies more
    than a day after `now`: a document without a date is better than one with a wrong date.
    """
    return _believable(read_written(text) or _read_relative(text, now, language), now)


def read_written(text: str) -> datetime | None:
    """The same for written-out forms only: no "dün", no slow parser, no limit on the future."""
    tidy = " ".join(text[:MAX_CHARACTERS].split())
    if EPOCH.fullmatch(tidy):
        return datetime.fromtimestamp(int(tidy[:10]), UTC)
    found = next((match for form in FORMS if (match := form.fullmatch(tidy))), None)
    return _moment(found) if found else None


def _believable(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment and moment >= EARLIEST and moment - FUTURE_ALLOWED <= now else None


def _moment(found: re.Match[str]) -> datetime | None:
    part = found.groupdict()
    month = _month(part["month"])
    zone = _zone(part["zone"], part["offset"])
    if month is None or zone is None:
        return None
    day = int(part["day"])
    if month > 12 >= day:  # 11/20/2026 has only one reading
        month, day = day, month
    hour, minute, second = (int(part[name] or 0) for name in ("hour", "minute", "second"))
    return _utc(lambda: datetime(int(part["year"]), month, day, hour, minute, second, tzinfo=zone))


def _utc(make: Callable[[], datetime]) -> datetime | None:
    try:
        return make().astimezone(UTC)
    except (ValueError, OverflowError):  # 31.02., 25:00, year 0001
        return None


def _month(written: str) -> int | None:
    if written.isdigit():
        return int(written)
    return MONTHS.get(written[:3].replace("İ", "i").replace("I", "i").lower())


def _zone(name: str | None, offset: str | None) -> tzinfo | None:
    if offset:
        minutes = int(offset[1:3]) * 60 + int(offset[-2:])
        return timezone(timedelta(minutes=minutes if offset[0] == "+" else -minutes)) if minutes < 24 * 60 else None
    return ZONES.get(name) if name else ISTANBUL


def _read_relative(text: str, now: datetime, language: str) -> datetime | None:
    if not text.strip() or len(text) > MAX_CHARACTERS:
        return None
    import dateparser  # slow to load, and most dates never need it

    languages = ["tr", "en"] if language == "tr" else ["en", "tr"]
    try:
        found = dateparser.parse(text, languages=languages, settings=_dateparser_settings(now))
        return found.astimezone(UTC) if found else None
    except (ValueError, OverflowError, RecursionError):
        return None


def _dateparser_settings(now: datetime) -> dict[str, Any]:
    return {
        "TIMEZONE": "Europe/Istanbul",
        "RETURN_AS_TIMEZONE_AWARE": True,
        "RELATIVE_BASE": now.astimezone(ISTANBUL).replace(tzinfo=None),
        "DATE_ORDER": "DMY",
        "REQUIRE_PARTS": ["day", "month", "year"],
    }
