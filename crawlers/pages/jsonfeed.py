"""JSON Feed, versions 1 and 1.1 (jsonfeed.org): the same entries as any other feed."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from ..dates import parse_moment
from ..text import strip_unwanted
from .feed import Feed, FeedEntry


def is_json_feed(body: bytes) -> bool:
    """Whether a body looks like a JSON feed and not like XML."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def parse_json_feed(body: bytes, url: str | None, now: datetime) -> Feed:
    """Read a JSON feed; never raises: whatever is wrong with it is said in `issues`."""
    try:
        feed = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        return Feed((), (f"not JSON: {error}",))
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or "jsonfeed.org/version/" not in str(feed.get("version")):
        return Feed((), ("JSON, but not a JSON feed (version and items are missing)",))
    entries, problems = [], []
    for number, item in enumerate(items, 1):
        if not isinstance(item, dict):
            problems.append(f"entry {number}: not an object")
            continue
        entry = _entry(item, url, now)
        claimed = _claimed(item)
        if claimed and entry.published_at is None:
            problems.append(f"entry {number}: date {claimed[:60]!r} cannot be read or lies in the future")
        entries.append(entry)
    return Feed(tuple(entries), tuple(problems), _string(feed, "next_url"))


def _entry(item: dict[str, Any], url: str | None, now: datetime) -> FeedEntry:
    content = _string(item, "content_html") or _string(item, "content_text")
    claimed = _claimed(item)
    link = _string(item, "url") or _string(item, "external_url")
    return FeedEntry(
        title=_string(item, "title"),
        link=urljoin(url or "", link) if link else "",
        summary=_string(item, "summary") or content,
        published_at=parse_moment(claimed, now) if claimed else None,
        author="; ".join(filter(None, map(_name, [*_list(item, "authors"), item.get("author")]))),
        entry_id=_string(item, "id"),
        content=content,
    )


def _claimed(item: dict[str, Any]) -> str:
    return _string(item, "date_published") or _string(item, "date_modified")


def _string(item: dict[str, Any], key: str) -> str:
    found = item.get(key)
    is_number = isinstance(found, int | float) and not isinstance(found, bool)  # ids may be numbers in version 1
    return strip_unwanted(str(found)) if isinstance(found, str) or is_number else ""


def _list(item: dict[str, Any], key: str) -> list[Any]:
    found = item.get(key)
    return found if isinstance(found, list) else []


def _name(author: Any) -> str:
    return _string(author, "name") if isinstance(author, dict) else ""
