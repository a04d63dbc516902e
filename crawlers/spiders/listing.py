"""Lists on web pages: items, their detail pages, the next page of the list."""

from collections.abc import Iterator
from datetime import datetime

from parsel import Selector, SelectorList

from oncu.config.specs import ListingReader, SourceSpec
from oncu.storage.runs import Issue

from ..pages.article import extract_article
from ..pages.page import Link, Page, Row, check_markup
from ..text import element_text

JOINTS = {"title": " ", "text": "\n"}


def read(spec: SourceSpec, page: Page, link: Link, now: datetime) -> Iterator[Row | Link | Issue]:
    """The links of a list page, or the row of a detail page."""
    assert spec.listing is not None
    if wrong := check_markup(page.body):
        yield Issue("page", page.url, f"page {wrong}")
    elif link.kind == "detail":
        yield from _read_detail(spec.listing, page, now)
    else:
        yield from _read_list(spec.listing, page, link.number)


def _read_list(listing: ListingReader, page: Page, number: int) -> Iterator[Row | Link | Issue]:
    items = page.selector.css(listing.item)
    if not items:
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
        yield Link(following, "list", number + 1)


def _read_detail(listing: ListingReader, page: Page, now: datetime) -> Iterator[Row | Issue]:
    if listing.fields:
        yield Row({"url": page.url} | _fields(page.selector, listing.fields), page.url, page.text)
        return
    article = extract_article(page.text, page.url, now)
    if article.problem:
        yield Issue("page", page.url, article.problem)
        return
    values = {"url": page.url, "title": article.title, "text": article.text, "author": "; ".join(article.authors)}
    moment = article.published_at
    yield Row(values | {"published_at": moment.isoformat() if moment else ""}, page.url, page.text)


def _fields(scope: Selector, selectors: dict[str, str]) -> dict[str, str]:
    return {name: _value(scope.css(selector), JOINTS.get(name, "; ")) for name, selector in selectors.items()}


def _value(found: SelectorList[Selector], joint: str) -> str:
    """`h1::text` gives its text, a plain `div.body` everything inside it as paragraphs."""
    texts = (element_text(node.root) if hasattr(node.root, "tag") else node.get() for node in found)
    return joint.join(text for text in map(str.strip, texts) if text)


def _link(scope: Selector, selector: str, page: Page) -> str | None:
    found = scope.css(selector)
    href = found.attrib.get("href") if found and hasattr(found[0].root, "tag") else found.get()
    return page.join(href) if href else None
