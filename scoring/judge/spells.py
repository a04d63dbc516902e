"""Spells: unbroken times a client was with the bank, from exposure rows that may touch, overlap or leave gaps."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from .asof import BEFORE_ALL, FOREVER, client_day, day_number, day_of
from .tables import BoolArray, Exposure, IntArray


@dataclass(frozen=True)
class Spells:
    """One entry an exposure row, sorted by client and day; a client's rows do not overlap.

    `begin` and `end` are the row's days, `spell_begin` and `spell_end` those of the unbroken spell it is part of
    (both included, cut at as-of); `stratum` numbers sector x size_band x region.
    """

    client: IntArray
    begin: IntArray
    end: IntArray
    stratum: IntArray
    spell_begin: IntArray
    spell_end: IntArray
    client_begin: IntArray

    def row_at(self, client: IntArray, day: IntArray) -> IntArray:
        """The row in force for each client on each day, -1 where the client was not with the bank."""
        row = self._latest(client, day)
        found = (row >= 0) & (self.client[row] == client) & (self.end[row] >= day) if len(self.client) else row >= 0
        return np.where(found, row, -1)

    def around(self, client: IntArray, day: IntArray) -> tuple[IntArray, IntArray]:
        """First and last day of the spell to follow a client in from `day`.

        The latest spell begun by then; for a client not yet with the bank its first; for a client without any row
        all time, because nothing is known against it.
        """
        begin, end = np.full(len(client), BEFORE_ALL), np.full(len(client), FOREVER)
        if not len(self.client):
            return begin, end
        latest = self._latest(client, day)
        for row in (np.minimum(latest + 1, len(self.client) - 1), latest):  # the latest begun wins
            same = (row >= 0) & (self.client[row] == client)
            begin[same], end[same] = self.spell_begin[row[same]], self.spell_end[row[same]]
        return begin, end

    def covers(self, client: IntArray, first: IntArray, last: IntArray) -> BoolArray:
        """Whether each client was with the bank on every day from `first` to `last`."""
        row = self.row_at(client, first)
        return (row >= 0) & (self.spell_end[row] >= last) if len(self.client) else row >= 0

    def _latest(self, client: IntArray, day: IntArray) -> IntArray:
        return np.searchsorted(self.client_begin, client_day(client, day), side="right") - 1


def spells_of(exposure: Exposure, clients: dict[str, int], as_of: date) -> Spells:
    """Sort and join exposure rows begun by `as_of`; rows that touch (1 to 10, 11 to 20) make one spell."""
    cut = day_of(as_of)
    client = np.fromiter(map(clients.__getitem__, exposure.client_id), np.int64, len(exposure))
    begin = day_number(exposure.begin)
    end = np.where(np.isnat(exposure.until), cut, np.minimum(day_number(exposure.until), cut))
    stratum = _strata(exposure)
    order = np.lexsort((stratum, end, begin, client))
    order = order[begin[order] <= cut]
    client, begin, end, stratum = client[order], begin[order], end[order], stratum[order]
    spell_begin, spell_end = _join(client, begin, end)
    end = _cut_overlap(client, begin, end)
    return Spells(client, begin, end, stratum, spell_begin, spell_end, client_day(client, begin))


def _strata(exposure: Exposure) -> IntArray:
    """A number for each description, by its words: the order of the rows must not decide between two of one day."""
    keys = list(zip(exposure.sector, exposure.size_band, exposure.region, strict=True))
    number = {key: n for n, key in enumerate(sorted(set(keys)))}
    return np.fromiter((number[key] for key in keys), np.int64, len(keys))


def _join(client: IntArray, begin: IntArray, end: IntArray) -> tuple[IntArray, IntArray]:
    """Begin and end of the spell of each row. A running maximum over client_day never looks past a client."""
    reach = np.maximum.accumulate(client_day(client, end))
    breaks = np.ones(len(client), dtype=bool)
    breaks[1:] = client_day(client, begin)[1:] > reach[:-1] + 1
    breaks[1:] |= client[1:] != client[:-1]
    first = np.flatnonzero(breaks)
    spell = np.cumsum(breaks) - 1
    last = np.append(first[1:], len(client))[: len(first)] - 1
    return begin[first][spell], (reach[last] - client_day(client[last], np.zeros_like(last)))[spell]


def _cut_overlap(client: IntArray, begin: IntArray, end: IntArray) -> IntArray:
    """A row ends where the client's next one begins; the newest description of a client is the one in force."""
    following = np.append(begin[1:], FOREVER)[: len(begin)]
    same = np.append(client[1:] == client[:-1], False)[: len(begin)]
    return np.where(same, np.minimum(end, following - 1), end)
