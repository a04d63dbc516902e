"""CSV: comma, semicolon or tab; UTF-8, UTF-16 with its mark or windows-1254; line breaks inside quotes."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from .tables import BadRow, Content, TableError

DELIMITERS = ";,\t"
TURKISH_LETTERS = frozenset("çğıöşüÇĞİÖŞÜ")
FOREIGN = {b"PK\x03\x04": ".xlsx", b"\xd0\xcf\x11\xe0": ".xls"}


def read_delimited(content: bytes) -> Content:
    """Read the bytes of a CSV file; a row of the wrong width is a bad row. Raises TableError."""
    text, notes = decode(content)
    delimiter = find_delimiter(text)
    records = _read_records(text, delimiter)
    first = next(records, (1, []))
    if isinstance(first, BadRow):
        raise TableError(f"line {first.line}: {first.reason}")
    header = _cut(first[1])
    bad: list[BadRow] = []
    lines: list[int] = []
    rows: list[list[str]] = []
    width = len(header)
    for found in records:
        if isinstance(found, BadRow):
            bad.append(found)
        elif len(found[1]) == width or len(_cut(found[1])) <= width <= len(found[1]):
            lines.append(found[0])
            rows.append(found[1][:width])
        else:
            bad.append(BadRow(found[0], "", _describe_width(len(found[1]), width, delimiter)))
    return Content(header, lines, rows, bad, notes)


def decode(content: bytes) -> tuple[str, list[str]]:
    """The text of the bytes, and a note where they are not UTF-8. Raises TableError."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace"), ["read as UTF-16"]
    for mark, ending in FOREIGN.items():
        if content.startswith(mark):
            raise TableError(f"is an Excel file under another name; rename it to {ending} or save it as CSV")
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        place, byte = content.count(b"\n", 0, error.start) + 1, content[error.start]
    if TURKISH_LETTERS & set(content.decode("utf-8", "ignore")):
        raise TableError(f"line {place}: byte 0x{byte:02x} is not UTF-8 although the rest is; save the file as UTF-8")
    try:
        return content.decode("windows-1254"), ["read as windows-1254, because it is not UTF-8"]
    except UnicodeDecodeError:
        raise TableError(f"line {place}: is neither UTF-8 nor windows-1254; save the file as UTF-8") from None


def find_delimiter(text: str) -> str:
    """The one of semicolon, comma and tab that cuts the first line into the most cells."""
    first = re.split("[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    return max(DELIMITERS, key=re.sub('"[^"]*"', "", first).count)


def _read_records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]] | BadRow]:
    """Each record that is not blank with the line it begins on; after one that cannot be read the next ones follow."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    begin = 1
    while True:
        try:
            for cells in reader:
                line, begin = begin, reader.line_num + 1
                if any(cells):
                    yield line, cells
            return
        except csv.Error as error:
            line, begin = begin, reader.line_num + 1
            yield BadRow(line, "", _describe_quote(str(error), line, reader.line_num))


def _describe_quote(error: str, first: int, last: int) -> str:
    if "expected after" in error:
        return "text follows a closing quotation mark; double the marks that belong to the text"
    if "end of data" in error or "field larger" in error:
        return f"a quotation mark is not closed, lines {first} to {last} are not read; close it or double it"
    return f"cannot be read as CSV ({error}); write it again"


def _describe_width(found: int, width: int, delimiter: str) -> str:
    name = {";": "semicolon", ",": "comma", "\t": "tab"}[delimiter]
    more = f"quote a text that holds a {name}" if found > width else "write every cell, an empty one too"
    return f"has {found} cells, the header has {width}; {more}"


def _cut(cells: list[str]) -> list[str]:
    """The cells without the empty ones at the end, which spreadsheets leave behind."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return cells[:width]
