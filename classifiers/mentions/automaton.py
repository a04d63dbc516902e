"""All spellings in one automaton: where a folded text holds one, whole or with a Turkish suffix.

The automaton holds only the head of a spelling, as many of its first words as few others share; the spellings with
that head are compared with the text itself. Nearly all letters of a million spellings stand behind the head ("… sanayi
ve ticaret"): over heads it takes a third of the memory, and is faster, than over whole spellings.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import daachorse
import numpy as np
from numpy.typing import NDArray

from .places import Ending, read_ending, right_edge

SOFT = {ord(hard): ord(soft) for hard, soft in ("kg", "pb", "td")}  # Arçelik → Arçeliği; ç → c is one letter folded
LEAST_WORDS, MOST_WORDS = 2, 6  # of a head
MOST_SHARED = 8  # spellings of one head, where another word can part them
HEAD_DIGITS = 6  # a number's first digits: enough to be rare, few enough to be shared
SPACE = 32
NONE = -1  # has all bits, GOES_ON too
SOFTENED, BENDS, GOES_ON = 4, 2, 1

# [start, end) of folded text, the number of the key that stands there, and how the name leaves its word; the last
# letter is softened where the ending says so.
Found = tuple[int, int, int, Ending]


@dataclass(frozen=True, slots=True)
class Texts:
    """Many short ASCII texts in one piece of memory, by number."""

    letters: bytes
    starts: "array[int]"  # one more than there are texts

    def __len__(self) -> int:
        return len(self.starts) - 1

    def size(self, number: int) -> int:
        """The length of a text."""
        return self.starts[number + 1] - self.starts[number]

    def __getitem__(self, number: int) -> bytes:
        return self.letters[self.starts[number] : self.starts[number + 1]]


def pack_texts(texts: Sequence[bytes]) -> Texts:
    """The texts one behind the other."""
    starts = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), out=starts[1:])
    return Texts(b"".join(texts), array("q", starts.tobytes()))


@dataclass(frozen=True, slots=True)
class Automaton:
    """Finds keys in folded text. A spelling is a key × 2, plus 1 for its softened form.

    By head, `wholes` is the spelling that is the head itself (or NONE) and what a hit needs to know of it, in one
    number because looking into a column is what a hit costs; the longer spellings are the rows of `spellings` from
    `firsts[head]` to `firsts[head + 1]`.
    """

    machine: daachorse.DoubleArrayAhoCorasick
    keys: Texts
    bends: bytes  # by key: 1 where it may carry a suffix without apostrophe
    wholes: "array[int]"  # spelling × 4, plus BENDS, plus GOES_ON where there are longer ones
    firsts: "array[int]"
    spellings: "array[int]"

    def find(self, hay: bytes) -> list[Found]:
        """Every key of a folded text that begins and ends with a space, by its end; a newline parts two texts."""
        wholes, text = self.wholes, hay.decode("ascii")
        found: list[Found] = []
        for before, end, head in self.machine.find_overlapping(hay):
            whole = wholes[head]
            if whole != NONE:
                if hay[end - 1] == SPACE:  # the head of names too short for a suffix, with the space behind it
                    found.append((before + 1, end - 1, whole >> 3, ""))
                elif hay[end] == SPACE:
                    if not whole & SOFTENED:
                        found.append((before + 1, end, whole >> 3, ""))
                elif whole & BENDS:
                    ending = read_ending(text[end : text.find(" ", end)], whole & SOFTENED > 0)
                    if ending is not None:
                        found.append((before + 1, end, whole >> 3, ending))
            if whole & GOES_ON:
                found += self._longer(hay, text, before + 1, head)
        return found

    def _longer(self, hay: bytes, text: str, start: int, head: int) -> list[Found]:
        """The keys at `start` that go on behind their head."""
        found: list[Found] = []
        for spelling in self.spellings[self.firsts[head] : self.firsts[head + 1]]:
            name, softened = self.keys[spelling >> 1], spelling & 1
            end = start + len(name)
            if not hay.startswith(name[:-1] if softened else name, start):
                continue
            if softened and hay[end - 1] != SOFT[name[-1]]:
                continue
            ending = right_edge(text, end, softened=bool(softened))
            if ending is not None and (not ending or self.bends[spelling >> 1]):
                found.append((start, end, spelling >> 1, ending))
        return found

    def key_of(self, text: str) -> int | None:
        """The number of the key that is exactly this folded text."""
        name = text.encode("ascii")
        return next((key for start, _, key, _ in self.find(b" " + name + b" ") if self.keys[key] == name), None)


def build_automaton(keys: Texts, bends: bytes) -> Automaton:
    """Build it over all keys, and the softened forms of those that bend."""
    spellings = array("i")
    for number in range(len(keys)):
        spellings.append(number * 2)
        if bends[number] and keys[number][-1] in SOFT:
            spellings.append(number * 2 + 1)
    heads, head_of, is_whole = _find_heads(keys, spellings)
    return _automaton(keys, bends, heads, ints(spellings), ints(head_of), np.frombuffer(is_whole, dtype=np.uint8))


def _automaton(
    keys: Texts,
    bends: bytes,
    heads: list[bytes],
    spellings: NDArray[np.int32],
    head_of: NDArray[np.int32],
    is_whole: NDArray[np.uint8],
) -> Automaton:
    rows = np.flatnonzero(is_whole)[::-1]  # of two spellings that are the same head the first is the whole one
    bending = np.frombuffer(bends, dtype=np.uint8)[spellings >> 1]
    row_of = np.full(len(heads), NONE)
    row_of[head_of[rows]] = rows
    longer = np.flatnonzero(row_of[head_of] != np.arange(len(spellings)))
    firsts, order = group(head_of[longer], len(heads))
    goes_on = np.diff(ints(firsts)) > 0
    wholes = np.where(row_of == NONE, NONE, spellings[row_of] * 4 + BENDS * bending[row_of] + GOES_ON * goes_on)
    is_open = np.zeros(len(heads), dtype=bool)  # may the last letter of the head stand within a word?
    is_open[head_of[np.flatnonzero(is_whole & bending)]] = True
    patterns = [
        b" " + head + (b"" if is_open[number] or _is_number(head) else b" ") for number, head in enumerate(heads)
    ]
    return Automaton(
        machine=daachorse.DoubleArrayAhoCorasick(patterns or [b"\0"]),
        keys=keys,
        bends=bends,
        wholes=array("i", wholes.astype(np.int32).tobytes()),
        firsts=firsts,
        spellings=array("i", spellings[longer[order]].tobytes()),
    )


def _find_heads(keys: Texts, spellings: "array[int]") -> tuple[list[bytes], "array[int]", bytearray]:
    """The heads, and by spelling the number of its head and whether it is nothing more than that."""
    numbers: dict[bytes, int] = {}
    head_of, is_whole = array("i", bytes(4 * len(spellings))), bytearray(len(spellings))
    left: Sequence[int] = range(len(spellings))
    for words in range(LEAST_WORDS, MOST_WORDS + 1):
        heads = [_head(spelled(keys, spellings[row]), words) for row in left]
        shared = Counter(heads)
        crowded = array("i")
        for row, head in zip(left, heads, strict=True):
            is_same = len(head) == keys.size(spellings[row] >> 1)
            if not is_same and shared[head] > MOST_SHARED and words < MOST_WORDS and not _is_number(head):
                crowded.append(row)
            else:
                head_of[row] = numbers.setdefault(head, len(numbers))
                is_whole[row] = is_same
        left = crowded
    return list(numbers), head_of, is_whole


def spelled(keys: Texts, spelling: int) -> bytes:
    """The letters of a spelling."""
    key = keys[spelling >> 1]
    return key[:-1] + bytes([SOFT[key[-1]]]) if spelling & 1 else key


def group(groups: NDArray[np.int32], number: int) -> tuple["array[int]", NDArray[np.int64]]:
    """Where each of `number` groups begins (and the last ends) once rows are put in the order that is also given."""
    counts = np.bincount(groups, minlength=number)
    firsts = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    return array("i", firsts.tobytes()), np.argsort(groups, kind="stable")


def ints(column: "array[int]") -> NDArray[np.int32]:
    """A column of `array("i")` as numpy sees it, without a copy."""
    return np.frombuffer(column, dtype=np.int32) if column else np.zeros(0, dtype=np.int32)


def _head(text: bytes, words: int) -> bytes:
    return text[:HEAD_DIGITS] if _is_number(text) else b" ".join(text.split(b" ", words)[:words])


def _is_number(text: bytes) -> bool:
    return len(text) >= HEAD_DIGITS and text.isdigit()
