"""JSON Feed beside RSS and Atom."""

import json
from datetime import UTC, date, datetime

import pytest

from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.crawlers.pages.feed import Feed, parse_feed
from oncu.crawlers.pages.page import Link, Page, Row
from oncu.crawlers.plan import days_window
from oncu.crawlers.run import crawl
from oncu.crawlers.spiders import feed
from oncu.storage.database import Database

from .conftest import MakeSpec
from .loopback import Answer, Asked, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://blog.example/feed.json"


def parse(*items: object, version: str = "https://jsonfeed.org/version/1.1") -> Feed:
    return parse_feed(json.dumps({"version": version, "title": "t", "items": items}).encode(), URL, NOW)


def test_entry_has_all_it_says() -> None:
    item = {
        "id": "7",
        "url": "/yazi/7",
        "title": "Yeni hat",
        "content_html": "<p>Örnekçi A.Ş. yeni hat kurdu.</p>",
        "date_published": "2026-03-01T10:00:00+03:00",
        "authors": [{"name": "Ece"}, {"name": "Can"}],
    }
    [entry] = parse(item).entries
    assert (entry.entry_id, entry.link, entry.title, entry.author) == (
        "7",
        "https://blog.example/yazi/7",
        "Yeni hat",
        "Ece; Can",
    )
    assert (entry.published_at, entry.content) == (
        datetime(2026, 3, 1, 7, tzinfo=UTC),
        "<p>Örnekçi A.Ş. yeni hat kurdu.</p>",
    )


def test_version_1_has_one_author_and_may_count_its_entries() -> None:
    [entry] = parse(
        {"id": 7, "content_text": "x", "author": {"name": "Ece"}}, version="https://jsonfeed.org/version/1"
    ).entries
    assert (entry.entry_id, entry.author, entry.summary) == ("7", "Ece", "x")


def test_future_date_is_an_issue_and_the_entry_stays() -> None:
    found = parse({"id": "1", "title": "x", "date_published": "2036-03-01T10:00:00Z"})
    assert found.entries[0].published_at is None and "lies in the future" in found.issues[0]


@pytest.mark.parametrize(
    "body", [b"{", b"{}", b'{"version": "1", "items": []}', b'{"items": {}}', b"{" + b'"a":{' * 90_000, b'{"a": NaN}']
)
def test_json_that_is_no_feed_is_an_issue(body: bytes) -> None:
    found = parse_feed(body, URL, NOW)
    assert not found.entries and found.issues


def test_wrong_types_are_left_out() -> None:
    found = parse(1, {"id": {"x": 1}, "title": ["a"], "authors": "Ece", "url": 5.5, "title2": None})
    assert len(found.entries) == 1 and found.issues == ("entry 1: not an object",)


def test_reader_makes_rows_of_entries(spec: MakeSpec) -> None:
    body = json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "Ad", "url": URL}]}
    )
    [row] = feed.read(spec("s", URL), Page(URL, body.encode()), Link(URL), NOW)
    assert isinstance(row, Row) and (row.values["key"], row.values["title"]) == ("1", "Ad")


def page_of(number: int, *, next_url: str | None) -> bytes:
    item = {"id": str(number), "title": f"Ad {number}", "date_published": f"2026-02-{20 - number:02}T10:00:00Z"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [item], "next_url": next_url}
    return json.dumps(feed).encode()


def followed(source: SourceSpec, link: Link, next_url: str | None = "?page=2") -> list[str]:
    found = feed.read(source, Page(link.url, page_of(1, next_url=next_url)), link, NOW)
    return [one.url for one in found if isinstance(one, Link)]


def test_next_page_is_read_where_the_source_asks_for_more_than_one(spec: MakeSpec) -> None:
    source = spec("s", URL, feed={"max_pages": 2})
    assert followed(source, Link(URL)) == [f"{URL}?page=2"]
    assert followed(source, Link(f"{URL}?page=2", number=2)) == []


@pytest.mark.parametrize("next_url", [None, "", "javascript:alert(1)"])
def test_feed_without_a_next_page_is_read_once(spec: MakeSpec, next_url: str | None) -> None:
    assert followed(spec("s", URL, feed={"max_pages": 9}), Link(URL), next_url) == []


def test_ordinary_visit_of_an_ordinary_feed_reads_its_newest_page_alone(spec: MakeSpec) -> None:
    assert followed(spec("s", URL), Link(URL)) == []


def test_backfill_follows_the_pages_of_a_feed_to_the_days_asked_for(spec: MakeSpec, database: Database) -> None:
    def behave(asked: Asked) -> Answer:
        number = int(asked.path.partition("=")[2] or 1)
        return Answer(page_of(number, next_url=f"/feed.json?page={number + 1}" if number < 19 else None))

    with serving(behave) as site:
        source = spec("s", site.url("/feed.json"), feed={"max_pages": 2})
        crawling = CrawlSettings(delay_seconds=0, allow_private=[site.place], process="inside")
        window = days_window(date(2026, 2, 14), date(2026, 2, 16))
        [result] = crawl([source], crawling, str(database.engine.url), NOW, window=window)
        assert result.saved.new == 3 and len(site.paths()) == 7  # the page of the 13th says that it is enough
