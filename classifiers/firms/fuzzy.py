"""Close spellings of marked names: names as bags of three letters, the nearest found by a sparse product.

Only for names known to be names (a registry's field, a legal form beside it, a file of names), never for the words of
a free text: there the nearest firm of some word is nearly always another firm.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

FEATURES = 1 << 18
BATCH = 256  # queries at once: bounds memory to about BATCH × 30,000 products
BUDGET = 30_000  # names a query may look at by way of its letters, the rarest letters first
MIN_LETTERS = 3  # but these many triples always
SHORTLIST = 30  # times the limit: taken by letters, then ordered by spelling


@dataclass(frozen=True, slots=True)
class Near:
    """A name of the index (by its row) and how near it is, 0 to 1."""

    row: int
    nearness: float


class FuzzyIndex:
    """Folded names, to be asked for the nearest ones."""

    def __init__(self, names: Sequence[str]) -> None:
        """`names` are folded; an empty one is near nobody."""
        self._sorted = [_sort_words(name) for name in names]
        counts = _count_letters(names)
        frequency = np.bincount(counts.indices, minlength=FEATURES)
        self._weight = np.log((len(self._sorted) + 1) / (frequency + 0.5)).clip(min=0.1).astype(np.float32)
        self._frequency = frequency
        self._by_letters = sparse.csr_matrix(self._weigh(counts).T)

    def __len__(self) -> int:
        return len(self._sorted)

    def nearest(
        self, queries: Sequence[str], *, limit: int = 10, budget: int = BUDGET, shortlist: int = SHORTLIST
    ) -> Iterator[list[Near]]:
        """For each folded query the nearest names, best first.

        `budget` names a query are looked at by way of their letters, `shortlist` times the limit by their spelling.
        """
        for start in range(0, len(queries), BATCH):
            batch = queries[start : start + BATCH]
            products = (self._pruned(self._weigh(_count_letters(batch)), budget) @ self._by_letters).tocsr()
            for place, query in enumerate(batch):
                span = slice(products.indptr[place], products.indptr[place + 1])
                yield self._ordered(query, products.indices[span], products.data[span], limit, shortlist * limit)

    def _ordered(
        self, query: str, rows: NDArray[np.int32], cosines: NDArray[np.float32], limit: int, count: int
    ) -> list[Near]:
        if len(rows) > count:
            top = np.argpartition(cosines, -count)[-count:]
            rows, cosines = rows[top], cosines[top]
        spelling = process.cdist([_sort_words(query)], [self._sorted[row] for row in rows], scorer=fuzz.ratio)[0]
        nearness = (cosines + spelling / 100) / 2  # letters shared and spelling alike; words may be swapped
        best = np.lexsort((rows, -nearness))[:limit]
        return [Near(int(row), float(near)) for row, near in zip(rows[best], nearness[best], strict=True)]

    def _weigh(self, counts: sparse.csr_matrix) -> sparse.csr_matrix:
        """Counts of letters as unit vectors of their weights."""
        counts.data = np.sqrt(counts.data).astype(np.float32) * self._weight[counts.indices]
        lengths = np.sqrt(counts.multiply(counts).sum(axis=1)).A1
        return sparse.csr_matrix(sparse.diags(1 / np.maximum(lengths, 1e-9)).astype(np.float32) @ counts)

    def _pruned(self, queries: sparse.csr_matrix, budget: int) -> sparse.csr_matrix:
        """Queries without the letters that too many names have: they cost most of the time and tell least."""
        frequency = self._frequency[queries.indices]
        owner = np.repeat(np.arange(queries.shape[0]), np.diff(queries.indptr))
        order = np.lexsort((frequency, owner))
        seen = np.cumsum(frequency[order]) - frequency[order]
        first = queries.indptr[owner]  # in this order each query's letters stand where they stood
        kept = np.empty(len(owner), dtype=bool)
        kept[order] = (seen - seen[first] < budget) | (np.arange(len(owner)) - first < MIN_LETTERS)
        queries.data = np.where(kept, queries.data, 0).astype(np.float32)
        queries.eliminate_zeros()
        return queries


def _count_letters(names: Sequence[str]) -> sparse.csr_matrix:
    """Triples of letters of each name, (names × FEATURES); the vectorizer refuses to count nothing."""
    return _letters().transform(names if len(names) else [""])[: len(names)]


def _sort_words(name: str) -> str:
    return " ".join(sorted(name.split()))


@cache
def _letters() -> HashingVectorizer:
    return HashingVectorizer(
        analyzer="char_wb", ngram_range=(3, 3), n_features=FEATURES, norm=None, alternate_sign=False, lowercase=False
    )
