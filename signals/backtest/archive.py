"""Archives: files of any form as columns of ours, as a backtest's spec says."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from itertools import compress
from pathlib import Path
from typing import Any

from oncu.config.backtest_tables import TableSpec
from oncu.config.load import HERE, read_yaml
from oncu.config.problems import Problem

TIMES = ("known_at", "occurred_at", "recorded_at", "began_at", "due_at", "published_at")
OPTIONAL = ("published_at", "due_at")  # what is not always known
JOINT = "; "  # between the texts of a list in one cell
LARGEST_CELL = 10_000_000

Columns = dict[str, list[str]]


@dataclass(frozen=True)
class Archive:
    """Rows as columns of text of equal length; times are ISO. `row` counts the rows of all files from 1, `part` those
    a row was cut into from 0."""

    columns: Columns

    def __len__(self) -> int:
        return len(self.columns["row"])

    def __getitem__(self, column: str) -> list[str]:
        return self.columns[column]

    def get(self, column: str) -> list[str]:
        """A column, or as many empty texts where there is none."""
        return self.columns.get(column) or [""] * len(self)

    def rows(self) -> Iterator[dict[str, str]]:
        """Row by row."""
        names = list(self.columns)
        for cells in zip(*self.columns.values(), strict=True):
            yield dict(zip(names, cells, strict=True))

    def where(self, kept: Sequence[bool]) -> "Archive":
        """The rows for which `kept` is true."""
        return Archive({name: list(compress(cells, kept)) for name, cells in self.columns.items()})

    def numbers(self, column: str) -> list[float]:
        """A column of numbers, NaN where a cell is empty. Raises Problem for a cell that is none."""
        return [_number(cell, column, row) for cell, row in zip(self.get(column), self["row"], strict=True)]

    def moments(self, column: str) -> list[datetime]:
        """A column of times, in UTC."""
        return [datetime.fromisoformat(cell) for cell in self[column]]


def read_archive(spec: TableSpec, folder: Path) -> Archive:
    """The rows of a spec's files. Raises Problem for a file, a column or a day that cannot be read."""
    parts = [_read_file(folder / name, spec.columns) for name in spec.files]
    columns = {ours: [cell for part in parts for cell in part[ours]] for ours in spec.columns}
    if spec.blank:
        columns = {ours: ["" if cell in spec.blank else cell for cell in cells] for ours, cells in columns.items()}
    columns["row"] = [str(number) for number in range(1, len(next(iter(columns.values()))) + 1)]
    archive = Archive(columns | {"part": ["0"] * len(columns["row"])})
    for ours, pattern in spec.keep.items():
        archive = archive.where([bool(re.search(pattern, cell)) for cell in archive[ours]])
    for ours, pattern in spec.split.items():
        archive = _split(archive, ours, pattern)
    archive = _within(_read_columns(archive, spec), spec)
    if not len(archive):
        raise Problem(f"{folder / spec.files[0]}: no row is left; look at keep, since and until in the spec")
    return archive


def _read_columns(archive: Archive, spec: TableSpec) -> Archive:
    columns = dict(archive.columns)
    for ours, pattern in spec.read.items():
        columns |= _named_groups(columns[ours], pattern)
    for ours, pattern in spec.trim.items():
        columns[ours] = [_trimmed(cell, pattern) for cell in columns[ours]]
    for ours, lookup in spec.codes.items():
        codes = read_yaml(HERE / "lookups" / f"{lookup}.yml")
        columns[ours] = [str(codes.get(cell, cell)) for cell in columns[ours]]
    for ours in set(TIMES) & columns.keys():
        columns[ours] = _read_times(columns[ours], columns["row"], spec, ours)
    return Archive(columns | {name: [value] * len(archive) for name, value in spec.constants.items()})


def _within(archive: Archive, spec: TableSpec) -> Archive:
    """The rows from `since` to `until`, by the first time column the spec names; the last of the day is in."""
    time = next((name for name in spec.columns if name in TIMES), None)
    if time is None or not (spec.since or spec.until):
        return archive
    first, last = str(spec.since or date.min), str(spec.until or date.max)
    return archive.where([first <= cell[:10] <= last for cell in archive[time]])


def _split(archive: Archive, ours: str, pattern: str) -> Archive:
    """Each row as often as its cell has parts between what the pattern finds; an empty cell is one empty part."""
    rows: list[dict[str, str]] = []
    for row in archive.rows():
        texts = [text for text in map(str.strip, re.split(pattern, row[ours])) if text] or [""]
        rows += [row | {ours: text, "whole": row[ours], "part": str(n)} for n, text in enumerate(texts)]
    names = (*archive.columns, "whole")
    return Archive({name: [row[name] for row in rows] for name in dict.fromkeys(names)})


def _number(cell: str, column: str, row: str) -> float:
    try:
        return float(cell) if cell else float("nan")
    except ValueError:
        raise Problem(f"row {row}, column {column}: {cell!r} is no number; write it like 1234.5") from None


def _named_groups(cells: Iterable[str], pattern: str) -> Columns:
    """A column for each named group; a cell the pattern does not fit gives itself to the first one."""
    compiled = re.compile(pattern)
    names = list(compiled.groupindex)
    found: Columns = {name: [] for name in names}
    for cell in cells:
        match = compiled.match(cell)
        said = match.groupdict(default="") if match else {names[0]: cell}
        for name in names:
            found[name].append(said.get(name, "").strip())
    return found


def _trimmed(cell: str, pattern: str) -> str:
    found = re.search(pattern, cell)
    return found[found.re.groups and 1] if found else cell


def _read_times(cells: Sequence[str], rows: Sequence[str], spec: TableSpec, ours: str) -> list[str]:
    known: dict[str, str] = {}
    for cell, row in zip(cells, rows, strict=True):
        if cell not in known:
            try:
                known[cell] = _read_time(cell, spec.dates).isoformat() if cell or ours not in OPTIONAL else ""
            except (ValueError, OverflowError):
                where = f"{spec.files[0]}, row {row}, column {spec.columns.get(ours, ours)}"
                raise Problem(f"{where}: {cell!r} is no day written as {spec.dates}; set dates in the spec") from None
    return [known[cell] for cell in cells]


def _read_time(cell: str, form: str) -> datetime:
    if form == "iso" and cell[:1].isalpha():  # "Fri, 27 Mar 2026 07:00:00 GMT"
        moment = parsedate_to_datetime(cell)
    else:
        moment = datetime.fromisoformat(cell) if form == "iso" else datetime.strptime(cell, form)  # noqa: DTZ007
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read_file(path: Path, columns: Mapping[str, str]) -> Columns:
    if not path.is_file():
        raise Problem(f"{path} is not there; name the folder of the data with --data DIR")
    if path.suffix == ".parquet":
        return _read_parquet(path, columns)
    rows = _json_rows(path) if path.suffix in (".jsonl", ".ndjson") else _csv_rows(path)
    try:
        return _gather(path, rows, columns)
    except UnicodeDecodeError as error:
        raise Problem(f"{path} is not UTF-8 at byte {error.start}; save it as UTF-8") from None
    except csv.Error as error:
        raise Problem(f"{path} is not readable as CSV ({error}); save it as CSV again") from None


def _gather(path: Path, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> Columns:
    found: Columns = {ours: [] for ours in columns}
    seen: set[str] = set()
    for row in rows:
        seen.update(filter(None, row))  # cells beyond the header have no name
        for ours, theirs in columns.items():
            found[ours].append(_as_text(row.get(theirs)))
    _check_columns(path, columns, seen)
    return found


def _check_columns(path: Path, columns: Mapping[str, str], seen: Iterable[str]) -> None:
    there = sorted(set(seen))
    missing = [theirs for theirs in columns.values() if theirs not in there]
    if missing:
        raise Problem(f"{path}: there is no column {missing[0]!r}; there are {', '.join(there) or 'no rows'}")


def _csv_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    csv.field_size_limit(LARGEST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        file.seek(0)
        yield from csv.DictReader(file, delimiter=";" if first.count(";") > first.count(",") else ",")


def _json_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line) if line.strip() else None
            except ValueError:
                raise Problem(f"{path}, line {number}: is not JSON; write one object a line") from None
            if isinstance(row, dict):
                yield row


def _read_parquet(path: Path, columns: Mapping[str, str]) -> Columns:
    try:
        from pyarrow import parquet
    except ImportError:
        raise Problem(f"{path} is Parquet; to read it run: pip install pyarrow") from None
    file = parquet.ParquetFile(path)
    _check_columns(path, columns, file.schema_arrow.names)
    table = file.read(columns=sorted(set(columns.values())))
    return {ours: _cells(table.column(theirs)) for ours, theirs in columns.items()}


def _cells(column: Any) -> list[str]:
    """A column of Parquet as texts; equal ones share memory."""
    coded = column.combine_chunks().dictionary_encode()
    words = list(map(_as_text, coded.dictionary.to_pylist()))
    return ["" if number is None else words[number] for number in coded.indices.to_pylist()]


def _as_text(value: object) -> str:
    if isinstance(value, list):
        return JOINT.join(map(str, value))
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value).strip()
