"""Stock codes: four or five capitals, which are also what number plates, waypoints and walls are written in."""

import re

from ..firms.names import Alias
from .clues import Clue, say
from .places import Place
from .surroundings import is_inscription
from .whole import read_whole

NEAR = 120  # code points around a line in which other codes make a list
FEW = 3  # letters up to which capitals are anything
TICKER = re.compile(r"\b[A-ZÇĞİÖŞÜ]{4,5}\b")
PRICED = re.compile(r"[’']?\w{0,3}[ :(]{1,3}[%+\-]? ?\d+(?:[.,]\d+)|[ :(]{1,3}[%+\-] ?\d")  # "14,20", "(%3", "+2"
SIGNS_OF_A_LIST = ",;•·|/\n\t-–—+*"
CODES = 3  # words in the form of stock codes that make a list of them


def is_written_as_code(place: Place) -> bool:
    """Stock codes are written in capitals and bear no suffix without an apostrophe."""
    return place.casing == "upper" and place.surface.isascii() and not place.hit.ending


def weigh_ticker(place: Place, alias: Alias) -> list[Clue]:
    """The clues of a code written as one."""
    before = place.text[max(0, place.start - 6) : place.start]
    if before.endswith(("#", "$", "BIST:", "BİST:", "IST:")):
        return [say("marked_ticker")]
    if before.rstrip().endswith("(") and place.text[place.end : place.end + 2].strip()[:1] in (")", ",", "."):
        return [say("in_brackets")]
    if is_inscription(place):
        return [say("inscription")]
    talk = weigh_exchange(place) or _other_code(place)
    if len(alias.text) <= FEW:  # three capitals are anything
        return [say("short_ticker"), *talk]
    if place.style == "upper":
        return [say("upper_common_ticker" if alias.is_common else "upper_ticker"), *talk]
    return [say("common_ticker" if alias.is_common else "ticker_capitals"), *talk]


def _other_code(place: Place) -> list[Clue]:
    """Codes of flights, doors or courses are written the same."""
    return [say("other_code")] if read_whole(place.text, place.folded.text).has_other_codes else []


def weigh_exchange(place: Place) -> list[Clue]:
    """Words of the exchange, or other codes beside: "DENGE, SRKCL, TATGD"."""
    is_priced = PRICED.match(place.text, place.end) is not None
    talk = [say("exchange")] if is_priced or read_whole(place.text, place.folded.text).is_of_exchanges else []
    return [*talk, say("code_list")] if _is_in_list(place) else talk


def _is_in_list(place: Place) -> bool:
    """Three or more codes on neighbouring lines, and a sign of a list beside this one."""
    start, end = place.line
    if len(set(TICKER.findall(place.text[max(0, start - NEAR) : end + NEAR]))) < CODES:
        return False
    beside = place.text[max(0, place.start - 2) : place.start] + place.text[place.end : place.end + 2]
    return any(sign in beside for sign in SIGNS_OF_A_LIST)
