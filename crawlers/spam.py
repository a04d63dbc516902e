"""Doorway pages: a gambling footer stuffed with the names of known firms must not reach a reader."""

import re
from functools import cache

from oncu.config.load import HERE, read_yaml
from oncu.config.values import Strict

from .phrases import any_of, find_any, may_hold
from .text import html_to_text

LOOKUP = HERE / "lookups" / "spam.yml"
ADDRESS = r"""https?://([^\s"'<>/?#]{1,255})[^\s"'<>]{0,500}"""
ANCHOR = re.compile(rf"""<a\b[^>]{{0,500}}?href\s*=\s*["']?{ADDRESS}[^>]{{0,500}}>.{{0,300}}?</a""", re.I | re.S)
BARE = re.compile(ADDRESS, re.I)


class Family(Strict):
    """One trade of doorway pages: what they say, and how much of it is too much."""

    min_phrases: int
    min_links: int
    phrases: tuple[str, ...]
    link_words: tuple[str, ...]


class SpamLookup(Strict):
    """config/lookups/spam.yml."""

    stuffed_phrases: int
    stuffed_share: float
    families: dict[str, Family]


def spam_reason(html: str, url: str | None, lookup: SpamLookup | None = None) -> str | None:
    """Why a page (HTML or plain text) is a doorway page, or None.

    Two signs are needed: several advertising phrases of one trade, and several of its links to other sites or phrases
    that fill the page. News about a fine for illegal betting has the words but neither of the two.
    """
    lookup = lookup or load_spam_lookup()
    if not any(may_hold(family.phrases, html) for family in lookup.families.values()):
        return None
    text = html_to_text(html) if "<" in html else html
    reasons = (_reason(name, family, html, text, url, lookup) for name, family in lookup.families.items())
    return next((reason for reason in reasons if reason), None)


@cache
def load_spam_lookup() -> SpamLookup:
    """The list the program ships. Raises ConfigError."""
    return SpamLookup.model_validate(read_yaml(LOOKUP))


def _reason(name: str, family: Family, html: str, text: str, url: str | None, lookup: SpamLookup) -> str | None:
    phrases = [phrase for phrase in family.phrases if find_any((phrase,), text)]
    if len(phrases) < family.min_phrases:
        return None
    links = _count_links(html, BARE.match(url or ""), any_of(family.link_words))
    if links >= family.min_links:
        return f"spam: {links} {name} links to other sites and {', '.join(phrases[:3])}"
    share = _share_of_words(text, family.phrases)
    if len(phrases) >= lookup.stuffed_phrases and share >= lookup.stuffed_share:
        return f"spam: {share:.0%} of the words are {name} phrases such as {', '.join(phrases[:3])}"
    return None


def _count_links(html: str, own: re.Match[str] | None, words: re.Pattern[str]) -> int:
    links = list(ANCHOR.finditer(html)) or list(BARE.finditer(html))
    host = own[1] if own else None
    return sum(link[1] != host and bool(words.search(link[0])) for link in links)


def _share_of_words(text: str, phrases: tuple[str, ...]) -> float:
    found = sum(len(match[0].split()) for match in any_of(phrases).finditer(text))
    return found / max(1, len(text.split()))
