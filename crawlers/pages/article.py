"""The article on a page nobody wrote selectors for: title, text, date, authors, language."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from lxml import etree
from lxml.html import HtmlElement

from ..language import guess_language
from ..text import clean_line, clean_text, strip_unwanted
from .claimed import claimed_date
from .markup import check_markup
from .page import Page

SHORT_TEXT = 400
LEAST_TITLE = 15
# Broken trees surface in trafilatura and htmldate in many ways.
BROKEN = (ValueError, TypeError, AttributeError, LookupError, AssertionError, RecursionError, etree.LxmlError)
MAX_BYTES = 8 * 2**20


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
    except BROKEN as error:
        return Article(problem=f"page cannot be read ({type(error).__name__})")


def article_json(article: Article) -> dict[str, Any]:
    """What `oncu extract` prints for a page, without its id."""
    row = asdict(article)
    del row["problem"]
    moment = article.published_at
    return row | {"published_at": moment.isoformat() if moment else None, "authors": list(article.authors)}


def _extract(html: str, url: str | None, now: datetime) -> Article:
    import trafilatura  # slow to load

    tree = trafilatura.load_html(html)
    if tree is None:
        return Article(problem="page holds no markup")
    claimed = {"original_date": True, "extensive_search": True, "max_date": now.replace(tzinfo=None)}
    described = trafilatura.extract_metadata(tree, default_url=url, date_config=claimed)
    title = _title(tree, clean_line(described.title or ""))
    text = _text(html, url).removeprefix(f"{title}\n")  # else every headline would be read twice
    return Article(
        title=title,
        text=text,
        published_at=claimed_date(tree, url, described.date, now),
        authors=tuple(name for name in map(clean_line, (described.author or "").split(";")) if name),
        language=guess_language(f"{title}\n{text}"),
    )


def _text(html: str, url: str | None) -> str:
    """The quick way; the thorough one only where the quick one found next to nothing."""
    import trafilatura

    found = ""
    for fast in (True, False):
        read = trafilatura.extract(html, url=url, fast=fast, include_comments=False, include_tables=True) or ""
        found = max(found, clean_text(read), key=len)
        if len(found) >= SHORT_TEXT:
            break
    return found


def _title(tree: HtmlElement, found: str) -> str:
    """The headline without the name of the paper behind it, where the page shows the headline itself."""
    shown = [line for line in (clean_line(str(h1.text_content())) for h1 in tree.iter("h1")) if line]
    if not found:
        return shown[0] if shown else clean_line(str(tree.findtext(".//title") or ""))
    return next((line for line in shown if len(line) >= LEAST_TITLE and found.startswith(line)), found)
