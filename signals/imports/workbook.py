"""XLSX: the first sheet, as its reader sees it (percent signs and leading zeros that a number format shows count)."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from .tables import Cell, Content, Percent, TableError, as_cell

MAX_UNPACKED = 2 * 2**30  # bytes; a zip bomb says so in its directory
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# What openpyxl lets through from damaged files, found by cutting and flipping bytes of real ones.
UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, SyntaxError, LookupError, ValueError, TypeError)
UNREADABLE_TOO = (AttributeError, NotImplementedError, RuntimeError, AssertionError)


def read_workbook(content: bytes) -> Content:
    """Read the bytes of an XLSX file; blank rows are left out. Raises TableError."""
    from openpyxl import load_workbook  # slow to import, and most tables are CSV

    if content.startswith(OLD_EXCEL):
        raise TableError("is an old .xls or has a password; save it as .xlsx without a password")
    try:
        _check_size(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some writers note a size of one cell
        numbered = [(line, row) for line, row in enumerate(_read_rows(sheet), 1) if any(cell != "" for cell in row)]
    except (*UNREADABLE, *UNREADABLE_TOO) as error:
        raise TableError(f"is not a readable .xlsx file ({type(error).__name__}); open it and save it again") from None
    if not numbered:
        raise TableError("its first sheet is empty; write the names of the columns into its first row")
    notes = [f"only the first sheet, {sheet.title!r}, is read"] if len(book.worksheets) > 1 else []
    header = [str(cell) for cell in numbered[0][1]]
    width = max(len(row) for _, row in numbered)
    header += [""] * (width - len(header))
    rows = [[*row, *[""] * (width - len(row))] for _, row in numbered[1:]]
    return Content(header, [line for line, _ in numbered[1:]], rows, (), notes)


def _check_size(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
            raise TableError("unpacks to more than 2 GB; split it")


def _read_rows(sheet: Any) -> Iterator[list[Cell]]:
    for row in sheet.iter_rows():
        yield [_cell(cell) for cell in row]


def _cell(cell: Any) -> Cell:
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return as_cell(value)
    shown = cell.number_format
    if "%" in shown:
        return Percent(round(value * 100, 10))
    whole = int(value) if value == value // 1 else None
    if whole is not None and re.fullmatch("0{2,}", shown):
        return str(whole).zfill(len(shown))
    return value if whole is None else whole
