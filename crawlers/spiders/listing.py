"""Lists on web pages: items, their detail pages, the next page of the list."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from parsel import Selector, SelectorList

from oncu.config.readers import ListingReader
from oncu.config.specs import SourceSpec
from oncu.storage.shapes import Issue

from ..pages.article import extract_article
from ..pages.markup import check_markup
from ..pages.page import Link, Page, Row
from ..plan import page_link
from ..text import element_text

JOINTS = {"title": " ", "text": "\n"}
SINGLE = frozenset(("key", "url", "published_at"))  # of several that match, the first that is not empty

Found = Row | Link | Issue


def read(spec: SourceSpec, page: Page, link: Link, now: datetime) -> Iterator[Row | Link | Issue]:
    """The links of a list page, or the row of a detail page."""
    assert spec.listing is not None
    if wrong := check_markup(page.body):
        yield Issue("page", page.url, f"page {wrong}")
    elif link.kind == "detail":
        yield from read_detail(spec.listing.fields, page, link, now)
    else:
        yield from _read_list(spec, spec.listing, page, link)


def read_detail(fields: dict[str, str], page: Page, link: Link, now: datetime) -> Iterator[Row | Issue]:
    """The one document of a page, by its selectors or else as an article; what only the list knew fills its gaps."""
    for found in _read_by(fields, page, now):
        if isinstance(found, Row):
            gaps = {name: value for name, value in link.known.items() if not found.values.get(name)}
            found = replace(found, values={**found.values, **gaps})
        yield found


def _read_list(spec: SourceSpec, listing: ListingReader, page: Page, link: Link) -> Iterator[Row | Link | Issue]:
    items = page.selector.css(listing.item)
    if not items and not (listing.page and link.number > 1):  # a counted list ends with a page that has none
        yield Issue("selector", page.url, f"nothing on the page matches item {listing.item!r}; has its layout changed?")
    for item in items:
        if listing.link is None:
            yield Row(_fields(item, listing.fields), page.url, item.get())
        elif url := _link(item, listing.link, page):
            yield Link(url, "detail")
        else:
            yield Issue("selector", page.url, f"an item without a web address at {listing.link!r}")
    following = _link(page.selector, listing.next, page) if listing.next else None
    if following and items:
        yield replace(link, url=following, number=link.number + 1)
    elif listing.page and items:
        yield page_link(spec, link.number + 1, link.window)


def _read_by(fields: dict[str, str], page: Page, now: datetime) -> Iterator[Row | Issue]:
    if fields:
        yield Row({"url": page.url} | _fields(page.selector, fields), page.url, page.text)
        return
    article = extract_article(page.text, page.url, now)
    if article.problem:
        yield Issue("page", page.url, article.problem)
        return
    values = {"url": page.url, "title": article.title, "text": article.text, "author": "; ".join(article.authors)}
    moment = article.published_at
    yield Row(values | {"published_at": moment.isoformat() if moment else ""}, page.url, page.text)


def _fields(scope: Selector, selectors: dict[str, str]) -> dict[str, str]:
    return {name: _value(name, _texts(scope.css(selector))) for name, selector in selectors.items()}


def _value(name: str, texts: list[str]) -> str:
    return JOINTS.get(name, "; ").join(texts[:1] if name in SINGLE else texts)


def _texts(found: SelectorList[Selector]) -> list[str]:
    """`h1::text` gives its text, a plain `div.body` everything inside it as paragraphs; empty ones go."""
    texts = (element_text(node.root) if hasattr(node.root, "tag") else node.get() for node in found)
    return [text for text in map(str.strip, texts) if text]


def _link(scope: Selector, selector: str, page: Page) -> str | None:
    found = scope.css(selector)
    href = found[0].root.get("href") if found and hasattr(found[0].root, "tag") else found.get()
    return page.join(href) if href else None
