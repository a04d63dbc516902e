"""Days and moments: ISO and Turkish forms; a form that could be two days is refused.

A text without a clock (or at midnight without a zone, as databases and Excel write days) is a day and is stored as
00:00 UTC, which is the same calendar day in UTC and in Istanbul. A clock without a zone is the bank's local time.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from .tables import Bad, Cell, show

CLOCK = r"(?:[T ]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]+)?)?)?"
ZONE = r" ?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?"
ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})" + CLOCK + ZONE)
TURKISH = re.compile(r"(?P<day>[0-9]{1,2})(?P<sign>[./-])(?P<month>[0-9]{1,2})(?P=sign)(?P<year>[0-9]{4})" + CLOCK)
YEARS = range(1950, 2101)
HOW = "write 31.12.2025 or 2025-12-31, with a clock 31.12.2025 14:30"


def parse_moment(cell: Cell, zone: ZoneInfo) -> datetime | Bad:
    """The moment of a cell, in UTC."""
    if not isinstance(cell, str):
        return Bad(f"{show(cell)} is a number, not a date; give the column a date format")
    text = cell.strip()
    found = ISO.fullmatch(text) or TURKISH.fullmatch(text)
    if not found:
        return Bad(f"{show(cell)} is not a date; {HOW}")
    parts = found.groupdict()
    if parts.get("sign") == "/" and int(parts["day"]) <= 12 and parts["day"] != parts["month"]:
        return Bad(f"{show(cell)} could be two days; {HOW}")
    try:
        return _build(parts, zone)
    except ValueError:
        return Bad(f"{show(cell)} is not in the calendar; {HOW}")


def parse_day(cell: Cell, zone: ZoneInfo) -> date | Bad:
    """The calendar day of a cell, in the bank's zone where it has a clock."""
    moment = parse_moment(cell, zone)
    if isinstance(moment, Bad):
        return moment
    return moment.date() if moment.time() == time() else moment.astimezone(zone).date()


def _build(parts: dict[str, str | None], zone: ZoneInfo) -> datetime:
    numbers = [int(parts[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
    if numbers[0] not in YEARS:
        raise ValueError("year")
    naive = datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001
    if parts.get("zone"):
        return naive.replace(tzinfo=_read_zone(str(parts["zone"]))).astimezone(UTC)
    is_day = naive.time() == time()
    return naive.replace(tzinfo=UTC if is_day else zone).astimezone(UTC)


def _read_zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    return timezone((-1 if text[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))
