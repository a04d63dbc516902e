"""Doorway pages: a gambling footer stuffed with the names of known firms must not reach a reader."""

import re
from functools import cache

from oncu.config.load import HERE, read_yaml
from oncu.config.specs import Strict

from .text import html_to_text

LOOKUP = HERE / "lookups" / "spam.yml"
ADDRESS = r"""https?://([^\s"'<>/?#]{1,255})[^\s"'<>]{0,500}"""
ANCHOR = re.compile(rf"""<a\b[^>]{{0,500}}?href\s*=\s*["']?{ADDRESS}[^>]{{0,500}}>.{{0,300}}?</a""", re.I | re.S)
BARE = re.compile(ADDRESS, re.I)
# One class of letters for each that Turkish pages write in several ways.
LETTERS = {"i": "[iıİI]", "ı": "[iıİI]", "s": "[sşSŞ]", "ş": "[sşSŞ]", "g": "[gğGĞ]", "ğ": "[gğGĞ]"} | {
    letter: f"[{a}{b}{a.upper()}{b.upper()}]" for a, b in ("cç", "oö", "uü") for letter in (a, b)
}


class SpamLookup(Strict):
    """config/lookups/spam.yml: what a doorway page says and how much of it is too much."""

    min_phrases: int
    min_links: int
    phrases: tuple[str, ...]
    link_words: tuple[str, ...]


def spam_reason(html: str, url: str | None, lookup: SpamLookup | None = None) -> str | None:
    """Why a page (HTML or plain text) is a doorway page, or None.

    Both signs are needed: several advertising phrases and several gambling links to other sites. News about a fine for
    illegal betting has the words but not the links.
    """
    lookup = lookup or load_spam_lookup()
    if not _any_of(lookup.phrases).search(html):
        return None
    text = html_to_text(html) if "<" in html else html
    phrases = [phrase for phrase in lookup.phrases if _any_of((phrase,)).search(text)]
    if len(phrases) < lookup.min_phrases:
        return None
    links = _count_links(html, BARE.match(url or ""), _any_of(lookup.link_words))
    if links < lookup.min_links:
        return None
    return f"spam: {links} gambling links to other sites and {', '.join(phrases[:3])}"


@cache
def load_spam_lookup() -> SpamLookup:
    """The list the program ships. Raises ConfigError."""
    return SpamLookup.model_validate(read_yaml(LOOKUP))


def _count_links(html: str, own: re.Match[str] | None, words: re.Pattern[str]) -> int:
    links = list(ANCHOR.finditer(html)) or list(BARE.finditer(html))
    host = own[1] if own else None
    return sum(link[1] != host and bool(words.search(link[0])) for link in links)


@cache
def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_spelled(phrase) for phrase in phrases), re.IGNORECASE)


def _spelled(phrase: str) -> str:
    return "".join(r"[\s_-]*" if letter == " " else LETTERS.get(letter, re.escape(letter)) for letter in phrase)
