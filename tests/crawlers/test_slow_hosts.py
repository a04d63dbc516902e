"""Hosts that are slow, silent or dead: they cost their own sources time, and nobody else."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import Event

import pytest
from scrapy.core.engine import ExecutionEngine

from oncu.config.settings import CrawlSettings
from oncu.crawlers import downloader
from oncu.crawlers.run import crawl
from oncu.crawlers.visit import SourceResult
from oncu.storage.database import Database

from .conftest import item, make_spec, page, rss
from .loopback import Answer, Asked, Behave, pages, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LISTING = {"item": "li", "link": "a", "fields": {"title": "h1"}}


@pytest.fixture
def silence() -> Iterator[Event]:
    """Set at the end, so that no server waits for ever."""
    over = Event()
    yield over
    over.set()


def silent_at(path: str, silence: Event, other: Behave) -> Behave:
    """A site that takes the request for some pages and says nothing."""

    def behave(asked: Asked) -> Answer:
        if asked.path.startswith(path):
            silence.wait(10)
        return other(asked)

    return behave


def problems(result: SourceResult) -> list[str]:
    return [issue.problem for issue in result.issues if issue.kind == "fetch"]


def test_host_that_gave_no_answer_is_asked_once_more(database: Database, silence: Event) -> None:
    with serving(silent_at("/rss", silence, pages({}))) as site:
        settings = CrawlSettings(delay_seconds=0, timeout_seconds=0.3, allow_private=[site.place], process="inside")
        [result] = crawl([make_spec("s", site.url("/rss"))], settings, str(database.engine.url), NOW)
    assert site.paths() == ["/rss", "/rss"]
    assert problems(result) == ["no whole answer in time (DownloadTimeoutError)"]


def test_host_that_falls_silent_is_not_waited_for_page_after_page(database: Database, silence: Event) -> None:
    links = page("".join(f"<li><a href='/d/{n}'>x</a></li>" for n in range(30)))
    with serving(silent_at("/d/", silence, pages({"/liste": links}))) as site:
        settings = CrawlSettings(delay_seconds=0, timeout_seconds=0.3, allow_private=[site.place], process="inside")
        spec = make_spec("s", site.url("/liste"), reader="listing", listing=LISTING)
        [result] = crawl([spec], settings, str(database.engine.url), NOW)
    assert len(site.paths()) < 8
    assert "the host gave no answer 3 times in a row; it is left until the next visit" in problems(result)


def test_silent_hosts_do_not_take_the_places_of_others(
    database: Database, silence: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloader, "HANGING_SECONDS", 0.1)
    monkeypatch.setattr(ExecutionEngine, "_SLOT_HEARTBEAT_INTERVAL", 0.05)
    feeds = pages({f"/rss/{n}": rss(item(n)) for n in range(6)})
    with ExitStack() as stack:
        silent = [
            stack.enter_context(serving(silent_at("/rss", silence, pages({})), f"127.0.0.{n}")) for n in range(2, 5)
        ]
        good = stack.enter_context(serving(feeds, "127.0.0.9"))
        specs = [make_spec(f"sessiz-{n}", site.url("/rss")) for n, site in enumerate(silent)]
        specs += [make_spec(f"iyi-{n}", good.url(f"/rss/{n}")) for n in range(6)]
        settings = CrawlSettings(
            delay_seconds=0,
            timeout_seconds=2,
            concurrent_requests=2,
            allow_private=[site.place for site in (*silent, good)],
            process="inside",
        )
        results = crawl(specs, settings, str(database.engine.url), NOW)
    assert [result.status for result in results] == ["failed"] * 3 + ["ok"] * 6
    second_tries = [[asked.at for asked in site.asked if asked.path == "/rss"][1] for site in silent]
    assert max(asked.at for asked in good.asked) < min(second_tries)
