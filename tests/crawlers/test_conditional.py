"""Conditional GET: an unchanged page is neither sent nor read again, and nothing is forgotten because of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oncu.config.settings import CrawlSettings
from oncu.crawlers.conditional import (
    Conditions,
    condition_headers,
    digest_page,
    fingerprint_of,
    is_read,
    read_marks,
)
from oncu.crawlers.pages.page import Link, Page
from oncu.crawlers.run import crawl
from oncu.crawlers.visit import SourceResult
from oncu.storage.database import Database, create_database
from oncu.storage.documents import Saved
from oncu.storage.validators import Validator, forget_old_validators, load_validators, save_validators

from .conftest import item, make_spec, page, rss
from .loopback import Answer, Asked, pages, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADDRESS = "https://haber.example/rss"
LIST = {"reader": "listing", "listing": {"item": "li", "link": "a", "fields": {"title": "h1"}}}


def known(**more: Any) -> Validator:
    """A page read now."""
    empty = {"etag": None, "last_modified": None, "digest": None, "read_at": NOW, "address": ADDRESS}
    return Validator(source="s", fingerprint="f", **(empty | more))


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


@dataclass
class Visited:
    """Three visits an hour apart: by source, what each brought; by hour, which pages were sent in full."""

    results: dict[str, list[SourceResult]]
    sent: list[list[str]]


def two_of(name: str) -> bytes:
    return page(f"<li><a href='/{name}/1'>x</a></li><li><a href='/{name}/2'>x</a></li>")


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    database = create_database(f"sqlite:///{tmp_path_factory.mktemp('conditional') / 'oncu.db'}")
    feeds = {f"/{name}": rss(item(1)) for name in ("changing", "reset", "shared")}
    tagged = Tagged(feeds | {"/layout": page("<p>yeni düzen</p>"), "/partial": two_of("partial")}, {"/partial/2"})
    tagged.content |= {f"/partial/{n}": page(f"<h1>Haber {n}</h1>") for n in (1, 2)}
    results: dict[str, list[SourceResult]] = {}
    sent = []
    with serving(tagged) as site:
        settings = CrawlSettings(delay_seconds=0, allow_private=[site.place], process="inside")
        for hour in range(3):
            if hour == 1:
                tagged.broken.clear()
            if hour == 2:
                tagged.content["/changing"] = rss(item(1), item(2))
            title = {"title": "Yeni: {title}"} if hour else {}
            specs = [
                make_spec("changing", site.url("/changing")),
                make_spec("reset", site.url("/reset"), templates=title),
                make_spec("bir", site.url("/shared")),
                *([make_spec("iki", site.url("/shared"))] if hour else []),
                make_spec("layout", site.url("/layout"), **LIST),
                make_spec("partial", site.url("/partial"), **LIST),
            ]
            for result in crawl(specs, settings, str(database.engine.url), NOW + timedelta(hours=hour)):
                results.setdefault(result.source, []).append(result)
            sent.append(tagged.sent)
            tagged.sent = []
    yield Visited(results, sent)
    database.close()


def test_unchanged_feed_is_not_read_again_and_a_changed_one_is(visited: Visited) -> None:
    assert [(r.status, r.saved, r.pages, r.unchanged) for r in visited.results["changing"]] == [
        ("ok", Saved(new=1), 1, 0),
        ("ok", Saved(), 0, 1),
        ("ok", Saved(new=1, seen=1), 1, 0),
    ]


def test_source_whose_page_is_unchanged_has_no_problem(visited: Visited) -> None:
    assert visited.results["changing"][1].issues == ()


def test_source_that_is_set_anew_reads_its_unchanged_page(visited: Visited) -> None:
    assert [r.saved for r in visited.results["reset"]] == [Saved(new=1), Saved(changed=1), Saved()]


def test_page_without_documents_goes_on_being_a_problem(visited: Visited) -> None:
    kinds = [[issue.kind for issue in r.issues] for r in visited.results["layout"]]
    assert kinds == [["selector", "too-few"]] * 3


def test_list_whose_pages_did_not_all_come_is_read_again(visited: Visited) -> None:
    found = [(r.saved, r.unchanged) for r in visited.results["partial"]]
    assert found == [(Saved(new=1), 0), (Saved(new=1), 1), (Saved(), 1)]
    partial = [sorted(path for path in sent if path.startswith("/partial")) for sent in visited.sent]
    assert partial == [["/partial", "/partial/1"], ["/partial", "/partial/2"], []]


def test_two_sources_of_one_page_each_read_it(visited: Visited) -> None:
    assert [visited.results[name][0].saved.new for name in ("bir", "iki")] == [1, 1]


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
    etag, modified = read_marks(headers)
    assert condition_headers(known(etag=etag, last_modified=modified)) == asked


def test_page_never_read_has_no_condition() -> None:
    assert condition_headers(None) == {}


@pytest.mark.parametrize(("hours", "expected"), [(-1, True), (0, True), (1, False)])
def test_page_counts_as_read_where_it_did_not_change_since(hours: int, expected: bool) -> None:
    link = Link(ADDRESS, "detail", changed_at=NOW + timedelta(hours=hours))
    assert is_read(known(), link) is expected


def test_every_setting_of_a_source_counts() -> None:
    specs = [make_spec("s", "https://haber.example/rss", **more) for more in ({}, {"language": "en"}, {"every": "2h"})]
    assert len({fingerprint_of(spec) for spec in specs}) == 3


def test_marks_of_pages_long_gone_are_dropped(database: Database) -> None:
    old = known(address="https://haber.example/1", read_at=NOW - timedelta(days=200))
    new = known(address="https://haber.example/2", etag='"b"')
    with database.write() as connection:
        save_validators(connection, [old, new])
        forget_old_validators(connection, ["s"], NOW)
    with database.read() as connection:
        kept = load_validators(connection, [("s", one.address) for one in (old, new)])
    assert kept == {("s", new.address): new}


PAGE = Page(ADDRESS, b"<rss/>", "application/rss+xml")


def conditions(*remembered: Validator, **source: Any) -> Conditions:
    found = Conditions(make_spec("s", ADDRESS, **source), NOW)
    for one in remembered:
        found.remember(one)
    return found


def read_page(**source: Any) -> list[Validator]:
    """What is kept of a page that was read."""
    visit = conditions(**source)
    visit.note(Link(ADDRESS), PAGE, {}, leads_on=False)
    return visit.noted(with_lists=True)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (PAGE, True),
        (replace(PAGE, body=b"<rss></rss>"), False),
        (replace(PAGE, content_type="text/html"), False),
        (replace(PAGE, url="https://haber.example/yeni"), False),
    ],
)
def test_page_is_the_same_by_its_bytes_its_type_and_its_final_address(page: Page, expected: bool) -> None:
    assert conditions(*read_page()).is_same(Link(ADDRESS), page) is expected


def test_source_that_is_set_anew_knows_no_page_as_the_same() -> None:
    assert not conditions(*read_page(), language="en").is_same(Link(ADDRESS), PAGE)


def test_raised_version_of_the_readers_makes_every_page_be_read_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    before = read_page()
    monkeypatch.setattr("oncu.crawlers.conditional.READERS_VERSION", "later")
    assert not conditions(*before).is_same(Link(ADDRESS), PAGE)
    assert conditions(*read_page()).is_same(Link(ADDRESS), PAGE)


def test_same_page_counts_as_read_when_it_was_last_compared() -> None:
    visit = conditions(replace(read_page()[0], read_at=NOW - timedelta(days=9)))
    visit.is_same(Link(ADDRESS), PAGE)
    assert [one.read_at for one in visit.noted(with_lists=False)] == [NOW]


def test_redirected_page_keeps_its_digest_but_not_the_marks_of_the_other_address() -> None:
    visit = conditions()
    visit.note(Link(ADDRESS), PAGE, {"etag": '"a"'}, leads_on=False, is_redirected=True)
    [kept] = visit.noted(with_lists=True)
    assert (kept.etag, kept.digest) == (None, digest_page(PAGE))


def test_list_of_other_pages_is_read_again_where_its_host_gives_no_marks() -> None:
    visit = conditions()
    visit.note(Link(ADDRESS), PAGE, {}, leads_on=True)
    assert visit.noted(with_lists=True) == []


def test_host_without_marks_sends_its_page_again_and_it_is_not_read_again(database: Database) -> None:
    content = {"/rss": rss(item(1))}
    with serving(lambda asked: pages(content)(asked)) as site:
        settings = CrawlSettings(delay_seconds=0, allow_private=[site.place], process="inside")
        spec, found = make_spec("s", site.url("/rss")), []
        for hour in range(3):
            if hour == 2:
                content["/rss"] = rss(item(1), item(2))
            moment = NOW + timedelta(hours=hour)
            [result] = crawl([spec], settings, str(database.engine.url), moment)
            found.append((result.status, result.saved, result.pages, result.unchanged, len(result.issues)))
    assert found == [
        ("ok", Saved(new=1), 1, 0, 0),
        ("ok", Saved(), 0, 1, 0),
        ("ok", Saved(new=1, seen=1), 1, 0, 0),
    ]
