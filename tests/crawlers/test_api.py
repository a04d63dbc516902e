"""JSON APIs: POST, pages by number, offset, cursor and address, windows of days."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.crawlers.pages.page import Link, Page, Window
from oncu.crawlers.plan import first_links, page_link, visit_window
from oncu.crawlers.run import crawl
from oncu.crawlers.spiders import api
from oncu.storage.database import Database
from oncu.storage.documents import Document, Saved, documents_of
from oncu.storage.shapes import Issue

from .conftest import as_json, make_spec
from .loopback import Answer, Asked, serving

NOW = datetime(2026, 3, 2, 21, 30, tzinfo=UTC)  # already the third of March in Istanbul
URL = "https://sicil.example/ara"
WINDOW = Window(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 8, tzinfo=UTC))


def source(url: str = URL, windows: dict[str, Any] | None = None, **more: Any) -> SourceSpec:
    return make_spec("s", url, reader="api", api={"items": "rows", "fields": {"title": "t"}} | more, windows=windows)


def following(spec: SourceSpec, link: Link, answer: object) -> Link | None:
    found = list(api.read(spec, Page(link.url, as_json(answer)), link, NOW))
    return next((f for f in found if isinstance(f, Link)), None)


ROWS: dict[str, Any] = {"rows": [{"t": "x"}]}


def test_pages_are_counted_in_the_address() -> None:
    spec = source(page={"param": "s", "start": 0})
    first = page_link(spec, 1, None)
    second = following(spec, first, ROWS)
    assert (first.url, second and second.url) == (f"{URL}?s=0", f"{URL}?s=1")


def test_offset_is_a_page_number_that_is_raised_by_the_size_of_a_page() -> None:
    spec = source(page={"param": "skip", "start": 0, "step": 50})
    second = following(spec, page_link(spec, 1, None), ROWS)
    assert second and second.url == f"{URL}?skip=50"


def test_cursor_of_an_answer_asks_for_the_next() -> None:
    spec = source(cursor={"param": "c", "path": "meta.next"})
    second = following(spec, page_link(spec, 1, None), ROWS | {"meta": {"next": "a/b"}})
    assert second and (second.url, second.number) == (f"{URL}?c=a%2Fb", 2)


@pytest.mark.parametrize("answer", [ROWS, ROWS | {"meta": {"next": None}}, {"rows": [], "meta": {"next": "x"}}])
def test_answer_without_cursor_or_rows_is_the_last(answer: dict[str, Any]) -> None:
    spec = source(cursor={"param": "c", "path": "meta.next"})
    assert following(spec, page_link(spec, 1, None), answer) is None


def test_posted_page_number_lies_where_the_file_says() -> None:
    spec = source(post={"body": {"filter": {"il": "Bolu"}, "paging": {"size": 10}}}, page={"param": "paging.no"})
    link = page_link(spec, 2, None)
    assert (link.url, json.loads(link.body)) == (URL, {"filter": {"il": "Bolu"}, "paging": {"size": 10, "no": 2}})


def test_form_is_sent_as_a_form() -> None:
    spec = source(post={"kind": "form", "body": {"il": "Düzce", "from": "{from}"}}, windows={"format": "%d.%m.%Y"})
    assert page_link(spec, 1, WINDOW).body == "il=D%C3%BCzce&from=01.02.2026"


@pytest.mark.parametrize(
    ("form", "asked"),
    [
        ("%Y-%m-%d", "2026-02-01..2026-02-08"),
        ("%d/%m/%Y", "01%2F02%2F2026..08%2F02%2F2026"),
        ("epoch", "1769904000..1770508799"),
    ],
)
def test_window_is_written_as_the_source_wants_it(form: str, asked: str) -> None:
    spec = source(url=URL + "?d={from}..{to}", windows={"format": form})
    assert page_link(spec, 1, WINDOW).url == f"{URL}?d={asked}"


def test_ordinary_visit_asks_for_the_last_days_by_the_clock_of_istanbul() -> None:
    spec = source(url=URL + "?d={from}..{to}", windows={"days": 2})
    [link] = first_links(spec, visit_window(spec, NOW, None))
    assert link.url == f"{URL}?d=2026-03-01..2026-03-03"


def test_next_page_stays_in_its_window() -> None:
    spec = source(url=URL + "?d={from}", windows={}, page={"param": "s"})
    second = following(spec, page_link(spec, 1, WINDOW), ROWS)
    assert second and (second.window, second.url) == (WINDOW, f"{URL}?d=2026-02-01&s=2")


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"url": URL + "?d={from}"}, 'a block "windows" is needed'),
        ({"windows": {}}, "windows has no effect"),
        ({"page": {"param": "s"}, "next": "n"}, "next and page"),
        ({"post": {"kind": "xml", "body": {}}}, "'json' or 'form'"),
        ({"page": {"param": "s", "step": 0}}, "greater than or equal to 1"),
    ],
)
def test_source_that_contradicts_itself_is_refused(wrong: dict[str, Any], part: str) -> None:
    with pytest.raises(ValidationError, match=part):
        source(**wrong)


def test_posted_pages_are_read_over_http(database: Database) -> None:
    rows = [[{"t": "bir"}, {"t": "iki"}], [{"t": "üç"}], []]

    def behave(asked: Asked) -> Answer:
        if asked.method != "POST":
            return Answer(b"", 404)
        return Answer(as_json({"rows": rows[json.loads(asked.body)["no"] - 1]}))

    with serving(behave) as site:
        spec = source(url=site.url("/ara"), post={"body": {"il": "Bolu"}}, page={"param": "no"})
        settings = CrawlSettings(delay_seconds=0, allow_private=[site.place], process="inside")
        [result] = crawl([spec], settings, str(database.engine.url), NOW)
        kinds = {asked.headers.get("content-type") for asked in site.asked if asked.method == "POST"}
    assert (result.saved, kinds) == (Saved(new=3), {"application/json"})


@pytest.mark.parametrize(
    ("zone", "asked"),
    [("Europe/Istanbul", "20260201030000"), ("UTC", "20260201000000"), ("Asia/Tokyo", "20260201090000")],
)
def test_window_is_written_by_the_clock_of_the_source(zone: str, asked: str) -> None:
    spec = source(url=URL + "?d={from}", windows={"format": "%Y%m%d%H%M%S", "zone": zone})
    assert page_link(spec, 1, WINDOW).url == f"{URL}?d={asked}"


def test_day_in_a_path_may_be_made_of_folders() -> None:
    spec = source(url=URL + "/{to}.json", windows={"format": "%Y/%m/%d"})
    assert page_link(spec, 1, WINDOW).url == f"{URL}/2026/02/08.json"


def test_detail_gives_the_document_and_its_row_fills_the_gaps(database: Database) -> None:
    answers = {
        "/ara": {"rows": [{"no": "7/b", "t": "Örsmen Metal", "d": "01.03.2026"}]},
        "/kayit/7%2Fb": {"body": {"text": "Mühlet verildi."}},
    }
    detail = {"fields": {"text": "body.text", "published_at": "body.date"}}
    fields = {"key": "no", "title": "t", "published_at": "d"}
    with serving(lambda asked: Answer(as_json(answers.get(asked.path, {})))) as site:
        spec = source(url=site.url("/ara"), fields=fields, detail=detail | {"url": site.url("/kayit/{key}")})
        [found] = visited(spec, database, site.place)
    assert (found.title, found.text, found.natural_key) == ("Örsmen Metal", "Mühlet verildi.", "7/b")
    assert found.published_at == datetime(2026, 2, 28, 21, tzinfo=UTC)


def test_detail_may_be_a_web_page_named_in_the_row(database: Database) -> None:
    pages = {"/ara": as_json({"rows": [{"u": "/haber/1"}]}), "/haber/1": b"<h1>Karar</h1><p>Ceza verildi.</p>"}
    detail = {"kind": "page", "link": "u", "fields": {"title": "h1", "text": "p"}}
    with serving(lambda asked: Answer(pages.get(asked.path, b""), headers={"Content-Type": "text/html"})) as site:
        spec = source(url=site.url("/ara"), detail=detail)
        [found] = visited(spec, database, site.place)
        assert (found.title, found.text, found.url) == ("Karar", "Ceza verildi.", site.url("/haber/1"))


@pytest.mark.parametrize("row", [{"t": "x"}, {"t": "x", "u": None}, {"t": "x", "u": "javascript:alert(1)"}])
def test_row_without_the_address_of_its_detail_is_an_issue(row: dict[str, Any]) -> None:
    spec = source(detail={"link": "u", "fields": {"text": "x"}})
    [found] = api.read(spec, Page(URL, as_json({"rows": [row]})), Link(URL), NOW)
    assert isinstance(found, Issue) and found.problem == "no address of its detail in this row"


def test_detail_that_says_nothing_is_an_issue_and_no_document_of_its_row_alone() -> None:
    spec = source(detail={"link": "u", "fields": {"text": "body.text"}})
    link = Link(f"{URL}/1", "detail", known={"title": "x"})
    [found] = api.read(spec, Page(link.url, as_json({"error": "log in"})), link, NOW)
    assert isinstance(found, Issue) and "nothing at body.text" in found.problem


@pytest.mark.parametrize(
    ("detail", "part"),
    [
        ({"fields": {"text": "x"}}, "say where the detail is"),
        ({"link": "u", "url": "/a/{key}", "fields": {"text": "x"}}, "in one way"),
        ({"link": "u"}, "say what is in the answer"),
        ({"link": "u", "fields": {"text": "a["}}, "not a JSON path"),
        ({"link": "u", "kind": "page", "fields": {"text": "p["}}, "not a CSS selector"),
    ],
)
def test_detail_that_cannot_be_found_or_read_is_refused(detail: dict[str, Any], part: str) -> None:
    with pytest.raises(ValidationError, match=part):
        source(detail=detail)


def visited(spec: SourceSpec, database: Database, place: str) -> list[Document]:
    """What one visit stores."""
    crawling = CrawlSettings(delay_seconds=0, allow_private=[place], process="inside")
    crawl([spec], crawling, str(database.engine.url), NOW)
    with database.read() as connection:
        return list(documents_of(connection, spec.name, limit=9))


def test_window_of_a_visit_is_as_long_as_its_file_says() -> None:
    window = visit_window(source(url=URL + "?d={from}", windows={"days": 5}), NOW, None)
    assert window and window.end - window.start == timedelta(days=5)


def test_details_that_all_say_the_same_are_no_documents(database: Database) -> None:
    rows = {"rows": [{"no": str(number), "t": "x"} for number in range(3)]}
    same = {"body": {"title": "Kayıt", "text": "Devam etmek için sözleşmeyi onaylayın."}}
    detail = {"fields": {"title": "body.title", "text": "body.text"}}
    with serving(lambda asked: Answer(as_json(rows if asked.path == "/ara" else same))) as site:
        spec = source(url=site.url("/ara"), fields={"key": "no"}, detail=detail | {"url": site.url("/kayit/{key}")})
        assert all(document.quarantine for document in visited(spec, database, site.place))
