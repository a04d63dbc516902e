"""Files to tables: CSV in its dialects, XLSX, JSON lines; every row with the line it stands on."""

import io
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from oncu.signals.imports.delimited import read_delimited
from oncu.signals.imports.jsonlines import read_json_lines
from oncu.signals.imports.sources import read_file
from oncu.signals.imports.tables import Percent, TableError
from oncu.signals.imports.workbook import read_workbook

ROWS = [["1", "Çağ Döküm"]]


def workbook(*rows: list[object], formats: dict[str, str] | None = None) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cell, shown in (formats or {}).items():
        book.active[cell].number_format = shown
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        "id,name\n1,Çağ Döküm\n".encode(),
        "id;name\r\n1;Çağ Döküm\r\n".encode(),
        "id\tname\n1\tÇağ Döküm".encode(),
        "\ufeffid;name\n1;Çağ Döküm\n".encode(),
        "id;name\n1;Çağ Döküm\n".encode("windows-1254"),
        "id;name\n1;Çağ Döküm\n".encode("utf-16"),
        'id,name\n1, "Çağ Döküm"\n'.encode(),
        "id;name;;\n1;Çağ Döküm;;\n\n;;;\n".encode(),
    ],
)
def test_csv_dialects_read_the_same(content: bytes) -> None:
    found = read_delimited(content)
    assert (found.header, found.rows, found.bad) == (["id", "name"], ROWS, [])


def test_reading_windows_1254_is_said() -> None:
    assert "windows-1254" in read_delimited("id;ad\n1;Iğdır\n".encode("windows-1254")).notes[0]


def test_utf_8_with_a_broken_byte_is_not_taken_for_windows_1254() -> None:
    with pytest.raises(TableError, match="line 3: byte 0xfe is not UTF-8 although the rest is"):
        read_delimited("id;ad\n1;Iğdır\n2;".encode() + b"\xfe\n")


def test_lines_are_those_of_the_file_after_quoted_line_breaks() -> None:
    assert list(read_delimited(b'id,note\n1,"a\nb\nc"\n\n2,d\n').lines) == [2, 6]


def test_row_of_the_wrong_width_is_a_bad_row_and_the_rest_goes_on() -> None:
    found = read_delimited(b"id,name\n1,a,b\n2\n3,c\n")
    assert [(bad.line, bad.reason[:11]) for bad in found.bad] == [(2, "has 3 cells"), (3, "has 1 cells")]
    assert found.rows == [["3", "c"]]


def test_quote_that_is_never_closed_names_its_line() -> None:
    found = read_delimited(b'id,name\n1,a\n2,"b\n3,c\n')
    assert [(bad.line, "lines 3 to 4" in bad.reason) for bad in found.bad] == [(3, True)]


def test_text_after_a_closing_quote_is_a_bad_row_and_the_rest_goes_on() -> None:
    found = read_delimited(b'id,name\n1,"a"b\n2,c\n')
    assert ([bad.line for bad in found.bad], found.rows) == ([2], [["2", "c"]])


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_explained(content: bytes) -> None:
    for read in (read_delimited, read_json_lines):
        try:
            found = read(content)
        except TableError as error:
            assert "\n" not in str(error)
        else:
            assert all(len(row) == len(found.header) for row in found.rows)


def test_workbook_keeps_types_and_lines() -> None:
    at = datetime(2025, 12, 31, 14, 30)  # noqa: DTZ001  Excel knows no zones
    content = workbook(["id", "x", "on", "at", "yes"], [], [7, 1.234, date(2025, 12, 31), at, True])
    found = read_workbook(content)
    assert (found.lines, found.rows) == ([3], [[7, 1.234, "2025-12-31", "2025-12-31 14:30:00", "true"]])


def test_workbook_formats_that_people_see_count() -> None:
    content = workbook(["tax_id", "price"], [730018000, 0.0425], formats={"A2": "0000000000", "B2": "0.00%"})
    assert read_workbook(content).rows == [["0730018000", Percent(4.25)]]


def test_only_the_first_sheet_is_read_and_that_is_said() -> None:
    book = Workbook()
    book.active.append(["id"])
    book.create_sheet("other")
    buffer = io.BytesIO()
    book.save(buffer)
    assert "only the first sheet" in read_workbook(buffer.getvalue()).notes[0]


@given(st.integers(0, 4000), st.binary(min_size=1, max_size=4))
def test_damaged_workbook_is_read_or_explained(place: int, noise: bytes) -> None:
    content = WORKBOOK[:place] + noise + WORKBOOK[place + len(noise) :]
    try:
        read_workbook(content)
    except TableError as error:
        assert "\n" not in str(error)


WORKBOOK = workbook(["id", "name"], [1, "Örnek"])


def test_json_lines_give_every_key_a_column() -> None:
    found = read_json_lines(b'{"id": 1, "names": ["a", "b"]}\n\n{"id": 2, "x": null, "y": true}\n')
    assert list(found.header) == ["id", "names", "x", "y"]
    assert (found.lines, found.rows) == ([1, 3], [[1, "a;b", "", ""], [2, "", "", "true"]])


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("{", "is not JSON"),
        ("[1]", "is not an object"),
        ('{"a": {"b": 1}}', "holds an object"),
        ('{"a": 1, "a": 2}', "a key stands twice"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_bad_json_line_is_a_bad_row_and_the_rest_goes_on(line: str, part: str) -> None:
    found = read_json_lines(f'{line}\n{{"id": 1}}\n'.encode())
    assert (found.bad[0].line, part in found.bad[0].reason, found.rows) == (1, True, [[1]])


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("a.xls", b"x", "save it as .xlsx"),
        ("a.pdf", b"x", "give a known kind"),
        ("a.csv", b" \n", "is empty"),
        ("a.csv", b"PK\x03\x04", "Excel file under another name"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0", "has a password"),
        ("a.xlsx", b"no zip", "not a readable .xlsx"),
        ("a.csv", b"a,\x81\x8d\xff", "neither UTF-8 nor windows-1254"),
    ],
)
def test_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path, name: str, content: bytes, part: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError, match=part) as error:
        read_file(tmp_path / name)
    assert str(error.value).startswith(name)


def test_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be read"):
        read_file(tmp_path / "none.csv")
