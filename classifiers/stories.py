"""One event told by many outlets: copies and near copies of a text share a story.

A text is sketched by hashes of its 3-word shingles (a long one keeps 1 in 8), of its numbers and of its capitalised
words. Two texts are copies when enough of the smaller sketch lies in the larger one and they do not each name firms or
numbers of their own: registry rows share nearly all words and still tell of different firms.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import NamedTuple
from zlib import crc32

from .text import fold_key

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
MAX_HOLDERS = 500  # documents remembered for one shingle: more share only a template
MAX_COMPARED = 50  # candidates looked at closely
KIND_BITS = 32  # hash below, kind above: shingle, number, name, and the mark of a sampled text
NUMBER, NAME, SAMPLED = 1 << KIND_BITS, 2 << KIND_BITS, 3 << KIND_BITS
WORD = re.compile(r"[^\W_]+(?:[.,:/-]\d+)*")
OUTLET = re.compile(r"\s[-–—|]\s[^-–—|\n]{2,40}$")
OUTLET_WORDS = 5


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
    story_id: str
    parts: Parts
    at: datetime | None
    serial: int


class StoryIndex:
    """The stories of the last days. The same documents in the same order give the same stories."""

    def __init__(self, window_days: int = 14) -> None:
        self._window = timedelta(days=window_days)
        self._known: dict[str, _Known] = {}
        self._holders: dict[int, list[str]] = {}
        self._serials = count()

    def add(self, document: StoryText, sketched: Sequence[int] | None = None) -> StoryAssignment:
        """Assign a document to the story of its nearest copy, or to a new one, and remember it.

        `sketched` is `sketch_document(document)`, for one who has it already.
        """
        if known := self._known.get(document.document_id):
            return StoryAssignment(document.document_id, known.story_id, 1.0, known.story_id != document.document_id)
        found = sketch_document(document)
        best, similarity = self._nearest(_take_apart(found), document.published_at)
        story_id = self._known[best].story_id if best else document.document_id
        self.restore(document.document_id, story_id, found, document.published_at)
        return StoryAssignment(document.document_id, story_id, similarity, best is not None)

    def restore(self, document_id: str, story_id: str, sketched: Sequence[int], at: datetime | None) -> None:
        """Remember a document assigned earlier, by its stored sketch; a known one stays as it is."""
        if document_id in self._known:
            return
        parts = _take_apart(sketched)
        self._known[document_id] = _Known(story_id, parts, at, next(self._serials))
        for shingle in parts.shingles:
            holders = self._holders.setdefault(shingle, [])
            if len(holders) < MAX_HOLDERS:
                holders.append(document_id)

    def forget(self, before: datetime) -> None:
        """Drop documents published before a moment, once a day with the clock's time; those without a date stay."""
        old = {found for found, known in self._known.items() if known.at is not None and known.at < before}
        self._known = {found: known for found, known in self._known.items() if found not in old}
        kept = {shingle: [h for h in holders if h not in old] for shingle, holders in self._holders.items()}
        self._holders = {shingle: holders for shingle, holders in kept.items() if holders}

    def _nearest(self, parts: Parts, at: datetime | None) -> tuple[str | None, float]:
        """The known document most alike, the earlier one among equals."""
        shared = Counter(holder for shingle in parts.shingles for holder in self._holders.get(shingle, ()))
        best, highest = None, 0.0
        for document_id in sorted(shared, key=lambda d: (-shared[d], self._known[d].serial))[:MAX_COMPARED]:
            known = self._known[document_id]
            alike = similarity_of(parts, known.parts)
            if alike > highest and self._is_near(at, known.at) and _is_copy(parts, known.parts, alike):
                best, highest = document_id, alike
        return best, round(highest, 3)

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
    words = fold_key(text).split()
    size = min(SHINGLE, len(words))
    found = {_hash(" ".join(words[at : at + size])) for at in range(len(words) - size + 1)} if words else set()
    if len(words) >= LONG:
        found = {value for value in found if value % KEEP == 0} | {SAMPLED}
    return tuple(sorted(found | _marks(text)))


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


def _marks(text: str) -> set[int]:
    """Hashes of the numbers and of the capitalised words."""
    return {_mark(word) for word in WORD.findall(text) if word[0].isdigit() or (word[0].isupper() and len(word) > 1)}


@lru_cache(maxsize=1 << 16)  # names recur from document to document, and folding word by word is the dear part
def _mark(word: str) -> int:
    return (NUMBER if word[0].isdigit() else NAME) + _hash(fold_key(word))


def _hash(text: str) -> int:
    return crc32(text.encode())


def _take_apart(sketched: Sequence[int]) -> Parts:
    return Parts(
        frozenset(value for value in sketched if value < NUMBER),
        frozenset(value for value in sketched if NUMBER <= value < NAME),
        frozenset(value for value in sketched if NAME <= value < SAMPLED),
        SAMPLED in sketched,
    )


def _sample(shingles: frozenset[int]) -> frozenset[int]:
    return frozenset(value for value in shingles if value % KEEP == 0)
