"""The moment a page claims, in the forms Turkish and English pages write it; never a guess, never the future."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

ISTANBUL = ZoneInfo("Europe/Istanbul")
MAX_CHARACTERS = 80
MONTHS = [
    ("ocak", "january"),
    ("subat", "february"),
    ("mart", "march"),
    ("nisan", "april"),
    ("mayis", "may"),
    ("haziran", "june"),
    ("temmuz", "july"),
    ("agustos", "august"),
    ("eylul", "september"),
    ("ekim", "october"),
    ("kasim", "november"),
    ("aralik", "december"),
]
PLAIN = str.maketrans("İIıŞşĞğÜü", "iiissgguu")
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
TIME = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?(?:[.,]\d+)?"
    r"(?:\s*(?P<half>[AaPp]\.?[Mm]\b\.?|Ö[ÖS]\b))?"
)
CLOCK = rf"(?:[\sT,;|/–-]*(?:(?:[Ss]aat|at)\s*:?\s*)?{TIME})?"
# A short offset ("+3") needs a clock before it.
OFFSET = r"(?P<offset>[+-]\d\d:?\d\d|(?(hour)[+-]\d\d?|(?!)))"
ZONE = rf"\s*\(?(?:(?P<zone>[A-ZİT]{{1,4}})|(?:GMT|UTC|TSİ)?\s*{OFFSET})?\)?"
WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,?\s+)?"
DAY_NAME = (
    r"(?:,?\s+\(?(?i:pazartesi|sal[ıi]|[çc]ar[şs]amba|per[şs]embe|cuma|cumartesi|pazar"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\)?)?"
)
DAY = r"(?P<day>\d\d?)(?:st|nd|rd|th)?\.?"
MONTH = r"(?P<month>[^\W\d_]{3,9})\.?"
FORMS = [
    re.compile(form)
    for form in (
        rf"(?P<year>\d{{4}})[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?){CLOCK}{ZONE}",
        rf"{WEEKDAY}(?P<day>\d\d?)[./-](?P<month>\d\d?)[./-](?P<year>\d{{4}}|\d\d){DAY_NAME}{CLOCK}{ZONE}",
        rf"{WEEKDAY}{DAY}[\s-]+{MONTH}{DAY_NAME},?[\s-]+(?P<year>\d{{4}}|\d\d(?=\s)){DAY_NAME}{CLOCK}{ZONE}",
        rf"{WEEKDAY}{MONTH}\s+{DAY},?\s+(?P<year>\d{{4}}){DAY_NAME}{CLOCK}{ZONE}",
        rf"[A-Z][a-z]{{2}} {MONTH} {DAY} {TIME}{ZONE} (?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}})(?P<month>\d\d)(?P<day>\d\d)"
        rf"(?:T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?{ZONE}(?P<half>)",
    )
]
# A page that leaves the year out means the day just past: further back than half a year it could be any.
YEARLESS = [
    re.compile(form)
    for form in (f"{WEEKDAY}{DAY} {MONTH}{DAY_NAME}{CLOCK}{ZONE}", f"{WEEKDAY}{MONTH} {DAY}{DAY_NAME}{CLOCK}{ZONE}")
]
YEARLESS_REACH = timedelta(days=183)
ISO = re.compile(r"[0-9]{4}(?:-[0-9]{2}){2}T[0-9]{2}(?::[0-9]{2}){2}[+-][0-9]{2}:[0-9]{2}")
EPOCH = re.compile(r"(?:/Date\()?(\d{10})(?:\d{3}(?:[+-]\d{4})?\)/|\d{3})?")
NAMED_DAY = re.compile(
    rf"(?P<word>bugün|dün|today|yesterday)(?:[\s,|/–-]+(?:(?:saat|at)\s*:?\s*)?{TIME})", re.IGNORECASE
)
JUST_NOW = re.compile(r"(?:az|biraz|demin) önce|just now|a moment ago", re.IGNORECASE)
# What stands before a date on a page, and what follows it: "Yayınlanma Tarihi: 20.11.2026 | Güncelleme: 21.11.2026".
LABEL = re.compile(
    r"(?:(?:ilk |son )?(?:yay[ıi]n\w{0,8}|giri[şs]|eklen\w{1,5}|oluşturul\w{1,5}|kay[ıi]t|haber|ilan|güncel\w{1,6}"
    r"|published|posted|created|updated|modified)(?: (?:tarihi|zaman[ıi]|date|on|at))?|tarih|date) ?:? ",
    re.IGNORECASE,
)
UPDATED = re.compile(r"[\s,;|/–(-]+(?:son |last )?(?:güncel|değiştiril|updated|modified)", re.IGNORECASE)
FUTURE_ALLOWED = timedelta(days=1)
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


def parse_moment(text: str, now: datetime, *, language: str = "tr") -> datetime | None:
    """The instant (UTC) a text names; `now` gives "dün" and a missing year their meaning.

    Europe/Istanbul where no zone is written, day before month. None when it cannot be read, or lies more than a day
    after `now`: a document without a date is better than one with a wrong date. A date without a year is the last such
    day, and none where that is more than half a year ago.
    """
    if found := read_written(text):
        return believable(found, now)
    tidy = _without_labels(text)
    found = _read_yearless(tidy, now) or _read_named_day(tidy, now)
    return believable(found or _read_relative(tidy, now, language), now)


def read_written(text: str) -> datetime | None:
    """The same for written-out forms only: no "dün", no slow parser, no limit on the future."""
    if ISO.fullmatch(text):  # our own form, read at every step
        return _utc(lambda: datetime.fromisoformat(text))
    tidy = _without_labels(text)
    if found := EPOCH.fullmatch(tidy):
        return datetime.fromtimestamp(int(found[1]), UTC)
    match = next((match for form in FORMS if (match := form.fullmatch(tidy))), None)
    return _moment(match.groupdict(), int(match["year"])) if match else None


def _without_labels(text: str) -> str:
    tidy = " ".join(text[:MAX_CHARACTERS].split())
    if label := LABEL.match(tidy):
        tidy = tidy[label.end() :]
    updated = UPDATED.search(tidy, 1)
    return tidy[: updated.start()] if updated else tidy


def _read_yearless(tidy: str, now: datetime) -> datetime | None:
    match = next((match for form in YEARLESS if (match := form.fullmatch(tidy))), None)
    year = _local(now).year
    moments = [_moment(match.groupdict(), y) for y in (year, year - 1)] if match else []
    past = [moment for moment in moments if moment and moment - FUTURE_ALLOWED <= now]
    return past[0] if past and now - past[0] <= YEARLESS_REACH else None


def _read_named_day(tidy: str, now: datetime) -> datetime | None:
    """ "dün 14:30" and "az önce"; a day without a clock is left to the slow parser."""
    if JUST_NOW.fullmatch(tidy):
        return now
    match = NAMED_DAY.fullmatch(tidy)
    if not match:
        return None
    ago = timedelta(days=match["word"][0] in "dDyY")
    day = _local(now) - ago
    return _moment(
        match.groupdict() | {"day": str(day.day), "month": str(day.month), "zone": None, "offset": None}, day.year
    )


def _local(now: datetime) -> datetime:
    try:
        return now.astimezone(ISTANBUL)
    except OverflowError:  # the clock at the end of time, which means no limit
        return now


def believable(moment: datetime | None, now: datetime) -> datetime | None:
    """The moment, unless it lies more than a day after `now` or before 1900."""
    return moment if moment and moment >= EARLIEST and moment - FUTURE_ALLOWED <= now else None


def _moment(part: Mapping[str, str | None], year: int) -> datetime | None:
    month = _month(part["month"] or "")
    zone = _zone(part["zone"], part["offset"])
    if month is None or zone is None:
        return None
    day = int(part["day"] or 0)
    if month > 12 >= day:  # 11/20/2026 has only one reading
        month, day = day, month
    hour, minute, second = (int(part[name] or 0) for name in ("hour", "minute", "second"))
    if half := part["half"]:
        hour = hour % 12 + 12 * (half[0] in "Pp" or half == "ÖS")
    century = 2000 if year < 100 and len(part.get("year") or "") == 2 else 0
    return _utc(lambda: datetime(century + year, month, day, hour, minute, second, tzinfo=zone))


def _utc(make: Callable[[], datetime]) -> datetime | None:
    try:
        return make().astimezone(UTC)
    except (ValueError, OverflowError):  # 31.02., 25:00, year 0001
        return None


def _month(written: str) -> int | None:
    if written.isdigit():
        return int(written)
    plain = written.translate(PLAIN).casefold()
    return next((n for n, names in enumerate(MONTHS, 1) if any(name.startswith(plain) for name in names)), None)


def _zone(name: str | None, offset: str | None) -> tzinfo | None:
    if found := re.fullmatch(r"([+-])(\d\d?):?(\d\d)?", offset or ""):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes)) if minutes < 24 * 60 else None
    return ZONES.get(name) if name else ISTANBUL


def _read_relative(text: str, now: datetime, language: str) -> datetime | None:
    if not text.strip() or len(text) > MAX_CHARACTERS:
        return None
    import dateparser  # slow to load, and most dates never need it

    languages = ["tr", "en"] if language == "tr" else ["en", "tr"]
    try:
        found = dateparser.parse(text, languages=languages, settings=_dateparser_settings(now))
        moment = found.astimezone(UTC) if found else None
    except (ValueError, OverflowError, RecursionError):
        return None
    return moment if moment and moment <= now else None  # "yarın", "2 saat sonra"


def _dateparser_settings(now: datetime) -> dict[str, Any]:
    return {
        "TIMEZONE": "Europe/Istanbul",
        "RETURN_AS_TIMEZONE_AWARE": True,
        "RELATIVE_BASE": now.astimezone(ISTANBUL).replace(tzinfo=None),
        "DATE_ORDER": "DMY",
        "REQUIRE_PARTS": ["day", "month", "year"],
    }
