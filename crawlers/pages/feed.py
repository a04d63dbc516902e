"""RSS, Atom and JSON Feed in every dialect: the entries of a feed, whatever state it is in."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from ..dates import believable, parse_moment, read_written
from ..text import strip_unwanted
from .dialect import Unusual
from .plainfeed import Claims, read_plain_feed

MAX_BYTES = 8 * 2**20
CLAIMED = ("title", "link", "author", "id", "published", "updated", "language")
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
class FeedHead:
    """What a feed says of itself; `summary` is its subtitle or description."""

    title: str = ""
    link: str = ""
    summary: str = ""
    published_at: datetime | None = None
    author: str = ""
    feed_id: str = ""
    language: str = ""


@dataclass(frozen=True)
class Feed:
    """The entries of a feed in its own order, what was wrong with it, its next page, and what it says of itself."""

    entries: tuple[FeedEntry, ...]
    issues: tuple[str, ...] = ()
    next_url: str = ""
    head: FeedHead = FeedHead()


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
        claims, problems = read_claims(body, url, content_type)
    except Exception as error:  # feedparser leaks what its parsers throw: RecursionError, AssertionError, KeyError …
        return Feed((), (f"not a feed: {type(error).__name__}",))
    language = claims.feed.get("language", "tr")
    entries = []
    for number, claimed in enumerate(claims.entries, 1):
        moment = _moment(claimed, now, language)
        if moment is None and (date := _date(claimed)):
            problems.append(f"entry {number}: date {date[:60]!r} cannot be read or lies in the future")
        entries.append(_entry(claimed, moment))
    return Feed(tuple(entries), tuple(problems), head=_head(claims.feed, now))


def read_claims(body: bytes, url: str | None, content_type: str | None) -> tuple[Claims, list[str]]:
    """What a feed and its entries say, unchecked, and what is wrong with it; the quick way where it is certain."""
    try:
        return read_plain_feed(body, url, content_type), []
    except Unusual:
        return read_with_feedparser(body, url, content_type)


def read_with_feedparser(body: bytes, url: str | None, content_type: str | None) -> tuple[Claims, list[str]]:
    """The same by feedparser, which reads anything; raises what its parsers throw."""
    parsed = _parse(body, url, content_type)
    return Claims(_claims(parsed.feed), tuple(map(_claims, parsed.entries))), _problems(parsed)


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


def _claims(raw: Any) -> dict[str, str]:
    """The texts of a feed or an entry of feedparser's, by the names of `Claims`."""
    # Not `raw.get`, which takes one key for another and warns of it.
    found = {name: dict.get(raw, name) for name in CLAIMED}
    found["summary"] = dict.get(raw, "summary" if "summary" in raw else "subtitle")
    found["content"] = max((part.get("value") or "" for part in dict.get(raw, "content") or []), key=len, default="")
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _entry(claimed: Mapping[str, str], moment: datetime | None) -> FeedEntry:
    content = _safe(claimed, "content")
    return FeedEntry(
        title=_safe(claimed, "title"),
        link=_safe(claimed, "link"),
        summary=_safe(claimed, "summary") or content,
        published_at=moment,
        author=_safe(claimed, "author"),
        entry_id=_safe(claimed, "id"),
        content=content,
    )


def _head(claimed: Mapping[str, str], now: datetime) -> FeedHead:
    return FeedHead(
        title=_safe(claimed, "title"),
        link=_safe(claimed, "link"),
        summary=_safe(claimed, "summary"),
        published_at=_moment(claimed, now, claimed.get("language", "tr")),
        author=_safe(claimed, "author"),
        feed_id=_safe(claimed, "id"),
        language=_safe(claimed, "language"),
    )


def _moment(claimed: Mapping[str, str], now: datetime, language: str) -> datetime | None:
    """Our own forms first (feedparser takes EET for UTC), then feedparser's, then "dün" and the like."""
    date = _date(claimed)
    if not date:
        return None
    if found := read_written(date):
        return believable(found, now)
    if parts := _parts(claimed):
        try:
            return parse_moment(datetime.fromtimestamp(calendar.timegm(parts), UTC).isoformat(), now)
        except (ValueError, OverflowError, OSError):
            return None
    return parse_moment(date, now, language="en" if language.startswith("en") else "tr")


def _date(claimed: Mapping[str, str]) -> str:
    return _safe(claimed, "published") or _safe(claimed, "updated")


def _parts(claimed: Mapping[str, str]) -> Any:
    from feedparser.datetimes import _parse_date

    return _parse_date(claimed.get("published", "")) or _parse_date(claimed.get("updated", ""))


def _safe(claimed: Mapping[str, str], name: str) -> str:
    return strip_unwanted(claimed.get(name, ""))
