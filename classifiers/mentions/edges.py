"""How names leave their words: at the end of each the word ends, carries a Turkish suffix, or is another word.

Four letters behind a name say it, for thousands of names at once; only suffixes of more letters are read one by one.
"""

from functools import cache, lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from .places import SUFFIX_WORD, Ending, read_ending

# What ends there: a name that may carry a suffix, the same softened, one that may not, the head of longer names.
OPEN, SOFTENED, CLOSED, CUT = range(4)
# What four letters say: the word goes on otherwise, ends, has a suffix that begins with a consonant or with a vowel, or
# perhaps one of more letters.
OTHER, EDGE, CONSONANT, VOWEL, LETTERS = range(5)
# What follows from both: a number of ENDINGS, or that no name ends there, or that the whole suffix is to be read.
ENDINGS: tuple[Ending, ...] = ("", "attached", "softened")
WHOLE, ATTACHED, BENT, NOTHING, UNSURE = range(5)
VERDICTS = np.array(
    [
        [NOTHING, WHOLE, ATTACHED, ATTACHED, UNSURE],
        [NOTHING, NOTHING, NOTHING, BENT, UNSURE],
        [NOTHING, WHOLE, NOTHING, NOTHING, NOTHING],
        [NOTHING] * 5,
    ],
    dtype=np.uint8,
)
PADDING = b"    "  # behind a text, so that four letters are behind its last name too
SUFFIX_LETTERS = " aeiulrnysdtkcm"  # by number; any other letter is number 15
PLACES = 1 << np.arange(12, -1, -4)  # of four such numbers in one

Ints = NDArray[np.int64]


def read_edges(hay: bytes, letters: NDArray[np.uint8], ends: Ints, kinds: NDArray[np.integer]) -> NDArray[np.uint8]:
    """How each name leaves its word (a number of ENDINGS), or NOTHING; `letters` are those of `hay` and PADDING."""
    said: NDArray[np.uint8] = VERDICTS.take(kinds * len(VERDICTS[0]) + look_behind(letters, ends))
    unsure = (said == UNSURE).nonzero()[0]
    softened = (kinds[unsure] == SOFTENED).tolist()
    words = (hay[end : hay.find(b" ", end)] for end in ends[unsure].tolist())
    said[unsure] = [_read(rest, soft) for rest, soft in zip(words, softened, strict=True)]
    return said


def look_behind(letters: NDArray[np.uint8], ends: Ints) -> NDArray[np.uint8]:
    """What the four letters behind each end say."""
    fours = np.ndarray(len(letters) - 3, dtype=np.uint32, buffer=letters, strides=(1,))[ends]
    numbers = _letter_numbers().take(fours.view(np.uint8).reshape(-1, 4))
    return _suffixes().take(numbers @ PLACES)


@lru_cache(maxsize=1 << 16)  # endings are few
def _read(rest: bytes, softened: bool) -> int:
    ending = read_ending(rest.decode("ascii"), softened)
    return NOTHING if ending is None else ENDINGS.index(ending)


@cache
def _letter_numbers() -> Ints:
    numbers = np.full(256, len(SUFFIX_LETTERS), dtype=np.int64)
    numbers[list(SUFFIX_LETTERS.encode("ascii"))] = range(len(SUFFIX_LETTERS))
    return numbers


@cache
def _suffixes() -> NDArray[np.uint8]:
    """What four letters say, by their numbers. Two letters that begin a suffix begin one of at most four."""
    table = np.full((16, 16, 16, 16), OTHER, dtype=np.uint8)
    words = (word for size in range(1, 5) for word in map("".join, product(SUFFIX_LETTERS[1:], repeat=size)))
    suffixes = [tuple(map(SUFFIX_LETTERS.index, word)) for word in words if SUFFIX_WORD.fullmatch(word)]
    any_letter, vowels = slice(1, len(SUFFIX_LETTERS)), tuple(map(SUFFIX_LETTERS.index, "aeiu"))
    for first, second in {suffix[:2] for suffix in suffixes if len(suffix) > 1}:
        table[first, second, any_letter, any_letter] = LETTERS
    for suffix in (suffix for suffix in suffixes if len(suffix) < 4):
        table[(*suffix, 0)] = VOWEL if suffix[0] in vowels else CONSONANT
    table[0] = EDGE
    return table
