"""Sitemaps and indexes of them, news sitemaps first of all: the pages they list as new are the documents."""

import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from lxml import etree

from oncu.config.specs import SourceSpec
from oncu.storage.shapes import Issue

from ..dates import parse_moment
from ..pages.page import Link, Page, Window
from .listing import Found, read_detail

# The protocol's own limit for a file that is not packed.
MAX_BYTES = 50 * 2**20
GZIP = b"\x1f\x8b"


def read(spec: SourceSpec, page: Page, link: Link, now: datetime) -> Iterator[Found]:
    """The pages of a sitemap that lie in the link's window, the sitemaps of an index, or the document of a page."""
    assert spec.sitemap is not None
    if link.kind == "detail":
        yield from read_detail(spec.sitemap.fields, page, link, now)
        return
    try:
        root = parse_sitemap(page.body)
    except ValueError as error:
        yield Issue("page", page.url, f"not a sitemap: {error}")
        return
    if _name(root) == "sitemapindex":
        yield from _read_index(root, page, link, now)
    else:
        yield from _read_urls(root, spec.sitemap.include, page, link, now)


def parse_sitemap(body: bytes) -> etree._Element:
    """The root of a sitemap, unpacked where it is a gzip file. Raises ValueError saying what is wrong."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(unpack(body), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(str(error).splitlines()[0]) from None
    if root is None or _name(root) not in ("urlset", "sitemapindex"):
        raise ValueError(f"it begins with <{_name(root)[:40]}>" if root is not None else "it is empty")
    return root


def unpack(body: bytes) -> bytes:
    """The body, unpacked where it is a gzip file. Raises ValueError for one that is broken or too big."""
    if not body.startswith(GZIP):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(body, MAX_BYTES)
    except zlib.error as error:
        raise ValueError(f"gzip file is broken ({error})") from None
    if unpacker.unconsumed_tail:
        raise ValueError(f"unpacked it is over the limit of {MAX_BYTES >> 20} MB")
    return unpacked


def _read_index(root: etree._Element, page: Page, link: Link, now: datetime) -> Iterator[Found]:
    """The sitemaps of an index, without those that have not changed since the window began."""
    for node in root.iterfind("{*}sitemap"):
        url = page.join(_text(node, "loc"))
        changed_at = _moment(_text(node, "lastmod"), now)
        if url is None:
            yield Issue("page", page.url, "an entry of the index without a web address")
        elif not (link.window and changed_at and changed_at < link.window.start):
            yield Link(url, "list", link.number, window=link.window)


def _read_urls(root: etree._Element, include: str | None, page: Page, link: Link, now: datetime) -> Iterator[Found]:
    undated = foreign = 0
    for node in root.iterfind("{*}url"):
        url = page.join(_text(node, "loc"))
        if url is None or (include and not re.search(include, url)):
            continue
        published = _text(node, "news/publication_date")
        moments = [m for m in (_moment(published, now), _moment(_text(node, "lastmod"), now)) if m]
        undated += not moments
        foreign += not _same_site(url, page.url)
        if moments and _same_site(url, page.url) and _is_wanted(moments, link.window):
            known = {"published_at": published, "title": _text(node, "news/title")}
            yield Link(url, "detail", known={k: v for k, v in known.items() if v}, changed_at=max(moments))
    if undated:
        yield Issue("limit", page.url, f"{undated} entries without a date were not read: they may be of any day")
    if foreign:
        yield Issue("refused", page.url, f"{foreign} entries of other sites were not read")


def _is_wanted(moments: list[datetime], window: Window | None) -> bool:
    """A page belongs to a window in which it was published, or changed."""
    return window is None or any(moment in window for moment in moments)


def _same_site(url: str, other: str) -> bool:
    """Whether a sitemap may speak for a page: its own host, with or without www, or one below it."""
    host, own = ((urlsplit(u).hostname or "").removeprefix("www.") for u in (url, other))
    return host == own or host.endswith(f".{own}") or own.endswith(f".{host}")


def _moment(written: str, now: datetime) -> datetime | None:
    moment = parse_moment(written, now) if written else None
    return moment.astimezone(UTC) if moment else None


def _text(node: etree._Element, path: str) -> str:
    found = node.findtext("/".join("{*}" + step for step in path.split("/")))
    return " ".join((found or "").split())


def _name(node: etree._Element) -> str:
    return etree.QName(node).localname
