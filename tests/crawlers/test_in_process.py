"""Scrapy inside this process: as often as one likes, and no less guarded."""

import asyncio
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from oncu.config.settings import CrawlSettings
from oncu.crawlers.run import crawl
from oncu.storage.database import Database, StorageError
from oncu.storage.documents import Saved

from .conftest import item, make_spec, rss
from .loopback import Answer, Loopback, pages, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def settings(*sites: Loopback) -> CrawlSettings:
    return CrawlSettings(delay_seconds=0, allow_private=[site.place for site in sites], process="inside")


def test_three_crawls_in_a_row_in_one_process(database: Database) -> None:
    with serving(pages({"/rss": rss(item(1), item(2))})) as site:
        spec = make_spec("s", site.url("/rss"))
        url = str(database.engine.url)
        found = [crawl([spec], settings(site), url, NOW + timedelta(hours=n))[0] for n in range(3)]
    assert [(result.saved, result.unchanged) for result in found] == [(Saved(new=2), 0), (Saved(), 1), (Saved(), 1)]


def test_crawl_in_the_thread_of_a_running_event_loop(database: Database) -> None:
    async def schedule(site: Loopback) -> str:
        spec = make_spec("s", site.url("/rss"))
        [result] = await asyncio.to_thread(crawl, [spec], settings(site), str(database.engine.url), NOW)
        return result.status

    with serving(pages({"/rss": rss(item(1))})) as site:
        assert asyncio.run(schedule(site)) == "ok"


def test_what_one_crawl_may_reach_another_may_not(database: Database) -> None:
    with serving(pages({"/rss": rss(item(1))})) as site, serving(pages({"/rss": rss(item(1))})) as other:
        url = str(database.engine.url)
        crawl([make_spec("izinli", site.url("/rss"))], settings(site), url, NOW)
        [result] = crawl([make_spec("izinsiz", site.url("/rss"))], settings(other), url, NOW)
    assert (result.status, result.issues[0].kind) == ("failed", "refused")


def test_progress_comes_in_the_thread_of_the_caller(database: Database) -> None:
    threads = []
    with serving(pages({"/rss": rss(item(1))})) as site:
        spec = make_spec("s", site.url("/rss"))
        url = str(database.engine.url)
        crawl([spec], settings(site), url, NOW, progress=lambda _: threads.append(threading.current_thread()))
    assert threads == [threading.current_thread()]


def test_bad_source_fails_alone(database: Database) -> None:
    with serving(pages({"/rss": rss(item(1)), "/bozuk": Answer(b"", 500)})) as site:
        specs = [make_spec("iyi", site.url("/rss")), make_spec("bozuk", site.url("/bozuk"))]
        results = crawl(specs, settings(site), str(database.engine.url), NOW)
    assert [result.status for result in results] == ["ok", "failed"]


def test_unknown_database_is_one_clear_error(tmp_path: object) -> None:
    with pytest.raises(StorageError, match="run: oncu init"):
        crawl([make_spec("s", "https://haber.example/rss")], settings(), f"sqlite:///{tmp_path}/none.db", NOW)


FOREIGN = """
from twisted.internet import asyncioreactor
asyncioreactor.install()
from oncu.crawlers.inside import ReactorTaken, start_loop
try:
    start_loop()
except ReactorTaken as error:
    print(error)
"""


def test_process_with_a_reactor_of_its_own_is_told_what_to_set() -> None:
    done = subprocess.run([sys.executable, "-P", "-c", FOREIGN], capture_output=True, text=True, check=True)
    assert "set crawl.process to child" in done.stdout
