"""Which known documents share shingles with new ones: sorted arrays of who holds what, merged as they grow.

It takes eight bytes for each shingle of a document, and looks up many documents at once as quickly as a few.
"""

from array import array
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Newest documents looked up for one shingle: more share only a template, and a copy shares more than the template.
MAX_HOLDERS = 16
GROWTH = 32  # a run is merged with the one before it once that is no more than so many times as long
SERIAL_BITS = np.uint64(32)
SERIAL = np.uint64((1 << 32) - 1)

# A posting is one shingle (32 bits) of one document, whose serial number stands below it.
Postings = NDArray[np.uint64]
Numbers = NDArray[np.int64]
Claims = NDArray[np.bool_]


class Shared(NamedTuple):
    """Pairs of a new document (its place among the new) and an earlier one (its serial number) that share shingles.

    `counts` of pairs are exact except for new documents that are crowded: more than were looked up hold one of their
    shingles.
    """

    new: Numbers
    known: Numbers
    counts: Numbers
    is_crowded: Claims


class Holders:
    """Who holds which shingle; documents have serial numbers in the order in which they are added."""

    def __init__(self) -> None:
        self._runs: list[Postings] = []  # the oldest first, each sorted
        self._count = 0

    def add(self, texts: Sequence["array[int]"]) -> Postings:
        """Note what shingles new documents hold (arrays of 64 bits); what is returned is the same, sorted."""
        if not any(texts):
            self._count += len(texts)
            return np.zeros(0, dtype=np.uint64)
        serials = np.arange(self._count, self._count + len(texts), dtype=np.uint64).repeat(
            [len(text) for text in texts]
        )
        postings = np.frombuffer(b"".join(texts), dtype=np.uint64) << SERIAL_BITS | serials
        postings.sort()
        self._count += len(texts)
        self._runs.append(postings)
        while len(self._runs) > 1 and len(self._runs[-2]) <= GROWTH * len(self._runs[-1]):
            merged = np.concatenate((self._runs.pop(), self._runs.pop()))
            merged.sort()
            self._runs.append(merged)
        return postings

    def share(self, postings: Postings, count: int) -> Shared:
        """What the last `count` documents, added with these postings, share with those before each."""
        first = self._count - count
        left = np.full(len(postings), MAX_HOLDERS)
        found = [_newest(run, postings, left) for run in reversed(self._runs)]
        pairs, counts = _tell_apart(np.concatenate(found) if found else postings)
        is_crowded = np.zeros(count, dtype=bool)
        is_crowded[_serials(postings[left == 0]) - first] = True
        return Shared((pairs >> SERIAL_BITS).astype(np.int64) - first, _serials(pairs), counts, is_crowded)

    def drop(self, serials: Collection[int]) -> None:
        """Forget documents."""
        is_old = np.zeros(self._count, dtype=bool)
        is_old[list(serials)] = True
        kept = [run[~is_old[_serials(run)]] for run in self._runs]
        self._runs = [run for run in kept if len(run)]


def _newest(run: Postings, postings: Postings, left: Numbers) -> NDArray[np.uint64]:
    """Pairs (new document above, known one below) of the newest holders before each; takes from what is left."""
    lows = postings & ~SERIAL
    starts = run.searchsorted(lows)
    hits = (run[np.minimum(starts, len(run) - 1)] - lows < postings - lows).nonzero()[0]
    if not len(hits):
        return postings[:0]
    ends = run.searchsorted(postings[hits])
    taken = np.minimum(ends - starts[hits], left[hits])
    left[hits] -= taken
    steps = np.arange(taken.sum()) - (taken.cumsum() - taken).repeat(taken)
    holders = run[(ends - taken).repeat(taken) + steps]
    pairs: NDArray[np.uint64] = (postings[hits] << SERIAL_BITS).repeat(taken) | holders & SERIAL
    return pairs


def _tell_apart(values: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], Numbers]:
    """The different ones among values, ascending, and how often each is there: `np.unique`, quicker for a few."""
    values.sort()
    is_first = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=is_first[1:])
    places = is_first.nonzero()[0]
    return values[places], np.append(places[1:], len(values)) - places


def _serials(postings: Postings) -> Numbers:
    return (postings & SERIAL).astype(np.int64)
