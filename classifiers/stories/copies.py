"""One event told by many outlets: copies and near copies of a text share a story.

Two texts are copies when enough of the smaller sketch lies in the larger one and they do not each name firms or
numbers of their own: registry rows share nearly all words and still tell of different firms.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, compress, repeat
from typing import NamedTuple

from .sketches import KEEP, LONG, NAME, NUMBER, SAMPLED, StoryText, sketch_document, sketch_documents

LONG_BAR, SHORT_BAR = 0.3, 0.5
# In a headline one word makes another event ("… fabrika kurdu", "… fabrika kapattı") and costs one shingle of ten, so
# up to ten shingles the smaller text must lie in the larger one whole; the bar falls to .5 at forty.
HEADLINE, PARAGRAPH = 10, 40  # shingles
OWN_SHARE = 0.4  # of names and numbers, so many times the share of changed words may be a text's own (bylines)
MIN_HEADLINE = 4  # shingles: three words inside a longer headline prove nothing
MIN_COMPARED = 5  # shingles: a sampled headline has one or two, which prove nothing
MAX_HOLDERS = 64  # documents remembered for one shingle beside the first: more share only a template
MAX_COMPARED = 20  # candidates looked at closely
SERIAL_BITS = 40  # of a document's serial number


@dataclass(frozen=True, slots=True)
class StoryAssignment:
    """The story of a document: the id of its first document; `similarity` to the nearest one, 0 where it is new."""

    document_id: str
    story_id: str
    similarity: float
    is_copy: bool


class Parts(NamedTuple):
    """A sketch taken apart; `size` is how many shingles the whole text has, `bar` how alike a copy must be."""

    shingles: tuple[int, ...]
    numbers: frozenset[int]
    names: frozenset[int]
    is_sampled: bool
    size: int
    bar: float


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
        best, similarity = self._nearest(parts, self._hold(self._count, parts.shingles), document.published_at)
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
            parts = _take_apart(sketched)
            self._hold(self._count, parts.shingles)
            self._keep(_Known(document_id, story_id, parts, told_at, known_at))

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
            self._hold(number, touched.intersection(known.parts.shingles))

    def _keep(self, known: _Known) -> None:
        self._known[self._count] = known
        self._serials[known.document_id] = self._count
        self._count += 1

    def _hold(self, number: int, shingles: Iterable[int]) -> "_Shared":
        """Note that a document holds these shingles; what is returned says who held them before."""
        shingles = list(shingles)
        firsts = list(map(self._first.setdefault, shingles, repeat(number)))
        if firsts.count(number) == len(firsts):
            return _Shared(Counter(), True)
        known = [first != number for first in firsts]
        holders = [self._others.setdefault(shingle, []) for shingle in compress(shingles, known)]
        counts = Counter(chain(compress(firsts, known), *holders))
        is_exact = True
        for others in holders:
            if len(others) < MAX_HOLDERS:
                others.append(number)
            else:
                is_exact = False
        return _Shared(counts, is_exact)

    def _nearest(self, parts: Parts, shared: "_Shared", told_at: datetime | None) -> tuple[int | None, float]:
        """The known document most alike, the earlier one among equals."""
        best, highest = None, 0.0
        own = None if shared.is_exact else frozenset(parts.shingles)
        for number in shared.most():
            known = self._known[number]
            common = shared.counts[number] if own is None else len(own.intersection(known.parts.shingles))
            alike = _share(parts, known.parts, common)
            if alike > highest and _is_copy(parts, known.parts, alike) and self._is_near(told_at, known.told_at):
                best, highest = number, alike
        return best, round(highest, 3)

    def _is_near(self, one: datetime | None, other: datetime | None) -> bool:
        return one is None or other is None or abs(one - other) <= self._window


class _Shared(NamedTuple):
    """How many shingles known documents share with a new one, by serial number; exact unless a shingle has too many."""

    counts: Counter[int]
    is_exact: bool

    def most(self) -> list[int]:
        """The documents that share most, the earlier one first among equals."""
        # One whole number sorts by two things at once, and much faster than a pair.
        ranks = sorted(((n << SERIAL_BITS) - number for number, n in self.counts.items()), reverse=True)
        return [-rank % (1 << SERIAL_BITS) for rank in ranks[:MAX_COMPARED]]


def assign_stories(
    documents: Iterable[StoryText], known: Mapping[str, tuple[str, Sequence[int], datetime | None]] | None = None
) -> list[StoryAssignment]:
    """The stories of documents in the order given; `known`: document id → (story id, sketch, published at)."""
    index = StoryIndex()
    for document_id, (story_id, sketched, at) in (known or {}).items():
        index.restore(document_id, story_id, sketched, at)
    told = list(documents)
    return [index.add(document, sketched) for document, sketched in zip(told, sketch_documents(told), strict=True)]


def _share(one: Parts, other: Parts, common: int) -> float:
    """Containment of the smaller set of shingles in the larger, both sampled alike; 0 where too few are left.

    `common` is how many they share: what a sampled text shares is sampled.
    """
    if one.is_sampled == other.is_sampled:
        smaller = min(len(one.shingles), len(other.shingles))
    else:
        smaller = min(_sampled_size(one), _sampled_size(other))
    if smaller < MIN_COMPARED and (one.is_sampled or other.is_sampled):
        return 0.0
    return common / smaller


def _is_copy(one: Parts, other: Parts, alike: float) -> bool:
    if alike < one.bar or alike < other.bar:
        return False
    size = min(one.size, other.size)
    if size < MIN_HEADLINE and one.shingles != other.shingles:
        return False
    allowed = OWN_SHARE * (1 - alike) if size >= PARAGRAPH else 0.0
    return not (_differ(one.numbers, other.numbers, allowed) or _differ(one.names, other.names, allowed))


def _bar(size: int) -> float:
    """1 for a headline, .5 for a paragraph, .3 for an article: _bar(10) = 1, _bar(25) = .75, _bar(40) = .5."""
    if size >= LONG:
        return LONG_BAR
    share = (size - HEADLINE) / (PARAGRAPH - HEADLINE)
    return 1 - (1 - SHORT_BAR) * min(1.0, max(0.0, share))


def _differ(one: frozenset[int], other: frozenset[int], allowed: float) -> bool:
    """Has each side marks the other lacks, more than the allowed share of the smaller?"""
    shared = len(one & other)
    fewer = min(len(one), len(other))
    return fewer - shared > allowed * fewer


def _take_apart(sketched: Sequence[int]) -> Parts:
    numbers, names = bisect_left(sketched, NUMBER), bisect_left(sketched, NAME)
    is_sampled = bool(sketched) and sketched[-1] >= SAMPLED
    size = numbers * (KEEP if is_sampled else 1)
    shingles, end = tuple(sketched[:numbers]), len(sketched) - is_sampled
    marks = frozenset(sketched[numbers:names]), frozenset(sketched[names:end])
    return Parts(shingles, *marks, is_sampled, size, _bar(size))


def _sampled_size(parts: Parts) -> int:
    return len(parts.shingles) if parts.is_sampled else sum(not value % KEEP for value in parts.shingles)
