"""All spellings in one automaton: where a folded text holds one, whole or with a Turkish suffix.

The automaton holds of a spelling only its head, the first twenty letters: what stands behind is compared with the text
itself, at the few places that have the head. Numbers are not in it: a text has few, and they are looked up. All but the
odd place is done in columns, for a Python object a place costs more than all the scanning.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

import daachorse
import numpy as np
from numpy.typing import NDArray

from .edges import CLOSED, CUT, NOTHING, OPEN, PADDING, SOFTENED, Ints, read_edges

SOFT = {ord(hard): ord(soft) for hard, soft in ("kg", "pb", "td")}  # Arçelik → Arçeliği; ç → c is one letter folded
HEAD = 20  # letters: a scan with 32 is a fourteenth quicker, but building takes 190 MB more
LEAST_DIGITS, MOST_DIGITS = 9, 18  # of a number that is looked up; as many fit into 64 bits
TWO_DIGITS, DIGIT_BITS = 0x1010, 0x5050  # of two letters of a folded text, those bits that only digits have so


@dataclass(frozen=True, slots=True)
class Texts:
    """Many short ASCII texts in one piece of memory, by number; behind each stands a space."""

    letters: bytes
    starts: "array[int]"  # one more than there are texts

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, number: int) -> bytes:
        return self.letters[self.starts[number] : self.starts[number + 1] - 1]


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
    endings: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Automaton:
    """Finds keys in folded text. A pattern of the machine is a key or its softened form, or the head of longer keys.

    `keys` are sorted. By pattern: the keys from `firsts` to `lasts` have it (one, if it is no head); its size and kind.
    `numbers` are the keys that are numbers, sorted by value behind a digit 1, and `number_keys` their keys.
    """

    machine: daachorse.DoubleArrayAhoCorasick
    keys: Texts
    bends: bytes  # by key: 1 where it may carry a suffix without apostrophe
    firsts: NDArray[np.int32]
    lasts: NDArray[np.int32]
    sizes: NDArray[np.uint8]
    kinds: NDArray[np.uint8]
    numbers: "array[int]"
    number_keys: "array[int]"

    def find(self, hay: bytes) -> Found:
        """Every key of a folded text that begins and ends with a space; a newline parts two texts."""
        met = self.machine.find_overlapping(hay)
        ends, patterns = (np.fromiter(map(itemgetter(n), met), dtype=np.int64, count=len(met)) for n in (1, 2))
        letters, kinds = np.frombuffer(hay + PADDING, dtype=np.uint8), self.kinds.take(patterns)
        ends -= kinds == CLOSED  # the space behind it
        starts, cut = ends - self.sizes.take(patterns), (kinds == CUT).nonzero()[0]
        read = np.array(self._longer(hay, starts[cut], patterns[cut]) + self._numbers(hay), dtype=np.int64)
        met_columns: Iterable[Any] = (starts, ends, self.firsts.take(patterns), kinds)
        starts, ends, keys, kinds = map(np.concatenate, zip(met_columns, read.reshape(-1, 4).T, strict=True))
        endings = read_edges(hay, letters, ends, kinds)
        kept = (endings < NOTHING).nonzero()[0]
        kept = kept.take(starts.take(kept).argsort(kind="stable"))
        return Found(starts.take(kept), ends.take(kept), keys.take(kept), endings.take(kept))

    def _longer(self, hay: bytes, starts: Ints, patterns: Ints) -> list[int]:
        """The names that go on behind the heads met: start, end, key and kind of each in a row."""
        bounds, spelled, bends, stands = self.keys.starts, self.keys.letters, self.bends, hay.startswith
        columns = starts, self.firsts.take(patterns), self.lasts.take(patterns)
        found: list[int] = []
        for start, first, last in zip(*(column.tolist() for column in columns), strict=True):
            for key in range(first, last):
                name = spelled[bounds[key] : bounds[key + 1]]  # and a space
                if stands(name, start):
                    found += (start, start + len(name) - 1, key, CLOSED)
                elif bends[key] and stands(name[:-2], start):
                    end = start + len(name) - 1
                    if hay[end - 1] == name[-2]:
                        found += (start, end, key, OPEN)
                    elif hay[end - 1] == SOFT.get(name[-2]):
                        found += (start, end, key, SOFTENED)
        return found

    def _numbers(self, hay: bytes) -> list[int]:
        """The keys that are numbers, in the same way."""
        found: list[int] = []
        end = 0
        for at in _find_digits(hay):
            if at >= end:
                start, end = hay.rfind(b" ", 0, at) + 1, hay.find(b" ", at)
                key = self._key_of_number(hay[start:end])
                if key is not None:
                    found += (start, end, key, CLOSED)
        return found

    def _key_of_number(self, word: bytes) -> int | None:
        if len(word) > MOST_DIGITS or not word.isdigit():
            return None
        value = int(b"1" + word)
        at = bisect_left(self.numbers, value)
        return self.number_keys[at] if at < len(self.numbers) and self.numbers[at] == value else None

    def key_of(self, text: str) -> int | None:
        """The number of the key that is exactly this folded text."""
        name = text.encode("ascii")
        key = bisect_left(self.keys, name)
        return key if key < len(self.keys) and self.keys[key] == name else None


def _find_digits(hay: bytes) -> list[int]:
    """Where eight digits stand in a row, counted by twos; in nine there is such a place."""
    twos = np.frombuffer(hay, dtype=np.uint16, count=len(hay) // 2)
    two = (twos & DIGIT_BITS) == TWO_DIGITS
    four = two[:-1] & two[1:]
    places: list[int] = ((four[:-2] & four[2:]).nonzero()[0] * 2).tolist()
    return places


def build_automaton(keys: Texts, bends: bytes, usual: Sequence[bytes] = ()) -> Automaton:
    """Build it over sorted keys, and the softened forms of those that bend.

    `usual` are folded texts like those it will read: what these pass through lies together in memory, a tenth quicker.
    """
    patterns, firsts, lasts, sizes, kinds = list[bytes](), array("i"), array("i"), bytearray(), bytearray()
    numbers, number_keys = array("q"), array("i")
    for key in range(len(keys)):
        name = keys[key]
        if name.isdigit() and LEAST_DIGITS <= len(name) <= MOST_DIGITS:
            numbers.append(int(b"1" + name))
            number_keys.append(key)
            continue
        for pattern, kind in _patterns(name, bends[key]):
            if kind == CUT and patterns and patterns[-1] == pattern and kinds[-1] == CUT:
                lasts[-1] = key + 1
                continue
            patterns.append(pattern)
            firsts.append(key)
            lasts.append(key + 1)
            sizes.append(min(len(name), HEAD))
            kinds.append(kind)
    by_value = np.argsort(numbers)
    return Automaton(
        machine=daachorse.DoubleArrayAhoCorasick(patterns or [b"\0"], corpus=list(usual)),
        keys=keys,
        bends=bends,
        firsts=ints(firsts),
        lasts=ints(lasts),
        sizes=np.frombuffer(sizes, dtype=np.uint8),
        kinds=np.frombuffer(kinds, dtype=np.uint8),
        numbers=array("q", np.array(numbers, dtype=np.int64)[by_value].tobytes()),
        number_keys=array("i", ints(number_keys)[by_value].tobytes()),
    )


def _patterns(name: bytes, bends: int) -> Iterator[tuple[bytes, int]]:
    """A name as the machine looks for it; one that may carry no suffix with the space behind it."""
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
