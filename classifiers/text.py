"""The one folding function: how every name and word is compared, with the way back to the text as it was given."""

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

SPACE = 32
DROP = 0
TABLE_SIZE = 1 << 16  # code points beyond are emoji, rare scripts, mathematical letters: all a space
# Letters that have no decomposition to a base letter (NFKD leaves them whole).
LETTERS_WITHOUT_BASE = str.maketrans("ıøłđðħŧŋþßæœəſıƒ", "iolddhtntsaoesif")
# Break a word for the eye only: soft hyphen, zero-width joiners, byte order mark.
INVISIBLE = "\u00ad\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and where each of its characters began.

    `text` has the alphabet [a-z0-9 ] and no two spaces in a row; `starts[i]` is the code-point offset in the input of
    `text[i]`, with one more entry at the end (the length of the input).
    """

    text: str
    starts: NDArray[np.int64]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets of `text[start:end]` in the input, combining marks of the last letter included."""
        return int(self.starts[start]), int(self.starts[end])


def fold(text: str) -> Folded:
    """Fold to [a-z0-9 ]: letters lose case and marks (I, ı, İ, i → i; ş → s), all else is one space; never raises."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    letters = _table().take(codes, mode="clip")
    keep = letters != DROP
    spaces = letters == SPACE
    if not keep.all():
        places = np.flatnonzero(keep)
        letters, spaces = letters[places], spaces[places]
    else:
        places = None
    kept = np.ones(len(letters), dtype=bool)
    np.logical_not(spaces[1:] & spaces[:-1], out=kept[1:])
    rows = np.flatnonzero(kept)
    starts = np.empty(len(rows) + 1, dtype=np.int64)
    starts[:-1] = rows if places is None else places[rows]
    starts[-1] = len(codes)
    return Folded(letters[rows].tobytes().decode("ascii"), starts)


def fold_key(text: str) -> str:
    """The folded text without spaces around it: the key by which names are equal."""
    return fold(text).text.strip()


@cache
def _table() -> NDArray[np.uint8]:
    """Code point → folded ASCII code, SPACE or DROP."""
    table = np.fromiter((_fold_letter(chr(code)) for code in range(TABLE_SIZE)), dtype=np.uint8, count=TABLE_SIZE)
    table.flags.writeable = False
    return table


def _fold_letter(letter: str) -> int:
    if "\u0300" <= letter <= "\u036f" or letter in INVISIBLE:
        return DROP
    base = unicodedata.normalize("NFKD", letter)[0].translate(LETTERS_WITHOUT_BASE)
    base = base if base.isascii() else unicodedata.normalize("NFKD", base.lower())[0].translate(LETTERS_WITHOUT_BASE)
    if base.isdecimal():
        return ord(str(unicodedata.decimal(base)))
    return ord(base.lower()) if base.isascii() and base.isalpha() else SPACE
