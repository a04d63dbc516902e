"""Episodes: the signals of one client, side and type until more than `merge_days` pass without one."""

from dataclasses import dataclass

import numpy as np

from .asof import KnownSignals
from .tables import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Episodes:
    """One entry an episode.

    `start` and `last` are the days of its first and last signal, `group` and `category` those of its first signal,
    `probability` the first one given (NaN when none is).
    """

    client: IntArray
    start: IntArray
    last: IntArray
    probability: FloatArray
    group: IntArray
    category: IntArray

    def __len__(self) -> int:
        return len(self.client)

    def where(self, chosen: BoolArray | IntArray) -> "Episodes":
        """The chosen episodes, as a mask or as positions."""
        columns = (self.client, self.start, self.last, self.group, self.category)
        client, start, last, group, category = (column[chosen] for column in columns)
        return Episodes(client, start, last, self.probability[chosen], group, category)


def merge_into_episodes(
    client: IntArray, side_type: IntArray, day: IntArray, merge_days: int | IntArray = 30
) -> IntArray:
    """The episode number of each signal; rows in any order, numbers ascend by client, side_type and day.

    A gap of more than `merge_days` days (one number, or one a row) without a signal ends an episode: with 30, days
    0 and 30 are one episode, days 0 and 31 are two. One client and type, days 0, 10, 60 -> 0, 0, 1.
    """
    order = np.lexsort((day, side_type, client))
    client, side_type, day = client[order], side_type[order], day[order]
    allowed = np.broadcast_to(merge_days, order.shape)[order]
    begins = np.ones(len(order), dtype=bool)
    same = (client[1:] == client[:-1]) & (side_type[1:] == side_type[:-1])
    begins[1:] = ~same | (day[1:] - day[:-1] > allowed[1:])
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.cumsum(begins) - 1
    return number


def episodes_of(signals: KnownSignals, number: IntArray) -> Episodes:
    """The episodes of sorted signals, given the episode number of each."""
    first = np.flatnonzero(np.diff(number, prepend=-1))
    last = np.append(first[1:], len(number))[: len(first)] - 1
    return Episodes(
        client=signals.client[first],
        start=signals.day[first],
        last=signals.day[last],
        probability=_first_probability(signals.probability, number, len(first)),
        group=signals.group[first],
        category=signals.category[first],
    )


def _first_probability(probability: FloatArray, number: IntArray, count: int) -> FloatArray:
    given = np.flatnonzero(~np.isnan(probability))
    episode, position = np.unique(number[given], return_index=True)
    first = np.full(count, np.nan)
    first[episode] = probability[given[position]]
    return first
