"""All spellings in one automaton: where a folded text holds one, whole or with a Turkish suffix.

The automaton holds of a spelling only its head, the first twenty letters: what stands behind is compared with the text
itself, at the few places that have the head. Numbers are not in it: a text has few, and they are looked up. All but the
odd place is done in columns, for a Python object a place costs more than all the scanning.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, product
from typing import NamedTuple

import daachorse
import numpy as np
from numpy.typing import NDArray

from .places import SUFFIX_WORD, Ending, read_ending

SOFT = {ord(hard): ord(soft) for hard, soft in ("kg", "pb", "td")}  # Arçelik → Arçeliği; ç → c is one letter folded
HEAD = 20  # letters: enough to be rare, and nearly all letters of the longest names stand behind
LEAST_DIGITS, MOST_DIGITS = 6, 18  # of a number that is looked up; as many fit into 64 bits
SPACE, NINE = b" 9"
# What a pattern is: a name that may carry a suffix, the same softened, one that may not, a head. What stands behind it,
# and what follows from both.
OPEN, SOFTENED, CLOSED, CUT = range(4)
OTHER, EDGE, SUFFIX = range(3)
NOTHING, WHOLE, INFLECTED, LONGER = range(4)
VERDICTS = np.array(
    [[NOTHING, WHOLE, INFLECTED], [NOTHING, NOTHING, INFLECTED], [WHOLE] * 3, [LONGER] * 3], dtype=np.uint8
)
ENDINGS: tuple[Ending, ...] = ("", "attached", "softened")
SUFFIX_LETTERS = "aeiulrnysdtkcm"
NONE = -1

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Texts:
    """Many short ASCII texts in one piece of memory, by number; behind each stands a space."""

    letters: bytes
    starts: "array[int]"  # one more than there are texts

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, number: int) -> bytes:
        return self.letters[self.starts[number] : self.starts[number + 1] - 1]

    def with_space(self, number: int) -> bytes:
        """The text and the space behind it."""
        return self.letters[self.starts[number] : self.starts[number + 1]]


def pack_texts(texts: Sequence[bytes]) -> Texts:
    """The texts one behind the other."""
    starts = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1, out=starts[1:])
    return Texts(b" ".join((*texts, b"")), array("q", starts.tobytes()))


class Found(NamedTuple):
    """Columns, in order of `starts`: [start, end) of folded text, the number of the key there, how it leaves its word.

    `endings` are numbers of ENDINGS; the last letter of the key is softened in the text where they say so.
    """

    starts: Ints
    ends: Ints
    keys: Ints
    endings: Ints


@dataclass(frozen=True, slots=True)
class Automaton:
    """Finds keys in folded text. A pattern of the machine is a key or its softened form, or the head of longer keys.

    `keys` are sorted. By pattern: those from `firsts` to `lasts` have it (one, if it is no head); `kinds` what it is.
    `numbers` are the keys that are numbers, sorted by value behind a digit 1, and `number_keys` their keys.
    """

    machine: daachorse.DoubleArrayAhoCorasick
    keys: Texts
    bends: bytes  # by key: 1 where it may carry a suffix without apostrophe
    firsts: NDArray[np.int32]
    lasts: NDArray[np.int32]
    kinds: NDArray[np.uint8]
    numbers: Ints
    number_keys: NDArray[np.int32]

    def find(self, hay: bytes) -> Found:
        """Every key of a folded text that begins and ends with a space; a newline parts two texts."""
        met = np.fromiter(chain.from_iterable(self.machine.find_overlapping(hay)), dtype=np.int64).reshape(-1, 3)
        ends, patterns, letters = met[:, 1], met[:, 2], np.frombuffer(hay + b"  ", dtype=np.uint8)
        kinds = self.kinds[patterns]
        said = VERDICTS[kinds, _behind()[letters[ends], letters[ends + 1]]]
        rows = np.flatnonzero((said == WHOLE) | (said == INFLECTED))
        cut, within = np.flatnonzero(said == LONGER), np.flatnonzero(said[rows] == INFLECTED)
        plain = np.zeros((len(rows), 4), dtype=np.int64)
        plain[:, 0], plain[:, 1] = met[rows, 0] + 1, ends[rows] - (kinds[rows] == CLOSED)
        plain[:, 2] = self.firsts[patterns[rows]]
        plain[within, 3] = _endings(hay, plain[within, 1].tolist(), kinds[rows[within]] == SOFTENED)
        longer = self._longer(hay, met[cut, 0].tolist(), patterns[cut])
        found = np.concatenate((plain[plain[:, 3] != NONE], longer, self._numbers(hay, letters)))
        return Found(*found[np.lexsort((found[:, 1], found[:, 0]))].T)

    def _longer(self, hay: bytes, befores: list[int], patterns: Ints) -> Ints:
        """The keys that go on behind the heads met, as rows (start, end, key, ending)."""
        spelled, found = self.keys.with_space, list[int]()
        firsts, lasts = self.firsts[patterns].tolist(), self.lasts[patterns].tolist()
        for before, first, last in zip(befores, firsts, lasts, strict=True):
            for key in range(first, last):
                name = spelled(key)
                if hay.startswith(name, before + 1):
                    found += (before + 1, before + len(name), key, 0)
                elif hay.startswith(name[:-2], before + 1) and self.bends[key]:
                    end = before + len(name)
                    found += (before + 1, end, key, _ending_of(name[-2], hay, end))
        rows = np.array(found, dtype=np.int64).reshape(-1, 4)
        ended: Ints = rows[rows[:, 3] != NONE]
        return ended

    def _numbers(self, hay: bytes, letters: NDArray[np.uint8]) -> Ints:
        """The keys that are numbers, as rows."""
        spans = np.array(_find_numbers(hay, letters), dtype=np.int64).reshape(-1, 3)
        at = np.searchsorted(self.numbers, spans[:, 2])
        rows = np.append(spans[:, :2], np.zeros((len(spans), 2), dtype=np.int64), axis=1)
        known = np.flatnonzero(self.numbers.take(at, mode="clip") == spans[:, 2]) if len(self.numbers) else at[:0]
        rows[known, 2] = self.number_keys[at[known]]
        looked_up: Ints = rows[known]
        return looked_up

    def key_of(self, text: str) -> int | None:
        """The number of the key that is exactly this folded text."""
        name = text.encode("ascii")
        key = bisect_left(self.keys, name)
        return key if key < len(self.keys) and self.keys[key] == name else None


def _ending_of(last: int, hay: bytes, end: int) -> int:
    """How a name whose last letter is given leaves its word at `end`; NONE if it does not."""
    if hay[end - 1] not in (last, SOFT.get(last)):
        return NONE
    return _number_of(hay[end : hay.find(b" ", end)], hay[end - 1] != last)


def _endings(hay: bytes, ends: list[int], softened: NDArray[np.bool_]) -> list[int]:
    """How names that end within a word leave it."""
    find = hay.find
    return [_number_of(hay[end : find(b" ", end)], soft) for end, soft in zip(ends, softened.tolist(), strict=True)]


@lru_cache(maxsize=1 << 16)  # endings are few
def _number_of(rest: bytes, softened: bool) -> int:
    ending = read_ending(rest.decode("ascii"), softened)
    return NONE if ending is None else ENDINGS.index(ending)


def _find_numbers(hay: bytes, letters: NDArray[np.uint8]) -> list[tuple[int, int, int]]:
    """Where a word is a number of as many digits as are looked up, and its value."""
    below = letters <= NINE  # a digit, or one of the spaces that are never beside each other
    two = below[:-1] & below[1:]
    four = two[:-2] & two[2:]
    six = np.flatnonzero(four[:-2] & two[4:])  # LEAST_DIGITS of them: few, and those with a space fall out below
    begun = six[letters[six - 1] == SPACE].tolist()
    words = ((start, hay[start : hay.find(b" ", start)]) for start in begun)
    return [
        (start, start + len(word), int(b"1" + word))
        for start, word in words
        if LEAST_DIGITS <= len(word) <= MOST_DIGITS and word.isdigit()
    ]


@cache
def _behind() -> NDArray[np.uint8]:
    """What two letters behind a name say: its word ends, a suffix may begin, or (mostly) it goes on otherwise."""
    table = np.full((256, 256), OTHER, dtype=np.uint8)
    for size in range(1, 5):  # every beginning of a suffix is also that of one of four letters
        for letters in map("".join, product(SUFFIX_LETTERS, repeat=size)):
            if SUFFIX_WORD.fullmatch(letters):
                table[ord(letters[0]), ord(letters[1:2] or " ")] = SUFFIX
    table[SPACE] = EDGE
    return table


def build_automaton(keys: Texts, bends: bytes) -> Automaton:
    """Build it over sorted keys, and the softened forms of those that bend."""
    patterns, firsts, lasts, kinds = list[bytes](), array("i"), array("i"), bytearray()
    numbers: list[tuple[int, int]] = []
    for key in range(len(keys)):
        name = keys[key]
        if name.isdigit() and LEAST_DIGITS <= len(name) <= MOST_DIGITS:
            numbers.append((int(b"1" + name), key))
            continue
        for pattern, kind in _patterns(name, bends[key]):
            if kind == CUT and patterns and patterns[-1] == pattern and kinds[-1] == CUT:
                lasts[-1] = key + 1
                continue
            patterns.append(pattern)
            firsts.append(key)
            lasts.append(key + 1)
            kinds.append(kind)
    numbers.sort()
    return Automaton(
        machine=daachorse.DoubleArrayAhoCorasick(patterns or [b"\0"]),
        keys=keys,
        bends=bends,
        firsts=ints(firsts),
        lasts=ints(lasts),
        kinds=np.frombuffer(kinds, dtype=np.uint8),
        numbers=np.array([value for value, _ in numbers], dtype=np.int64),
        number_keys=np.array([key for _, key in numbers], dtype=np.int32),
    )


def _patterns(name: bytes, bends: int) -> Iterator[tuple[bytes, int]]:
    """A name as the machine looks for it; one too short for a suffix with the space behind it."""
    if len(name) > HEAD:
        yield b" " + name[:HEAD], CUT
    elif not bends:
        yield b" " + name + b" ", CLOSED
    else:
        yield b" " + name, OPEN
        if name[-1] in SOFT:
            yield b" " + spell_soft(name), SOFTENED


def spell_soft(name: bytes) -> bytes:
    """The name with its last letter softened."""
    return name[:-1] + bytes([SOFT[name[-1]]])


def group(groups: NDArray[np.int32], number: int) -> tuple["array[int]", NDArray[np.int64]]:
    """Where each of `number` groups begins (and the last ends) once rows are put in the order that is also given."""
    counts = np.bincount(groups, minlength=number)
    firsts = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    return array("i", firsts.tobytes()), np.argsort(groups, kind="stable")


def ints(column: "array[int]") -> NDArray[np.int32]:
    """A column of `array("i")` as numpy sees it, without a copy."""
    return np.frombuffer(column, dtype=np.int32) if column else np.zeros(0, dtype=np.int32)
