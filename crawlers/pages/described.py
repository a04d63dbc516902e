"""What a page says of itself in its head: the headline without the name of the paper, and who wrote it."""

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

from ..text import clean_line

JSON_LD = "//script[@type='application/ld+json']/text()"
ARTICLES = re.compile(r"Article|Posting|Report|Review|WebPage|VideoObject|Recipe")
LEAST_TITLE = 15
LONGEST_NAME = 80
MOST_AUTHORS = 20
DEEPEST = 3
TITLE_METAS = ("og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title", "title")
AUTHOR_METAS = (
    "author",
    "article:author",
    "byl",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
) + ("cxenseparse:author", "citation_author", "og:article:author")
BYLINE = (
    "//*[@itemprop='author']//*[@itemprop='name'] | //*[@itemprop='author'][not(*)] | //a[@rel='author']"
    " | //article//*[contains(@class,'author-name') or contains(@class,'author__name') or contains(@class,'yazar-adi')]"
)
LED_IN = re.compile(r"^(?:by|von|par|por|di|yazan|haber)\b[:\s]+", re.IGNORECASE)
SPLIT = re.compile(r"\s*(?:;|,|\||\band\b|\bund\b|\bve\b|&)\s*")


def read_title(tree: HtmlElement) -> str:
    """The headline as the page shows it, else as it names it to others; empty where there is none."""
    shown = [line for line in (clean_line(str(h1.text_content())) for h1 in tree.iter("h1")) if line]
    named = next(_metas(tree, TITLE_METAS), "") or next(_headlines(tree), "")
    if not named:
        return shown[0] if shown else clean_line(str(tree.findtext(".//title") or ""))
    return next((line for line in shown if len(line) >= LEAST_TITLE and named.startswith(line)), named)


def read_authors(tree: HtmlElement) -> tuple[str, ...]:
    """The names of those who wrote it, each once; a page address is no name."""
    for found in (_linked_authors(tree), _metas(tree, AUTHOR_METAS), _bylines(tree)):
        names = [name for line in found for name in _names(line)]
        if names:
            return tuple(dict.fromkeys(names))
    return ()


def _names(line: str) -> Iterator[str]:
    for part in SPLIT.split(LED_IN.sub("", clean_line(line))):
        if 3 <= len(part) <= LONGEST_NAME and not re.search(r"https?:|www\.|[@<>{}]|\d", part):
            yield part


def _metas(tree: HtmlElement, names: tuple[str, ...]) -> Iterator[str]:
    """The contents of the first of these meta elements that says something."""
    given: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        if content := clean_line(meta.get("content") or ""):
            given.setdefault(name.casefold(), []).append(content)
    return iter(next((given[name] for name in names if name in given), ()))


def _bylines(tree: HtmlElement) -> Iterator[str]:
    for element in tree.xpath(BYLINE)[:5]:
        yield str(element.text_content())


def _headlines(tree: HtmlElement) -> Iterator[str]:
    return (clean_line(node["headline"]) for node in _articles(tree) if isinstance(node.get("headline"), str))


def _linked_authors(tree: HtmlElement) -> Iterator[str]:
    for node in _articles(tree):
        yield from _name_of(node.get("author"))


def _name_of(author: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(author, str):
        yield author
    elif isinstance(author, list) and depth < DEEPEST:
        for one in author[:MOST_AUTHORS]:
            yield from _name_of(one, depth + 1)
    elif isinstance(author, dict) and depth < DEEPEST and author.get("@type") != "Organization":
        yield from _name_of(author.get("name"), depth + 1)


def _articles(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """The nodes of JSON-LD that describe a text; broken JSON describes nothing."""
    for script in tree.xpath(JSON_LD):
        try:
            node = json.loads(str(script), strict=False)
        except (ValueError, RecursionError):
            continue
        yield from filter(_is_article, _nodes(node))


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    for one in node if isinstance(node, list) else [node]:
        if isinstance(one, dict):
            yield one
            graph = one.get("@graph")
            yield from (n for n in graph if isinstance(n, dict)) if isinstance(graph, list) else ()


def _is_article(node: dict[str, Any]) -> bool:
    return bool(ARTICLES.search(str(node.get("@type"))))
