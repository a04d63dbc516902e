"""The bids of tenders: what each says beside the others, what is known of its bidder, how far the next one lies."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..judge.tables import BoolArray, FloatArray, IntArray

PLAIN, HISTORY, CROSSED = 7, 12, 19  # the first so many columns: the bid, its bidder's history, their crossings
STRANGE = 1.0  # log prices further than this from the others' are in another currency
PRIOR_BIDS = 3.0  # bids with which a bidder's record is drawn to the usual share of wins (.18) and rejections (.22)


@dataclass(frozen=True)
class Bids:
    """One entry a bid, in the order of the tenders, which are numbered from 0.

    `order` is the place of the tender (no date need be known); `firm`, `project` and `country` number names.
    """

    order: FloatArray
    tender: IntArray
    log_price: FloatArray
    won: BoolArray
    rejected: BoolArray
    firm: IntArray
    project: IntArray
    country: IntArray

    def __len__(self) -> int:
        return len(self.tender)

    @property
    def size(self) -> IntArray:
        """How many bids the tender of each has."""
        return np.asarray(np.bincount(self.tender)[self.tender])

    @property
    def from_others(self) -> FloatArray:
        """Log price less the mean log price of the tender's other bids."""
        total, n = np.bincount(self.tender, weights=self.log_price)[self.tender], self.size
        return np.asarray(self.log_price - (total - self.log_price) / np.maximum(n - 1, 1))

    @property
    def from_winner(self) -> FloatArray:
        """log(own price / winner's price)."""
        winner = np.zeros(int(self.tender.max(initial=0)) + 1)
        winner[self.tender[self.won]] = self.log_price[self.won]
        return np.asarray(self.log_price - winner[self.tender])

    @property
    def is_cheapest(self) -> BoolArray:
        """Which bid is the cheapest of its tender; of equal ones the first."""
        rank = np.lexsort((self.log_price, self.tender))
        first = np.ones(len(self), dtype=bool)
        first[1:] = self.tender[rank][1:] != self.tender[rank][:-1]
        found = np.zeros(len(self), dtype=bool)
        found[rank[first]] = True
        return found

    def where(self, kept: BoolArray) -> "Bids":
        """The bids for which `kept` is true, their tenders numbered anew."""
        columns = {name: column[kept] for name, column in vars(self).items()}
        return Bids(**{**columns, "tender": np.unique(columns["tender"], return_inverse=True)[1]})


def describe_bids(bids: Bids, known: BoolArray) -> FloatArray:
    """A row of 19 columns a bid; histories hold earlier tenders only, and of those only the `known` ones."""
    past: dict[object, list[int]] = defaultdict(lambda: [0, 0, 0])
    columns: list[list[float]] = []
    opens = np.flatnonzero(np.append(True, np.diff(bids.tender) > 0))
    for rows in np.split(np.arange(len(bids)), opens[1:]):
        columns += [_describe(bids, rows, place, past) for place in range(len(rows))]
        if known[rows[0]]:
            _remember(bids, rows, past)
    return np.array(columns)


def winners_gaps(bids: Bids) -> FloatArray:
    """A row a tender with a dearer valid bid than the winner's: the log gap between the two, how many valid bids."""
    found = []
    for tender in np.unique(bids.tender).tolist():
        rows = (bids.tender == tender) & ~bids.rejected
        above = bids.log_price[rows] - bids.log_price[rows & bids.won][0]
        if (above > 0).any():
            found.append((float(above[above > 0].min()), float(rows.sum())))
    return np.array(found).reshape(-1, 2)


def _describe(bids: Bids, rows: IntArray, place: int, past: Mapping[object, list[int]]) -> list[float]:
    prices = bids.log_price[rows]
    plain = _beside_the_others(prices, place)
    return [*plain, *_history(bids, int(rows[place]), past), *_crossed(bids, rows, place, past, plain[0])]


def _beside_the_others(prices: FloatArray, place: int) -> list[float]:
    own, others = prices[place], np.delete(prices, place)
    rank = float(np.sum(prices < own))
    gap, middle = own - others.min(initial=np.inf), own - float(np.median(prices))
    ranks = [float(rank == one) for one in range(3)]
    return [*ranks, np.clip(gap, -0.5, 0.5), np.clip(gap, -3, 3), np.clip(middle, -0.7, 0.7), float(middle < -0.7)]


def _history(bids: Bids, row: int, past: Mapping[object, list[int]]) -> list[float]:
    """The bidder's record so far, and that with this buyer, drawn to the usual one."""
    bid, won, rejected = past[_firm(bids, row)]
    here, won_here, _ = past[_firm_here(bids, row)]
    shares = [np.log((won + 0.54) / (bid + PRIOR_BIDS)), np.log((rejected + 0.66) / (bid + PRIOR_BIDS))]
    return [*shares, np.log((won_here + 0.36) / (here + 2)), np.log1p(here), np.log1p(bid)]


def _crossed(bids: Bids, rows: IntArray, place: int, past: Mapping[object, list[int]], is_first: float) -> list[float]:
    prices, size = bids.log_price[rows], np.log(len(rows))
    own, others, ordered = prices[place], np.delete(prices, place), np.sort(prices)
    gap, middle = own - others.min(initial=np.inf), own - float(np.median(prices))
    tenders, cheapest, _ = past[_country(bids, int(rows[place]))]
    common = (cheapest + 3.25) / (tenders + 5)
    apart = np.abs(others - own)
    found = [is_first * np.log(common / (1.001 - common)), is_first * size]
    found += [is_first * min(ordered[min(1, len(rows) - 1)] - ordered[0], 0.5), np.clip(gap, 0, 1) * size]
    found += [min(float(apart.min(initial=np.inf)), 0.3), np.clip(middle, -3, -0.3) + 0.3]
    return [*found, np.log1p(float(np.sum(apart < 0.05)))]


def _remember(bids: Bids, rows: IntArray, past: dict[object, list[int]]) -> None:
    for row in rows.tolist():
        for key in (_firm(bids, row), _firm_here(bids, row)):
            seen = (1, int(bids.won[row]), int(bids.rejected[row]))
            past[key] = [n + more for n, more in zip(past[key], seen, strict=True)]
    country = _country(bids, int(rows[0]))
    cheapest = rows[np.argmin(bids.log_price[rows])]
    past[country] = [past[country][0] + 1, past[country][1] + int(bids.won[cheapest]), 0]


def _firm(bids: Bids, row: int) -> object:
    return "firm", int(bids.firm[row])


def _firm_here(bids: Bids, row: int) -> object:
    return "here", int(bids.firm[row]), int(bids.project[row])


def _country(bids: Bids, row: int) -> object:
    return "country", int(bids.country[row])
