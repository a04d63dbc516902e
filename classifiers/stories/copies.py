"""One event told by many outlets: copies and near copies of a text share a story.

A text is sketched by hashes of its 3-word shingles (a long one keeps 1 in 8), of its numbers and of its capitalised
words. Two texts are copies when enough of the smaller sketch lies in the larger one and they do not each name firms or
numbers of their own: registry rows share nearly all words and still tell of different firms.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from heapq import nlargest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..text import SPACE, Folded, fold, fold_key

SHINGLE = 3  # words
KEEP = 8  # a long text keeps the shingles whose hash is a multiple
LONG = 200  # words from which a text is sampled: some 25 shingles are left to compare
LONG_BAR, SHORT_BAR = 0.3, 0.5
# In a headline one word makes another event ("… fabrika kurdu", "… fabrika kapattı") and costs one shingle of ten, so
# up to ten shingles the smaller text must lie in the larger one whole; the bar falls to .5 at forty.
HEADLINE, PARAGRAPH = 10, 40  # shingles
OWN_SHARE = 0.4  # of names and numbers, so many times the share of changed words may be a text's own (bylines)
MIN_HEADLINE = 4  # shingles: three words inside a longer headline prove nothing
MIN_COMPARED = 5  # shingles: a sampled headline has one or two, which prove nothing
MAX_HOLDERS = 64  # documents remembered for one shingle: more share only a template
MAX_COMPARED = 20  # candidates looked at closely
SERIAL_BITS = 40  # of a document's serial number
KIND_BITS = 32  # hash below, kind above: shingle, number, name, and the mark of a sampled text
NUMBER, NAME, SAMPLED = 1 << KIND_BITS, 2 << KIND_BITS, 3 << KIND_BITS
NINE = ord("9")
OUTLET = re.compile(r"\s[-–—|]\s[^-–—|\n]{2,40}$")
OUTLET_WORDS = 5
# A part of a text is hashed as a polynomial in BASE modulo 2^64, whose powers can be divided out again.
BASE = 0x9E3779B97F4A7C15
INVERSE = pow(BASE, -1, 1 << 64)
MIX = np.uint64(0xD6E8FEB86659FD93)
Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class StoryText:
    """A document as far as stories care."""

    document_id: str
    title: str = ""
    text: str = ""
    published_at: datetime | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class StoryAssignment:
    """The story of a document: the id of its first document; `similarity` to the nearest one, 0 where it is new."""

    document_id: str
    story_id: str
    similarity: float
    is_copy: bool


class Parts(NamedTuple):
    """A sketch taken apart."""

    shingles: frozenset[int]
    numbers: frozenset[int]
    names: frozenset[int]
    is_sampled: bool


class _Known(NamedTuple):
    document_id: str
    story_id: str
    parts: Parts
    told_at: datetime | None
    known_at: datetime | None


class StoryIndex:
    """The stories of the last days. The same documents in the same order give the same stories.

    A document is remembered by when it became known and compared by when it was told: two told more than the window
    apart are never copies, and what became known before `forget` is compared with nothing any more.
    """

    def __init__(self, window_days: int = 14) -> None:
        self._window = timedelta(days=window_days)
        self._known: dict[int, _Known] = {}  # by serial number, in the order in which they became known
        self._serials: dict[str, int] = {}
        self._count = 0
        # Most shingles have one holder: those that have more stand in a second table.
        self._first: dict[int, int] = {}
        self._others: dict[int, list[int]] = {}

    def add(
        self, document: StoryText, sketched: Sequence[int] | None = None, *, known_at: datetime | None = None
    ) -> StoryAssignment:
        """Assign a document to the story of its nearest copy, or to a new one, and remember it.

        `sketched` is `sketch_document(document)`, for one who has it already.
        """
        if (serial := self._serials.get(document.document_id)) is not None:
            story_id = self._known[serial].story_id
            return StoryAssignment(document.document_id, story_id, 1.0, story_id != document.document_id)
        parts = _take_apart(sketch_document(document) if sketched is None else sketched)
        best, similarity = self._nearest(parts, document.published_at)
        story_id = document.document_id if best is None else self._known[best].story_id
        self._keep(_Known(document.document_id, story_id, parts, document.published_at, known_at))
        return StoryAssignment(document.document_id, story_id, similarity, best is not None)

    def restore(
        self,
        document_id: str,
        story_id: str,
        sketched: Sequence[int],
        told_at: datetime | None,
        *,
        known_at: datetime | None = None,
    ) -> None:
        """Remember a document assigned earlier, by its stored sketch; a known one stays as it is."""
        if document_id not in self._serials:
            self._keep(_Known(document_id, story_id, _take_apart(sketched), told_at, known_at))

    def forget(self, before: datetime) -> None:
        """Drop what became known before a moment; what has no such time stays.

        What is left is what an index restored from the rest would be.
        """
        old = {n for n, known in self._known.items() if known.known_at is not None and known.known_at < before}
        if not old:
            return
        for number in old:
            del self._serials[self._known.pop(number).document_id]
        touched = {shingle for shingle, number in self._first.items() if number in old}
        touched |= {shingle for shingle, numbers in self._others.items() if not old.isdisjoint(numbers)}
        for shingle in touched:
            del self._first[shingle]
            self._others.pop(shingle, None)
        for number, known in self._known.items():
            self._hold(number, known.parts.shingles & touched)

    def _keep(self, known: _Known) -> None:
        number = self._count
        self._count += 1
        self._known[number] = known
        self._serials[known.document_id] = number
        self._hold(number, known.parts.shingles)

    def _hold(self, number: int, shingles: Iterable[int]) -> None:
        for shingle in shingles:
            if self._first.setdefault(shingle, number) != number:
                others = self._others.setdefault(shingle, [])
                if len(others) < MAX_HOLDERS:
                    others.append(number)

    def _nearest(self, parts: Parts, told_at: datetime | None) -> tuple[int | None, float]:
        """The known document most alike, the earlier one among equals."""
        best, highest = None, 0.0
        for number in self._candidates(parts):
            known = self._known[number]
            alike = similarity_of(parts, known.parts)
            if alike > highest and self._is_near(told_at, known.told_at) and _is_copy(parts, known.parts, alike):
                best, highest = number, alike
        return best, round(highest, 3)

    def _candidates(self, parts: Parts) -> list[int]:
        """The documents that share most shingles, the earlier one first among equals."""
        held = parts.shingles & self._first.keys()
        shared = Counter(map(self._first.__getitem__, held))
        for shingle in held & self._others.keys():
            shared.update(self._others[shingle])
        # One whole number sorts by two things at once, and much faster than a pair.
        ranks = ((n << SERIAL_BITS) - number for number, n in shared.items())
        return [-rank % (1 << SERIAL_BITS) for rank in nlargest(MAX_COMPARED, ranks)]

    def _is_near(self, one: datetime | None, other: datetime | None) -> bool:
        return one is None or other is None or abs(one - other) <= self._window


def assign_stories(
    documents: Iterable[StoryText], known: Mapping[str, tuple[str, Sequence[int], datetime | None]] | None = None
) -> list[StoryAssignment]:
    """The stories of documents in the order given; `known`: document id → (story id, sketch, published at)."""
    index = StoryIndex()
    for document_id, (story_id, sketched, at) in (known or {}).items():
        index.restore(document_id, story_id, sketched, at)
    return [index.add(document) for document in documents]


def sketch_document(document: StoryText) -> tuple[int, ...]:
    """The sketch of title and text together, the outlet's name left out of the title."""
    title, body = without_outlet(document.title, document.source), document.text.strip()
    return sketch(body if not title or body.startswith(title) else f"{title}\n{body}")


def sketch(text: str) -> tuple[int, ...]:
    """Sorted hashes: shingles below 2^32, numbers from 2^32, capitalised words from 2^33 (all shorter than 2^34)."""
    folded = fold(text)
    letters = np.frombuffer(f" {folded.text} ".encode(), dtype=np.uint8)
    spaces = letters == SPACE
    edges = (spaces[1:] != spaces[:-1]).nonzero()[0] + 1
    starts, ends = edges[::2], edges[1::2]
    sums = _prefix_sums(letters)
    found = _hashes(sums, starts[: max(1, len(starts) - SHINGLE + 1)], ends[min(SHINGLE, len(ends)) - 1 :])
    if len(starts) >= LONG:
        found = np.append(found[found % np.uint64(KEEP) == 0], np.uint64(SAMPLED))
    found = np.concatenate((found, _marks(text, folded, letters, sums)))
    found.sort()
    return tuple(dict.fromkeys(found.tolist()))


def without_outlet(title: str, source: str | None = None) -> str:
    """A headline without the outlet's name at its end (" - Örnek Haber")."""
    match = OUTLET.search(title)
    if not match or match.start() < 15:
        return title.strip()
    tag = fold_key(match[0])
    is_source = source is not None and tag == fold_key(source)
    words = re.findall(r"[^\W_]+", match[0])
    is_name = len(words) <= OUTLET_WORDS and all(w[0].isupper() or w[0].isdigit() or "." in match[0] for w in words)
    return title[: match.start()].strip() if is_source or is_name else title.strip()


def similarity_of(one: Parts, other: Parts) -> float:
    """Containment of the smaller set of shingles in the larger, both sampled alike; 0 where too few are left."""
    left, right = one.shingles, other.shingles
    if one.is_sampled != other.is_sampled:
        left, right = _sample(left), _sample(right)
    smaller = min(len(left), len(right))
    if not smaller or (smaller < MIN_COMPARED and (one.is_sampled or other.is_sampled)):
        return 0.0
    return len(left & right) / smaller


def _is_copy(one: Parts, other: Parts, alike: float) -> bool:
    size = min(_size(one), _size(other))
    if alike < _bar(size) or (size < MIN_HEADLINE and one.shingles != other.shingles):
        return False
    allowed = OWN_SHARE * (1 - alike) if size >= PARAGRAPH else 0.0
    return not (_differ(one.numbers, other.numbers, allowed) or _differ(one.names, other.names, allowed))


def _size(parts: Parts) -> int:
    """Shingles of the whole text."""
    return len(parts.shingles) * (KEEP if parts.is_sampled else 1)


def _bar(size: int) -> float:
    """1 for a headline, .5 for a paragraph, .3 for an article: _bar(10) = 1, _bar(25) = .75, _bar(40) = .5."""
    if size >= LONG:
        return LONG_BAR
    share = (size - HEADLINE) / (PARAGRAPH - HEADLINE)
    return 1 - (1 - SHORT_BAR) * min(1.0, max(0.0, share))


def _differ(one: frozenset[int], other: frozenset[int], allowed: float) -> bool:
    """Has each side marks the other lacks, more than the allowed share of the smaller?"""
    return min(len(one - other), len(other - one)) > allowed * min(len(one), len(other))


def _marks(text: str, folded: Folded, letters: NDArray[np.uint8], sums: Hashes) -> Hashes:
    """Hashes of the numbers and of the capitalised words; `letters` are the folded ones with a space on each side."""
    spans = [match.span() for match in _mark_pattern().finditer(text)]
    cuts = folded.starts.searchsorted(np.array(spans, dtype=np.int64).reshape(-1, 2)) + 1
    cuts = cuts[cuts[:, 0] < cuts[:, 1]]  # letters of other scripts leave nothing when folded
    starts, ends = cuts[:, 0], cuts[:, 1]
    return _hashes(sums, starts, ends) + np.where(letters[starts] <= NINE, np.uint64(NUMBER), np.uint64(NAME))


@cache
def _mark_pattern() -> re.Pattern[str]:
    capitals = "".join(letter for letter in map(chr, range(1 << 16)) if letter.isupper())
    return re.compile(rf"(?<![^\W_])(?:\d[^\W_]*|[{capitals}][^\W_]+)(?:[.,:/-]\d+)*")


def _prefix_sums(letters: NDArray[np.uint8]) -> Hashes:
    """For every place the sum of what stands before it, each letter times its power of BASE (modulo 2^64)."""
    sums = np.zeros(len(letters) + 1, dtype=np.uint64)
    np.cumsum(letters * _powers(BASE, len(letters)), out=sums[1:])
    return sums


def _hashes(sums: Hashes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Hashes:
    """32-bit hashes of the parts [start, end) of a text: equal parts have equal hashes wherever they stand."""
    values = (sums[ends] - sums[starts]) * _powers(INVERSE, len(sums))[starts]
    return ((values ^ values >> np.uint64(32)) * MIX) >> np.uint64(32)


def _powers(base: int, count: int) -> Hashes:
    """base^0, base^1, … modulo 2^64, `count` of them."""
    return _powers_table(base, max(1 << 12, 1 << count.bit_length()))[:count]


@cache
def _powers_table(base: int, size: int) -> Hashes:
    table = np.full(size, base, dtype=np.uint64)
    table[0] = 1
    return np.cumprod(table, dtype=np.uint64)


def _take_apart(sketched: Sequence[int]) -> Parts:
    numbers, names = bisect_left(sketched, NUMBER), bisect_left(sketched, NAME)
    end = bisect_left(sketched, SAMPLED)
    return Parts(
        frozenset(sketched[:numbers]),
        frozenset(sketched[numbers:names]),
        frozenset(sketched[names:end]),
        end < len(sketched),
    )


def _sample(shingles: frozenset[int]) -> frozenset[int]:
    return frozenset(value for value in shingles if value % KEEP == 0)
