"""Feeds: the entries are the documents."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from oncu.config.specs import SourceSpec
from oncu.storage.shapes import Issue

from ..pages.feed import FeedEntry, parse_feed
from ..pages.page import Link, Page, Row


def read(spec: SourceSpec, page: Page, link: Link, now: datetime) -> Iterator[Row | Link | Issue]:
    """The rows of a feed, an issue for each thing wrong with it, and its next page where older entries are wanted."""
    feed = parse_feed(page.body, page.url, now, content_type=page.content_type, max_bytes=len(page.body))
    for problem in feed.issues:
        yield Issue("feed", page.url, problem)
    for entry in feed.entries:
        yield Row(_values(entry), entry.link or page.url, max(entry.summary, entry.content, key=len))
    url = page.join(feed.next_url) if feed.entries and feed.next_url else None
    if url and (link.window or link.number < spec.feed.max_pages):
        yield replace(link, url=url, number=link.number + 1)


def _values(entry: FeedEntry) -> dict[str, str]:
    return {
        "key": entry.entry_id or entry.link,
        "title": entry.title,
        "text": max(entry.summary, entry.content, key=len),
        "url": entry.link,
        "published_at": entry.published_at.isoformat() if entry.published_at else "",
        "author": entry.author,
    }
