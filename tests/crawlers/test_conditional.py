"""Conditional GET: an unchanged page is neither sent nor read again, and nothing is forgotten because of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.crawlers.conditional import condition_headers, fingerprint_of, is_read, read_marks
from oncu.crawlers.pages.page import Link
from oncu.crawlers.run import crawl
from oncu.crawlers.visit import SourceResult
from oncu.storage.database import Database
from oncu.storage.documents import Saved
from oncu.storage.validators import Validator, forget_old_validators, load_validator, save_validators

from .conftest import item, make_spec, page, rss
from .loopback import Answer, Asked, Loopback, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIST = {"reader": "listing", "listing": {"item": "li", "link": "a", "fields": {"title": "h1"}}}


@dataclass
class Tagged:
    """A site whose pages carry an ETag of their content, as most servers do."""

    content: dict[str, bytes] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Answer:
        if asked.path in self.broken:
            return Answer(b"", 500)
        body = self.content.get(asked.path)
        if body is None:
            return Answer(b"", 404)
        tag = f'"{hash(body)}"'
        if asked.headers.get("if-none-match") == tag:
            return Answer(b"", 304, {"ETag": tag})
        self.sent.append(asked.path)
        return Answer(body, headers={"ETag": tag})


def visit(site: Loopback, database: Database, spec: SourceSpec, hour: int) -> SourceResult:
    settings = CrawlSettings(delay_seconds=0, allow_private=[site.place], process="inside")
    [result] = crawl([spec], settings, str(database.engine.url), NOW + timedelta(hours=hour))
    return result


def test_unchanged_feed_is_not_read_again_and_a_changed_one_is(database: Database) -> None:
    tagged = Tagged({"/rss": rss(item(1))})
    with serving(tagged) as site:
        spec = make_spec("s", site.url("/rss"))
        first, same = visit(site, database, spec, 0), visit(site, database, spec, 1)
        tagged.content["/rss"] = rss(item(1), item(2))
        changed = visit(site, database, spec, 2)
    assert [(r.status, r.saved, r.pages, r.unchanged) for r in (first, same, changed)] == [
        ("ok", Saved(new=1), 1, 0),
        ("ok", Saved(), 0, 1),
        ("ok", Saved(new=1, seen=1), 1, 0),
    ]
    assert same.issues == ()


def test_source_that_is_set_anew_reads_its_unchanged_page(database: Database) -> None:
    with serving(Tagged({"/rss": rss(item(1))})) as site:
        visit(site, database, make_spec("s", site.url("/rss")), 0)
        result = visit(site, database, make_spec("s", site.url("/rss"), templates={"title": "Yeni: {title}"}), 1)
    assert result.saved == Saved(changed=1)


def test_page_without_documents_goes_on_being_a_problem(database: Database) -> None:
    with serving(Tagged({"/liste": page("<p>yeni düzen</p>")})) as site:
        spec = make_spec("s", site.url("/liste"), **LIST)
        results = [visit(site, database, spec, hour) for hour in (0, 1)]
    assert [[issue.kind for issue in r.issues] for r in results] == [["selector", "too-few"]] * 2


def test_list_whose_pages_did_not_all_come_is_read_again(database: Database) -> None:
    pages = {f"/d/{n}": page(f"<h1>Haber {n}</h1>") for n in (1, 2)}
    tagged = Tagged(pages | {"/liste": page("<li><a href='/d/1'>x</a></li><li><a href='/d/2'>x</a></li>")}, {"/d/2"})
    with serving(tagged) as site:
        spec = make_spec("s", site.url("/liste"), **LIST)
        first = visit(site, database, spec, 0)
        tagged.broken.clear()
        tagged.sent.clear()
        second = visit(site, database, spec, 1)
    assert (first.saved, second.saved, second.unchanged) == (Saved(new=1), Saved(new=1), 1)
    assert sorted(tagged.sent) == ["/d/2", "/liste"]


def test_two_sources_of_one_page_each_read_it(database: Database) -> None:
    with serving(Tagged({"/rss": rss(item(1))})) as site:
        results = [visit(site, database, make_spec(name, site.url("/rss")), 0) for name in ("bir", "iki")]
    assert [r.saved.new for r in results] == [1, 1]


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({"etag": 'W/"a"'}, {"If-None-Match": 'W/"a"'}),
        ({"last-modified": "Mon, 02 Mar 2026 08:00:00 GMT"}, {"If-Modified-Since": "Mon, 02 Mar 2026 08:00:00 GMT"}),
        ({"etag": '"a\r\nX: y"'}, {}),
        ({"etag": '"ş"'}, {}),
        ({"etag": "x" * 2_000}, {}),
        ({"etag": " "}, {}),
        ({}, {}),
    ],
)
def test_marks_are_sent_back_as_they_came_or_not_at_all(headers: dict[str, str], asked: dict[str, str]) -> None:
    assert condition_headers(read_marks(Link("https://haber.example/"), headers, NOW)) == asked


def test_page_never_read_has_no_condition() -> None:
    assert condition_headers(None) == {}


@pytest.mark.parametrize(("hours", "expected"), [(-1, True), (0, True), (1, False)])
def test_page_counts_as_read_where_it_did_not_change_since(hours: int, expected: bool) -> None:
    link = Link("https://haber.example/1", "detail", changed_at=NOW + timedelta(hours=hours))
    assert is_read(Validator(link.address, None, None, NOW), link) is expected


def test_every_setting_of_a_source_counts() -> None:
    specs = [make_spec("s", "https://haber.example/rss", **more) for more in ({}, {"language": "en"}, {"every": "2h"})]
    assert len({fingerprint_of(spec) for spec in specs}) == 3


def test_marks_of_pages_long_gone_are_dropped(database: Database) -> None:
    old = Validator("https://haber.example/1", '"a"', None, NOW - timedelta(days=200))
    new = Validator("https://haber.example/2", '"b"', None, NOW)
    with database.write() as connection:
        save_validators(connection, "s", "f", [old, new])
        forget_old_validators(connection, "s", NOW)
    with database.read() as connection:
        kept: list[Any] = [load_validator(connection, "s", one.address, "f") for one in (old, new)]
    assert kept == [None, new]
