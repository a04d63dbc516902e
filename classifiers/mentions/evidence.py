"""What speaks for and against a name in a text being the client: its form, its casing, its neighbours, its meanings."""

import re

from ..firms.names import Alias, common_words, name_words
from .clues import Clue, say
from .meanings import can_be_common, can_be_place, is_persons, weigh_one_word
from .places import Place
from .sites import weigh_next_door
from .surroundings import is_inside_address, read_around, weigh_neighbours, weigh_talk
from .tickers import is_written_as_code, weigh_ticker
from .whole import read_whole
from .word_lists import is_plain, key_of, words_around

# Sums from which nothing that is read after it makes a name of it (most places in a text are such): in logits, without
# the kind of name.
CASING_RULES_OUT, NEIGHBOURS_RULE_OUT = -2.5, -4.5
SHORT_TEXT = 240  # code points below which two words of sport make it a text of sport

# Endings by which Turkish firms coin names. A coined word is no surname and no village, so it may stand alone.
COINED = re.compile(r"[a-z]{3,}(?:san|sas|bank|plast|teks|soft|tech|oil|metal|cell)")
# Names nobody gave, which are names only in capitals, where others have theirs: a fifth of all places in a text.
GUESSED_IN_CAPITALS = ("brand", "acronym")
AT_HOME = ("maker", "participle", "acts", "owned")  # what speaks for a firm, but also for one abroad
LOWER = ("lower_one", "lower_two", "lower_two")  # by words of the name
FEW = 3  # letters up to which capitals are anything


def weigh_place(place: Place, alias: Alias) -> list[Clue]:
    """The clues that hold for every client of this spelling, the kind of name first; none where it is no name."""
    if alias.kind in ("tax_id", "website"):
        return [say(alias.kind), *_source_clues(place)]
    if alias.kind == "ticker":
        return [say("ticker"), *weigh_ticker(place, alias)] if is_written_as_code(place) else []
    if alias.kind in GUESSED_IN_CAPITALS and place.casing == "lower" and not place.is_in_lower_case:
        return []
    if is_inside_address(place):
        return []
    words = alias.text.split()
    clues = [_head(alias, words), *_length_clues(alias, words), *_casing_clues(place, alias), *_source_clues(place)]
    if _is_hopeless(clues, CASING_RULES_OUT):
        return []
    clues += _next_clues(place, alias)
    if len(words) == 1:
        clues += weigh_one_word(place, alias)
    if _is_hopeless(clues, NEIGHBOURS_RULE_OUT):
        return []
    around = read_around(place)
    clues += weigh_next_door(place, around) + weigh_neighbours(place, around) + _team_clues(place, alias)
    if len(words) > 1:
        return clues
    if is_persons(alias.text) and not place.hit.form and "person_talk" in around.told:
        clues.append(say("person_talk"))
    talk = weigh_talk(place, around, is_place=can_be_place(alias.text))
    is_abroad = any(clue.key in ("abroad", "foreign_firm") for clue in clues)
    return clues + [clue for clue in talk if not is_abroad or clue.key not in AT_HOME]


def _is_hopeless(clues: list[Clue], limit: float) -> bool:
    return sum(clue.weight for clue in clues[1:]) < limit


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
    if place.is_in_lower_case:
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
    if folded in name_words().sector or folded in name_words().trade or folded in words_around("trades"):
        return [say("other_trade_upper" if place.style == "upper" else "other_trade_next", word)]
    is_initials = word.isupper() and len(word) <= FEW and place.casing != "upper"  # AB, ABD, TL: a name of its own
    if place.style != "sentence" or not word[0].isupper() or is_initials:
        return []
    if alias.text in common_words().first_names:
        return [say("surname_follows", word)]
    return [say("word_goes_on" if can_be_common(alias) else "name_goes_on", word)]


def _source_clues(place: Place) -> list[Clue]:
    return [say("source_tag")] if place.is_source_tag else []


def _team_clues(place: Place, alias: Alias) -> list[Clue]:
    """A club carries its sponsor's name: three words of sport in a text, two in a headline."""
    if place.hit.form or alias.text.count(" ") > 1 or " sponsor" in place.folded.text:
        return []
    whole = read_whole(place.text, place.folded.text)
    if whole.sport_words < (2 if len(place.text) < SHORT_TEXT else 3):
        return []
    return [say("sport_word" if " " in alias.text or can_be_common(alias) else "sport")]
