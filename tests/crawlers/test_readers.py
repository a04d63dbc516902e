"""Readers and the making of documents, without a network."""

from datetime import UTC, datetime

import pytest

from oncu.config.settings import CrawlSettings
from oncu.crawlers.document import build_document, fill_template
from oncu.crawlers.job import Job
from oncu.crawlers.pages.page import Link, Page, Row
from oncu.crawlers.spiders import api, file, listing
from oncu.storage.runs import Issue

from .conftest import MakeSpec, as_json, page

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://sicil.example/liste"


def test_item_without_link_is_read_inside_the_list(spec: MakeSpec) -> None:
    inside = spec("s", URL, reader="listing", listing={"item": "li", "fields": {"title": "b::text", "tags": "i::text"}})
    [row] = listing.read(inside, Page(URL, page("<li><b>Ad</b><i>x</i><i>y</i></li>")), Link(URL), NOW)
    assert isinstance(row, Row) and row.values == {"title": "Ad", "tags": "x; y"}


def test_list_page_without_items_is_an_issue(spec: MakeSpec) -> None:
    source = spec("s", URL, reader="listing", listing={"item": "li.satir", "link": "a", "next": "a.n"})
    [found] = listing.read(source, Page(URL, page("<p>yok</p><a class=n href='/2'>2</a>")), Link(URL), NOW)
    assert isinstance(found, Issue) and "li.satir" in found.problem


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "mailto:a@b.example", "http:\\\\10.0.0.1\\@sicil.example/", ""]
)
def test_link_that_is_no_web_address_is_an_issue_not_a_request(spec: MakeSpec, href: str) -> None:
    source = spec("s", URL, reader="listing", listing={"item": "li", "link": "a"})
    [found] = listing.read(source, Page(URL, page(f"<li><a href='{href}'>x</a></li>")), Link(URL), NOW)
    assert isinstance(found, Issue)


def test_detail_page_without_selectors_is_read_as_an_article(spec: MakeSpec) -> None:
    source = spec("s", URL, reader="listing", listing={"item": "li", "link": "a"})
    body = page(f"<h1>Başlık burada</h1><article><p>{'Sınamacı Gıda bu yıl yeni bir depo kurdu. ' * 12}</p></article>")
    [row] = listing.read(source, Page(URL, body), Link(URL, "detail"), NOW)
    assert isinstance(row, Row) and row.values["text"].startswith("Sınamacı Gıda")


@pytest.mark.parametrize("body", [b"<html>", b"[NaN]", b"[" * 100_000, b'{"rows": {}}', b""])
def test_answer_that_is_not_the_expected_json_is_an_issue(spec: MakeSpec, body: bytes) -> None:
    source = spec("s", URL, reader="api", api={"items": "rows", "fields": {"title": "t"}})
    [found] = api.read(source, Page(URL, body), Link(URL), NOW)
    assert isinstance(found, Issue)


def test_api_follows_the_address_of_the_next_page(spec: MakeSpec) -> None:
    source = spec("s", URL, reader="api", api={"items": "rows", "next": "sonraki", "fields": {"title": "t"}})
    found = list(api.read(source, Page(URL, as_json({"rows": [{"t": "x"}], "sonraki": "/liste?c=2"})), Link(URL), NOW))
    assert found[-1] == Link("https://sicil.example/liste?c=2", "list", 2)


def test_file_row_that_cannot_be_read_is_an_issue_and_the_others_stay(spec: MakeSpec) -> None:
    source = spec("s", URL, reader="file", file={"format": "jsonl", "fields": {"title": "t", "sum": "n"}})
    body = b'{"t": "bir", "n": 12.5}\n{kirik\n[1]\n{"t": "iki"}\n'
    found = list(file.read(source, Page(URL, body), Link(URL), NOW))
    assert [f.values if isinstance(f, Row) else f.place for f in found] == [
        {"title": "bir", "sum": "12.5"},
        f"{URL} line 2",
        f"{URL} line 3",
        {"title": "iki", "sum": ""},
    ]


def test_file_without_a_column_says_which_and_what_it_found(spec: MakeSpec) -> None:
    source = spec("s", URL, reader="file", file={"format": "csv", "fields": {"title": "unvan"}})
    [found] = file.read(source, Page(URL, "ünvan,no\nA,1\nB,2\n".encode()), Link(URL), NOW)
    assert isinstance(found, Issue) and found.problem == "column 'unvan' is missing; found: ünvan, no"


def test_row_without_title_and_text_is_an_issue(spec: MakeSpec) -> None:
    document, [issue] = build_document(spec("s", URL), Row({"city": "Bolu"}, "row 1"), NOW)
    assert document is None and issue.kind == "empty-row"


def test_other_fields_are_kept_as_clean_text(spec: MakeSpec) -> None:
    document, _ = build_document(spec("s", URL), Row({"title": "x", "firm": " A \x00 B ", "note": ""}, "row 1"), NOW)
    assert document and document.fields == {"firm": "A B"}


def test_address_that_is_not_of_the_web_is_not_kept(spec: MakeSpec) -> None:
    document, _ = build_document(spec("s", URL), Row({"title": "x", "url": "javascript:alert(1)"}, "row 1"), NOW)
    assert document and document.url is None


def test_row_without_key_and_address_is_known_by_its_content(spec: MakeSpec) -> None:
    one, _ = build_document(spec("s", URL), Row({"title": "x", "n": "1"}, "row 1"), NOW)
    two, _ = build_document(spec("s", URL), Row({"title": "x", "n": "2"}, "row 2"), NOW)
    same, _ = build_document(spec("s", URL), Row({"title": "x", "n": "1"}, "row 9"), NOW)
    assert one and two and same and one.natural_key == same.natural_key != two.natural_key


def test_template_leaves_no_double_spaces_for_missing_values() -> None:
    assert fill_template("{firm} {city} ilinde {amount}", {"firm": "Örnekçi", "amount": ""}) == "Örnekçi ilinde"


def test_job_comes_back_from_its_line_as_it_was(spec: MakeSpec) -> None:
    job = Job(
        (spec("s", URL, every="90m", lookups={"a": {"b": "c"}}),), CrawlSettings(delay_seconds=0), "sqlite:///x.db", NOW
    )
    assert Job.from_json(job.to_json()) == job
