"""A crawl of 1,000 feeds on 50 loopback hosts, against bare Scrapy with the same limits and against aiohttp.

Ours guards every connection, honours robots.txt, parses in processes of its own, checks every value and stores each
document; the bare spider obeys robots.txt, parses with feedparser and counts its items.
"""

import asyncio
import json
import multiprocessing
import resource
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
SETTINGS = CrawlSettings(delay_seconds=0, concurrent_requests=32, concurrent_per_host=2)


def bench_crawl(folder: Path) -> None:
    """Feeds a second of a whole crawl, process start and all, against a bare Scrapy spider and aiohttp."""
    spent: dict[str, list[Spent]] = {}
    with serving_feeds() as addresses:
        for number in range(ROUNDS):
            for name, one in contenders(folder, addresses, number):
                spent.setdefault(name, []).append(one)
    wall = {name: median(one.wall for one in rounds) for name, rounds in spent.items()}
    for name, rounds in spent.items():
        computing = median(one.computing for one in rounds)
        print(
            f"  {name:<18} {FEEDS / wall[name]:>4.0f} feeds/s: {wall[name]:>4.1f} s, of computing {computing:>4.1f} s "
            f"(ratio to bare Scrapy {wall['bare Scrapy'] / wall[name]:.2f})"
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
        seen = sum(result.saved.new + result.saved.seen for result in results)
        assert seen == FEEDS * ENTRIES, f"{seen} documents of {FEEDS * ENTRIES}"
    for side in ("bare Scrapy", "aiohttp"):
        if side == "aiohttp" and not _has_aiohttp():
            continue
        watch = Watch()
        command = [sys.executable, __file__, side]
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


def crawl_bare(addresses: list[str]) -> int:
    """The items a plain Scrapy spider finds, with our limits and Scrapy's own robots.txt."""
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
            for entry in feedparser.parse(response.body).entries:
                yield {name: entry.get(name) for name in ("title", "link", "summary", "published", "id", "author")}

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
    process = AsyncCrawlerProcess(limits)
    crawler = process.create_crawler(Bare)
    crawler.signals.connect(count, scrapy.signals.item_scraped)
    process.crawl(crawler)
    process.start()
    return found


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
    given = json.load(sys.stdin)
    print(crawl_bare(given) if sys.argv[1] == "bare Scrapy" else asyncio.run(crawl_aiohttp(given)))
