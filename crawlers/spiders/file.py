"""Files dropped in a place: CSV and JSON lines, one document a row."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from oncu.config.specs import FileReader, SourceSpec
from oncu.storage.runs import Issue

from ..pages.page import Link, Page, Row
from .api import as_text, load_json

DELIMITERS = ";,\t"


def read(spec: SourceSpec, page: Page, link: Link, now: datetime) -> Iterator[Row | Link | Issue]:
    """The rows of a file, with an issue for each line that cannot be read."""
    assert spec.file is not None
    lines = _csv_lines(page) if spec.file.format == "csv" else _json_lines(page)
    for number, raw in lines:
        place = f"{page.url} line {number}"
        if isinstance(raw, str):
            yield Issue("file", place, raw)
        elif missing := _missing_columns(spec.file, raw):
            yield Issue(
                "file", place, f"column {missing[0]!r} is missing; found: {', '.join(map(str, list(raw)[:20]))}"
            )
            if spec.file.format == "csv":
                return
        else:
            yield Row({name: as_text(raw.get(column)) for name, column in spec.file.fields.items()}, place)


def _missing_columns(file: FileReader, raw: dict[Any, Any]) -> list[str]:
    # A JSON line may leave out what it does not know, a CSV file has one header for all.
    return [column for column in file.fields.values() if column not in raw] if file.format == "csv" else []


def _csv_lines(page: Page) -> Iterator[tuple[int, dict[Any, Any] | str]]:
    header = page.text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    reader = csv.DictReader(io.StringIO(page.text, newline=""), delimiter=delimiter, restkey="", restval=None)
    try:
        for raw in reader:
            if "" in raw and isinstance(raw[""], list):
                yield reader.line_num, f"has more values than the header's {len(reader.fieldnames or [])}"
            else:
                yield reader.line_num, raw
    except csv.Error as error:
        yield reader.line_num, f"not CSV: {error}"


def _json_lines(page: Page) -> Iterator[tuple[int, dict[Any, Any] | str]]:
    for number, line in enumerate(page.text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = load_json(line)
        except ValueError as error:
            yield number, f"not JSON: {error}"
            continue
        yield number, row if isinstance(row, dict) else "not a JSON object"
