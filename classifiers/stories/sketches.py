"""Sketches of texts, by which copies are found: hashes of what they say, made for many texts at once.

A text is sketched by hashes of its 3-word shingles (a long one keeps 1 in 8), of its numbers and of its capitalised
words. Equal words have equal hashes wherever they stand, so that many texts in a row are hashed like one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..text import SPACE, fold_key, fold_units, is_kept

SHINGLE = 3  # words
KEEP = 8  # a long text keeps the shingles whose hash is a multiple
LONG = 200  # words from which a text is sampled: some 25 shingles are left to compare
KIND_BITS = 32  # hash below, kind above: shingle, number, name, and the mark of a sampled text
NUMBER, NAME, SAMPLED = 1 << KIND_BITS, 2 << KIND_BITS, 3 << KIND_BITS
HALF = np.uint64(32)
OWNER_BITS = np.uint64(KIND_BITS + 2)  # so many belong to a text: the number of the text stands above
BELOW_OWNER = np.uint64((1 << (KIND_BITS + 2)) - 1)
AT_ONCE = 1 << 16  # code points: their hashes stay in the processor's cache
OUTLET = re.compile(r"\s[-–—|]\s[^-–—|\n]{2,40}$")
OUTLET_WORDS = 5
CONTINUES = ".,:/-"  # between the parts of one number
ZERO, NINE, NEWLINE = ord("0"), ord("9"), ord("\n")
PLANE = 1 << 16
# A part of a text is hashed as a polynomial in BASE modulo 2^64, whose powers can be divided out again.
BASE = 0x9E3779B97F4A7C15
INVERSE = pow(BASE, -1, 1 << 64)
MIX = np.uint64(0xD6E8FEB86659FD93)
Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]
Claims = NDArray[np.bool_]
Sketch = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StoryText:
    """A document as far as stories care."""

    document_id: str
    title: str = ""
    text: str = ""
    published_at: datetime | None = None
    source: str | None = None


class _Words(NamedTuple):
    """The words of texts in a row: folded letters, where each word starts and ends in them, whose word it is.

    `is_number`: begins with a digit; `is_name`: begins with a capital and has two letters; `goes_on`: is one number
    (or name with a number) with the word before, as in "134,60".
    """

    letters: NDArray[np.uint8]
    starts: Places
    ends: Places
    owners: Places
    is_number: Claims
    is_name: Claims
    goes_on: Claims


class _Spans(NamedTuple):
    """Parts of texts: where each starts and ends, and what stands above its hash (whose it is, and of what kind)."""

    starts: Places
    ends: Places
    above: Hashes


def sketch_document(document: StoryText) -> Sketch:
    """The sketch of title and text together, the outlet's name left out of the title."""
    return sketch(_reading(document))


def sketch_documents(documents: Iterable[StoryText]) -> list[Sketch]:
    """The same sketches, many at once: several times as fast for short texts."""
    return sketch_texts(map(_reading, documents))


def sketch(text: str) -> Sketch:
    """Sorted hashes: shingles below 2^32, numbers from 2^32, capitalised words from 2^33 (all shorter than 2^34)."""
    return _sketch_together([text])[0]


def sketch_texts(texts: Iterable[str]) -> list[Sketch]:
    """The sketch of each text."""
    return [sketched for some in _in_batches(texts) for sketched in _sketch_together(some)]


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


def _reading(document: StoryText) -> str:
    title, body = without_outlet(document.title, document.source), document.text.strip()
    return body if not title or body.startswith(title) else f"{title}\n{body}"


def _in_batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if size >= AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _sketch_together(texts: Sequence[str]) -> list[Sketch]:
    words = _find_words(texts)
    lengths = np.bincount(words.owners, minlength=len(texts))
    shingles, marks = _shingles(words, lengths), _marks(words)
    starts, ends = np.append(shingles.starts, marks.starts), np.append(shingles.ends, marks.ends)
    found = _hashes(words.letters, starts, ends) | np.append(shingles.above, marks.above)
    if lengths.max() >= LONG:
        found = _sampled(found, lengths, len(shingles.starts))
    found.sort()
    if len(found):
        found = found[np.append(True, found[1:] != found[:-1])]
    if len(texts) == 1:
        return [tuple(found.tolist())]
    cuts = found.searchsorted(np.arange(len(texts) + 1, dtype=np.uint64) << OWNER_BITS).tolist()
    values = (found & BELOW_OWNER).tolist()
    return [tuple(values[start:end]) for start, end in pairwise(cuts)]


def _find_words(texts: Sequence[str]) -> _Words:
    units, folded = fold_units(texts)
    places = is_kept(folded).nonzero()[0]
    letters = folded[places]
    is_letter = letters > SPACE
    edges = (is_letter[1:] != is_letter[:-1]).nonzero()[0] + 1
    starts, ends = edges[::2], edges[1::2]
    opens, closes = places[starts], places[ends]
    initials = letters[starts]
    is_number = initials <= NINE
    is_name = _capitals()[units[opens]] & (ends - starts > 1) & ~is_number
    goes_on = np.zeros(len(starts), dtype=bool)
    goes_on[1:] = is_number[1:] & (is_number | is_name)[:-1] & (opens[1:] == closes[:-1] + 1)
    goes_on[1:] &= _continues()[units[closes[:-1]]]
    owners = (letters == NEWLINE).nonzero()[0].searchsorted(starts)
    return _Words(letters, starts, ends, owners, is_number, is_name, goes_on)


def _shingles(words: _Words, lengths: Places) -> _Spans:
    """Three words in a row; all words where there are fewer."""
    lasts = lengths.cumsum() - 1
    is_short = (lengths > 0) & (lengths < SHINGLE)
    heads = (words.owners[SHINGLE - 1 :] == words.owners[: 1 - SHINGLE]).nonzero()[0]
    tails = heads + SHINGLE - 1
    if is_short.any():
        heads = np.append(heads, (lasts - lengths + 1)[is_short])
        tails = np.append(tails, lasts[is_short])
    return _Spans(words.starts[heads], words.ends[tails], words.owners[heads].astype(np.uint64) << OWNER_BITS)


def _sampled(found: Hashes, lengths: Places, count: int) -> Hashes:
    """Of the shingles of long texts (the first so many hashes) those that are kept, and the marks of these texts."""
    is_long = (lengths >= LONG)[(found >> OWNER_BITS).astype(np.int64)]
    is_long[count:] = False
    kept = ~is_long | (found % np.uint64(KEEP) == 0)
    long = (lengths >= LONG).nonzero()[0].astype(np.uint64) << OWNER_BITS
    return np.concatenate((found[kept], long | np.uint64(SAMPLED)))


def _marks(words: _Words) -> _Spans:
    """The numbers and the capitalised words, "134,60" and "Madde 5/2" being one each."""
    heads = (~words.goes_on).nonzero()[0]
    tails = np.append(heads[1:], len(words.goes_on)) - 1
    is_mark = (words.is_number | words.is_name)[heads]
    heads, tails = heads[is_mark], tails[is_mark]
    ends = words.ends[tails]
    longer = (tails > heads).nonzero()[0]
    if len(longer):
        ends[longer] = _digits_end(words.letters, words.starts[tails[longer]])
    kinds = np.where(words.is_number[heads], np.uint64(NUMBER), np.uint64(NAME))
    return _Spans(words.starts[heads], ends, words.owners[heads].astype(np.uint64) << OWNER_BITS | kinds)


def _digits_end(letters: NDArray[np.uint8], starts: Places) -> Places:
    """Where the digits that begin at these places end: "5kg" behind "12." gives "12.5"."""
    others = (letters > NINE) | (letters < ZERO)
    stops = others.nonzero()[0]
    return stops[stops.searchsorted(starts)]


@cache
def _capitals() -> Claims:
    return np.array([chr(code).isupper() for code in range(PLANE)])


@cache
def _continues() -> Claims:
    return np.isin(np.arange(PLANE), [ord(letter) for letter in CONTINUES])


def _hashes(letters: NDArray[np.uint8], starts: Places, ends: Places) -> Hashes:
    """32-bit hashes of the parts [start, end) of texts: equal parts have equal hashes wherever they stand."""
    # For every place the sum of what stands before it, each letter times its power of BASE (modulo 2^64).
    sums = np.zeros(len(letters) + 1, dtype=np.uint64)
    np.cumsum(letters * _powers(BASE, len(letters)), out=sums[1:])
    values = (sums[ends] - sums[starts]) * _powers(INVERSE, len(sums))[starts]
    return ((values ^ values >> HALF) * MIX) >> HALF


def _powers(base: int, count: int) -> Hashes:
    """base^0, base^1, … modulo 2^64, `count` of them."""
    return _powers_table(base, max(1 << 12, 1 << count.bit_length()))[:count]


@cache
def _powers_table(base: int, size: int) -> Hashes:
    table = np.full(size, base, dtype=np.uint64)
    table[0] = 1
    return np.cumprod(table, dtype=np.uint64)
