"""Sitemaps: what is new in them, and what is refused."""

import gzip
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from oncu.config.settings import CrawlSettings
from oncu.crawlers.pages.page import Link, Page, Row, Window
from oncu.crawlers.plan import visit_window
from oncu.crawlers.run import crawl
from oncu.crawlers.spiders import sitemap
from oncu.storage.database import Database
from oncu.storage.documents import Saved
from oncu.storage.runs import Issue

from .conftest import make_spec, page
from .loopback import Loopback, pages, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://www.haber.example/haberler.xml"
WINDOW = Window(NOW - timedelta(days=2), NOW + timedelta(days=1))
NAMESPACES = (
    "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
)


def entry(url: str, *, published: str = "", changed: str = "", title: str = "") -> str:
    news = f"<news:publication_date>{published}</news:publication_date><news:title>{title}</news:title>"
    return (
        f"<url><loc>{url}</loc>"
        + (f"<lastmod>{changed}</lastmod>" if changed else "")
        + (f"<news:news>{news}</news:news>" if published else "")
        + "</url>"
    )


def urlset(*entries: str) -> bytes:
    return f"<?xml version='1.0'?><urlset {NAMESPACES}>{''.join(entries)}</urlset>".encode()


def index(*sitemaps: str) -> bytes:
    return f"<?xml version='1.0'?><sitemapindex {NAMESPACES}>{''.join(sitemaps)}</sitemapindex>".encode()


def read(body: bytes, **settings: Any) -> list[Row | Link | Issue]:
    spec = make_spec("s", URL, reader="sitemap", sitemap=settings)
    return list(sitemap.read(spec, Page(URL, body), Link(URL, window=WINDOW), NOW))


def test_only_pages_of_the_window_are_read() -> None:
    new = entry("https://haber.example/1", published="2026-03-02T09:00:00+03:00")
    old = entry("https://haber.example/2", published="2026-02-01T09:00:00+03:00")
    assert [found.url for found in read(urlset(new, old)) if isinstance(found, Link)] == ["https://haber.example/1"]


def test_old_page_that_was_changed_is_read_again() -> None:
    [found] = read(urlset(entry("https://haber.example/1", published="2026-01-01", changed="2026-03-02T08:00:00Z")))
    assert isinstance(found, Link) and found.changed_at == datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_title_and_date_of_the_list_go_with_the_link() -> None:
    [found] = read(urlset(entry("https://haber.example/1", published="2026-03-02T09:00:00+03:00", title="Ad")))
    assert isinstance(found, Link) and found.known == {"published_at": "2026-03-02T09:00:00+03:00", "title": "Ad"}


def test_list_fills_the_gaps_of_the_page_and_no_more() -> None:
    spec = make_spec("s", URL, reader="sitemap", sitemap={"fields": {"title": "h1", "published_at": "time::text"}})
    link = Link(URL, "detail", known={"published_at": "2026-03-02T09:00:00+03:00", "title": "Eski ad"})
    [row] = sitemap.read(spec, Page(URL, page("<h1>Yeni ad</h1>")), link, NOW)
    assert isinstance(row, Row)
    assert (row.values["title"], row.values["published_at"]) == ("Yeni ad", "2026-03-02T09:00:00+03:00")


def test_pages_without_a_date_are_counted_and_not_read() -> None:
    [found] = read(urlset(entry("https://haber.example/1"), entry("https://haber.example/2")))
    assert isinstance(found, Issue) and (found.kind, found.problem[:9]) == ("limit", "2 entries")


def test_pages_of_other_sites_are_not_read() -> None:
    day = "2026-03-02T09:00:00Z"
    found = read(
        urlset(entry("https://kurban.example/1", changed=day), entry("https://spor.haber.example/1", changed=day))
    )
    assert [f.url if isinstance(f, Link) else f.kind for f in found] == ["https://spor.haber.example/1", "refused"]


def test_include_chooses_addresses() -> None:
    day = "2026-03-02T09:00:00Z"
    both = urlset(
        entry("https://haber.example/spor/1", changed=day), entry("https://haber.example/ekonomi/2", changed=day)
    )
    assert [f.url for f in read(both, include="/ekonomi/") if isinstance(f, Link)] == [
        "https://haber.example/ekonomi/2"
    ]


def test_index_leads_to_its_sitemaps_without_those_that_are_old() -> None:
    parts = [f"<sitemap><loc>/{n}.xml</loc><lastmod>2026-0{n}-01</lastmod></sitemap>" for n in (1, 3)]
    found = read(index(*parts, "<sitemap><loc>/son.xml.gz</loc></sitemap>"))
    assert [f.url for f in found if isinstance(f, Link)] == [
        f"https://www.haber.example/{n}" for n in ("3.xml", "son.xml.gz")
    ]
    assert {f.window for f in found if isinstance(f, Link)} == {WINDOW}


def test_packed_sitemap_is_unpacked() -> None:
    assert len(read(gzip.compress(urlset(entry("https://haber.example/1", changed="2026-03-02"))))) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>giris yapin</body></html>",
        b"not xml",
        gzip.compress(urlset(), mtime=0)[:20] + b"\x00" * 20,
        gzip.compress(b"<urlset>" + b" " * (51 * 2**20), mtime=0),
        b"<!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>",
    ],
)
def test_what_is_no_sitemap_is_one_issue(body: bytes) -> None:
    [found] = read(body)
    assert isinstance(found, Issue) and found.problem.startswith("not a sitemap: ")


def test_entity_is_not_read_from_a_file() -> None:
    body = urlset(entry("https://haber.example/&x;", changed="2026-03-02")).decode()
    evil = body.replace("<urlset", "<!DOCTYPE urlset [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><urlset")
    assert all("etc" not in str(found) for found in read(evil.encode()) if isinstance(found, Link))


@pytest.mark.parametrize(("last", "days"), [(None, 3.0), (timedelta(hours=6), 1.25), (timedelta(days=30), 3.0)])
def test_visit_asks_for_what_is_new_since_the_last_one(last: timedelta | None, days: float) -> None:
    spec = make_spec("s", URL, reader="sitemap", sitemap={})
    window = visit_window(spec, NOW, NOW - last if last else None)
    assert window and NOW - window.start == timedelta(days=days)


def test_page_is_read_once_and_again_when_its_list_says_that_it_changed(database: Database) -> None:
    def body(site: Loopback, changed: str) -> bytes:
        return urlset(entry(site.url("/1"), changed="2026-03-02T09:00:00Z"), entry(site.url("/2"), changed=changed))

    content: dict[str, Any] = {"/1": page("<h1>Bir haber</h1>"), "/2": page("<h1>İki haber</h1>")}
    with serving(lambda asked: pages(content)(asked)) as site:
        fields = {"title": "h1"}
        spec = make_spec("s", site.url("/site.xml"), reader="sitemap", sitemap={"fields": fields})
        settings = CrawlSettings(delay_seconds=0, allow_private=[site.place], process="inside")
        results = []
        for hours, changed in ((0, "2026-03-02T09:00:00Z"), (1, "2026-03-02T09:00:00Z"), (2, "2026-03-02T12:30:00Z")):
            content["/site.xml"] = body(site, changed)
            content["/2"] = page("<h1>İki haber</h1>" + "<p>düzeltildi</p>" * (hours == 2))
            results += crawl([spec], settings, str(database.engine.url), NOW + timedelta(hours=hours))
        asked = [path for path in site.paths() if path != "/site.xml"]
    assert [(r.status, r.saved, r.unchanged) for r in results] == [
        ("ok", Saved(new=2), 0),
        ("ok", Saved(), 2),
        ("ok", Saved(seen=1), 1),
    ]
    assert sorted(asked) == ["/1", "/2", "/2"]
