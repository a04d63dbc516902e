"""Daily counts of complaints from a CSV file (client_id, date, count[, authors]) as a panel, bad rows reported.

A date without a row is a day without complaints, from the client's first row to the last day of the file. In a file
without a single zero only days with complaints are listed, so there every client is watched from the file's first day.
"""

import csv
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from oncu.classifiers.surge import Alarm, Panel, find_slow_rises, find_surges
from oncu.config.problems import Problem

from ..imports.delimited import find_delimiter
from ..imports.moments import parse_day
from ..imports.tables import Bad

COLUMNS = ("client_id", "date", "count")
AUTHORS = "authors"
LEAST_AUTHORS = 4  # so many people a surge needs, where authors are known
MOST = 10_000_000  # complaints a day
MOST_CELLS = 500_000_000  # two gigabytes: 150,000 clients for nine years
UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class BadRow:
    """A row that was left out."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass(frozen=True)
class Counts:
    """What is judged (`panel`: people where authors are given, else complaints), the complaints, and the bad rows."""

    panel: Panel
    complaints: NDArray[np.int32]
    has_authors: bool
    bad: tuple[BadRow, ...]


@dataclass
class _Columns:
    """The good rows as numbers: four (with authors five) in a row each; known cells are looked up, not read again."""

    numbers: "array[int]" = field(default_factory=lambda: array("i"))
    clients: dict[str, int] = field(default_factory=dict)
    days: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)


def read_counts(path: Path) -> Counts:
    """Read a file of counts. Raises Problem when it cannot be read or holds no good row."""
    with _opened(path) as file:
        columns, width = _read_columns(file, path)
    if not columns.numbers:
        first = f"; the first bad one is {columns.bad[0]}" if columns.bad else ""
        raise Problem(f"{path}: holds no count that can be used{first}")
    table = np.frombuffer(columns.numbers, dtype=np.int32).reshape(-1, width)
    table, doubles = _without_doubles(table)
    bad = sorted((*columns.bad, *doubles), key=lambda row: row.line)
    return _build(table, tuple(columns.clients), tuple(bad), path)


def judge_counts(counts: Counts, *, slow: bool = False) -> Iterator[dict[str, object]]:
    """One object an alarm: client_id, date, count, expected, p_value, q_value; for slow rises also the weeks."""
    columns = {client: column for column, client in enumerate(counts.panel.clients)}
    for alarm in find_slow_rises(counts.panel) if slow else find_surges(counts.panel):
        if not counts.has_authors or alarm.count >= LEAST_AUTHORS:
            yield _shown(alarm, counts, columns[alarm.client_id])


def _shown(alarm: Alarm, counts: Counts, column: int) -> dict[str, object]:
    last = (alarm.date - counts.panel.first).days
    complaints = counts.complaints[last + 1 - alarm.days : last + 1, column].sum()
    found = asdict(replace(alarm, count=int(complaints))) | {"date": alarm.date.isoformat()}
    days = found.pop("days")
    return found | ({"weeks": days // 7} if days > 1 else {})


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except OSError as error:
        raise Problem(f"{path}: cannot be read ({error.strerror}); give a CSV file with {','.join(COLUMNS)}") from None
    except UnicodeDecodeError as error:
        raise Problem(f"{path}: not UTF-8 ({error.reason}); save it as UTF-8") from None
    except csv.Error as error:
        raise Problem(f"{path}: cannot be read as CSV ({error}); write it again") from None


def _read_columns(file: TextIO, path: Path) -> tuple[_Columns, int]:
    """All good rows: client, day (ordinal), count, authors where there are any, line."""
    head = file.readline()
    delimiter = find_delimiter(head)
    header = [name.strip().lower() for name in next(csv.reader([head], delimiter=delimiter), [])]
    if missing := [name for name in COLUMNS if name not in header]:
        raise Problem(f"{path}: line 1: no column {missing[0]}; the first line names the columns: {','.join(COLUMNS)}")
    client, day, count = (header.index(name) for name in COLUMNS)
    columns = _Columns()
    ids, days, counts, add = columns.clients, columns.days, columns.counts, columns.numbers.extend
    authors = header.index(AUTHORS) if AUTHORS in header else None
    reader = csv.reader(file, delimiter=delimiter)
    for row in reader:
        line = reader.line_num + 1
        try:
            if authors is None:
                add((ids[row[client]], days[row[day]], counts[row[count]], line))
            else:
                add((ids[row[client]], days[row[day]], counts[row[count]], counts[row[authors]], line))
        except (KeyError, IndexError):  # a cell that was not seen before, or a bad row
            if row:
                _read_row(row, [client, day, count, *([] if authors is None else [authors])], line, columns)
    return columns, 4 if authors is None else 5


def _read_row(row: list[str], places: list[int], line: int, columns: _Columns) -> None:
    if len(row) <= max(places):
        columns.bad.append(BadRow(line, f"has {len(row)} cells, needs {max(places) + 1}; write every cell"))
        return
    client, day, *numbers = (row[place] for place in places)
    try:
        if not client.strip():
            raise ValueError("client_id is empty; fill it in")
        known_day = _known(columns.days, day, _read_day)
        known = [_known(columns.counts, number, _read_number) for number in numbers]
    except ValueError as error:
        columns.bad.append(BadRow(line, str(error)))
        return
    number = columns.clients.setdefault(client.strip(), len(columns.clients))
    columns.numbers.extend((number, known_day, *known, line))


def _known(values: dict[str, int], cell: str, read: Callable[[str], int]) -> int:
    if cell not in values:
        values[cell] = read(cell)
    return values[cell]


def _read_day(cell: str) -> int:
    day = parse_day(cell, UTC)
    if isinstance(day, Bad):
        raise ValueError(f"date {day.reason}")
    return day.toordinal()


def _read_number(cell: str) -> int:
    text = cell.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 12 or int(text) > MOST:
        raise ValueError(f"count {text[:40]!r} is no whole number from 0 to {MOST}; write how many complaints came")
    return int(text)


def _without_doubles(table: NDArray[np.int32]) -> tuple[NDArray[np.int32], list[BadRow]]:
    """The first row of each client and day, and the later ones as bad rows."""
    keys = table[:, 0].astype(np.int64) << 32 | table[:, 1]
    _, first = np.unique(keys, return_index=True)
    if len(first) == len(table):
        return table, []
    again = np.delete(table[:, -1], first)
    reason = "a second row of this client and day; the first one counts"
    return table[np.sort(first)], [BadRow(int(line), reason) for line in again]


def _build(table: NDArray[np.int32], clients: tuple[str, ...], bad: tuple[BadRow, ...], path: Path) -> Counts:
    client, ordinal, count = table[:, 0], table[:, 1], table[:, 2]
    first, last = int(ordinal.min()), int(ordinal.max())
    if (last + 1 - first) * len(clients) > MOST_CELLS:
        days = f"{date.fromordinal(first)} to {date.fromordinal(last)}"
        raise Problem(f"{path}: {days} of {len(clients)} clients is too much at once; split the file by clients")
    day = ordinal - first
    complaints = np.zeros((last + 1 - first, len(clients)), dtype=np.int32)
    complaints[day, client] = count
    starts = np.full(len(clients), last - first, dtype=np.int32)
    np.minimum.at(starts, client, day)
    if count.all():
        starts[:] = 0
    has_authors = table.shape[1] == 5
    judged = complaints
    if has_authors:
        judged = np.zeros_like(complaints)
        judged[day, client] = np.minimum(count, table[:, 3])
    panel = Panel(clients, date.fromordinal(first), judged, starts, np.zeros(len(clients), np.int32))
    return Counts(panel, complaints, has_authors, bad)
