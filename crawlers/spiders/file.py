"""Files dropped in a place: CSV, JSON lines and XLSX, one document a row; PDF and text, one a file or a notice."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import jmespath

from oncu.config.readers import FileReader
from oncu.config.specs import SourceSpec
from oncu.storage.shapes import Issue

from ..pages.page import Link, Page, Row
from ..pages.pdf import read_notices, read_text
from ..pages.workbook import read_sheet
from ..text import clean_text, strip_unwanted
from .api import as_text, load_json

DELIMITERS = ";,\t|"

# A line's number and its values by column, or what is wrong with it; of a header the names of its columns.
Line = tuple[int, dict[Any, Any] | list[str] | str]


def read(spec: SourceSpec, page: Page, link: Link, now: datetime) -> Iterator[Row | Link | Issue]:
    """The rows of a file, with an issue for each line that cannot be read."""
    assert spec.file is not None
    if spec.file.format == "pdf":
        yield from read_notices(spec.file, page)
        return
    if spec.file.format == "text":
        yield from read_text(spec.file, page, clean_text(_text(spec.file, page)))
        return
    for number, raw in LINES[spec.file.format](spec.file, page):
        place = f"{page.url} line {number}"
        if isinstance(raw, str):
            yield Issue("file", place, raw)
        elif isinstance(raw, dict):
            yield Row(
                {name: as_text(_cell(spec.file, raw, column)) for name, column in spec.file.fields.items()}, place
            )
        elif missing := _missing_column(spec.file, raw):  # also where no row follows: a login page has none
            found = ", ".join(raw[:20])[:200] or "nothing"
            yield Issue("file", place, f"column {missing!r} is missing; found: {found}")
            return


def _cell(file: FileReader, raw: dict[Any, Any], column: str) -> Any:
    """A column by its name; in JSON lines also by a path into the row (`debtors[].name`)."""
    return jmespath.search(column, raw) if file.format == "jsonl" and column not in raw else raw.get(column)


def _missing_column(file: FileReader, header: list[str]) -> str | None:
    return next((column for column in file.fields.values() if column not in header), None)


def _csv_lines(file: FileReader, page: Page) -> Iterator[Line]:
    text = "".join(_text(file, page).splitlines(keepends=True)[file.skip :])
    header = next(iter(text.splitlines()), "")
    delimiter = file.delimiter or max(DELIMITERS, key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey="", restval=None)
    try:
        yield file.skip + 1, list(reader.fieldnames or ())
        for raw in reader:
            number = reader.line_num + file.skip
            if "" in raw and isinstance(raw[""], list):
                yield number, f"has more values than the header's {len(reader.fieldnames or [])}"
            else:
                yield number, raw
    except csv.Error as error:
        yield reader.line_num + file.skip, f"not CSV: {error}"


def _json_lines(file: FileReader, page: Page) -> Iterator[Line]:
    for number, line in enumerate(_text(file, page).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = load_json(line, may_hold_nan=True)
        except ValueError as error:
            yield number, f"not JSON: {error}"
            continue
        yield number, row if isinstance(row, dict) else "not a JSON object"


def _sheet_lines(file: FileReader, page: Page) -> Iterator[Line]:
    try:
        yield from read_sheet(page.body, sheet=file.sheet, skip=file.skip)
    except ValueError as error:
        yield 1, str(error)


def _text(file: FileReader, page: Page) -> str:
    if file.encoding is None:
        return page.text
    return strip_unwanted(page.body.decode(file.encoding, "replace").removeprefix("\ufeff"))


LINES: dict[str, Callable[[FileReader, Page], Iterator[Line]]] = {
    "csv": _csv_lines,
    "jsonl": _json_lines,
    "xlsx": _sheet_lines,
}
