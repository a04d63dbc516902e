"""What a name of one word may mean besides the firm: a word, a place, a person, an abbreviation."""

import re

from ..firms.names import Alias, common_words, is_common, name_words
from .clues import Clue, say
from .places import Place
from .whole import read_whole
from .word_lists import is_word, key_of, lists_of, words_around

BRACKETED_TICKER = re.compile(r" ?\([A-Z]{4,5}(?:\.[A-Z]+)?\)")
PERSIAN_LINK = re.compile(r"\w-[iıİIuü] $")
FEW = 3  # letters up to which capitals are anything


def weigh_one_word(place: Place, alias: Alias) -> list[Clue]:
    """Its suffix, its length, the names before it, and what else the word means."""
    clues: list[Clue] = []
    is_inside = place.casing == "capital" and place.style == "sentence" and not place.opens
    if place.suffix == "apostrophe":
        clues.append(say("apostrophe"))
    if place.suffix == "attached":
        clues.append(say("attached_brand" if alias.kind == "brand" else "attached"))
        clues += [say("attached_inside")] if is_inside else []
    if BRACKETED_TICKER.match(place.text, place.end):
        clues.append(say("bracketed_ticker"))
    if len(alias.text) <= FEW and (place.casing != "upper" or alias.kind == "core"):
        clues.append(say("short_word"))
    clues += _person_clues(place, alias)
    meanings = [] if place.hit.form else _meaning_clues(place, alias)
    if any(clue.key == "word" for clue in meanings):
        meanings += [say("word_inside")] if is_inside else []
        meanings += [say("word_headline")] if place.style in ("upper", "title") else []
    return clues + meanings


def _meaning_clues(place: Place, alias: Alias) -> list[Clue]:
    """What else a word means: the worst of its meanings."""
    common, text = common_words(), alias.text
    if text in words_around("initials") and (place.casing == "upper" or len(text) <= FEW):
        return [say("initials")]
    if text in common.places or (can_be_place(text) and not is_word(text)):
        return [say("place")]
    if is_persons(text):
        return [say("person")]
    if text in name_words().sector or text in name_words().trade:
        return [say("trade_alone")]
    is_turkish = read_whole(place.text, place.folded.text).is_turkish
    if text in words_around("english") and not is_word(text):
        return [say("english" if is_turkish else "english_text")]
    if is_word(text) or text in common.words:
        return [say("word")]
    if text in common.english_words:
        return [say("english" if is_turkish else "english_text")]
    return []


def _person_clues(place: Place, alias: Alias) -> list[Clue]:
    before = key_of(place.previous_word)
    if PERSIAN_LINK.search(place.text, max(0, place.start - 8), place.start):
        return [say("persian")]  # "…-i Örnek"
    if place.previous_word[:1].isupper() and before in common_words().first_names:
        return [say("first_name", place.previous_word)]
    if before in words_around("persons"):
        return [say("person_title", place.previous_word)]
    if not place.previous_word[:1].isupper() or place.style != "sentence" or place.previous_word.isupper():
        return []
    if place.previous_opens or before in common_words().places or before in common_words().nationalities:
        return [say("word_opening_before")] if can_be_common(alias) else []
    if before.endswith(("li", "lu")):
        return []
    return [say("word_name_before" if can_be_common(alias) else "name_before", place.previous_word)]


def is_persons(text: str) -> bool:
    """Is a folded one-word name also a person's?"""
    common = common_words()
    return text in common.surnames or text in common.first_names or text in words_around("surnames")


def is_another_word(folded: str) -> bool:
    """Is what looks like a name with a suffix a word, a place, a country or an office ("denizli", "sozcusu")?"""
    if is_common(folded) or is_word(folded) or "abroad" in lists_of(folded):
        return True
    return any(folded in words_around(name) for name in ("places", "offices"))


def can_be_common(alias: Alias) -> bool:
    """Is it a word or a place as well?"""
    return alias.is_common or is_word(alias.text) or can_be_place(alias.text)


def can_be_place(text: str) -> bool:
    """Is a folded name also a place?"""
    return text in common_words().places or text in words_around("places")
