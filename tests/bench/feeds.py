"""Parsing of feeds, against feedparser alone."""

import resource
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from measure import SHARED, in_turns

from oncu.config.specs import SourceSpec
from oncu.crawlers.pages.dialect import Unusual
from oncu.crawlers.pages.feed import parse_feed
from oncu.crawlers.pages.page import Link, Page
from oncu.crawlers.pages.plainfeed import read_plain_feed
from oncu.crawlers.parse_task import FOUND, Task
from oncu.crawlers.parse_worker import answer

CORPUS = SHARED / "corpora" / "feedparser"
NOW = datetime(2026, 9, 1, tzinfo=UTC)
FEEDS = 300
ENTRIES = 10
ROUNDS = 2
PARSED = 2_000
URL = "http://haber.example/rss"
SPEC = SourceSpec.model_validate(
    {"name": "deneme", "title": "Deneme", "publisher": "Deneme", "category": "news", "origin": "independent"}
    | {"reader": "feed", "url": URL, "every": "1h", "terms": "public", "personal_data": "none"}
    | {"expect": {"documents": {"min": 1, "max": 100}}}
).model_dump_json(exclude_unset=True)


def bench_feeds(folder: Path) -> None:
    """Feeds a second, checked dates and problems included, against feedparser.parse of the same bytes."""
    import feedparser

    sides = {
        "oncu": lambda body: parse_feed(body, URL, NOW),
        "feedparser": lambda body: feedparser.parse(BytesIO(body)),
    }
    usual, unusual = split(corpus())
    made = [made_feed(n) for n in range(FEEDS)]
    for name, bodies in {"generated": made, "usual": usual, "unusual": unusual}.items():
        if not bodies:
            print(f"  {name:<10} skipped (the corpus is not beside this clone)")
            continue
        spent = in_turns(bodies, sides, rounds=ROUNDS)
        ours, theirs = spent["oncu"], spent["feedparser"]
        print(
            f"  {name:<10} {len(bodies):>5} feeds: {len(bodies) / ours:>6.0f} feeds/s; feedparser alone "
            f"{len(bodies) / theirs:>6.0f} feeds/s (ratio {theirs / ours:.2f})"
        )
    _bench_parser()


def _bench_parser() -> None:
    """What a parser does with feeds, from the bytes to the JSON of checked documents; its memory must stay flat."""
    answered, sizes = 0, []
    start = time.process_time()
    for number in range(PARSED):
        body = made_feed(FEEDS + number)
        for part in answer(Task(SPEC, Page(URL, body, "application/rss+xml"), Link(URL), NOW)):
            answered += len(part.documents)
            FOUND.dump_json(part)
        if number in (PARSED // 4, PARSED - 1):
            sizes.append(resident())
    spent = 1_000 * (time.process_time() - start) / PARSED
    print(
        f"  parser     {PARSED:>5} feeds: {spent:.2f} ms of computing a feed (making it up included), "
        f"{answered:,} documents, {sizes[0]:.1f} MB after a quarter -> {sizes[1]:.1f} MB"
    )


def resident() -> float:
    """Megabytes this process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def split(bodies: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """The feeds that are read the quick way, and those left to feedparser."""
    usual: list[bytes] = []
    unusual: list[bytes] = []
    for body in bodies:
        (usual if _is_usual(body) else unusual).append(body)
    return usual, unusual


def _is_usual(body: bytes) -> bool:
    try:
        return bool(read_plain_feed(body, URL, None))
    except Unusual:
        return False


def corpus() -> list[bytes]:
    """The well-formed feeds of feedparser's own tests."""
    files = sorted((*CORPUS.rglob("wellformed/**/*.xml"),)) if CORPUS.is_dir() else []
    return [file.read_bytes() for file in files]


def made_feed(number: int, entries: int = ENTRIES) -> bytes:
    """An RSS feed with entries of its own, as a newspaper writes them."""
    rows = []
    for entry in range(entries):
        key = number * 1000 + entry
        moment = NOW - timedelta(minutes=7 * entry + number % 60)
        rows.append(
            f"<item><title>{key} sayılı haber: Örnek Dokuma üretimini artırdı</title>"
            f"<link>http://haber.example/{key}</link><guid isPermaLink='false'>{key}</guid>"
            f"<pubDate>{moment:%a, %d %b %Y %H:%M:%S +0000}</pubDate><dc:creator>Defne Örnekoğlu</dc:creator>"
            f"<description><![CDATA[<p>Örnek Dokuma, {key} tezgâhlı tesisinde <b>üretimini</b> artırdı.</p>"
            f"<p>Yönetim kurulu yeni yatırımın yıl sonunda biteceğini bildirdi.</p>]]></description></item>"
        )
    head = "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>Deneme</title>"
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>{head}<language>tr</language>{''.join(rows)}</channel></rss>".encode()
    )
