"""What speaks for and against a name in a text being the client: clues with weights, and the probability they give.

A clue is a weight in logits and the words a person reads. The weights are set by hand on our own examples; 2 makes
.5 to .88. Nothing ever becomes certain: probabilities stay within [.01, .99].
"""

import math
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from .names import Alias, ClientName, ParsedName, common_words, expand, name_words
from .places import APOSTROPHES, Place
from .text import fold_key

Clue = tuple[float, str]
FLOOR, CEILING = 0.01, 0.99
NEAR = 120  # code points around a name in which words tell what it is

SCORE = re.compile(r"\b\d{1,3} ?[-–] ?\d{1,3}\b")
BRACKETED_TICKER = re.compile(r" ?\([A-Z]{4,5}(?:\.[A-Z]+)?\)")
PERSIAN_LINK = re.compile(r"\w-[iıİIuü] $")
TURKISH = re.compile("[ğışçöüĞİŞÇÖÜ]")

KIND: Mapping[str, Clue] = {
    "legal": (0.9, "legal name"),
    "short": (0.8, "short name"),
    "core": (0.5, "name without trade words"),
    "brand": (-3.6, "first word of the name"),
    "website": (2.5, "website"),
    "tax_id": (3.5, "tax number"),
    "ticker": (0.5, "ticker"),
}
# Whose name is it, where several clients share a spelling: the one whose own words it is.
CLAIM: Mapping[str, float] = {"legal": 1.2, "short": 1.2, "core": 0.4, "brand": -1.2}
# Endings by which Turkish firms coin names. A coined word is no surname and no village, so it may stand alone.
COINED = re.compile(r"[a-z]{3,}(?:san|sas|bank|plast|teks|soft|tech|oil|metal|cell)")
COINED_BRAND: Clue = (0.3, "coined first word of the name")
WORDS: Mapping[int, float] = {1: 0.0, 2: 1.2, 3: 2.0}
LOWER: Mapping[int, float] = {1: -0.7, 2: -1.2, 3: -1.0}  # by words of the name
FORM_AGREES, FORM_DIFFERS = (2.5, "form"), (-2.5, "but another legal form")
TAIL_AGREES, TAIL_DIFFERS = (1.0, "trade words"), (-2.5, "but other trade words")


def probability(clues: Iterable[Clue]) -> float:
    """The logistic of the sum of weights, within [.01, .99]."""
    total = sum(weight for weight, _ in clues)
    return min(CEILING, max(FLOOR, 1 / (1 + math.exp(-total))))


def reason(clues: Iterable[Clue]) -> str:
    """The clues in words: "legal name + form, capital in sentence"."""
    words = [text for _, text in clues if text]
    joined = ", ".join(words)
    return joined.replace(", form", " + form", 1) if "form" in words else joined


def weigh_place(place: Place, alias: Alias) -> list[Clue]:
    """The clues that hold for every client of this spelling."""
    if alias.kind in ("tax_id", "website"):
        return [KIND[alias.kind], *_source_clues(place)]
    if alias.kind == "ticker":
        return [KIND["ticker"], *_ticker_clues(place, alias)]
    words = alias.text.split()
    is_coined = alias.kind == "brand" and COINED.fullmatch(alias.text)
    head = COINED_BRAND if is_coined else KIND[alias.kind]
    if alias.kind == "core" and len(words) == 1:  # "Nadir Ticaret" is seldom called Nadir
        head = (-0.8, head[1])
    clues = [head, (WORDS[min(3, len(words))], ""), *_casing_clues(place, alias)]
    near = f" {fold_key(place.text[max(0, place.start - NEAR) : place.end + NEAR])} "
    clues += _source_clues(place) + _next_clues(place, alias) + _team_clues(place, alias)
    if len(words) == 1:
        clues += _one_word_clues(place, alias, is_firm_talk=_is_firm_talk(near))
    return clues


def weigh_client(place: Place, alias: Alias, client: ClientName, parsed: ParsedName) -> list[Clue]:
    """The clues that tell this client from others of the same spelling."""
    clues: list[Clue] = []
    if alias.kind in ("legal", "core", "short", "brand"):
        clues += _form_clues(place, parsed) + _tail_clues(place, alias, parsed)
    if place.is_broken and place.name not in (client.legal_name, *client.short_names):
        clues.append((-3.0, "but punctuation inside"))
    if _has_apostrophe(place.name) and not any(map(_has_apostrophe, (client.legal_name, *client.short_names))):
        clues.append((-4.0, "but an apostrophe inside"))  # "Örnek'un kararı" is not Örnek Un
    near = f" {place.folded.text} "
    if client.city and alias.kind != "tax_id" and _has(near, client.city) and not _has(f" {alias.text} ", client.city):
        clues.append((1.0, f"{client.city.strip()} in the text"))
    if client.tax_id and alias.kind != "tax_id" and f" {client.tax_id} " in near:
        clues.append((4.0, "tax number in the text"))
    if client.ticker and alias.kind != "ticker" and _has_ticker(place, client.ticker):
        clues.append((3.0, "ticker in the text"))
    return clues


def claim(place: Place, alias: Alias, client: ClientName) -> float:
    """How much of a shared spelling is this client's, in logits, before its own clues."""
    given = (client.legal_name, *client.short_names)
    is_own = alias.kind != "ticker" and any(place.surface == name for name in given)
    return CLAIM.get(alias.kind, 0.0) + 1.5 * is_own


def _has_apostrophe(name: str) -> bool:
    return any(letter in name for letter in APOSTROPHES)


def _has(folded: str, words: str) -> bool:
    return re.search(rf" {fold_key(words)}(?:li|lu|da|de|ta|te|nin|nun|dan|den)? ", folded) is not None


def _has_ticker(place: Place, tickers: str) -> bool:
    """Is one of the tickers (comma-separated) in the text, outside the name itself?"""
    rest = place.text[: place.start] + " " + place.text[place.end :]
    return any(re.search(rf"(?<!\w){re.escape(t.strip())}(?!\w)", rest) for t in tickers.split(",") if t.strip())


def _form_clues(place: Place, parsed: ParsedName) -> list[Clue]:
    if not place.hit.form:
        return []
    if not parsed.legal_form:
        return [(1.0, "form")]
    return [FORM_AGREES if place.hit.form == parsed.legal_form else FORM_DIFFERS]


def _tail_clues(place: Place, alias: Alias, parsed: ParsedName) -> list[Clue]:
    """Trade words behind the name, against those of the legal name ("ve" does not count)."""
    seen = [word for word in place.hit.tail if word not in ("ve", "and")]
    if alias.kind == "brand" and place.hit.form:
        return [(-1.0, "")]
    if not seen or alias.text == parsed.without_form:
        return []
    own = {expand(word) for word in parsed.sector_words}
    return [TAIL_AGREES if own.issuperset(seen) else TAIL_DIFFERS]


def _casing_clues(place: Place, alias: Alias) -> list[Clue]:
    if place.hit.form or "." in place.name:
        return []
    if place.casing == "lower" or (place.casing == "mixed" and place.opens):
        return _lower_case_clues(place, alias)
    if place.casing == "mixed":
        return [(-1.2, "half in lower case")]
    if place.style == "upper":
        return [(-0.2, "in a headline all in capitals")]
    if place.casing == "upper":
        return [(1.7, "in capitals")]
    if place.style == "title":
        return [(-0.2, "in a capitalised headline")]
    return [(0.2, "opens the sentence")] if place.opens else [(1.3, "capital in sentence")]


def _lower_case_clues(place: Place, alias: Alias) -> list[Clue]:
    """Lower case says little where all is lower case, and much where other names have their capital."""
    if place.style == "lower":
        is_plain = alias.is_common and (" " not in alias.text or alias.kind == "core")
        return [(-2.5 if is_plain else -0.6, "all in lower case")]
    weight = LOWER[min(3, alias.text.count(" ") + 1)]
    return [(weight - (2.0 if alias.is_common else 0.0) - (0.6 if alias.kind == "core" else 0.0), "but lower case")]


def _next_clues(place: Place, alias: Alias) -> list[Clue]:
    """A name that goes on is another name: Örnek + Vakfı, Örnek + Enerji."""
    word = place.next_word
    folded = fold_key(word)
    one = " " not in alias.text
    if not word or place.hit.form:
        return []
    if folded in common_words().institutions or (one and folded.startswith(("belediye", "universite"))):
        return [(-4.0 if one else -3.5, f"but “{word}” follows")]
    if folded in common_words().not_before.get(alias.text, ()):
        return [(-5.0, f"but “{word}” follows")]
    if one and folded in common_words().firm_nouns:
        return [(1.8, f"“{word}” follows")]
    if word[0].islower() or folded in common_words().titles or not one:
        return []
    if folded in name_words().sector or folded in name_words().trade:
        return [(-1.0 if place.style == "upper" else -2.5, f"but “{word}” follows")]
    is_initials = word.isupper() and len(word) <= 3 and place.casing != "upper"  # AB, ABD, TL: a name of its own
    if place.style != "sentence" or not word[0].isupper() or is_initials:
        return []
    return [(-2.2 if alias.is_common else -0.8, f"but “{word}” follows")]


def _source_clues(place: Place) -> list[Clue]:
    return [(-3.5, "but only the source of the headline")] if place.is_source_tag else []


def _is_firm_talk(near: str) -> bool:
    """Are there words of business in this folded stretch of text? Words up to four letters count whole."""
    return _business_pattern().search(near) is not None


@cache
def _business_pattern() -> re.Pattern[str]:
    words = "|".join(sorted(word if len(word) > 4 else f"{word} " for word in common_words().business))
    return re.compile(f" (?:{words})")


def _one_word_clues(place: Place, alias: Alias, *, is_firm_talk: bool) -> list[Clue]:
    clues: list[Clue] = []
    if place.suffix == "apostrophe":
        clues.append((1.3, "apostrophe suffix"))
    if place.suffix == "attached":
        clues.append((-2.5 if alias.kind == "brand" else -1.0, "suffix without apostrophe"))
    if is_firm_talk:
        clues.append((0.7, "words of business near"))
    if BRACKETED_TICKER.match(place.text, place.end):
        clues.append((2.0, "ticker in brackets behind it"))
    if len(alias.text) <= 3 and (place.casing != "upper" or alias.kind == "core"):
        clues.append((-1.5, "but a short word"))
    clues += _person_clues(place, alias)
    return clues + (_common_clues(place, alias) if alias.is_common and not place.hit.form else [])


def _common_clues(place: Place, alias: Alias) -> list[Clue]:
    common = common_words()
    if alias.text in common.places:
        return [(-4.2, "but also a place")]
    if alias.text in common.surnames or alias.text in common.first_names:
        return [(-2.9, "but also a person's name")]
    if alias.text in name_words().sector or alias.text in name_words().trade:
        return [(-4.2, "but says only what a firm does")]
    if alias.text in common.english_words and TURKISH.search(place.text):
        return [(-0.5, "")]
    return [(-2.2, "but also a word")]


def _person_clues(place: Place, alias: Alias) -> list[Clue]:
    before = fold_key(place.previous_word)
    if PERSIAN_LINK.search(place.text, max(0, place.start - 8), place.start):
        return [(-4.0, "but part of a longer name")]  # "…-i Örnek"
    if place.previous_word[:1].isupper() and before in common_words().first_names:
        return [(-4.0, f"but “{place.previous_word}” before it")]
    if not place.previous_word[:1].isupper() or place.style != "sentence" or place.previous_word.isupper():
        return []
    if place.previous_opens or before in common_words().places or before in common_words().nationalities:
        return [(-0.5 if alias.is_common else 0.0, "")]
    if before.endswith(("li", "lu")):
        return []
    return [(-1.8 if alias.is_common else -1.2, f"but “{place.previous_word}” before it")]


def _team_clues(place: Place, alias: Alias) -> list[Clue]:
    """A club carries its sponsor's name: three words of sport in a text, two in a headline."""
    if place.hit.form or alias.text.count(" ") > 1:
        return []
    if _sport_words(place.text) < (2 if len(place.text) < 2 * NEAR else 3):
        return []
    return [(-3.4 if " " in alias.text or alias.is_common else -2.0, "but words of sport near")]


@lru_cache(maxsize=4)  # a text has several names
def _sport_words(text: str) -> int:
    return sum(word in common_words().sport for word in fold_key(text).split()) + (SCORE.search(text) is not None)


def _ticker_clues(place: Place, alias: Alias) -> list[Clue]:
    before = place.text[max(0, place.start - 6) : place.start]
    if place.casing != "upper" or not place.surface.isascii() or place.hit.ending:
        return [(-5.0, "but not in capitals")]
    if before.endswith(("#", "BIST:", "BİST:", "IST:")):
        return [(3.0, "marked as a ticker")]
    if before.rstrip().endswith("(") and place.text[place.end : place.end + 2].strip()[:1] in (")", ",", "."):
        return [(3.0, "in brackets")]
    talk: list[Clue] = [(0.7, "words of business near")] if _is_firm_talk(f" {place.folded.text} ") else []
    if len(alias.text) <= 3:  # three capitals are anything
        return [(-2.0, "but a short one"), *talk]
    if place.style == "upper":
        return [(-1.5 if alias.is_common else 0.0, "in a headline all in capitals"), *talk]
    return [(-1.5, "in capitals, but also a word") if alias.is_common else (1.5, "in capitals"), *talk]
