"""Typed columns: which column of a file is which, and its cells as values, each distinct cell read once."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from oncu.classifiers.text import fold_key

from . import moments, numbers, values
from .tables import Bad, BadRow, Cell, Table, TableError, show

Value = str | float | int | bool | datetime | date | tuple[str, ...] | None


@dataclass(frozen=True)
class Context:
    """What reading a cell depends on: the clock, the bank's zone, the decimal sign its column gives evidence of."""

    now: datetime
    zone: ZoneInfo
    decimal: str | None = None


Parse = Callable[[Cell, Context], Value | Bad]


@dataclass(frozen=True)
class Column:
    """One column of one kind of table; `empty` is the value of an empty cell where it is not required."""

    name: str
    parse: Parse
    required: bool = False
    empty: Value = None
    is_number: bool = False


@dataclass(frozen=True)
class Parsed:
    """The values of the columns a file has, row by row; a row with a fault is in `bad` and not in `rows`."""

    lines: list[int]
    rows: list[dict[str, Value]]
    bad: list[BadRow]


def code(name: str, *, required: bool = False) -> Column:
    """An id or another short text."""
    return Column(name, lambda cell, _: values.parse_code(cell), required)


def text(name: str, *, required: bool = False) -> Column:
    """Any text."""
    return Column(name, lambda cell, _: values.parse_text(cell), required)


def texts(name: str) -> Column:
    """Texts separated by semicolons."""
    return Column(name, lambda cell, _: values.parse_list(cell), empty=())


def checked(name: str, parse: Callable[[Cell], Value | Bad], *, empty: Value = None) -> Column:
    """A text with a rule of its own."""
    return Column(name, lambda cell, _: parse(cell), empty=empty)


def choice(name: str, choices: Mapping[str, str], *, required: bool = False) -> Column:
    """One of a few words."""
    return Column(name, lambda cell, _: values.parse_choice(cell, choices), required)


def number(name: str, *, required: bool = False, above: float | None = None) -> Column:
    """An amount, a count of months."""

    def parse(cell: Cell, context: Context) -> Value | Bad:
        found = numbers.parse_number(cell, context.decimal)
        if isinstance(found, Bad) or above is None or found > above:
            return found
        return Bad(f"{show(cell)} is not above {above:g}; write a larger number")

    return Column(name, parse, required, is_number=True)


def count(name: str) -> Column:
    """A whole number from 1."""

    def parse(cell: Cell, context: Context) -> Value | Bad:
        found = numbers.parse_number(cell, context.decimal)
        if isinstance(found, Bad) or (found >= 1 and found == int(found)):
            return found if isinstance(found, Bad) else int(found)
        return Bad(f"{show(cell)} is not a count; write 1, 2, 3 …")

    return Column(name, parse, is_number=True)


def percent(name: str, *, required: bool = False) -> Column:
    """A rate in per cent."""
    return Column(name, lambda cell, c: numbers.parse_percent(cell, c.decimal), required, is_number=True)


def share(name: str, *, zero: bool = True) -> Column:
    """A share of 1, zero itself only where it is allowed."""

    def parse(cell: Cell, context: Context) -> Value | Bad:
        found = numbers.parse_share(cell, context.decimal)
        if isinstance(found, Bad) or 0 < found <= 1 or (zero and found == 0):
            return found
        range_missed = "is not from 0 to 1" if zero else "is not above 0 to 1"
        return Bad(f"{show(cell)} {range_missed}; write a share such as 0,25 or %25")

    return Column(name, parse, is_number=True)


def moment(name: str, *, required: bool = False) -> Column:
    """A moment that has come; up to a day after the clock is let through, for zones and midnight."""

    def parse(cell: Cell, context: Context) -> Value | Bad:
        found = moments.parse_moment(cell, context.zone)
        if isinstance(found, Bad) or found <= context.now + timedelta(days=1):
            return found
        return Bad(f"{show(cell)} lies in the future; look for a mistyped year")

    return Column(name, parse, required)


def day(name: str, *, required: bool = False) -> Column:
    """A calendar day, past or to come."""
    return Column(name, lambda cell, c: moments.parse_day(cell, c.zone), required)


def match_header(table: Table, columns: Sequence[Column], names: Mapping[str, str]) -> tuple[dict[str, int], list[str]]:
    """The place of each known column, and notes on the others; `names` has column names by folded header.

    Raises TableError where a required column is missing or a column stands twice.
    """
    places: dict[str, int] = {}
    unknown: list[str] = []
    for place, header in enumerate(table.header):
        name = names.get(header_key(header))
        if name is None:
            unknown += [header.strip() or f"column {place + 1} without a name"]
        elif name in places:
            both = f"columns {places[name] + 1} ({table.header[places[name]]!r}) and {place + 1} ({header!r})"
            raise TableError(f"{table.name}: column {name} stands twice, in {both}; remove one")
        else:
            places[name] = place
    missing = [column.name for column in columns if column.required and column.name not in places]
    if missing:
        raise TableError(_describe_missing(table, missing))
    hints = [f"{header!r}{_suggest(header, [c.name for c in columns if c.name not in places])}" for header in unknown]
    return places, [f"not imported, unknown columns: {', '.join(hints)}"] if hints else []


def header_key(header: str) -> str:
    """How headers are compared: "Client ID", "client_id" and "CLIENT-ID" are one."""
    return fold_key(header).replace(" ", "")


def parse_table(table: Table, columns: Sequence[Column], places: Mapping[str, int], context: Context) -> Parsed:
    """All rows as values by column name; every faulty cell is reported."""
    present = [column for column in columns if column.name in places]
    cells = {column.name: [row[places[column.name]] for row in table.rows] for column in present}
    decimals = _find_decimals(cells, present)
    parsed = [_parse_column(c, cells[c.name], replace(context, decimal=decimals.get(c.name))) for c in present]
    bad = [
        (row, BadRow(table.lines[row], column.name, fault))
        for column, (_, faults) in zip(present, parsed, strict=True)
        for row, fault in faults
    ]
    faulty = {row for row, _ in bad}
    names = [column.name for column in present]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*(found for found, _ in parsed), strict=True)]
    good = [row for row in range(len(rows)) if row not in faulty]
    return Parsed([table.lines[row] for row in good], [rows[row] for row in good], [fault for _, fault in bad])


def _parse_column(column: Column, cells: list[Cell], context: Context) -> tuple[list[Value], list[tuple[int, str]]]:
    """The values of a column and its faults as (row, reason)."""
    known = {cell: _parse_cell(column, cell, context) for cell in set(cells)}
    faults = {cell: value.reason for cell, value in known.items() if isinstance(value, Bad)}
    found = {cell: None if isinstance(value, Bad) else value for cell, value in known.items()}
    places = [(row, faults[cell]) for row, cell in enumerate(cells) if cell in faults] if faults else []
    return [found[cell] for cell in cells], places


def _parse_cell(column: Column, cell: Cell, context: Context) -> Value | Bad:
    if isinstance(cell, str) and not cell.strip():
        return Bad("is empty; it is needed") if column.required else column.empty
    return column.parse(cell, context)


def _find_decimals(cells: Mapping[str, Sequence[Cell]], columns: Sequence[Column]) -> dict[str, str | None]:
    """The decimal sign of each number column: by its own cells, else by all number columns of the file together."""
    own = {c.name: numbers.find_decimal_sign(set(cells[c.name])) for c in columns if c.is_number}
    signs = set(own.values()) - {None}
    of_file = signs.pop() if len(signs) == 1 else None
    return {name: sign or of_file for name, sign in own.items()}


def _describe_missing(table: Table, missing: list[str]) -> str:
    found = ", ".join(header for header in table.header if header) or "none"
    found = found if len(found) < 300 else found[:300] + "…"
    several = "columns {} are" if len(missing) > 1 else "column {} is"
    return f"{table.name}: {several.format(', '.join(missing))} missing (found: {found}); name it in the first line"


def _suggest(header: str, free: list[str]) -> str:
    close = difflib.get_close_matches(header_key(header), [header_key(name) for name in free], n=1)
    return f" (did you mean {next(n for n in free if header_key(n) == close[0])}?)" if close else ""
