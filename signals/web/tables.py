"""Tables that a page shows and a person takes home: every row of them, as CSV or XLSX, formulas inert."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from fastapi import HTTPException
from fastapi.responses import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from ..words import Words
from .site import Visit
from .tame import tame

Kind = Literal["text", "number", "share", "money", "day"]
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet reads as a formula; a plain number may begin with a sign.
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
PLAIN_NUMBER = re.compile(r"[+-]?\d[\d.]*(,\d+)?")
NOT_IN_XML = re.compile(r"[\ufffe\uffff\ud800-\udfff]")  # beside what is tamed


@dataclass(frozen=True)
class Column:
    """A column of a table: the key of its values, and how they are written."""

    key: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Table:
    """Rows under a name, which is the path of their page; the title of a column is the text `col_<key>`."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Any], ...]

    @property
    def file(self) -> str:
        """The name of a file with these rows, without its ending."""
        return self.name.replace("/", "-")

    def titles(self, words: Words) -> list[str]:
        """The titles of the columns in a language."""
        return [words(f"col_{column.key}") for column in self.columns]


def written(value: Any, kind: Kind, words: Words) -> str:
    """A value as a reader of the language writes it; a dash where there is none."""
    if value is None or value == "":
        return "–"
    if kind == "day":
        return words.day(value) if isinstance(value, datetime) else str(value)
    if kind == "share":
        return words.share(value)
    if kind == "money":
        return words.money(value)
    if kind == "number":
        return words.number(value, 0 if float(value).is_integer() else 1)
    return str(value)


def as_file(table: Table, form: str, visit: Visit) -> Response:
    """The whole table as `csv` or `xlsx`, with a row in the trail; 404 for any other form."""
    if form not in ("csv", "xlsx"):
        raise HTTPException(404)
    visit.note("export", f"{table.name}.{form}", reason=f"{len(table.rows)} rows {visit.request.url.query}".strip())
    if form == "csv":
        return _download(csv_of(table, visit.words).encode("utf-8-sig"), "text/csv; charset=utf-8", table, form)
    return _download(xlsx_of(table, visit.words), SPREADSHEET, table, form)


def csv_of(table: Table, words: Words) -> str:
    """Semicolons, as Turkish Excel expects, decimal commas in Turkish; no cell can be read as a formula."""
    out = io.StringIO(newline="")
    lines = csv.writer(out, delimiter=";")
    lines.writerow(table.titles(words))
    for row in table.rows:
        lines.writerow([_plain(row[column.key], words) for column in table.columns])
    return out.getvalue()


def xlsx_of(table: Table, words: Words) -> bytes:
    """Numbers as numbers, days as days, every text as a text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.file[:31])
    for values in _lines(table, words):
        sheet.append([_cell(sheet, value) for value in values])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _lines(table: Table, words: Words) -> Iterable[list[Any]]:
    yield table.titles(words)
    for row in table.rows:
        yield [row[column.key] for column in table.columns]


def _cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, bool | int | float | date):
        return value
    cell = WriteOnlyCell(sheet, value=NOT_IN_XML.sub("", tame(str(value))))
    cell.data_type = "s"
    return cell


def _plain(value: Any, words: Words) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return words.day(value)
    if isinstance(value, float):
        text = repr(round(value, 6))
        return text.replace(".", ",") if words.language == "tr" else text
    text = tame(str(value))
    return "'" + text if FORMULA.match(text) and not PLAIN_NUMBER.fullmatch(text) else text


def _download(body: bytes, kind: str, table: Table, form: str) -> Response:
    name = f"oncu-{table.file}.{form}"
    return Response(body, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
