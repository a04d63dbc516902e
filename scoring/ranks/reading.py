"""What reading costs: how many of the alerts a person has time for in a day are right."""

import numpy as np

from ..estimates.intervals import Rate, clustered_spread, logit, rate, unknown_rate, wilson
from ..judge.tables import BoolArray, FloatArray, IntArray, changes


def precision_at(
    k: int, *, reader: IntArray, day: IntArray, score: FloatArray, is_right: BoolArray, client: IntArray
) -> Rate:
    """Of the first `k` alerts by score on each reader's desk each day, the share that was right.

    A desk with fewer than k counts whole. Alerts tied at the k-th place share the places left, so the order of rows
    does not matter. Interval on the log-odds scale, clustered by client; n counts the places read.
    One desk with scores .9 .8 .7, right, wrong, right: k = 2 -> 1/2.
    """
    places = _places_read(k, reader, day, score)
    read = places > 0
    if not read.any():
        return unknown_rate(0)
    return _weighted_share(is_right[read], places[read], client[read])


def precision_by_rank(
    last: int, *, reader: IntArray, day: IntArray, score: FloatArray, is_right: BoolArray, client: IntArray
) -> list[Rate]:
    """Precision at the 1st, 2nd, ... `last` place alone: does reading further down still pay?"""
    found = []
    for k in range(1, last + 1):
        places = _places_read(k, reader, day, score) - _places_read(k - 1, reader, day, score)
        read = places > 0
        found.append(_weighted_share(is_right[read], places[read], client[read]) if read.any() else unknown_rate(0))
    return found


def number_needed_to_read(precision: Rate) -> Rate:
    """Alerts read for one that is right: 1 / precision, the interval turned round; no end is known for precision 0.

    .25 with .2 to .5 -> 4 with 2 to 5.
    """
    ends = (precision.value, precision.high, precision.low)
    value, low, high = (1 / end if end else None for end in ends)
    return Rate(value, low, high, precision.n)


def minutes_per_right_one(precision: Rate, minutes_per_alert: float) -> Rate:
    """Minutes of reading for one alert that is right."""
    reads = number_needed_to_read(precision)
    value, low, high = (
        None if end is None else end * minutes_per_alert for end in (reads.value, reads.low, reads.high)
    )
    return Rate(value, low, high, reads.n)


def _places_read(k: int, reader: IntArray, day: IntArray, score: FloatArray) -> FloatArray:
    """How much of each alert is among the first k of its desk: 1, 0, or its share of the last places where tied."""
    order = np.lexsort((-score, day, reader))
    desk = changes(reader[order], day[order])
    tie = desk | changes(score[order])
    desk_start = np.flatnonzero(desk)[np.cumsum(desk) - 1]
    opens = np.flatnonzero(tie)
    size = np.diff(np.append(opens, len(order)))
    which = np.cumsum(tie) - 1
    above = (opens[which] - desk_start) if len(order) else order
    places = np.empty(len(order))
    places[order] = np.clip((k - above) / size[which], 0.0, 1.0)
    return places


def _weighted_share(is_right: BoolArray, weight: FloatArray, client: IntArray) -> Rate:
    total = float(weight.sum())
    value = float(weight @ is_right) / total
    spread = clustered_spread(weight / total * (is_right - value), client)
    if spread > 0 and 0 < value < 1:
        return rate(value, *logit(value, spread), round(total))
    trials = len(np.unique(client))
    return rate(value, *wilson(value * trials, trials), round(total))
