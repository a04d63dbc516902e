"""A crawl of 1,000 feeds on 50 loopback hosts, against Scrapy with the same limits and against aiohttp.

Ours guards every connection, honours robots.txt, parses in processes of its own, checks every value and stores each
document. The bare spider obeys robots.txt, parses with feedparser and counts its items; the storing one also keeps each
item in SQLite, one transaction a feed. Both let feedparser clean the HTML of titles and summaries, as it always does.
"""

import asyncio
import json
import multiprocessing
import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from feeds import ENTRIES, made_feed

from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.crawlers.run import crawl
from oncu.storage.database import create_database

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
HOSTS = 50
FEEDS = 1_000
SERVERS = 1
ROUNDS = 3
FIELDS = ("title", "link", "summary", "published", "id", "author")
SETTINGS = CrawlSettings(delay_seconds=0, concurrent_requests=32, concurrent_per_host=2)


def bench_crawl(folder: Path) -> None:
    """Feeds a second of a whole crawl, process start and all, against two Scrapy spiders and aiohttp."""
    print(f"  load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    spent: dict[str, list[Spent]] = {}
    with serving_feeds() as addresses:
        for number in range(ROUNDS):
            for name, one in contenders(folder, addresses, number):
                spent.setdefault(name, []).append(one)
    for name, rounds in spent.items():
        wall = median(one.wall for one in rounds)
        computing = median(one.computing for one in rounds)
        # within a round the sides follow each other, so that a busy minute disturbs all of them
        ratios = [
            (peer.wall / one.wall, peer.computing / one.computing)
            for one, peer in zip(rounds, spent["bare Scrapy"], strict=True)
        ]
        by_wall, by_computing = (median(values) for values in zip(*ratios, strict=True))
        print(
            f"  {name:<18} {FEEDS / wall:>4.0f} feeds/s: {wall:>4.1f} s, of computing {computing:>4.1f} s "
            f"(ratios to bare Scrapy {by_wall:.2f} and {by_computing:.2f})"
        )


@dataclass(frozen=True)
class Spent:
    """Seconds on the clock, and seconds of computing in all processes but the one that serves the feeds."""

    wall: float
    computing: float


class Watch:
    """Counts from its making on."""

    def __init__(self) -> None:
        self._wall, self._computing = time.perf_counter(), _computing()

    def spent(self) -> Spent:
        """What was spent since."""
        return Spent(time.perf_counter() - self._wall, _computing() - self._computing)


def _computing() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def contenders(folder: Path, addresses: list[str], number: int) -> Iterator[tuple[str, Spent]]:
    """Every side once: its name and what it spent."""
    url = f"sqlite:///{folder / f'crawl{number}.db'}"
    create_database(url).close()
    specs = [feed_source(i, address) for i, address in enumerate(addresses)]
    places = sorted({urlsplit(address).netloc for address in addresses})
    settings = SETTINGS.model_copy(update={"allow_private": places})
    for name in ("oncu", "oncu, nothing new"):
        watch = Watch()
        results = crawl(specs, settings, url, NOW)
        yield name, watch.spent()
        stored, unchanged = sum(result.saved.new for result in results), sum(result.unchanged for result in results)
        assert (stored, unchanged) == ((FEEDS * ENTRIES, 0) if name == "oncu" else (0, FEEDS)), (stored, unchanged)
    for side in ("bare Scrapy", "storing Scrapy", "aiohttp"):
        if side == "aiohttp" and not _has_aiohttp():
            continue
        watch = Watch()
        command = [sys.executable, __file__, side, str(folder / f"storing{number}.db")]
        answer = subprocess.run(command, input=json.dumps(addresses), capture_output=True, text=True, check=True)
        yield side, watch.spent()
        assert int(answer.stdout.split()[-1]) == FEEDS * ENTRIES, answer.stdout


def feed_source(number: int, address: str) -> SourceSpec:
    """A feed as the catalogue describes it."""
    return SourceSpec.model_validate(
        {
            "name": f"haber-{number}",
            "title": f"Haber {number}",
            "publisher": "Deneme",
            "category": "news",
            "origin": "independent",
            "reader": "feed",
            "url": address,
            "every": "1h",
            "terms": "public",
            "personal_data": "none",
            "expect": {"documents": {"min": 1, "max": 100}},
        }
    )


@contextmanager
def serving_feeds() -> Iterator[list[str]]:
    """Addresses of the feeds, on 50 loopback hosts served by processes of their own."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    numbers = range(FEEDS)
    started, addresses = [], []
    for server in range(SERVERS):
        receiver, sender = context.Pipe()
        process = context.Process(target=serve, args=(server, sender, stop), daemon=True)
        process.start()
        started.append(process)
        places = receiver.recv()
        mine = numbers[server::SERVERS]
        addresses += [f"http://{places[i % len(places)]}/{number}.xml" for i, number in enumerate(mine)]
    try:
        yield addresses
    finally:
        stop.set()
        for process in started:
            process.join(5)


def serve(server: int, sender: Connection, stop: Event) -> None:
    """Serve the feeds on this server's share of the hosts until told to stop."""
    asyncio.run(_serve(server, sender, stop))


async def _serve(server: int, sender: Connection, stop: Event) -> None:
    feeds = {f"/{number}.xml".encode(): _answer(b"200 OK", made_feed(number)) for number in range(FEEDS)}
    loop = asyncio.get_running_loop()
    places = []
    for host in range(server, HOSTS, SERVERS):
        listening = await loop.create_server(lambda: _Answers(feeds), f"127.0.0.{10 + host}", 0)
        places.append("{}:{}".format(*listening.sockets[0].getsockname()[:2]))
    sender.send(places)
    await loop.run_in_executor(None, stop.wait)


def _answer(status: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 %b\r\nContent-Type: application/rss+xml\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
    return head + body


class _Answers(asyncio.Protocol):
    missing = _answer(b"404 Not Found", b"")

    def __init__(self, feeds: dict[bytes, bytes]) -> None:
        self.feeds = feeds
        self.asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.asked += data
        while b"\r\n\r\n" in self.asked:
            head, _, self.asked = self.asked.partition(b"\r\n\r\n")
            self.transport.write(self.feeds.get(head.split(b" ")[1], self.missing))


def crawl_scrapy(addresses: list[str], database: str | None) -> int:
    """The items a plain Scrapy spider finds, with our limits and Scrapy's own robots.txt; stored where one says so."""
    import feedparser
    import scrapy
    from scrapy.crawler import AsyncCrawlerProcess

    found = 0

    class Bare(scrapy.Spider):
        name = "bare"

        async def start(self):
            for address in addresses:
                yield scrapy.Request(address)

        def parse(self, response):
            entries = feedparser.parse(response.body).entries
            for entry in entries:
                yield {name: entry.get(name) for name in FIELDS} | {"feed": response.url, "of": len(entries)}

    def count(item):
        nonlocal found
        found += 1

    limits = {
        "CONCURRENT_REQUESTS": SETTINGS.concurrent_requests,
        "CONCURRENT_REQUESTS_PER_DOMAIN": SETTINGS.concurrent_per_host,
        "DOWNLOAD_TIMEOUT": SETTINGS.timeout_seconds,
        "DOWNLOAD_MAXSIZE": SETTINGS.max_bytes,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": True,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "WARNING",
    }
    if database:
        limits |= {"ITEM_PIPELINES": {Storing: 1}, "STORE_IN": database}
    process = AsyncCrawlerProcess(limits)
    crawler = process.create_crawler(Bare)
    crawler.signals.connect(count, scrapy.signals.item_scraped)
    process.crawl(crawler)
    process.start()
    return found


class Storing:
    """An item pipeline as one would write it: a feed's items in one transaction, known ones left as they are."""

    def __init__(self, file):
        self.connection = sqlite3.connect(file, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=NORMAL")
        self.connection.execute(f"CREATE TABLE items (feed, {', '.join(FIELDS)}, PRIMARY KEY (feed, id))")
        self.waiting = {}

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler.settings["STORE_IN"])

    def process_item(self, item):
        rows = self.waiting.setdefault(item["feed"], [])
        rows.append((item["feed"], *(item[name] for name in FIELDS)))
        if len(rows) == item["of"]:
            marks = ", ".join("?" * len(rows[0]))
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.executemany(f"INSERT OR IGNORE INTO items VALUES ({marks})", self.waiting.pop(item["feed"]))
            self.connection.execute("COMMIT")
        return item

    def close_spider(self):
        assert self.connection.execute("SELECT COUNT(*) FROM items").fetchone() == (FEEDS * ENTRIES,)
        self.connection.close()


async def crawl_aiohttp(addresses: list[str]) -> int:
    """The entries found with aiohttp and feedparser in one process, without robots.txt."""
    import aiohttp
    import feedparser

    connector = aiohttp.TCPConnector(limit=SETTINGS.concurrent_requests, limit_per_host=SETTINGS.concurrent_per_host)

    async def read(session: aiohttp.ClientSession, address: str) -> int:
        async with session.get(address) as answer:
            return len(feedparser.parse(await answer.read()).entries)

    async with aiohttp.ClientSession(connector=connector) as session:
        return sum(await asyncio.gather(*(read(session, address) for address in addresses)))


def _has_aiohttp() -> bool:
    try:
        import aiohttp  # noqa: F401
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    side, file = sys.argv[1:]
    given = json.load(sys.stdin)
    if side == "aiohttp":
        print(asyncio.run(crawl_aiohttp(given)))
    else:
        print(crawl_scrapy(given, file if side == "storing Scrapy" else None))
