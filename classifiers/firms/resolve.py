"""Which firm is meant by a marked name (a registry's field, a row of a file): explained candidates, and doubles."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from .agreement import Rarity
from .fuzzy import FuzzyIndex
from .numbers import MERSIS_FIRM, Basis, Candidate, FirmRecord, Pair
from .same_firm import (
    MAYBE,
    SAME,
    WHETHER,
    WHICH,
    Entry,
    Judgement,
    Likeness,
    glance,
    judge,
    liken,
    read_entry,
    standing,
    with_rivals,
)

__all__ = ["MAYBE", "SAME", "Basis", "Candidate", "FirmRecord", "Pair", "Resolver", "build_resolver"]

SHOWN = 0.05
NEAREST = 10  # by spelling, for one query
NEAREST_DOUBLES = 6
# A double shares most of its letters, so fewer names need a look: of 1,476 pairs found the least near had .50, one in
# two hundred less than .57.
BUDGET_DOUBLES, SHORTLIST_DOUBLES, NEAR_DOUBLES = 3_000, 5, 0.55
RARE = 50  # a word of at most so many firms leads to them
RARE_DOUBLES = 5
RARE_WORDS = 3  # of a name are followed
MAX_BLOCK = 40  # more firms than this under one key: only those of the same city are compared
TIE = 0.01  # of the standing: agrees as well
BATCH = 512

Progress = Callable[[int, int], None]


class Resolver:
    """Firms to be found by number or by name; build it with `build_resolver`."""

    def __init__(self, firms: Iterable[FirmRecord]) -> None:
        self._entries = [read_entry(firm) for firm in firms]
        self._rarity = Rarity(entry.names[0] for entry in self._entries)
        self._sites = Counter(entry.numbers.domain for entry in self._entries if entry.numbers.domain)
        self._rows: dict[str, list[int]] = defaultdict(list)
        self._with_word: dict[str, list[int]] = defaultdict(list)
        for row, entry in enumerate(self._entries):
            for key in _keys(entry):
                self._rows[key].append(row)
            for word in _words(entry):
                self._with_word[word].append(row)
        named = [(name.key, row) for row, entry in enumerate(self._entries) for name in entry.names]
        self._owner = [row for _, row in named]
        self._spellings = FuzzyIndex([key for key, _ in named])

    def __len__(self) -> int:
        return len(self._entries)

    def candidates(self, query: FirmRecord, *, limit: int = 10) -> list[Candidate]:
        """The firms that may be `query`, best first, score ≥ .05."""
        return next(self.candidates_of([query], limit=limit))

    def candidates_of(self, queries: Iterable[FirmRecord], *, limit: int = 10) -> Iterator[list[Candidate]]:
        """The same for many, about twice as fast: the answers in the order of the queries."""
        for entry, seen in self._seen(queries):
            judged = ((row, self._judge(entry, row, likeness, WHICH)) for row, likeness in seen)
            best = sorted(judged, key=lambda found: (-found[1].score, found[0]))[:limit]
            yield [
                Candidate(self._entries[row].firm.record_id, round(found.score, 4), found.basis, found.reason)
                for row, found in best
                if found.score >= SHOWN
            ]

    def duplicates(self, *, minimum: float = MAYBE, progress: Progress = lambda done, total: None) -> Iterator[Pair]:
        """Each unordered pair of firms that may be one, best first; memory grows with the pairs that are near only.

        `progress` is told how many firms of how many were compared.
        """
        seen: set[tuple[int, int]] = set()
        likely: dict[tuple[int, int], Likeness] = {}
        for start in range(0, len(self), BATCH):
            rows = range(start, min(start + BATCH, len(self)))
            for pair in self._near_pairs(rows):
                if pair not in seen:
                    seen.add(pair)
                    one, other = (self._entries[row] for row in pair)
                    if likeness := glance(one, other, self._rarity, minimum):
                        likely[pair] = likeness
            progress(rows.stop, len(self))
        yield from self._explained(likely, minimum)

    def _near_pairs(self, rows: Sequence[int]) -> Iterator[tuple[int, int]]:
        """These firms with those worth a look, the earlier first: near by spelling, or with a number or rare word."""
        keys = [self._entries[row].names[0].key for row in rows]
        near = self._spellings.nearest(keys, limit=NEAREST_DOUBLES, budget=BUDGET_DOUBLES, shortlist=SHORTLIST_DOUBLES)
        for row, spelt in zip(rows, near, strict=True):
            others = {self._owner[one.row] for one in spelt if one.nearness >= NEAR_DOUBLES}
            others |= self._rows_of(self._entries[row], RARE_DOUBLES)
            yield from ((min(row, other), max(row, other)) for other in others if other != row)

    def _explained(self, likely: Mapping[tuple[int, int], Likeness], minimum: float) -> Iterator[Pair]:
        """Likely pairs judged, the others of the earlier firm beside each of them."""
        beside: dict[int, list[float]] = defaultdict(list)
        for (row, _), likeness in likely.items():
            beside[row].append(standing(likeness))
        found = []
        for (row, other), likeness in likely.items():
            seen = with_rivals(likeness, *_beside(standing(likeness), sorted(beside[row])))
            judged = self._judge(self._entries[row], other, seen, WHETHER)
            if judged.score >= minimum:
                found.append((row, other, judged))
        for row, other, judged in sorted(found, key=lambda item: (-item[2].score, item[:2])):
            ids = (self._entries[row].firm.record_id, self._entries[other].firm.record_id)
            yield Pair(*ids, round(judged.score, 4), judged.basis, judged.reason)

    def _rows_of(self, entry: Entry, rare: int) -> set[int]:
        """Firms that share a number, a whole name, or a rare word with the entry."""
        rows: set[int] = set()
        for key in _keys(entry):
            rows.update(self._block(key, entry.city))
        firms = [self._with_word[word] for word in _words(entry) if word in self._with_word]
        for those in sorted((those for those in firms if len(those) <= rare), key=len)[:RARE_WORDS]:
            rows.update(those)
        return rows

    def _block(self, key: str, city: str) -> Sequence[int]:
        rows = self._rows.get(key, ())
        if len(rows) <= MAX_BLOCK:
            return rows
        return [row for row in rows if self._entries[row].city == city][:MAX_BLOCK]

    def _seen(self, queries: Iterable[FirmRecord]) -> Iterator[tuple[Entry, list[tuple[int, Likeness]]]]:
        """Each query with the firms it may be."""
        stream = iter(queries)
        while batch := list(islice(stream, BATCH)):
            entries = [read_entry(query) for query in batch]
            near = self._spellings.nearest([entry.names[0].key for entry in entries], limit=NEAREST)
            for entry, found in zip(entries, near, strict=True):
                rows = {self._owner[one.row] for one in found} | self._rows_of(entry, RARE)
                yield entry, self._look(entry, sorted(rows))

    def _look(self, entry: Entry, rows: Sequence[int]) -> list[tuple[int, Likeness]]:
        """The firms of these rows beside the entry and beside each other."""
        likenesses = [liken(entry, self._entries[row], self._rarity) for row in rows]
        standings = [standing(one) for one in likenesses]
        ranked = sorted(standings)
        return [
            (row, with_rivals(one, *_beside(mine, ranked)))
            for row, one, mine in zip(rows, likenesses, standings, strict=True)
        ]

    def _judge(self, entry: Entry, row: int, likeness: Likeness, weights: Mapping[str, float]) -> Judgement:
        return judge(entry, self._entries[row], likeness, weights, site_owners=self._sites[entry.numbers.domain])


def _beside(mine: float, ranked: list[float]) -> tuple[int, float]:
    """How many others (of `ranked`, ascending, this one among them) stand as well, and the lead over the best."""
    rivals = len(ranked) - bisect_left(ranked, mine - TIE) - 1
    best_other = ranked[-2:][0] if mine == ranked[-1] else ranked[-1]
    return rivals, mine - best_other if len(ranked) > 1 else 1.0


def _keys(entry: Entry) -> set[str]:
    """All by which an entry is looked up: its numbers, and what it is called, written as one word."""
    numbers = entry.numbers
    called = {name.joined for name in entry.names} | numbers.tickers | {entry.label}
    registered = {f"tax {numbers.tax_id}", f"mersis {numbers.mersis[:MERSIS_FIRM]}", f"lei {numbers.lei}"}
    given = {key for key in registered if not key.endswith(" ")}
    return (
        given | {f"called {name}" for name in called if name} | ({f"at {numbers.domain}"} if numbers.domain else set())
    )


def _words(entry: Entry) -> set[str]:
    return {word for name in entry.names for word in name.words}


def build_resolver(records: Iterable[FirmRecord]) -> Resolver:
    """Index the firms once (150,000: about half a minute)."""
    return Resolver(records)
