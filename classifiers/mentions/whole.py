"""What a text says as a whole, read once for all the names in it, and only where it is asked for."""

import re
from functools import lru_cache

from ..firms.names import common_words
from .places import once
from .word_lists import lists_of

SENTENCE_END = re.compile(r"[.!?…](?<=[^\W\d_]{3}.)[\"”»)]?\s|\n")
SCORE = re.compile(r"\d(?<!\w\d)\d{0,2} ?[-–] ?\d{1,3}\b")
NUMBER = re.compile(r"\d{7}")
CODE = re.compile("[A-Z]{3}")
TURKISH = re.compile("[ğışçöüĞİŞÇÖÜ]")


class Whole:
    """A text as given and folded."""

    def __init__(self, text: str, folded: str) -> None:
        self.text, self.folded = text, folded

    @once
    def is_turkish(self) -> bool:
        """Does it have a letter of Turkish that English has not?"""
        return TURKISH.search(self.text) is not None

    @once
    def has_number(self) -> bool:
        """Is there something as long as a tax number?"""
        return NUMBER.search(self.folded) is not None

    @once
    def has_code(self) -> bool:
        """Is there something like a stock code?"""
        return CODE.search(self.text) is not None

    @once
    def sport_words(self) -> int:
        """How many words of sport it has; a score is one."""
        return sum(map(common_words().sport.__contains__, self.folded.split())) + (SCORE.search(self.text) is not None)

    @once
    def is_of_exchanges(self) -> bool:
        return any("exchange" in lists_of(word) for word in self.folded.split())

    @once
    def has_other_codes(self) -> bool:
        """Does it speak of codes other than those of the exchange?"""
        return any("other_codes" in lists_of(word) for word in self.folded.split())

    @once
    def sentence_ends(self) -> list[tuple[int, int]]:
        """Where each sentence ends and where the next one begins, in code points of the text."""
        return [match.span() for match in SENTENCE_END.finditer(self.text)]


@lru_cache(maxsize=8)
def read_whole(text: str, folded: str) -> Whole:
    """The text of a place, the same object for all its places."""
    return Whole(text, folded)
