"""What is typed into a form of a page, read with the rules by which a file is imported."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from oncu.config.problems import Problem

from ..imports.columns import Value
from ..imports.numbers import parse_number
from ..imports.run import read_rows
from ..imports.tables import Bad, Cell, Table

OLDEST = timedelta(days=366)  # how far back something can be written down
LONGEST = 2_000  # characters of a note

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Pen:
    """Who writes, when, where the bank is, and the decimal sign of their language for amounts."""

    by: str
    now: datetime
    zone: ZoneInfo
    decimal: str = ","

    @property
    def today(self) -> date:
        """The day where the bank is."""
        return self.now.astimezone(self.zone).date()


class Refused(Problem):
    """What was typed cannot be kept; `faults` says by field why not, under "" what is wrong with the whole."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {fault}" if name else fault for name, fault in faults.items()))
        self.faults = dict(faults)


def read_entry(kind: str, cells: Mapping[str, Cell], pen: Pen) -> dict[str, Value]:
    """The values of one row of a kind of table, under the names of its columns. Raises Refused."""
    amount = cells.get("amount", "")
    typed = parse_number(amount, pen.decimal) if isinstance(amount, str) and amount.strip() else amount
    # What is no number is told by the import in its own words.
    given = {**cells, "amount": amount if isinstance(typed, Bad) else typed} if "amount" in cells else cells
    table = Table("form", tuple(given), [1], [tuple(given.values())], "")
    _, _, parsed = read_rows(kind, table, pen.now, zone=pen.zone)
    if parsed.bad:
        raise Refused({fault.column: fault.reason for fault in reversed(parsed.bad)})
    return parsed.rows[0]


def read_day(cells: Mapping[str, str], name: str, pen: Pen) -> date:
    """A day of a form: today, or within a year before. Raises Refused."""
    typed = cells.get(name, "").strip()
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise Refused({name: "is empty; it is needed" if not typed else f"{typed!r} is not a date"}) from None
    if day > pen.today:
        raise Refused({name: "that day is still to come; choose today or an earlier day"})
    if day < pen.today - OLDEST:
        raise Refused({name: "that day is more than a year ago; look for a mistyped year"})
    return day


def read_note(cells: Mapping[str, str], name: str, *, needed: bool = False) -> str | None:
    """A text of a form on as many lines as it has. Raises Refused where it is too long, or missing."""
    said = "\n".join(line.strip() for line in cells.get(name, "").strip().splitlines())
    if len(said) > LONGEST:
        raise Refused({name: f"has {len(said)} characters; write at most {LONGEST}"})
    if needed and not said:
        raise Refused({name: "is empty; it is needed"})
    return said or None


def moment_on(day: date, pen: Pen) -> datetime:
    """A moment of a day: now, or the same time of an earlier day, so that two acts of one day stay two."""
    return datetime.combine(day, pen.now.astimezone(pen.zone).time(), pen.zone)
