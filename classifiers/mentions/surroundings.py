"""What the words around a name tell: the sentence it stands in, cut in two at the name, by the word lists."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..firms.names import ClientName, ParsedName, common_words, name_words
from ..text import fold_key
from .clues import Clue, say
from .places import APOSTROPHES, TOKEN, WORD, Place, once
from .whole import read_whole
from .word_lists import STEM, is_word, key_of, lists_of, lists_of_all, topics_of, topics_told, words_around

REACH = 250  # code points to each side in which a sentence is looked for
LEAST_LAST = 3  # letters of a word behind which a full stop ends a sentence, and none of an abbreviation
TopicWord = tuple[str, frozenset[str]]  # a word and its topics
CAPITALISED_RUN = re.compile(r"(?:[ \u00a0](?:ve )?[^\W\d_a-zçğıöşü][^\W_]*){1,6}")
CREDIT_ENDS = re.compile(r"\)\s*[-–—]")
FORM_BEHIND = re.compile(r"[ \u00a0]([^\W\d_]{2,7})\b\.?")
ADDRESS = re.compile(r"[^\W_][\w-]*\.[a-zçğıöşü]{2}|://|@")
PLATE = re.compile(r" \d{2,4}\b")
JOINED = re.compile(r"[.\-_/@]\w")
POSSESSED = re.compile(
    rf"[{APOSTROPHES}](?:[ıiuü]m(?:[ıiuü]|[ae]|d[ae]n?|l[ae]|[ıiuü]n|[ıiuü]z\w{{0,3}})?|[ıiuü]n[ıiuü])\b"
)
HOME_OF = re.compile(r"\W?\w{1,3}(?: [a-zçğıöşü]+){0,4} ([a-zçğıöşü]+) [A-ZÇĞİÖŞÜ]")
COUNTRY_BEHIND = re.compile(
    r"(?: ?\(| of |,? (?:based|headquartered|registered) in |, (?:a|an|the) |,? merkezi )(?:the )?"
    r"([A-ZÇĞİÖŞÜ][^\W\d_]{2,20})"
)
AGENT = re.compile(r"[a-z]{3,}(?:ci|cu)(?:s[iu])?")
PARTICIPLE = re.compile(r"[a-z]{3,}[ae]n")
INFLECTED = re.compile(
    r"[a-z]{4,}(?:y[ae]|n[ae]|[dt][ae]n?|[dt][ae]ki|[nrtl][iu]n|yl[ae]|l[ae]r(?:[ae]|[dt][ae]n?|[iu]n)?)"
)
LOCATIVES = frozenset(("da", "de", "ta", "te", "daki", "deki", "taki", "teki"))
GENITIVES = frozenset(("in", "un", "nin", "nun", "s"))
ABLATIVES = frozenset(("dan", "den", "tan", "ten"))
HOME = " turk"  # what begins so is of this country
MAX_LINKS = 5  # words from a country to the name
MEDIA = frozenset(("medya", "yayin", "gazete", "haber", "televizyon", "radyo"))
PRESS = frozenset(("press", "source_talk"))
BUSY = 3  # different words of business that make it a matter of business


@dataclass(frozen=True)
class Around:
    """The sentence of a name as written: `before` and `after` it. Folded it has a space at each end."""

    before: str
    after: str

    @once
    def said_before(self) -> str:
        return f" {fold_key(self.before)} "

    @once
    def said_after(self) -> str:
        return f" {fold_key(self.after)} "

    @once
    def said(self) -> str:
        return self.said_before + self.said_after[1:]

    @once
    def words_after(self) -> list[str]:
        return self.said_after.split()

    @once
    def words(self) -> list[str]:
        return [*self.said_before.split(), *self.words_after]

    @once
    def told_after(self) -> frozenset[str]:
        """The lists of words that speak behind the name."""
        return lists_of_all(self.words_after)

    @once
    def told(self) -> frozenset[str]:
        """The lists of words that speak in the sentence."""
        return self.told_after | lists_of_all(self.said_before.split())


def read_around(place: Place) -> Around:
    """The rest of the sentence the name stands in, at most 250 code points to each side."""
    return _read_around(place.text, place.folded.text, place.start, place.end)


@lru_cache(maxsize=64)  # asked for by the clues, the site and the role of the same few names
def _read_around(text: str, folded: str, start: int, end: int) -> Around:
    ends = read_whole(text, folded).sentence_ends
    number = bisect_left(ends, (start,))
    first, last = max(0, start - REACH), end + REACH
    begun = [behind for _, behind in ends[max(0, number - 2) : number] if first <= behind <= start]
    stops = (_stop(text, end, *of_end) for of_end in ends[number:])
    stop = next((stop for stop in stops if stop is not None), last)
    return Around(text[max(begun, default=first) : start], text[end : min(stop, last)])


def _stop(text: str, end: int, stop: int, behind: int) -> int | None:
    """Where the sentence of a name that ends at `end` stops, if it does at this end of a sentence."""
    if stop >= end + LEAST_LAST:
        return stop + 1
    return behind if behind > end and text[behind - 1] == "\n" else None


def weigh_neighbours(place: Place, around: Around) -> list[Clue]:
    """What makes another thing of any name, however long: a credit, another country, a name that goes on, a product."""
    if place.hit.form:
        last = place.surface.rstrip(".").rsplit(" ", 1)[-1]
        abroad = say("abroad_form", last) if key_of(last) in words_around("abroad_forms") else _abroad(place, around)
        return [abroad] if abroad else weigh_home(around)
    found = (_credit(place, around), _abroad(place, around), _goes_on(place, around), _long_name(place, around))
    clues = [*(clue for clue in found if clue), *weigh_home(around)]
    return clues if clues or HOME in around.said else [*clues, *_abroad_near(around)]


def weigh_talk(place: Place, around: Around, *, is_place: bool) -> list[Clue]:
    """What the sentence of a one-word name speaks of: trade, products, sport, places."""
    told, told_after = around.told, around.told_after
    clues = [_business(around) if "trade" in told else None, _maker(place), _product(place, around)]
    if "sponsor" in around.said:
        clues.append(say("sponsor"))
    elif "sport" in told:
        clues.append(say("sport_near"))
    clues += [_comma(place), _inscription(place), _one_of(place), say("used") if "used" in told else None]
    clues += [say(name) for name in ("acts", "served") if name in told_after]
    clues.append(_owned(place, around) if "owned" in told_after else None)
    if is_place:
        clues.append(say("place_talk") if "place_talk" in told else None)
        clues.append(_stands_in(place, is_word=is_word(key_of(place.name))) or _is_home(place, around))
    return [clue for clue in clues if clue]


def weigh_topics(told: Sequence[TopicWord], client: ClientName, parsed: ParsedName) -> list[Clue]:
    """Words of the client's own trade among those of `topics_around` its name."""
    topics = topics_of(client.sector or "", parsed.core, parsed.sector_words)
    words = {word[:STEM]: word for word, of in told if not topics.isdisjoint(of)} if topics else {}
    if not words:
        return []
    return [say("topic", next(iter(words.values()))), *([say("topics")] if len(words) > 1 else [])]


def topics_around(place: Place) -> list[TopicWord]:
    """The words around a name that belong to the topics of trades, with these."""
    folded, start, stop = place.folded.text, place.hit.start, place.hit.stop
    words = f"{folded[max(0, start - REACH) : start]} {folded[stop : stop + REACH]}".split()
    return [(word, told) for word, told in zip(words, map(topics_told, words), strict=True) if told]


def weigh_press(lists: frozenset[str], client: ClientName, parsed: ParsedName) -> Clue | None:
    """Where a paper or channel is cited a firm of the media is the source, and any other firm is not meant at all."""
    topics = topics_of(client.sector or "", parsed.core, parsed.sector_words)
    told = "press" if MEDIA.isdisjoint(topics) else "source_talk"
    return say(told) if told in lists else None


def is_inside_address(place: Place) -> bool:
    """Is the name a part of a web or mail address: "ceviz-tarifleri.example", "gezi.example/sapanca"?"""
    text, start, end = place.text, place.start, place.end
    if (start == 0 or text[start - 1].isspace()) and not JOINED.match(text, end):
        return False
    first = max(text.rfind(space, 0, start) for space in " \n\t\u00a0(") + 1
    token = TOKEN.match(text, first)
    return token is not None and ADDRESS.search(token[0]) is not None


def is_inscription(place: Place) -> bool:
    """Letters on a wall or a number plate: "ZIRVE yazan pankart", "34 ABCD 07"."""
    if place.casing != "upper":
        return False
    if place.text[max(0, place.start - 3) : place.start].strip().isdigit() and PLATE.match(place.text, place.end):
        return True
    return key_of(place.next_word) in words_around("inscriptions")


def _credit(place: Place, around: Around) -> Clue | None:
    """ "Kaynak: X", "(X) - …", "X'in haberine göre", "Fotoğraf: X"."""
    before = around.before.rstrip(" \"'“(")
    if before.endswith((":", "/")) and _last_word(before[-30:].rstrip(":/ ")) in words_around("credits"):
        return say("credit")
    if around.before.endswith("(") and CREDIT_ENDS.match(around.after):
        return say("credit")
    is_told = place.suffix and _listed(around.words_after[1:4], "tells") and not _is_object(place)
    return say("credit") if is_told else None


def _last_word(text: str) -> str:
    return fold_key(text).rpartition(" ")[2]


def _is_object(place: Place) -> bool:
    return place.case_ending in ("i", "u", "yi", "yu", "la", "le", "yla", "yle")


def _listed(words: Iterable[str], name: str) -> bool:
    return name in lists_of_all(words)


def _abroad(place: Place, around: Around) -> Clue | None:
    """ "Bulgaristan'daki X", "Fransız X", "Londra merkezli X", "X GmbH"."""
    match = FORM_BEHIND.match(around.after)
    if match and match[1].isupper() and key_of(match[1]) in words_around("abroad_forms") and place.style != "upper":
        return say("abroad_form", match[1])
    if lists_of_all(around.said_before.rsplit(maxsplit=MAX_LINKS)[-MAX_LINKS:]).isdisjoint(("abroad", "peoples")):
        return None
    before = around.before[-60:].rsplit(",", 1)[-1]
    words = WORD.findall(before)[-MAX_LINKS:]
    named = [number for number, word in enumerate(words) if word[0].isupper()]
    country = next((number for number in reversed(named) if _is_abroad(words[number:])), None)
    return say("abroad", words[country]) if country is not None else None


def _is_abroad(words: list[str]) -> bool:
    """ "Fransız", "Bulgaristan'daki", "Londra merkezli", not "Fransa ile"."""
    country, *links = map(key_of, words)
    is_people = country in words_around("peoples") or (country.endswith(("li", "lu")) and _listed([country], "abroad"))
    if not links:
        return is_people
    if _listed([country], "abroad") and words_around("abroad_links").issuperset(links):
        return True
    is_of_there = is_people or (_listed([country], "abroad") and links[0] in GENITIVES)
    return is_of_there and is_maker(links[-1]) and "ortak" not in "".join(links)


def _abroad_near(around: Around) -> list[Clue]:
    """Another country or its people anywhere in the sentence."""
    return [say("abroad_near")] if "abroad" in around.told else []


def is_maker(folded: str) -> bool:
    """ "üreticisi", "devi", "kâğıtçı"."""
    return _listed([folded], "makers") or AGENT.fullmatch(folded) is not None


def weigh_home(around: Around) -> list[Clue]:
    """Where a firm is at home, said behind it: "Lale (Polonya)", "Lale, based in Athens", "Lale, a Dutch brewer"."""
    match = COUNTRY_BEHIND.match(around.after)
    return [say("foreign_firm", match[1])] if match and _listed(fold_key(match[1]).split()[:1], "abroad") else []


def _goes_on(place: Place, around: Around) -> Clue | None:
    """A name that goes on in capitals is another: a museum, a club, a street; or in small letters: "X dergisi"."""
    if place.suffix or not (run := CAPITALISED_RUN.match(around.after)):
        word = place.next_word
        return say("thing", word) if word and word[0].islower() and _is_thing(word) else None
    words = run[0].split()
    if place.style in ("upper", "title"):
        words = words[:1]
    thing = next((word for word in reversed(words) if _is_thing(word)), None)
    if thing:
        return say("thing", thing)
    return say("abroad_word", words[0]) if key_of(words[0]) in words_around("abroad_words") else None


def _long_name(place: Place, around: Around) -> Clue | None:
    """Two words in capitals behind it, the first of which is none of a firm: a longer name ("Apple Valley Water")."""
    if place.suffix or place.style != "sentence" or not (run := CAPITALISED_RUN.match(around.after)):
        return None
    words = run[0].split()
    folded = key_of(words[0])
    is_its_own = is_of_a_firm(words[0]) or folded in common_words().titles or folded in name_words().sector
    is_its_own = is_its_own or folded in name_words().trade or words[0].isupper()
    return say("long_name") if len(words) > 1 and not is_its_own else None


def _is_thing(word: str) -> bool:
    """The possessive makes it: "X Müzesi", "X dergisinin", "X Sokak"."""
    return "things" in lists_of(key_of(word))


def _business(around: Around) -> Clue:
    words = {word[:STEM] for word in around.words if "trade" in lists_of(word)}
    return say("much_business" if len(words) >= BUSY else "trade_near")


def _maker(place: Place) -> Clue | None:
    word = place.previous_word
    folded = key_of(word)
    if not word or word[0].isupper():
        return None
    if _listed([folded], "makers") and not INFLECTED.fullmatch(folded):
        return say("maker", word)
    return say("participle") if PARTICIPLE.fullmatch(folded) and folded not in words_around("no_participles") else None


def _owned(place: Place, around: Around) -> Clue | None:
    """What belongs to it: one of the two words behind the genitive."""
    if place.case_ending not in GENITIVES:
        return None
    return say("owned") if _listed(around.words_after[1:3], "owned") else None


def _one_of(place: Place) -> Clue | None:
    """ "bir Ford", "garajdaki Ford", "Ford'umu": one thing of the make, where no word of a firm follows."""
    if match := POSSESSED.match(place.text, place.end):
        return say("one_of", match[0])
    word = place.previous_word
    is_a_name = word[:1].isupper() and not place.previous_opens
    if not word or is_a_name or key_of(word) not in words_around("one_of"):
        return None
    return None if place.next_word and is_of_a_firm(place.next_word) else say("one_of", word)


def is_of_a_firm(word: str) -> bool:
    """Is it a word that only a firm has: "Vestel bayisi"?"""
    return key_of(word) in common_words().firm_nouns or key_of(word) in words_around("offices")


def _product(place: Place, around: Around) -> Clue | None:
    """ "Ford marka", "Ford'un bagajı": a thing of the make, or a part of one."""
    word = place.next_word
    if place.case_ending in GENITIVES and around.words_after[1:]:
        word = "" if _listed(around.words_after[1:3], "owned") else around.words_after[1]
    return say("product", word) if word and _listed([key_of(word)], "products") else None


def _inscription(place: Place) -> Clue | None:
    return say("inscription") if is_inscription(place) else None


def _comma(place: Place) -> Clue | None:
    return say("comma") if place.text[place.end : place.end + 2] == ", " and place.style == "sentence" else None


def _is_home(place: Place, around: Around) -> Clue | None:
    """ "Antalya'nın meyve suyu üreticisi X": where another firm is at home."""
    if place.case_ending not in GENITIVES or not (match := HOME_OF.match(around.after)):
        return None
    return say("stands_in") if is_maker(key_of(match[1])) else None


def _stands_in(place: Place, *, is_word: bool) -> Clue | None:
    """ "Bergama'daki"; from a firm one buys, so a word that is seldom a place may have "from"."""
    endings = LOCATIVES if is_word else LOCATIVES | ABLATIVES
    return say("stands_in") if place.case_ending in endings else None
