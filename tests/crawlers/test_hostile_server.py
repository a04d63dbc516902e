"""200 good sources beside hosts that do everything to stop a crawler: nobody but the hostile ones is harmed."""

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.crawlers.run import crawl
from oncu.crawlers.visit import SourceResult
from oncu.storage.database import create_database

from .conftest import make_spec
from .hostile_server import host_of, hostile_answers, hostile_web

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
GOOD_HOSTS = 40
GOOD = 200
LISTING = {
    "calendar-trap": {"item": "li", "next": "a.n", "max_pages": 5, "fields": {"title": "b"}},
    "attributes": {"item": "li", "link": "a", "fields": {"title": "h1"}},
    "meta-refresh-loop": {"item": "li", "link": "a", "fields": {"title": "h1"}},
}
# What the first issue says; None where the page can be read all the same.
PROBLEMS = {
    "gzip-bomb": "over the limit when unpacked",
    "deflate-bomb": "over the limit when unpacked",
    "brotli-bomb": "over the limit when unpacked",
    "double-gzip": "over the limit when unpacked",
    "endless-body": "over the limit",
    "huge-length": "over the limit",
    "endless-redirects": "redirects again and again",
    "slow-body": "no whole answer in time",
    "slow-headers": "no whole answer in time",
    "bad-chunks": "broke off",
    "short-length": "broke off",
    "garbage-status": "closed the connection",
    "header-line-50mb": "headers over the limit",
    "headers-200000": "headers over the limit",
    "bad-charset": None,
    "nul-bytes": None,
    "redirect-file": "points to file:///etc/hostname",
    "redirect-ftp": "points to ftp://",
    "huge-cookie": "headers over the limit",
    "reset": "closed the connection",
    "empty-reply": "closed the connection",
    "wrong-type": "not an RSS or Atom feed",
    "meta-refresh-loop": "redirects again and again",
    "calendar-trap": None,
    "silent": "no whole answer in time",
    "endless-100": "headers over the limit",
    "laughs": "limit on input amplification",
    "attributes": "5 seconds of computing time",
}


@dataclass
class Crawled:
    results: dict[str, SourceResult]
    stall: float  # without the time in which other programs had the processor
    memory: float


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("hostile")
    database = create_database(f"sqlite:///{folder / 'oncu.db'}")
    answers = hostile_answers()
    with hostile_web(answers, GOOD_HOSTS) as port, pytest.MonkeyPatch.context() as patch:
        command = [sys.executable, "-P", str(Path(__file__).with_name("watched_engine.py")), str(folder / "report")]
        patch.setattr("oncu.crawlers.run.COMMAND", command)
        hosts = [host_of(n) for n in range(len(answers))] + [host_of(n, is_good=True) for n in range(GOOD_HOSTS)]
        settings = CrawlSettings(
            delay_seconds=0,
            timeout_seconds=3,
            max_bytes=3 * 2**20,
            concurrent_requests=32,
            allow_private=[f"{host}:{port}" for host in hosts],
        )
        began = time.monotonic()
        results = crawl(sources(list(answers), port), settings, str(database.engine.url), NOW)
        seconds = time.monotonic() - began
    report = json.loads((folder / "report").read_text())
    database.close()
    print(f"\n{len(results)} sources in {seconds:.1f} s, {report}, load {os.getloadavg()[0]:.1f}")
    yield Crawled({result.source: result for result in results}, report["own_stall"], report["memory"])


def sources(hostile: list[str], port: int) -> list[SourceSpec]:
    bad = [hostile_spec(name, f"http://{host_of(n)}:{port}/rss") for n, name in enumerate(hostile)]
    good = [
        make_spec(f"good-{n}", f"http://{host_of(n % GOOD_HOSTS, is_good=True)}:{port}/rss/{n}") for n in range(GOOD)
    ]
    return bad + good


def hostile_spec(name: str, url: str) -> SourceSpec:
    listing = LISTING.get(name)
    return make_spec(name, url, reader="listing", listing=listing) if listing else make_spec(name, url)


def test_good_sources_all_finish(crawled: Crawled) -> None:
    good = [result for name, result in crawled.results.items() if name.startswith("good-")]
    assert len(good) == GOOD
    assert {(result.status, result.saved.new, result.issues) for result in good} == {("ok", 2, ())}


@pytest.mark.parametrize(("name", "problem"), PROBLEMS.items())
def test_hostile_source_says_why_in_a_plain_sentence(crawled: Crawled, name: str, problem: str | None) -> None:
    result = crawled.results[name]
    if problem is None:
        assert result.status == "ok"
        return
    assert result.status == "failed" and problem in result.issues[0].problem
    assert not re.search(r"[<>\n]|Traceback|Error:", result.issues[0].problem) and len(result.issues[0].problem) < 200


def test_crawling_process_stays_small_and_never_stalls(crawled: Crawled) -> None:
    assert crawled.memory < 400
    assert crawled.stall < 1
