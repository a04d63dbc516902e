"""Where an address lies, as far as it says so: province, district, industrial or free zone.

Nothing is guessed: there is no list of districts, the word beside the province is one; a zone without a name is none.
"""

import re
from dataclasses import dataclass
from functools import cache

from ..lookups import read_lookup
from ..text import fold_key

SEGMENT = re.compile(r"[,/;()\n]|\s[-–—]\s")
WORD = re.compile(r"[^\W_]+(?:['’.&][^\W_]+)*")
MAX_DISTRICT_WORDS = 2
MAX_ZONE_WORDS = 4


@dataclass(frozen=True)
class Address:
    """What an address says of its place; None where it does not."""

    city: str | None = None
    district: str | None = None
    zone: str | None = None


def read_address(text: str) -> Address:
    """Read "Kestel OSB 4. Cadde No:12, Kestel/Bursa" as Bursa, Kestel, Kestel OSB; never raises."""
    segments = [words for part in SEGMENT.split(text) if (words := _words(part))]
    zone = next((found for words in segments if (found := _find_zone(words))), None)
    for place in range(len(segments) - 1, -1, -1):
        city = _provinces().get(fold_key(segments[place][-1]).replace(" ", ""))
        if city:
            return Address(city, _find_district(segments, place), zone)
    return Address(zone=zone)


def _words(part: str) -> list[str]:
    words = WORD.findall(part)
    while words and fold_key(words[-1]) in _words_of("country"):
        words.pop()
    return words


def _find_district(segments: list[list[str]], place: int) -> str | None:
    """The words before the province in its segment, else the segment before it."""
    own = segments[place][:-1]
    words = own or (segments[place - 1] if place else [])
    name: list[str] = []
    for word in reversed(words):
        if not _is_name(word):
            break
        name.insert(0, word)
    follows_street = len(name) < len(words) and len(name) == 1
    is_short = 1 <= len(name) <= MAX_DISTRICT_WORDS
    return " ".join(name) if is_short and (name == words or follows_street) else None


def _find_zone(words: list[str]) -> str | None:
    """The name and kind of a zone within one segment."""
    folded = [fold_key(word) for word in words]
    for kind, spellings in _zones().items():
        for spelling in spellings:
            size = spelling.count(" ") + 1
            for start in range(1, len(words) - size + 1):
                if " ".join(folded[start : start + size]) == spelling and (name := _zone_name(words[:start])):
                    return f"{name} {kind}"
    return None


def _zone_name(before: list[str]) -> str:
    name: list[str] = []
    for word in reversed(before[-MAX_ZONE_WORDS:]):
        if not (_is_name(word) or word in ("ve", "Ve")):
            break
        name.insert(0, word)
    return " ".join(name)


def _is_name(word: str) -> bool:
    folded = fold_key(word)
    is_zone = any(folded == spelling for spellings in _zones().values() for spelling in spellings)
    return (
        word[0].isupper() and folded not in _words_of("street") and not is_zone and not any(c.isdigit() for c in word)
    )


@cache
def _provinces() -> dict[str, str]:
    """Folded spelling without spaces → province."""
    return {
        fold_key(way).replace(" ", ""): name
        for name, ways in read_lookup("addresses")["provinces"].items()
        for way in (name, *ways)
    }


@cache
def _zones() -> dict[str, tuple[str, ...]]:
    """How a zone's name ends → its folded spellings."""
    return {kind: tuple(map(fold_key, ways)) for kind, ways in read_lookup("addresses")["zones"].items()}


@cache
def _words_of(kind: str) -> frozenset[str]:
    return frozenset(read_lookup("addresses")[kind].split())
