"""RSS, Atom and JSON Feed in every dialect: the entries of a feed, whatever state it is in."""

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from ..dates import parse_moment, read_written
from ..text import strip_unwanted

MAX_BYTES = 8 * 2**20
# These say that a header and the file disagree about the encoding; the entries are right all the same.
HARMLESS = ("CharacterEncodingOverride", "NonXMLContentType")


@dataclass(frozen=True)
class FeedEntry:
    """One entry; `title` and `summary` may hold (sanitised) HTML, `content` is the full text where the feed has it."""

    title: str
    link: str
    summary: str
    published_at: datetime | None
    author: str
    entry_id: str
    content: str = ""


@dataclass(frozen=True)
class Feed:
    """The entries of a feed in its own order, and what was wrong with it."""

    entries: tuple[FeedEntry, ...]
    issues: tuple[str, ...] = ()


def parse_feed(
    body: bytes, url: str | None, now: datetime, *, content_type: str | None = None, max_bytes: int = MAX_BYTES
) -> Feed:
    """Read a feed; never raises: whatever is wrong with it is said in `issues`.

    A date that cannot be read or lies in the future is None and an issue. `content_type` is the HTTP header.
    """
    if len(body) > max_bytes:
        return Feed((), (f"feed of {len(body):,} bytes is over the limit of {max_bytes:,}",))
    from .jsonfeed import is_json_feed, parse_json_feed  # which gives what is defined here

    if is_json_feed(body):
        return parse_json_feed(body, url, now)
    try:
        parsed = _parse(body, url, content_type)
    except Exception as error:  # feedparser leaks what its parsers throw: RecursionError, AssertionError, KeyError …
        return Feed((), (f"not a feed: {type(error).__name__}",))
    problems = _problems(parsed)
    entries = []
    for number, raw in enumerate(parsed.entries, 1):
        claimed = _string(raw, "published") or _string(raw, "updated")
        moment = _published_at(raw, claimed, now, parsed.feed.get("language", "tr"))
        if claimed and moment is None:
            problems.append(f"entry {number}: date {claimed[:60]!r} cannot be read or lies in the future")
        entries.append(_entry(raw, moment))
    return Feed(tuple(entries), tuple(problems))


def feed_json(feed: Feed) -> dict[str, Any]:
    """What `oncu feed` prints for a feed, without its id."""
    keys = ("title", "link", "summary", "published_at", "author", "entry_id")
    rows = [{key: getattr(entry, key) for key in keys} for entry in feed.entries]
    for row in rows:
        row["published_at"] = row["published_at"].isoformat() if row["published_at"] else None
    return {"entries": rows, "issues": list(feed.issues)}


def _parse(body: bytes, url: str | None, content_type: str | None) -> Any:
    import feedparser  # slow to load

    headers = {"content-location": url} if url else {}
    # A stream, because feedparser would take a short bytes body for a file name.
    return feedparser.parse(
        BytesIO(body), response_headers=headers | ({"content-type": content_type} if content_type else {})
    )


def _problems(parsed: Any) -> list[str]:
    if not parsed.get("version") and not parsed.entries:
        return ["not an RSS or Atom feed"]
    error = parsed.get("bozo_exception")
    if not parsed.get("bozo") or type(error).__name__ in HARMLESS:
        return []
    words = (str(error).splitlines() or [""])[0].removeprefix("<unknown>:")
    return [f"not well formed: {words or type(error).__name__}"]


def _entry(raw: Any, moment: datetime | None) -> FeedEntry:
    content = _longest(raw.get("content"))
    return FeedEntry(
        title=_string(raw, "title"),
        link=_string(raw, "link"),
        summary=_string(raw, "summary") or content,
        published_at=moment,
        author=_string(raw, "author"),
        entry_id=_string(raw, "id"),
        content=content,
    )


def _published_at(raw: Any, claimed: str, now: datetime, language: str) -> datetime | None:
    """Our own forms first (feedparser takes EET for UTC), then feedparser's, then "dün" and the like."""
    if not claimed:
        return None
    if read_written(claimed):
        return parse_moment(claimed, now)
    parts = raw.get("published_parsed") or raw.get("updated_parsed")
    if parts:
        try:
            return parse_moment(datetime.fromtimestamp(calendar.timegm(parts), UTC).isoformat(), now)
        except (ValueError, OverflowError, OSError):
            return None
    return parse_moment(claimed, now, language="en" if str(language).startswith("en") else "tr")


def _string(raw: Any, key: str) -> str:
    found = raw.get(key)
    return strip_unwanted(found) if isinstance(found, str) else ""


def _longest(parts: Any) -> str:
    values = [_string(part, "value") for part in parts or []]
    return max(values, key=len, default="")
