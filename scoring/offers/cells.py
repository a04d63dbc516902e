"""The cells of an offers file, CSV (comma, semicolon or tab) or JSON lines, as raw columns; bad rows are noted."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ..judge.tables import BadInput
from .tables import Fault

CHUNK = 500  # rows turned into columns at a time: they stay in the processor's cache
JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
Cell = object


@dataclass(frozen=True)
class Cells:
    """Raw cells by column, the line each row stands on, and the rows that could not be read at all."""

    name: str
    columns: dict[str, list[Cell]]
    lines: list[int]
    faults: list[Fault]


def read_cells(path: Path, required: Sequence[str], optional: Sequence[str]) -> Cells:
    """The named columns of a file; others are ignored. Raises BadInput for a file without the required ones."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            wanted = [*required, *optional]
            found = _from_json(path, file, wanted) if path.suffix in JSON_ENDINGS else _from_csv(path, file, wanted)
    except OSError as problem:
        raise BadInput(str(path), problem.strerror or "cannot be read", "check the path") from None
    except UnicodeDecodeError:
        raise BadInput(path.name, "is not UTF-8 text", "save it as UTF-8") from None
    check_columns(found, required)
    return found


def check_columns(cells: Cells, required: Sequence[str]) -> None:
    """Raise BadInput where a required column is missing."""
    missing = [column for column in required if column not in cells.columns]
    if missing:
        raise BadInput(cells.name, f"lacks the column {missing[0]!r}", f"needed are {', '.join(required)}")


def cells_of_rows(name: str, header: Sequence[str], lines: Sequence[int], rows: Sequence[Sequence[Cell]]) -> Cells:
    """Cells of rows already in hand, each as wide as the header."""
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in header]
    return Cells(name, dict(zip((title.strip() for title in header), columns, strict=True)), list(lines), [])


def _from_csv(path: Path, file: Iterable[str], wanted: Sequence[str]) -> Cells:
    lines = iter(file)
    first = next(lines, "")
    delimiter = max(",;\t", key=first.count)
    header = [title.strip() for title in next(csv.reader([first], delimiter=delimiter), [])]
    cells = Cells(path.name, {column: [] for column in wanted if column in header}, [], [])
    picks = [(header.index(column), found) for column, found in cells.columns.items()]
    rows = _full_rows(lines, delimiter, len(header), cells)
    while chunk := list(islice(rows, CHUNK)):
        columns = list(zip(*chunk, strict=True))
        for position, found in picks:
            one_of: dict[str, str] = {}
            found.extend(map(one_of.setdefault, columns[position], columns[position]))  # equal texts share memory
    return cells


def _full_rows(lines: Iterator[str], delimiter: str, width: int, cells: Cells) -> Iterator[list[str]]:
    """The rows as wide as the header; empty lines are left out, the others leave a fault."""
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            for row in reader:
                if len(row) == width:
                    cells.lines.append(reader.line_num + 1)
                    yield row
                elif row:
                    reason = f"has {len(row)} cells for {width} columns; quote a text that holds a delimiter"
                    cells.faults.append(Fault(reader.line_num + 1, "", reason))
            return
        except csv.Error as problem:
            cells.faults.append(Fault(reader.line_num + 1, "", f"is not readable as CSV ({problem}); write it again"))


def _from_json(path: Path, file: Iterable[str], wanted: Sequence[str]) -> Cells:
    """Every column any row has; a row without one has None there."""
    cells = Cells(path.name, {column: [] for column in wanted}, [], [])
    seen: set[str] = set()
    for number, line in enumerate(file, 1):
        row = _json_row(line) if line.strip() else {}
        if isinstance(row, str):
            cells.faults.append(Fault(number, "", row))
        elif row:
            seen.update(row)
            cells.lines.append(number)
            for column, found in cells.columns.items():
                found.append(row.get(column))
    if cells.lines:
        return Cells(
            path.name, {c: found for c, found in cells.columns.items() if c in seen}, cells.lines, cells.faults
        )
    return cells


def _json_row(line: str) -> dict[str, Cell] | str:
    """The object of a line, or why it is none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return "is not JSON; write one JSON object a line"
    return row if isinstance(row, dict) else "is not a JSON object; write one JSON object a line"
