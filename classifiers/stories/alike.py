"""Are two texts copies? Told by their sketches: the share of one text that lies in the other, and marks of their own.

Two texts are copies when enough of the smaller sketch lies in the larger one and they do not each name firms or
numbers of their own: registry rows share nearly all words and still tell of different firms.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from .holders import Shared
from .sketches import KEEP, LONG, NAME, NUMBER, SAMPLED

LONG_BAR, SHORT_BAR = 0.3, 0.5
# In a headline one word makes another event ("… fabrika kurdu", "… fabrika kapattı") and costs one shingle of ten, so
# up to ten shingles the smaller text must lie in the larger one whole; the bar falls to .5 at forty.
HEADLINE, PARAGRAPH = 10, 40  # shingles
OWN_SHARE = 0.4  # of names and numbers, so many times the share of changed words may be a text's own (bylines)
MIN_HEADLINE = 4  # shingles: three words inside a longer headline prove nothing
MIN_COMPARED = 5  # shingles: a sampled headline has one or two, which prove nothing
FEWEST, FEWEST_SAMPLED = 3, 2  # shingles that copies share at least: 5 × .5 and 5 × .3, rounded up
MAX_COMPARED = 20  # candidates looked at closely


# The serial number of an earlier document that may be the original of a new one, and how many shingles they share: None
# where not all were counted.
Likely = tuple[int, int | None]


class Parts(NamedTuple):
    """A sketch taken apart; `size` is how many shingles the whole text has, `bar` how alike a copy must be.

    Arrays take a tenth of the memory of sets, and few of the documents known are ever looked at again.
    """

    shingles: "array[int]"
    numbers: "array[int]"
    names: "array[int]"
    is_sampled: bool
    size: int
    bar: float


def take_apart(sketched: Sequence[int]) -> Parts:
    """The parts of a sketch."""
    packed = array("Q", sketched)
    numbers, names = bisect_left(packed, NUMBER), bisect_left(packed, NAME)
    is_sampled = bool(packed) and packed[-1] >= SAMPLED
    size = numbers * (KEEP if is_sampled else 1)
    marks = packed[numbers:names], packed[names : len(packed) - is_sampled]
    return Parts(packed[:numbers], *marks, is_sampled, size, _bar(size))


class Own:
    """A text that many are compared with: its sets are made when they are asked for."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    @cached_property
    def shingles(self) -> frozenset[int]:
        """Its shingles."""
        return frozenset(self.parts.shingles)

    @cached_property
    def numbers(self) -> frozenset[int]:
        """Its numbers."""
        return frozenset(self.parts.numbers)

    @cached_property
    def names(self) -> frozenset[int]:
        """Its capitalised words."""
        return frozenset(self.parts.names)


def likeness(one: Own, other: Parts, common: int | None = None) -> float:
    """Containment of the smaller set of shingles in the larger where one text is a copy of the other, otherwise 0.

    `common` is how many they share (what a sampled text shares is sampled); they are counted where it is not given.
    """
    bar = max(one.parts.bar, other.bar)
    if common is None:
        if _has_own_marks(one, other, bar):  # quicker than counting
            return 0.0
        common = len(one.shingles.intersection(other.shingles))
    alike = _share(one.parts, other, common)
    if alike < bar or _is_too_short(one.parts, other) or _has_own_marks(one, other, alike):
        return 0.0
    return alike


def find_likely(shared: Shared, new: Sequence[Parts]) -> list[list[Likely]]:
    """For each new document the earlier ones worth comparing: those that share most first, the earlier one first among
    equals."""
    found: list[list[Likely]] = [[] for _ in new]
    fewest = np.array([min(len(one.shingles), FEWEST_SAMPLED if one.is_sampled else FEWEST) for one in new], dtype=int)
    pairs = (shared.counts >= fewest[shared.new]).nonzero()[0]
    if not len(pairs):
        return found
    pairs = pairs[np.lexsort((-shared.counts[pairs], shared.new[pairs]))]
    is_crowded = shared.is_crowded.tolist()
    columns = (column[pairs].tolist() for column in (shared.new, shared.known, shared.counts))
    for place, known, common in zip(*columns, strict=True):
        if len(found[place]) < MAX_COMPARED:
            found[place].append((known, None if is_crowded[place] else common))
    return found


def _share(one: Parts, other: Parts, common: int) -> float:
    """Containment of the smaller set of shingles in the larger, both sampled alike; 0 where too few are left."""
    if one.is_sampled == other.is_sampled:
        smaller = min(len(one.shingles), len(other.shingles))
    else:
        smaller = min(_sampled_size(one), _sampled_size(other))
    if smaller < MIN_COMPARED and (one.is_sampled or other.is_sampled):
        return 0.0
    return common / smaller


def _sampled_size(parts: Parts) -> int:
    return len(parts.shingles) if parts.is_sampled else sum(not value % KEEP for value in parts.shingles)


def _is_too_short(one: Parts, other: Parts) -> bool:
    return min(one.size, other.size) < MIN_HEADLINE and one.shingles != other.shingles


def _has_own_marks(one: Own, other: Parts, alike: float) -> bool:
    allowed = OWN_SHARE * (1 - alike) if min(one.parts.size, other.size) >= PARAGRAPH else 0.0
    return _differ(one.numbers, other.numbers, allowed) or _differ(one.names, other.names, allowed)


def _differ(one: frozenset[int], other: Sequence[int], allowed: float) -> bool:
    """Has each side marks the other lacks, more than the allowed share of the smaller?"""
    fewer = min(len(one), len(other))
    return fewer - len(one.intersection(other)) > allowed * fewer


def _bar(size: int) -> float:
    """1 for a headline, .5 for a paragraph, .3 for an article: _bar(10) = 1, _bar(25) = .75, _bar(40) = .5."""
    if size >= LONG:
        return LONG_BAR
    share = (size - HEADLINE) / (PARAGRAPH - HEADLINE)
    return 1 - (1 - SHORT_BAR) * min(1.0, max(0.0, share))
