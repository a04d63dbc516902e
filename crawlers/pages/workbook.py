"""The rows of an XLSX sheet, without being blown up by one."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

MAX_UNPACKED = 256 * 2**20
MAX_COLUMNS = 500


# A row's number and its values by column; of the header the names of the columns.
Numbered = tuple[int, dict[Any, Any] | list[str]]


def read_sheet(body: bytes, *, sheet: str | None = None, skip: int = 0) -> Iterator[Numbered]:
    """The header, then the number and the values by column of each row that has any; `skip` rows stand above it.

    Raises ValueError saying what is wrong: no XLSX file, too big when unpacked, no such sheet.
    """
    import openpyxl  # slow to load
    from openpyxl.utils.exceptions import InvalidFileException

    _check_size(body)
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True)
        if sheet is not None and sheet not in workbook.sheetnames:
            raise ValueError(f"no sheet {sheet!r}; found: {', '.join(workbook.sheetnames)}")
        rows = workbook[sheet or workbook.sheetnames[0]].iter_rows(values_only=True, max_col=MAX_COLUMNS)
        yield from _by_column(enumerate(rows, 1), skip)
    except (InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"not an XLSX file ({type(error).__name__})") from None


def _check_size(body: bytes) -> None:
    try:
        unpacked = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(body)).infolist())
    except zipfile.BadZipFile:
        raise ValueError("not an XLSX file; save it as .xlsx, or say another format") from None
    if unpacked > MAX_UNPACKED:
        raise ValueError(f"unpacked it is over the limit of {MAX_UNPACKED >> 20} MB")


def _by_column(rows: Iterator[tuple[int, tuple[Any, ...]]], skip: int) -> Iterator[Numbered]:
    header: list[str] = []
    for number, values in rows:
        if number <= skip or not any(value is not None for value in values):
            continue
        if not header:
            header = [_cell(value).strip() for value in values]
            yield number, [name for name in header if name]
        else:
            yield number, {name: _cell(value) for name, value in zip(header, values, strict=False) if name}
    if not header:
        yield skip + 1, header


def _cell(value: Any) -> str:
    """A cell as a person would have typed it: a whole number without a point, a day without a clock."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
