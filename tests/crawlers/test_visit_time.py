"""A source that takes too long ends with what it has, says so, and is not asked for more."""

from datetime import UTC, datetime, timedelta

from oncu.config.settings import CrawlSettings
from oncu.crawlers.pages.page import Link, Page, Window
from oncu.crawlers.run import crawl
from oncu.crawlers.visit import SourceVisit
from oncu.storage.database import Database
from oncu.storage.documents import Document

from .conftest import item, make_spec, page, rss
from .loopback import pages, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGE = Page("http://h.example/rss", b"<rss/>")
LISTING = {"item": "li", "link": "a", "fields": {"title": "h1"}}


def test_slow_source_keeps_what_came_and_the_others_are_whole(database: Database) -> None:
    links = page("".join(f"<li><a href='/d/{n}'>x</a></li>" for n in range(40)))
    details = {f"/d/{n}": page(f"<h1>Haber {n}</h1>") for n in range(40)}
    slow = pages({"/robots.txt": b"User-agent: *\nCrawl-delay: 0.2", "/liste": links} | details)
    with serving(slow, "127.0.0.2") as long, serving(pages({"/rss": rss(item(1))}), "127.0.0.3") as short:
        specs = [
            make_spec("uzun", long.url("/liste"), reader="listing", listing=LISTING),
            make_spec("kisa", short.url("/rss")),
        ]
        settings = CrawlSettings(
            delay_seconds=0, visit_seconds=0.7, allow_private=[long.place, short.place], process="inside"
        )
        cut, whole = crawl(specs, settings, str(database.engine.url), NOW)
        asked = len(long.paths())
    assert (whole.status, whole.issues) == ("ok", ())
    assert (cut.status, cut.saved.new) == ("ok", asked - 1) and 2 <= asked < 10
    [issue] = [issue for issue in cut.issues if issue.kind == "time"]
    assert issue.problem == (
        f"the visit took more than 1 seconds (crawl: visit_seconds); {41 - asked} pages are left for the next one"
    )


def visit_of(database: Database, clock: list[float], window: Window | None = None) -> SourceVisit:
    spec = make_spec("s", "http://h.example/rss")
    return SourceVisit(spec, database, NOW, window=window, max_seconds=60, clock=lambda: clock[0])


def test_time_counts_from_the_first_page_on(database: Database) -> None:
    clock = [0.0]
    visit = visit_of(database, clock)
    visit.opens("http://h.example/1")
    visit.opens("http://h.example/2")
    clock[0] = 3_600.0  # behind the sources that were before it
    late = [visit.is_over_time]
    visit.close_page(was_read=True)
    for seconds in (60.0, 61.0):
        clock[0] = 3_600 + seconds
        late.append(visit.is_over_time)
    assert late == [False, False, True]
    assert not visit.opens("http://h.example/3")


def test_list_cut_short_is_read_again_by_the_next_visit(database: Database) -> None:
    kept = []
    for is_cut in (False, True):
        visit = visit_of(database, [0.0])
        visit.keep(Document("s", "1", "Haber", "", NOW, published_at=NOW))
        visit.conditions.note(Link("http://h.example/rss"), PAGE, {"etag": '"a"'}, leads_on=True)
        if is_cut:
            visit.leave()
        visit.finish()
        kept.append(len(visit.marks))
    assert kept == [1, 0]


def test_backfill_takes_as_long_as_it_takes(database: Database) -> None:
    clock = [0.0]
    visit = visit_of(database, clock, Window(NOW - timedelta(days=9), NOW))
    visit.opens("http://h.example/1")
    visit.opens("http://h.example/2")
    visit.close_page(was_read=True)
    clock[0] = 1e6
    assert not visit.is_over_time
