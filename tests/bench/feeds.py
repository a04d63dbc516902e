"""Parsing of feeds, against feedparser alone."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from measure import SHARED, in_turns

from oncu.crawlers.pages.feed import parse_feed

CORPUS = SHARED / "corpora" / "feedparser"
NOW = datetime(2026, 9, 1, tzinfo=UTC)
FEEDS = 300
ENTRIES = 10
ROUNDS = 2
LEAST_ENTRY = (b"<item", b"<entry")


def bench_feeds(folder: Path) -> None:
    """Feeds a second, checked dates and problems included, against feedparser.parse of the same bytes."""
    import feedparser

    sides = {
        "oncu": lambda body: parse_feed(body, "http://haber.example/rss", NOW),
        "feedparser": lambda body: feedparser.parse(BytesIO(body)),
    }
    for name, bodies in {"generated": [made_feed(n) for n in range(FEEDS)], "corpus": corpus()}.items():
        if not bodies:
            print(f"  {name:<10} skipped (the corpus is not beside this clone)")
            continue
        spent = in_turns(bodies, sides, rounds=ROUNDS)
        ours, theirs = spent["oncu"], spent["feedparser"]
        print(
            f"  {name:<10} {len(bodies):>5} feeds: {len(bodies) / ours:>6.0f} feeds/s; feedparser alone "
            f"{len(bodies) / theirs:>6.0f} feeds/s (ratio {theirs / ours:.2f})"
        )


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
