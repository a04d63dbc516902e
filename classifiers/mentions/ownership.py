"""What tells a client from others of the same spelling: its form, its trade, its city, its numbers, its sites."""

import re
from collections.abc import Mapping
from functools import lru_cache
from math import inf

from ..firms.names import Alias, ClientName, ParsedName, expand
from .clues import Clue, say
from .name_index import Owner
from .places import APOSTROPHES, BREAK, Place, once
from .sites import weigh_site
from .surroundings import PRESS, TopicWord, read_around, topics_around, weigh_press, weigh_topics
from .tickers import weigh_exchange
from .whole import read_whole
from .word_lists import key_of

NEXT_OWN = re.compile(r"[ \u00a0](?:ve |and )?([^\W\d_a-zçğıöşü][^\W_]*)")
APOSTROPHE_MARKS = frozenset(APOSTROPHES)
NAMES = ("legal", "core", "short", "brand")

# Whose name is it, where several clients share a spelling: the one whose own words it is.
CLAIM: Mapping[str, float] = {"legal": 1.2, "short": 1.2, "core": 0.4, "brand": -1.2}


class Beside:
    """What stands beside a place and would tell one client from another: read once for all clients of its spelling."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.padded = f" {place.folded.text} "
        self.goes_on = not place.hit.form and NEXT_OWN.match(place.text, place.end) is not None
        self.has_apostrophe = _has_apostrophe(place.name)

    @once
    def most(self) -> float:
        """At most so many logits of `weigh_client` are possible here for any client."""
        place, whole = self.place, read_whole(self.place.text, self.place.folded.text)
        if self.goes_on or place.hit.form or place.hit.tail:
            return inf
        possible = ["city", "near_site"]
        possible += ["topic", "topics"] if self.topics else []
        possible += ["as_given"] if place.casing == "mixed" else []
        possible += ["tax_in_text"] if whole.has_number else []
        possible += ["ticker_in_text", "exchange", "code_list"] if whole.has_code else []
        return sum(say(key).weight for key in possible)

    @once
    def topics(self) -> list[TopicWord]:
        return topics_around(self.place)

    @once
    def said_of_press(self) -> frozenset[str]:
        """The lists of words about newspapers and channels that speak in the sentence of a bare name of one word."""
        is_bare = not self.place.hit.form and " " not in self.place.name
        return read_around(self.place).told & PRESS if is_bare else PRESS - PRESS


def weigh_client(owner: Owner, beside: Beside) -> list[Clue]:
    """The clues that tell this client from others of the same spelling."""
    client, _, alias = owner
    place = beside.place
    clues = _name_clues(place, owner, beside) if alias.kind in NAMES else []
    if place.casing == "mixed" and place.name in (client.legal_name, *client.short_names):
        clues.append(say("as_given"))
    if place.is_broken and place.name not in (client.legal_name, *client.short_names):
        is_wrapped = BREAK.findall(place.name) == ["\n"] and place.casing in ("capital", "upper")
        clues.append(say("line_break" if is_wrapped else "broken"))
    if beside.has_apostrophe and not any(map(_has_apostrophe, (client.legal_name, *client.short_names))):
        clues.append(say("apostrophe_inside"))  # "Örnek'un kararı" is not Örnek Un
    return clues if alias.kind == "tax_id" else clues + _text_clues(place, owner, beside.padded)


def _name_clues(place: Place, owner: Owner, beside: Beside) -> list[Clue]:
    """What stands right behind the name, and what firms of its trade speak of."""
    client, parsed, alias = owner
    clues: list[Clue] = []
    if place.hit.form or place.hit.tail:
        clues += _form_clues(place, parsed) + _tail_clues(place, alias, parsed)
    if beside.goes_on and end_of_name(place, parsed) > place.end:
        clues.append(say("own_words", place.next_word))
    if " " not in alias.text and beside.topics:
        clues += weigh_topics(beside.topics, client, parsed)
    if beside.said_of_press and (said := weigh_press(beside.said_of_press, client, parsed)):
        clues.append(said)
    return clues


def _text_clues(place: Place, owner: Owner, padded: str) -> list[Clue]:
    """What of the client the text has besides: its city, sites, tax number, stock code."""
    client, alias = owner.client, owner.alias
    clues: list[Clue] = []
    if client.city and _has(padded, client.city) and not _has(f" {alias.text} ", client.city):
        clues.append(say("city", client.city.strip()))
    if client.sites:
        clues += weigh_site(place, client.sites)
    if client.tax_id and f" {client.tax_id} " in padded:
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
