"""When an article says it was published: by its JSON-LD, its meta tags, its address, its dateline; never a guess."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from ..dates import parse_moment
from ..text import clean_line

ISTANBUL = ZoneInfo("Europe/Istanbul")
JSON_LD = "//script[@type='application/ld+json']/text()"
LD_DATE = re.compile(r'"(?:datePublished|dateCreated|uploadDate)"\s*:\s*"([^"]{4,60})"')
META_NAMES = (
    ("article:published_time", "og:article:published_time", "og:published_time", "article:published", "datepublished")
    + ("publish-date", "publish_date", "publishdate", "publication_date", "pubdate", "pub_date", "parsely-pub-date")
    + ("sailthru.date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date", "date", "article.published")
    + ("cxenseparse:recs:publishtime", "iso-8601-publish-date", "published_at", "last-published")
)
TIMES = (
    "//*[@itemprop='datePublished']/@datetime",
    "//*[@itemprop='datePublished']/@content",
    "//article//time/@datetime",
)
ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_-]|\b)")
# Where pages put the dateline: an element named for it, inside the article or right behind its headline.
DATELINE = (
    "//*[self::article or self::main or contains(@class,'article') or contains(@class,'haber')]//*[{named}]",
    "//h1/following::*[position() < 40][{named}]",
)
NAMED = " or ".join(
    f"contains(concat(' ',@class,' ',@id),'{word}')" for word in ("date", "tarih", "time", "yayin", "publish", "kunye")
)
LONGEST = 120


def claimed_date(tree: HtmlElement, url: str | None, found: str | None, now: datetime) -> datetime | None:
    """The instant (UTC) the page claims; `found` is a day that a guesser read somewhere on it, used last.

    A guessed day that is today, or the first of a year, is the clock in a masthead or the year of a copyright notice:
    it counts for nothing.
    """
    for text in _written(tree, url):
        if moment := parse_moment(text, now):
            return moment
    if found is None or _is_no_dateline(found, now):
        return None
    return parse_moment(_with_its_clock(tree, found), now)


def _with_its_clock(tree: HtmlElement, day: str) -> str:
    """A guessed day as the page's first <time> of that day writes it, hour and all; else the day itself."""
    return next((str(moment) for moment in tree.xpath("//time/@datetime") if str(moment).startswith(day)), day)


def _written(tree: HtmlElement, url: str | None) -> Iterator[str]:
    yield from _from_json_ld(tree)
    yield from _from_meta(tree)
    for path in TIMES:
        yield from (str(value) for value in tree.xpath(path)[:1])
    if day := ADDRESS.search(url or ""):
        yield "-".join(day.groups())
    yield from _datelines(tree)


def _from_json_ld(tree: HtmlElement) -> Iterator[str]:
    for script in tree.xpath(JSON_LD):
        try:
            node = json.loads(str(script))
        except (ValueError, RecursionError):  # broken by a quote in a headline, and the date is still there to read
            yield from LD_DATE.findall(str(script))[:1]
            continue
        yield from _dates_in(node, depth=0)


def _dates_in(node: Any, *, depth: int) -> Iterator[str]:
    if isinstance(node, list) and depth < 5:
        for part in node[:20]:
            yield from _dates_in(part, depth=depth + 1)
    if isinstance(node, dict) and depth < 5:
        for key in ("datePublished", "dateCreated", "uploadDate"):
            if isinstance(node.get(key), str):
                yield node[key]
                return
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _dates_in(node.get(key), depth=depth + 1)


def _from_meta(tree: HtmlElement) -> Iterator[str]:
    given: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or ""
        given.setdefault(name.casefold(), meta.get("content") or "")
    return (given[name] for name in META_NAMES if given.get(name))


def _datelines(tree: HtmlElement) -> Iterator[str]:
    for path in DATELINE:
        for element in tree.xpath(path.format(named=NAMED))[:5]:
            text = clean_line(str(element.text_content()))
            if 0 < len(text) <= LONGEST:
                yield text


def _is_no_dateline(found: str | None, now: datetime) -> bool:
    return not found or found.endswith("-01-01") or found == f"{now.astimezone(ISTANBUL):%Y-%m-%d}"
