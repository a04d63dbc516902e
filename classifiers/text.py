"""The one folding function: how every name and word is compared, with the way back to the text as it was given."""

import codecs
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

SPACE = 32
DROP = 0
# Letters that have no decomposition to a base letter (NFKD leaves them whole).
LETTERS_WITHOUT_BASE = str.maketrans("ıøłđðħŧŋþßæœəſıƒ", "iolddhtntsaoesif")
# Break a word for the eye only: soft hyphen, zero-width joiners, byte order mark.
INVISIBLE = "\u00ad\u200c\u200d\u2060\ufeff"
# Holds nearly every letter of Turkish texts in a byte, which is five times as fast to look up as a code point.
CODE_PAGE = "cp1254"
FOLDED = "oncu.folded"  # what to do with the letters that are not in it
BREAK = "\x1e"  # a control character between texts; in a text it is a space like the others
SEPARATOR = f" {BREAK} "
SPACES = re.compile(rb"  +")
# All others up to U+FFFF fold to a space: ideographs, Hangul, halves of letters beyond.
WITH_LETTERS = range(0x3400), range(0xA4D0, 0xAC00), range(0xFB00, 0x10000)
LONG = 2_000  # letters from which numpy pays


@dataclass(frozen=True)
class Folded:
    """A folded text and the way back: `text` has the alphabet [a-z0-9 ] and no two spaces in a row.

    `letters` holds one folded byte for each code point of the input, before spaces were joined and marks dropped.
    """

    text: str
    letters: bytes

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """The code-point offset in the input of each character of `text`, and at the end the length of the input."""
        kept = is_kept(np.frombuffer(self.letters, dtype=np.uint8))
        return np.append(np.flatnonzero(kept), len(self.letters))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets of `text[start:end]` in the input, combining marks of the last letter included."""
        if len(self.text) == len(self.letters):
            return start, end
        return int(self.starts[start]), int(self.starts[end])


def fold(text: str) -> Folded:
    """Fold to [a-z0-9 ]: letters lose case and marks (I, ı, İ, i → i; ş → s), all else is one space; never raises."""
    letters = fold_letters(text)
    return Folded(join_spaces(letters).decode("ascii"), letters)


def fold_key(text: str) -> str:
    """The folded text without spaces around it: the key by which names are equal."""
    return join_spaces(fold_letters(text)).decode("ascii").strip()


def fold_letters(text: str) -> bytes:
    """One folded byte for each code point: [a-z0-9], SPACE, or DROP for a combining mark."""
    return text.encode(CODE_PAGE, FOLDED).translate(TABLE)


def fold_all(texts: Sequence[str]) -> bytes:
    """The folded texts in a row, each with a space before and behind it and a newline between two."""
    return join_spaces(fold_units(texts)[1].tobytes())


def fold_units(texts: Sequence[str]) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Texts in a row as units of UTF-16, and what each unit folds to: spaces are not joined and marks not dropped."""
    joined = SEPARATOR.join(texts)
    if joined.count(BREAK) >= len(texts):  # one stands in a text
        joined = SEPARATOR.join(text.replace(BREAK, " ") for text in texts)
    units = np.frombuffer(f" {joined} ".encode("utf-16-le", "surrogatepass"), dtype="<u2")
    return units, _table_with_breaks().take(units, mode="clip")


def join_spaces(letters: bytes) -> bytes:
    """Folded letters with every run of spaces made one and dropped marks left out."""
    letters = letters.replace(b"\0", b"")
    if len(letters) > LONG:
        found = np.frombuffer(letters, dtype=np.uint8)
        return found[is_kept(found)].tobytes()
    return SPACES.sub(b" ", letters)


def is_kept(letters: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which folded letters stay: no dropped one, and of a run of spaces (marks among them) the first."""
    kept = np.ones(len(letters), dtype=bool)
    if letters.all():
        np.not_equal(letters[1:] | letters[:-1], SPACE, out=kept[1:])  # no letter, digit or newline | SPACE is SPACE
    else:
        places = np.flatnonzero(letters)
        kept[:] = False
        kept[places] = is_kept(letters[places])
    return kept


@lru_cache(maxsize=1 << 16)
def _fold_letter(letter: str) -> int:
    if "\u0300" <= letter <= "\u036f" or letter in INVISIBLE:
        return DROP
    if letter > "\uffff":  # emoji, rare scripts, mathematical letters
        return SPACE
    base = unicodedata.normalize("NFKD", letter)[0].translate(LETTERS_WITHOUT_BASE)
    base = base if base.isascii() else unicodedata.normalize("NFKD", base.lower())[0].translate(LETTERS_WITHOUT_BASE)
    if base.isdecimal():
        return ord(str(unicodedata.decimal(base)))
    return ord(base.lower()) if base.isascii() and base.isalpha() else SPACE


TABLE = bytes(_fold_letter(bytes([code]).decode(CODE_PAGE, "replace")) for code in range(256))
DROPPED = TABLE.index(DROP)  # a byte of the code page that is dropped: the soft hyphen


@cache
def _table_with_breaks() -> NDArray[np.uint8]:
    """The same for each unit of UTF-16, which is quicker than the code page for many texts at once."""
    table = np.full(1 << 16, SPACE, dtype=np.uint8)
    for code in (code for codes in WITH_LETTERS for code in codes):
        table[code] = _fold_letter(chr(code))
    table[ord(BREAK)] = ord("\n")
    return table


def _fold_missing(error: UnicodeError) -> tuple[bytes, int]:
    """Letters that are not in the code page, as bytes that fold to what they fold to."""
    assert isinstance(error, UnicodeEncodeError)
    missing = error.object[error.start : error.end]
    return bytes(_fold_letter(letter) or DROPPED for letter in missing), error.end


codecs.register_error(FOLDED, _fold_missing)
