"""What speaks for and against a name in a text being the client: its form, its casing, its neighbours, its meanings."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from ..firms.names import Alias, ClientName, ParsedName, common_words, expand, name_words
from .clues import Clue, say
from .places import APOSTROPHES, BREAK, Place
from .sites import weigh_next_door, weigh_site
from .surroundings import (
    is_inside_address,
    read_around,
    weigh_neighbours,
    weigh_source,
    weigh_talk,
    weigh_topics,
)
from .tickers import weigh_exchange, weigh_ticker
from .word_lists import is_plain, is_word, key_of, lists_of_all, words_around

NEAR = 120  # code points around a name in which words tell what it is
# Sums from which nothing that is read after it makes a name of it (most places in a text are such): in logits, without
# the kind of name.
CASING_RULES_OUT, NEIGHBOURS_RULE_OUT = -2.5, -4.5

SCORE = re.compile(r"\d(?<!\w\d)\d{0,2} ?[-–] ?\d{1,3}\b")
BRACKETED_TICKER = re.compile(r" ?\([A-Z]{4,5}(?:\.[A-Z]+)?\)")
NEXT_OWN = re.compile(r"[ \u00a0](?:ve |and )?([^\W\d_a-zçğıöşü][^\W_]*)")
APOSTROPHE_MARKS = frozenset(APOSTROPHES)
PERSIAN_LINK = re.compile(r"\w-[iıİIuü] $")
TURKISH = re.compile("[ğışçöüĞİŞÇÖÜ]")

# Whose name is it, where several clients share a spelling: the one whose own words it is.
CLAIM: Mapping[str, float] = {"legal": 1.2, "short": 1.2, "core": 0.4, "brand": -1.2}
# Endings by which Turkish firms coin names. A coined word is no surname and no village, so it may stand alone.
COINED = re.compile(r"[a-z]{3,}(?:san|sas|bank|plast|teks|soft|tech|oil|metal|cell)")
LOWER = ("lower_one", "lower_two", "lower_two")  # by words of the name
FEW = 3  # letters up to which capitals are anything


def weigh_place(place: Place, alias: Alias) -> list[Clue]:
    """The clues that hold for every client of this spelling, the kind of name first; none where it is no name."""
    if alias.kind in ("tax_id", "website"):
        return [say(alias.kind), *_source_clues(place)]
    if alias.kind == "ticker":
        return [say("ticker"), *weigh_ticker(place, alias)]
    if is_inside_address(place):
        return []
    words = alias.text.split()
    clues = [_head(alias, words), *_length_clues(alias, words), *_casing_clues(place, alias), *_source_clues(place)]
    if _is_hopeless(clues, CASING_RULES_OUT):
        return []
    clues += _next_clues(place, alias)
    if len(words) == 1:
        clues += _one_word_clues(place, alias)
    if _is_hopeless(clues, NEIGHBOURS_RULE_OUT):
        return []
    around = read_around(place)
    clues += weigh_next_door(place, around) + weigh_neighbours(place, around) + _team_clues(place, alias)
    if len(words) > 1:
        return clues
    if is_persons(alias.text) and not place.hit.form and "person_talk" in lists_of_all(around.words):
        clues.append(say("person_talk"))
    return clues + weigh_talk(place, around, is_place=_is_place(alias.text))


def is_persons(text: str) -> bool:
    """Is a folded one-word name also a person's?"""
    return text in common_words().surnames or text in common_words().first_names


def _is_hopeless(clues: list[Clue], limit: float) -> bool:
    return sum(clue.weight for clue in clues[1:]) < limit


def weigh_client(place: Place, alias: Alias, client: ClientName, parsed: ParsedName) -> list[Clue]:
    """The clues that tell this client from others of the same spelling."""
    clues: list[Clue] = []
    if alias.kind in ("legal", "core", "short", "brand"):
        clues += _form_clues(place, parsed) + _tail_clues(place, alias, parsed)
        if end_of_name(place, parsed) > place.end:
            clues.append(say("own_words", place.next_word))
        clues += weigh_topics(place, client, parsed) if " " not in alias.text else []
        clues += weigh_source(place, client, parsed)
    if place.casing == "mixed" and place.name in (client.legal_name, *client.short_names):
        clues.append(say("as_given"))
    if place.is_broken and place.name not in (client.legal_name, *client.short_names):
        is_wrapped = BREAK.findall(place.name) == ["\n"] and place.casing in ("capital", "upper")
        clues.append(say("line_break" if is_wrapped else "broken"))
    if _has_apostrophe(place.name) and not any(map(_has_apostrophe, (client.legal_name, *client.short_names))):
        clues.append(say("apostrophe_inside"))  # "Örnek'un kararı" is not Örnek Un
    near = f" {place.folded.text} "
    if client.city and alias.kind != "tax_id" and _has(near, client.city) and not _has(f" {alias.text} ", client.city):
        clues.append(say("city", client.city.strip()))
    if client.sites and alias.kind != "tax_id":
        clues += weigh_site(place, client.sites)
    if client.tax_id and alias.kind != "tax_id" and f" {client.tax_id} " in near:
        clues.append(say("tax_in_text"))
    if client.ticker and alias.kind != "ticker":
        clues += _own_ticker_clues(place, client.ticker)
    return clues


def end_of_name(place: Place, parsed: ParsedName) -> int:
    """Where the name ends in the text with the capitalised words of the client's own name behind what was found.

    Of "Nurova Tekstil Konfeksiyon A.Ş." the text may say "Nurova Konfeksiyon", of which only "Nurova" is an alias.
    """
    end = place.end
    if place.hit.form or not NEXT_OWN.match(place.text, end):
        return end
    own = {expand(word) for word in (*parsed.core.split(), *parsed.sector_words)}
    while (match := NEXT_OWN.match(place.text, end)) and expand(key_of(match[1])) in own:
        end = match.end()
    return end


def claim(place: Place, alias: Alias, client: ClientName) -> float:
    """How much of a shared spelling is this client's, in logits, before its own clues."""
    is_own = alias.kind != "ticker" and place.surface in (client.legal_name, *client.short_names)
    return CLAIM.get(alias.kind, 0.0) + 1.5 * is_own


def _head(alias: Alias, words: list[str]) -> Clue:
    if alias.kind == "brand" and COINED.fullmatch(alias.text):
        return say("brand_coined")
    if alias.kind == "core" and len(words) == 1:  # "Nadir Ticaret" is seldom called Nadir
        return say("core_word")
    return say(alias.kind)


def _length_clues(alias: Alias, words: list[str]) -> list[Clue]:
    if len(words) == 1:
        return []
    clues = [say("two_words" if len(words) == 2 else "three_words")]
    return [*clues, say("plain_words")] if is_plain(alias.text) else clues


def _has_apostrophe(name: str) -> bool:
    return not APOSTROPHE_MARKS.isdisjoint(name)


def _has(folded: str, words: str) -> bool:
    key = key_of(words)
    return key in folded and _city_pattern(key).search(folded) is not None


@lru_cache(maxsize=1_000)
def _city_pattern(key: str) -> re.Pattern[str]:
    return re.compile(rf" {key}(?:li|lu|da|de|ta|te|nin|nun|dan|den)? ")


def _has_ticker(place: Place, tickers: str) -> bool:
    """Is one of the tickers (comma-separated) in the text, outside the name itself?"""
    written = [ticker for t in tickers.split(",") if (ticker := t.strip()) and ticker in place.text]
    if not written:
        return False
    rest = place.text[: place.start] + " " + place.text[place.end :]
    return any(re.search(rf"(?<!\w){re.escape(ticker)}(?!\w)", rest) for ticker in written)


def _own_ticker_clues(place: Place, tickers: str) -> list[Clue]:
    """The client's stock code elsewhere in the text; or the name is its code too, and stands among codes."""
    if place.surface in (ticker.strip() for ticker in tickers.split(",")):
        return weigh_exchange(place)
    return [say("ticker_in_text")] if _has_ticker(place, tickers) else []


def _form_clues(place: Place, parsed: ParsedName) -> list[Clue]:
    if not place.hit.form:
        return []
    if not parsed.legal_form:
        return [say("form_unknown")]
    return [say("form" if place.hit.form == parsed.legal_form else "other_form")]


def _tail_clues(place: Place, alias: Alias, parsed: ParsedName) -> list[Clue]:
    """Trade words behind the name, against those of the legal name ("ve" does not count)."""
    seen = [word for word in place.hit.tail if word not in ("ve", "and")]
    if alias.kind == "brand" and place.hit.form:
        return [say("brand_form")]
    if not seen or alias.text == parsed.without_form:
        return []
    if not place.hit.form and place.next_word[:1].islower():  # "Örnek ihracat sorumlusu": the word is not the name's
        return []
    own = {expand(word) for word in parsed.sector_words}
    return [say("trade_words" if own.issuperset(seen) else "other_trade")]


def _casing_clues(place: Place, alias: Alias) -> list[Clue]:
    if place.hit.form or "." in place.name:
        return []
    if place.casing == "mixed" and place.opens and " " in place.name:
        return [say("mixed_opening")]
    if place.casing == "lower":
        return _lower_case_clues(place, alias)
    if place.casing == "mixed":
        return [say("mixed")]
    if place.style == "upper":
        return [say("upper_headline")]
    if place.casing == "upper":
        return [say("few_capitals" if len(alias.text) <= FEW else "capitals")]
    if place.style == "title":
        return [say("title_headline")]
    return [say("opens" if place.opens else "capital")]


def _lower_case_clues(place: Place, alias: Alias) -> list[Clue]:
    """Lower case says little where all is lower case, and much where other names have their capital."""
    is_a_word = alias.is_common or is_plain(alias.text)
    if place.style == "lower":
        return [say("lower_plain" if is_a_word and (" " not in alias.text or alias.kind == "core") else "lower_all")]
    if is_a_word and " " not in alias.text:
        return [say("lower_word")]
    clue = say(LOWER[min(3, alias.text.count(" ") + 1) - 1])
    return [clue, say("lower_common")] if is_a_word else [clue]


def _next_clues(place: Place, alias: Alias) -> list[Clue]:
    """A name that goes on is another name: Örnek + Vakfı, Örnek + Enerji."""
    word = place.next_word
    folded = key_of(word)
    one = " " not in alias.text
    if not word or place.hit.form:
        return []
    if folded in common_words().institutions or (one and folded.startswith(("belediye", "universite"))):
        return [say("institution", word)]
    if folded in common_words().not_before.get(alias.text, ()):
        return [say("not_before", word)]
    if one and (folded in common_words().firm_nouns or folded in words_around("offices")):
        return [say("firm_noun", word)]
    if word[0].islower() or folded in common_words().titles or not one:
        return []
    if folded in name_words().sector or folded in name_words().trade:
        return [say("other_trade_upper" if place.style == "upper" else "other_trade_next", word)]
    is_initials = word.isupper() and len(word) <= FEW and place.casing != "upper"  # AB, ABD, TL: a name of its own
    if place.style != "sentence" or not word[0].isupper() or is_initials:
        return []
    if alias.text in common_words().first_names:
        return [say("surname_follows", word)]
    return [say("word_goes_on" if _is_common(alias) else "name_goes_on", word)]


def _source_clues(place: Place) -> list[Clue]:
    return [say("source_tag")] if place.is_source_tag else []


def _is_firm_talk(near: str) -> bool:
    """Are there words of business in this folded stretch of text? Words up to four letters count whole."""
    return _business_pattern().search(near) is not None


@cache
def _business_pattern() -> re.Pattern[str]:
    words = "|".join(sorted(word if len(word) > 4 else f"{word} " for word in common_words().business))
    return re.compile(f" (?:{words})")


def _is_common(alias: Alias) -> bool:
    return alias.is_common or is_word(alias.text) or _is_place(alias.text)


def _is_place(text: str) -> bool:
    return text in common_words().places or text in words_around("places")


def _one_word_clues(place: Place, alias: Alias) -> list[Clue]:
    clues: list[Clue] = []
    if place.suffix == "apostrophe":
        clues.append(say("apostrophe"))
    if place.suffix == "attached":
        clues.append(say("attached_brand" if alias.kind == "brand" else "attached"))
    near = place.folded.text[max(0, place.hit.start - NEAR) : place.hit.stop + NEAR]
    if _is_firm_talk(f" {near} "):
        clues.append(say("business"))
    if BRACKETED_TICKER.match(place.text, place.end):
        clues.append(say("bracketed_ticker"))
    if len(alias.text) <= FEW and (place.casing != "upper" or alias.kind == "core"):
        clues.append(say("short_word"))
    clues += _person_clues(place, alias)
    return clues if place.hit.form else clues + _meaning_clues(place, alias)


def _meaning_clues(place: Place, alias: Alias) -> list[Clue]:
    """What else a word means: the worst of its meanings."""
    common, text = common_words(), alias.text
    if text in words_around("initials") and (place.casing == "upper" or len(text) <= FEW):
        return [say("initials")]
    if text in common.places or (_is_place(text) and not is_word(text)):
        return [say("place")]
    if is_persons(text):
        return [say("person")]
    if text in name_words().sector or text in name_words().trade:
        return [say("trade_alone")]
    is_turkish = TURKISH.search(place.text) is not None
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
        return [say("word_opening_before")] if _is_common(alias) else []
    if before.endswith(("li", "lu")):
        return []
    return [say("word_name_before" if _is_common(alias) else "name_before", place.previous_word)]


def _team_clues(place: Place, alias: Alias) -> list[Clue]:
    """A club carries its sponsor's name: three words of sport in a text, two in a headline."""
    if place.hit.form or alias.text.count(" ") > 1 or " sponsor" in place.folded.text:
        return []
    if _sport_words(place.text, place.folded.text) < (2 if len(place.text) < 2 * NEAR else 3):
        return []
    return [say("sport_word" if " " in alias.text or _is_common(alias) else "sport")]


@lru_cache(maxsize=4)  # a text has several names
def _sport_words(text: str, folded: str) -> int:
    return sum(map(common_words().sport.__contains__, folded.split())) + (SCORE.search(text) is not None)
