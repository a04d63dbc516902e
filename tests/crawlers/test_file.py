"""Dropped files: every form, over HTTP and in a folder."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pydantic import ValidationError

from oncu.config.settings import CrawlSettings
from oncu.crawlers.drop import DropError, find_files, find_path
from oncu.crawlers.pages.page import Link, Page, Row
from oncu.crawlers.run import crawl
from oncu.crawlers.spiders import file
from oncu.storage.database import Database
from oncu.storage.documents import Saved
from oncu.storage.runs import Issue

from .conftest import make_spec
from .loopback import Answer, pages, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://kurum.example/liste"


def read(body: bytes, fields: dict[str, str], form: str = "csv", **more: Any) -> list[Row | Link | Issue]:
    spec = make_spec("s", URL, reader="file", file={"format": form, "fields": fields} | more)
    return list(file.read(spec, Page(URL, body), Link(URL), NOW))


def values(found: list[Row | Link | Issue]) -> list[dict[str, str]]:
    return [dict(row.values) for row in found if isinstance(row, Row)]


def problems(found: list[Row | Link | Issue]) -> list[str]:
    return [issue.problem for issue in found if isinstance(issue, Issue)]


def workbook(*rows: tuple[object, ...], title: str = "Liste") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet
    sheet.title = title
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def pdf(*lines: str, title: str = "") -> bytes:
    """The smallest PDF with a line of text for each of `lines`."""
    text = "BT /F1 12 Tf 50 750 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Title ({title}) >>",
    ]
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer << /Size 7 /Root 1 0 R /Info 6 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    return f"{body}xref\n0 7\n0000000000 65535 f \n{table}{end}".encode("latin-1")


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("unvan;il\nÇınarcı A.Ş.;Iğdır\n".encode("windows-1254"), {"encoding": "windows-1254"}),
        ("unvan;il\nÇınarcı A.Ş.;Iğdır\n".encode("windows-1254"), {}),
        ("\ufeffunvan\til\nÇınarcı A.Ş.\tIğdır\n".encode(), {}),
        ("unvan|il\nÇınarcı A.Ş.|Iğdır\n".encode(), {}),
        ("unvan^il\nÇınarcı A.Ş.^Iğdır\n".encode(), {"delimiter": "^"}),
        ('unvan,il\n"Çınarcı A.Ş.",Iğdır\r\n'.encode(), {}),
        ("2026 listesi\n\nunvan;il\nÇınarcı A.Ş.;Iğdır\n".encode(), {"skip": 2}),
        ("unvan;il\nÇınarcı A.Ş.;Iğdır\n".encode("utf-16"), {"encoding": "utf-16"}),
    ],
)
def test_csv_of_any_delimiter_and_encoding(body: bytes, more: dict[str, Any]) -> None:
    assert values(read(body, {"title": "unvan", "city": "il"}, **more)) == [{"title": "Çınarcı A.Ş.", "city": "Iğdır"}]


def test_line_number_counts_the_lines_above_the_header() -> None:
    [issue] = read(b"baslik\nunvan;il\nA;B;C\n", {"title": "unvan"}, skip=1)
    assert isinstance(issue, Issue) and issue.place == f"{URL} line 3"


def test_workbook_gives_rows_as_a_person_would_type_them() -> None:
    body = workbook(
        ("2026 yılı",), (), ("unvan", "no", "tarih"), ("Çınarcı A.Ş.", 7.0, date(2026, 3, 1)), (None, None, None)
    )
    fields = {"title": "unvan", "key": "no", "published_at": "tarih"}
    assert values(read(body, fields, "xlsx", skip=2)) == [
        {"title": "Çınarcı A.Ş.", "key": "7", "published_at": "2026-03-01"}
    ]


def test_workbook_without_the_sheet_or_column_says_what_it_has() -> None:
    body = workbook(("unvan",), ("A",))
    assert problems(read(body, {"title": "unvan"}, "xlsx", sheet="Yok")) == ["no sheet 'Yok'; found: Liste"]
    assert problems(read(body, {"title": "firma"}, "xlsx")) == ["column 'firma' is missing; found: unvan"]


def bomb() -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as entry,
    ):
        for _ in range(260):
            entry.write(b" " * 2**20)
    return stream.getvalue()


@pytest.mark.parametrize("body", [b"", b"unvan;il\n", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_one_issue(body: bytes) -> None:
    assert len(problems(read(body, {"title": "unvan"}, "xlsx"))) == 1


def test_workbook_that_would_blow_up_is_not_opened() -> None:
    assert problems(read(bomb(), {"title": "unvan"}, "xlsx")) == ["unpacked it is over the limit of 256 MB"]


def test_pdf_is_one_document_with_what_its_text_names() -> None:
    body = pdf("Ilan No: 2026/7", "Cinarci A.S. hakkinda iflas karari verildi.", title="Ilan")
    [row] = values(read(body, {"number": r"No: (\S+)", "city": r"Il: (\w+)"}, "pdf"))
    assert row["title"] == "Ilan" and "iflas karari" in row["text"] and row["url"] == URL
    assert row["number"] == "2026/7" and "city" not in row


def test_pdf_of_many_notices_is_split() -> None:
    body = pdf("BULTEN 5", "Esas No: 1", "Birinci firma hakkinda", "Esas No: 2", "Ikinci firma hakkinda")
    rows = values(read(body, {"key": r"Esas No: (\d+)"}, "pdf", split=r"^Esas No"))
    assert [(row["key"], row["title"], row["url"]) for row in rows] == [
        ("1", "Esas No: 1", ""),
        ("2", "Esas No: 2", ""),
    ]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"%PDF-1.4 broken", "not a PDF that can be read"),
        (b"<html>", "not a PDF that can be read"),
        (pdf(), "the PDF holds no text"),
    ],
)
def test_pdf_that_cannot_be_read_is_one_issue(body: bytes, problem: str) -> None:
    [found] = problems(read(body, {}, "pdf"))
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"format": "pdf", "fields": {"no": "No"}}, "has no group"),
        ({"format": "pdf", "fields": {"no": "("}}, "not a regular expression"),
        ({"format": "jsonl", "fields": {}, "delimiter": ";"}, "delimiter has no effect on jsonl"),
        ({"format": "csv", "fields": {}, "encoding": "tr-8"}, "no encoding 'tr-8'"),
    ],
)
def test_file_block_that_makes_no_sense_is_refused(wrong: dict[str, Any], part: str) -> None:
    with pytest.raises(ValidationError, match=part):
        make_spec("s", URL, reader="file", file=wrong)


@pytest.mark.parametrize("url", ["drop:../gizli.csv", "drop:/etc/passwd", "drop:a/.gizli/*.csv", "drop:", "drop:a\\b"])
def test_address_that_leaves_the_drop_folder_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="drop: is for reader file"):
        make_spec("s", url, reader="file", file={"format": "csv", "fields": {}})


def test_missing_drop_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DropError, match="crawl: drop_folder: FOLDER"):
        find_files(None, "drop:*.csv")
    with pytest.raises(DropError, match="is not there"):
        find_files(tmp_path / "yok", "drop:*.csv")


def test_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "gizli.csv").write_text("unvan\nA\n")
    folder = tmp_path / "gelen"
    folder.mkdir()
    (folder / "a.csv").symlink_to(tmp_path / "gizli.csv")
    [link] = find_files(folder, "drop:*.csv")
    with pytest.raises(Exception, match="lies outside"):
        find_path(folder, link.url)


CSV = {"reader": "file", "file": {"format": "csv", "fields": {"key": "no", "title": "unvan"}}}


def test_dropped_files_are_read_once_and_new_ones_when_they_come(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "gelen" / "ilan"
    folder.mkdir(parents=True)
    spec = make_spec("s", "drop:ilan/*.csv", **CSV)
    settings = CrawlSettings(drop_folder=tmp_path / "gelen", process="inside")
    results = []
    for hour, (name, body) in enumerate((("ocak ayı.csv", "no;unvan\n1;A\n2;B\n"), ("şubat.csv", "no;unvan\n3;C\n"))):
        (folder / name).write_text(body)
        results += crawl([spec], settings, str(database.engine.url), NOW + timedelta(hours=hour))
    assert [(r.saved, r.unchanged, r.issues) for r in results] == [(Saved(new=2), 0, ()), (Saved(new=1), 1, ())]


def test_empty_or_missing_drop_folder_is_an_issue_and_no_crash(database: Database, tmp_path: Path) -> None:
    spec = make_spec("s", "drop:*.csv", **CSV)
    url = str(database.engine.url)
    [empty] = crawl([spec], CrawlSettings(drop_folder=tmp_path, process="inside"), url, NOW)
    [unset] = crawl([spec], CrawlSettings(process="inside"), url, NOW + timedelta(hours=1))
    assert (empty.status, unset.status) == ("empty", "failed")
    assert (unset.issues[0].place, unset.issues[0].problem[:14]) == ("drop:*.csv", "no drop folder")


def test_page_cannot_lead_into_the_drop_folder(database: Database, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("no;unvan\n1;A\n")
    moved = {"/a": Answer(b"", 302, {"Location": "drop://files/a.csv"})}
    with serving(pages(moved)) as site:
        spec = make_spec("s", site.url("/a"), **CSV)
        settings = CrawlSettings(delay_seconds=0, allow_private=[site.place], drop_folder=tmp_path, process="inside")
        [result] = crawl([spec], settings, str(database.engine.url), NOW)
    assert (result.status, result.saved) == ("failed", Saved())


@pytest.mark.parametrize("body", [b"<!doctype html><html><title>Oturum</title></html>", b"", b"firma\n"])
def test_table_without_its_columns_is_an_issue_also_where_no_row_follows(body: bytes) -> None:
    [said] = problems(read(body, {"title": "unvan"}))
    assert said.startswith("column 'unvan' is missing; found: ")


def test_workbook_without_its_columns_is_an_issue_also_where_no_row_follows() -> None:
    assert problems(read(workbook(("firma",)), {"title": "unvan"}, "xlsx")) == [
        "column 'unvan' is missing; found: firma"
    ]


def test_table_with_its_header_alone_has_no_rows_and_no_issue() -> None:
    assert read(b"unvan\n", {"title": "unvan"}) == []


def test_lines_of_an_old_mac_are_lines() -> None:
    assert values(read(b'unvan;il\r"A; B\r";Bolu\r', {"title": "unvan", "city": "il"})) == [
        {"title": "A; B\r", "city": "Bolu"}
    ]


NOTICE = "**İLAN**\n| **No** | : | 2026/7 |\n| Yüklenicisi | : | ÖRSMEN YAPI LTD. ŞTİ. |\n"


def test_text_is_one_document_with_the_fields_its_expressions_find() -> None:
    fields = {"key": r"No\*\* \| : \| (\S+)", "firm": r"Yüklenicisi \| : \| ([^|]+?) \|"}
    [found] = values(read(NOTICE.encode(), fields, "text"))
    assert (found["key"], found["firm"], found["text"]) == ("2026/7", "ÖRSMEN YAPI LTD. ŞTİ.", NOTICE.strip())


def test_text_is_split_into_its_notices() -> None:
    found = values(read((NOTICE * 2).encode(), {"key": r"No\*\* \| : \| (\S+)"}, "text", split=r"^\*\*İLAN"))
    assert [row["key"] for row in found] == ["2026/7", "2026/7"]


@pytest.mark.parametrize(("more", "said"), [({}, "it is empty"), ({"split": "^İLAN"}, "nothing in it matches split")])
def test_text_that_holds_nothing_is_an_issue(more: dict[str, Any], said: str) -> None:
    [problem] = problems(read(b" \n", {}, "text", **more))
    assert problem.startswith(said)
