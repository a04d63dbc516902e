"""Does a text place something at one of a client's plants or plots of land: its zone, its district, next door?"""

import re
from functools import lru_cache

from ..firms.addresses import read_address
from ..text import fold_key
from .clues import Clue, say
from .places import Place
from .surroundings import Around

SAID_RIGHT_BEFORE = 40  # letters; what is looked for there is shorter
MIN_DISTRICT = 4  # letters; shorter ones are words
LAND = re.compile(
    r" (?:arazi|arsa|parsel|tarla|tesis|fabrika|depo|antrepo|hangar|santral|ihale|tahsis|kiralik|satilik|kamulastir|"
    r"imar|insaat|yatirim|bina|atolye|land|plot|plant|factory|warehouse|tender)"
)
BUILDING = r"(?:fabrika|tesis|arazi|arsa|depo|santral|antrepo|bina|atolye|merkez|kampus|saha|liman|tersane)[a-z]*"
NEXT_DOOR = r"(?:yanin|yanbasin|yani basin|bitisig|karsisin|arkasin|onund|onun|komsu|yakinin|sinirin)[a-z]*"
BESIDE = re.compile(rf"^ (?:n?[iu]n )?(?:[a-z]+ )?({BUILDING} (?:hemen |tam )?{NEXT_DOOR})")
BESIDE_NAME = re.compile(
    r"^ (?:n?[iu]n |y?[ae] )(?:hemen )?((?:yanindaki|bitisigindeki|bitisik|komsu|arkasindaki|sinirindaki)) "
)
ENGLISH_BESIDE = re.compile(r" (next to|adjacent to|adjoining|bordering|beside) (?:the )?(?:plant of |land of )?$")
ENDING = r"(?:nin|nun|in|un|nda|nde|ndaki|ndeki|da|de|ta|te|daki|deki|taki|teki|si|sinde|sindeki|li|lu)?"


def weigh_next_door(place: Place, around: Around) -> list[Clue]:
    """Land or a building next to the client's, whoever of that name it is."""
    beside = find_next_door(around)
    return [say("next_door", beside)] if beside else []


def weigh_site(place: Place, sites: tuple[str, ...]) -> list[Clue]:
    """The clue of a site: something on land where it lies, or only its place in the text."""
    for name, pattern in _site_patterns(sites):
        if match := pattern.search(f" {place.folded.text} "):
            start = max(0, match.start() - 1)
            near = f" {place.folded.text} "[max(0, start - 120) : match.end() + 120]
            return [say("near_site" if LAND.search(near) else "site", name)]
    return []


def find_next_door(around: Around) -> str:
    """The words that put land or a building next to a client's: "fabrikasinin yanindaki"; "" if there are none."""
    after = BESIDE.match(around.said_after) or BESIDE_NAME.match(around.said_after)
    found = after or ENGLISH_BESIDE.search(around.said_before[-SAID_RIGHT_BEFORE:])
    if not found:
        return ""
    rest = around.said_before + around.said_after[after.end() :] if after else around.said
    return found[1] if LAND.search(rest) else ""


@lru_cache(maxsize=10_000)
def _site_patterns(sites: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The zones first, then the districts, each with the pattern that finds it in folded text."""
    read = [read_address(site) for site in sites]
    zones = [(address.zone, _zone_pattern(address.zone)) for address in read if address.zone]
    districts = [
        (address.district, re.compile(rf" {fold_key(address.district)} ?{ENDING} "))
        for address in read
        if address.district and len(address.district) >= MIN_DISTRICT
    ]
    return tuple(dict([*zones, *districts]).items())


def _zone_pattern(zone: str) -> re.Pattern[str]:
    """ "Kestel OSB" is also written "Kestel Organize Sanayi Bölgesi"."""
    folded = fold_key(zone)
    name = folded.removesuffix(" osb")
    kind = "(?:osb|organize sanayi)" if folded != name else ""
    return re.compile(rf" {name} {kind}(?: bolgesi)? ?{ENDING} " if kind else rf" {name} ?{ENDING} ")
