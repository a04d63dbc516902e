"""Signals, outcomes and exposure from a file (CSV with comma or semicolon, JSON lines) or from rows already in hand.

Columns nobody asks for are ignored. A missing column or an unreadable value raises `BadInput` with line and column:
a judge that skips rows silently reports a number nobody can check.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from .tables import SIDES, BadInput, BoolArray, Exposure, FloatArray, Outcomes, Signals, TimeArray

SIGNAL_COLUMNS = ("signal_id", "client_id", "side", "type", "source", "known_at")
SIGNAL_EXTRAS = ("probability", "story_id", "category", "origin", "manager")
OUTCOME_COLUMNS = ("client_id", "kind", "occurred_at", "recorded_at", "competing")
EXPOSURE_COLUMNS = ("client_id", "from", "to")
EXPOSURE_EXTRAS = ("sector", "size_band", "region")

if TYPE_CHECKING:
    from _csv import Reader  # the csv module has no public name for it

BOOLEANS: dict[object, bool] = {
    **dict.fromkeys(("true", "True", "TRUE", "1", True), True),
    **dict.fromkeys(("false", "False", "FALSE", "0", False), False),
}
CHUNK = 500  # rows turned into columns at a time: they stay in the cache (10,000 took three times as long)
EPOCH, EPOCH_NAIVE = datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1)  # noqa: DTZ001
NOT_A_TIME = int(np.iinfo(np.int64).min)  # how numpy stores NaT
Cell = TypeVar("Cell")


@dataclass(frozen=True)
class _Table:
    """Raw cells by column, and the line each row stands on."""

    name: str
    cells: dict[str, list[object]]
    lines: list[int]

    def has(self, column: str) -> bool:
        return column in self.cells

    def parse(self, column: str, read: Callable[[object], Cell], expected: str) -> list[Cell]:
        """Every cell of a column through `read`, equal neighbours once. Raises BadInput at the first bad one."""
        parsed: list[Cell] = []
        for start in range(0, len(self.lines), CHUNK):
            part = self.cells[column][start : start + CHUNK]
            known: dict[object, Cell] = {}
            for cell in dict.fromkeys(part):
                try:
                    known[cell] = read(cell)
                except (ValueError, TypeError, KeyError, OverflowError):
                    raise self._bad(start + part.index(cell), column, expected) from None
            parsed.extend(map(known.__getitem__, part))
        return parsed

    def text(self, column: str) -> list[str]:
        return self.parse(column, _read_text, "something, it is empty")

    def text_or_empty(self, column: str) -> list[str]:
        return self.parse(column, _as_text, "text") if self.has(column) else [""] * len(self.lines)

    def text_or_none(self, column: str) -> list[str] | None:
        return self.text_or_empty(column) if self.has(column) else None

    def times(self, column: str) -> TimeArray:
        parsed = self.parse(column, read_moment, "a date like 2025-01-31 or 2025-01-31T09:00:00Z")
        return np.array(parsed, dtype=np.int64).view("datetime64[us]")

    def times_or_open(self, column: str) -> TimeArray:
        parsed = self.parse(column, _read_time_or_open, "a date like 2025-01-31, or nothing")
        return np.array(parsed, dtype=np.int64).view("datetime64[us]")

    def booleans(self, column: str) -> BoolArray:
        return np.array(self.parse(column, BOOLEANS.__getitem__, "true, false, 1 or 0"), dtype=bool)

    def probabilities(self, column: str) -> FloatArray:
        if not self.has(column):
            return np.full(len(self.lines), np.nan)
        return np.array(self.parse(column, _read_probability, "a number from 0 to 1, or nothing"), dtype=np.float64)

    def choices(self, column: str, choices: tuple[str, ...]) -> list[str]:
        allowed: dict[object, str] = {choice: choice for choice in choices}
        return self.parse(column, allowed.__getitem__, " or ".join(choices))

    def check_order(self, earlier: TimeArray, later: TimeArray) -> None:
        wrong = np.flatnonzero(later < earlier)
        if wrong.size:
            raise self._bad(int(wrong[0]), "to", "a day not before 'from'")

    def _bad(self, row: int, column: str, expected: str) -> BadInput:
        what = f"found {str(self.cells[column][row])[:60]!r}"
        return BadInput(f"{self.name}, line {self.lines[row]}, column {column}", what, f"expected {expected}")


def read_signals(path: Path) -> Signals:
    """Signals from a CSV or JSON-lines file. Raises BadInput."""
    return _signals(_read_table(path, SIGNAL_COLUMNS, SIGNAL_EXTRAS))


def read_outcomes(path: Path) -> Outcomes:
    """Outcomes from a CSV or JSON-lines file. Raises BadInput."""
    return _outcomes(_read_table(path, OUTCOME_COLUMNS, ()))


def read_exposure(path: Path) -> Exposure:
    """Exposure from a CSV or JSON-lines file. Raises BadInput."""
    return _exposure(_read_table(path, EXPOSURE_COLUMNS, EXPOSURE_EXTRAS))


def signals_from_rows(rows: Iterable[Mapping[str, object]], name: str = "signals") -> Signals:
    """Signals from mappings with the file's column names; dates may be texts, dates or datetimes. Raises BadInput."""
    return _signals(_gather(name, enumerate(rows, 1), SIGNAL_COLUMNS, SIGNAL_EXTRAS))


def outcomes_from_rows(rows: Iterable[Mapping[str, object]], name: str = "outcomes") -> Outcomes:
    """Outcomes from mappings with the file's column names. Raises BadInput."""
    return _outcomes(_gather(name, enumerate(rows, 1), OUTCOME_COLUMNS, ()))


def exposure_from_rows(rows: Iterable[Mapping[str, object]], name: str = "exposure") -> Exposure:
    """Exposure from mappings with the file's column names. Raises BadInput."""
    return _exposure(_gather(name, enumerate(rows, 1), EXPOSURE_COLUMNS, EXPOSURE_EXTRAS))


def _signals(table: _Table) -> Signals:
    return Signals(
        signal_id=table.text("signal_id"),
        client_id=table.text("client_id"),
        side=table.choices("side", SIDES),
        type=table.text("type"),
        source=table.text("source"),
        known_at=table.times("known_at"),
        probability=table.probabilities("probability"),
        story_id=table.text_or_empty("story_id"),
        category=table.text_or_none("category"),
        origin=table.text_or_none("origin"),
        manager=table.text_or_none("manager"),
    )


def _outcomes(table: _Table) -> Outcomes:
    return Outcomes(
        client_id=table.text("client_id"),
        kind=table.text("kind"),
        occurred_at=table.times("occurred_at"),
        recorded_at=table.times("recorded_at"),
        competing=table.booleans("competing"),
    )


def _exposure(table: _Table) -> Exposure:
    begin, until = table.times("from"), table.times_or_open("to")
    table.check_order(begin, until)
    sector, size_band, region = (table.text_or_empty(column) for column in EXPOSURE_EXTRAS)
    return Exposure(table.text("client_id"), begin, until, sector, size_band, region)


def _read_table(path: Path, required: tuple[str, ...], extras: tuple[str, ...]) -> _Table:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if path.suffix in (".jsonl", ".ndjson", ".json"):
                return _gather(path.name, _json_rows(path.name, file), required, extras)
            return _read_csv(path.name, file, required, extras)
    except OSError as problem:
        raise BadInput(str(path), problem.strerror or "cannot be read", "check the path") from None
    except UnicodeDecodeError:
        raise BadInput(path.name, "is not UTF-8 text", "save it as UTF-8") from None
    except csv.Error as problem:
        raise BadInput(path.name, f"is not readable as CSV ({problem})", "save it as CSV again") from None


def _read_csv(name: str, file: Iterator[str], required: tuple[str, ...], extras: tuple[str, ...]) -> _Table:
    first = next(file, "")
    delimiter = ";" if first.count(";") > first.count(",") else ","
    header = [title.strip() for title in next(csv.reader([first], delimiter=delimiter), [])]
    _check_columns(name, set(header), required)
    table = _Table(name, {column: [] for column in (*required, *extras) if column in header}, [])
    picks = [(header.index(column), cells) for column, cells in table.cells.items()]
    whose = header.index("client_id")  # clients recur through the file, other texts among neighbours if at all
    rows = _full_rows(name, csv.reader(file, delimiter=delimiter), len(header), table.lines)
    clients: dict[str, str] = {}
    while chunk := list(islice(rows, CHUNK)):
        columns = list(zip(*chunk, strict=True))
        for position, cells in picks:
            one_of = clients if position == whose else {}
            cells.extend(map(one_of.setdefault, columns[position], columns[position]))  # equal texts share memory
    return table


def _full_rows(name: str, rows: "Reader", width: int, lines: list[int]) -> Iterator[list[str]]:
    """The rows of a CSV, empty lines left out; `lines` receives where each stands."""
    for row in rows:
        if len(row) == width:
            lines.append(rows.line_num + 1)
            yield row
        elif row:
            where, what = f"{name}, line {rows.line_num + 1}", f"{len(row)} cells for {width} columns"
            raise BadInput(where, what, "quote cells that hold a delimiter")


def _json_rows(name: str, file: Iterable[str]) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, line in enumerate(file, 1):
        if line.strip():
            yield number, _read_json_object(f"{name}, line {number}", line)


def _read_json_object(where: str, line: str) -> Mapping[str, object]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise BadInput(where, "is not JSON", "write one JSON object a line") from None
    if not isinstance(row, dict):
        raise BadInput(where, "is not a JSON object", "write one JSON object a line")
    return row


def _gather(
    name: str, rows: Iterable[tuple[int, Mapping[str, object]]], required: tuple[str, ...], extras: tuple[str, ...]
) -> _Table:
    """Rows turned into columns; an extra column exists when any row has it."""
    table = _Table(name, {column: [] for column in (*required, *extras)}, [])
    seen: set[str] = set()
    for line, row in rows:
        table.lines.append(line)
        for column, cells in table.cells.items():
            cells.append(_cell(row, column, f"{name}, line {line}, column {column}"))
        seen.update(row)
    if table.lines:
        _check_columns(name, seen, required)
    kept = {column: cells for column, cells in table.cells.items() if column in seen or column in required}
    return _Table(name, kept, table.lines)


def _cell(row: Mapping[str, object], column: str, where: str) -> object:
    cell = row.get(column)
    if isinstance(cell, (list, dict)):
        raise BadInput(where, "holds a list or an object", "expected one value")
    return cell


def _check_columns(name: str, found: set[str], required: tuple[str, ...]) -> None:
    missing = [column for column in required if column not in found]
    if missing:
        raise BadInput(name, f"lacks the column {missing[0]!r}", f"needed are {', '.join(required)}")


def _as_text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _read_text(cell: object) -> str:
    text = _as_text(cell)
    if not text:
        raise ValueError("empty")
    return text


def read_moment(cell: object) -> int:
    """A moment in microseconds since 1970 UTC. A date is its midnight, a time without zone is taken as UTC.

    (Integers, because numpy takes 2.6 microseconds to convert one datetime.)
    """
    moment = datetime.fromisoformat(cell.strip()) if isinstance(cell, str) else _as_datetime(cell)
    since = moment - (EPOCH_NAIVE if moment.tzinfo is None else EPOCH)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _as_datetime(cell: object) -> datetime:
    if isinstance(cell, datetime):
        return cell
    if not isinstance(cell, date):
        raise TypeError(cell)
    return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001  (naive means UTC in this room)


def _read_time_or_open(cell: object) -> int:
    return read_moment(cell) if _as_text(cell) else NOT_A_TIME


def _read_probability(cell: object) -> float:
    if cell is None or cell == "":
        return float("nan")
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        raise TypeError(cell)
    number = float(cell)
    if not 0 <= number <= 1:
        raise ValueError(cell)
    return number
