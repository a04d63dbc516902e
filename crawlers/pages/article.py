"""The article on a page nobody wrote selectors for: title, text, date, authors, language."""

import re
from copy import deepcopy
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from ..language import guess_language
from ..text import clean_text, strip_unwanted
from .claimed import claimed_date
from .described import read_authors, read_title
from .markup import check_markup
from .page import Page
from .trunk import cut_to_trunk

SHORT_TEXT = 400
MAX_BYTES = 8 * 2**20
# A sentence with a tag in it is no page.
TAG = re.compile(r"<[a-zA-Z]")
LEAST_TAGS = 2


@dataclass(frozen=True)
class Article:
    """What a page says; `problem` is why nothing could be read from it."""

    title: str = ""
    text: str = ""
    published_at: datetime | None = None
    authors: tuple[str, ...] = ()
    language: Literal["tr", "en"] | None = None
    problem: str | None = None


def extract_article(
    html: bytes | str, url: str | None, now: datetime, *, content_type: str | None = None, max_bytes: int = MAX_BYTES
) -> Article:
    """Read the article of a page; never raises: what cannot be read is an empty Article with its `problem`.

    `now` bounds the date; `content_type` is the HTTP header, for its charset.
    """
    body = html.encode("utf-8", "replace") if isinstance(html, str) else html
    if len(body) > max_bytes:
        return Article(problem=f"page of {len(body):,} bytes is over the limit of {max_bytes:,}")
    if wrong := check_markup(body):
        return Article(problem=f"page {wrong}")
    text = strip_unwanted(html) if isinstance(html, str) else Page(url or "", body, content_type).text
    try:
        return _extract(text, url, now)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError, etree.LxmlError) as error:
        # Broken trees surface in trafilatura and htmldate in many ways.
        return Article(problem=f"page cannot be read ({type(error).__name__})")


def article_json(article: Article) -> dict[str, Any]:
    """What `oncu extract` prints for a page, without its id."""
    row = asdict(article)
    del row["problem"]
    moment = article.published_at
    return row | {"published_at": moment.isoformat() if moment else None, "authors": list(article.authors)}


def _extract(html: str, url: str | None, now: datetime) -> Article:
    if len(list(islice(TAG.finditer(html), LEAST_TAGS))) < LEAST_TAGS:
        return Article(problem="page holds no markup")
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    tree = document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    title = read_title(tree)
    authors = read_authors(tree)
    published_at = claimed_date(tree, url, None, now) or claimed_date(tree, url, _guess_day(tree, url, now), now)
    text = _text(tree, html, url).removeprefix(f"{title}\n")  # else every headline would be read twice
    language = guess_language(f"{title}\n{text}")
    return Article(title=title, text=text, published_at=published_at, authors=authors, language=language)


def _text(tree: HtmlElement, html: str, url: str | None) -> str:
    """The quick way, for which the tree is cut down; the thorough one only where that found next to nothing."""
    found = _read(cut_to_trunk(tree), url, fast=True)
    return found if len(found) >= SHORT_TEXT else max(found, _read(html, url, fast=False), key=len)


def _read(page: HtmlElement | str, url: str | None, *, fast: bool) -> str:
    import trafilatura

    return clean_text(trafilatura.extract(page, url=url, fast=fast, include_comments=False) or "")


def _guess_day(tree: HtmlElement, url: str | None, now: datetime) -> str | None:
    """A day that stands anywhere on a page that does not say when it was published."""
    from htmldate import find_date  # slow to load

    return find_date(
        deepcopy(tree), url=url, original_date=True, extensive_search=True, max_date=now.replace(tzinfo=None)
    )
