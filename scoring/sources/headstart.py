"""Who tells first and who repeats: the order in which groups tell the stories they share."""

from dataclasses import dataclass

import numpy as np

from ..estimates.intervals import Rate, median_rate, rate, unknown_rate, wilson
from ..judge.asof import KnownSignals
from ..judge.tables import BoolArray, FloatArray, IntArray, changes

COPIER = 0.8  # a group that tells more than this share of its stories after somebody else counts for less
DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True)
class Tellings:
    """Who told which story when: one entry a story and group, its first signal, by story and moment."""

    story: IntArray
    group: IntArray
    moment: IntArray
    groups: int


def tellings_of(signals: KnownSignals) -> Tellings:
    """The first signal of each group on each story, signals without a story left out."""
    told = np.flatnonzero(signals.story >= 0)
    told = told[np.lexsort((signals.moment[told], signals.group[told], signals.story[told]))]
    told = told[changes(signals.story[told], signals.group[told])]
    told = told[np.lexsort((signals.group[told], signals.moment[told], signals.story[told]))]
    return Tellings(signals.story[told], signals.group[told], signals.moment[told], len(signals.groups))


def first_shares(told: Tellings) -> list[Rate]:
    """Of the stories told by two or more groups, itself among them, the share each told first (ties: both); Wilson."""
    shared = _tellers(told) >= 2
    first = shared & (told.moment == _earliest(told))
    hits, n = (np.bincount(told.group[rows], minlength=told.groups).tolist() for rows in (first, shared))
    return [rate(k / of, *wilson(k, of), of) if of else unknown_rate(0) for k, of in zip(hits, n, strict=True)]


def copied_shares(told: Tellings) -> FloatArray:
    """The share of each group's stories that somebody had told before it; NaN without a story."""
    late = told.moment > _earliest(told)
    with np.errstate(invalid="ignore"):
        return np.bincount(told.group[late], minlength=told.groups) / np.bincount(told.group, minlength=told.groups)


def copy_discount(copied: FloatArray) -> FloatArray:
    """By how much each group's episodes count: fully up to 80 % copies, then falling to nothing at 100 %. 90 % -> .5"""
    return np.where(copied > COPIER, np.clip((1 - copied) / (1 - COPIER), 0.0, 1.0), 1.0)


def head_starts(told: Tellings, *, is_copier: BoolArray | None = None) -> list[Rate]:
    """Median days from each group's first word on a story to the next group that does not live by copying.

    Over the stories it told first and an independent group told too; n is these stories. Told by a on day 0, by a
    copier on day 1, by b on day 3 -> 3 for a. Groups that copy more than 80 % of their stories are the copiers.
    """
    copier = copied_shares(told) > COPIER if is_copier is None else is_copier
    independent = _only(told, ~copier[told.group] | (told.moment == _earliest(told)))
    opens = np.flatnonzero(changes(independent.story))
    followed = opens[np.diff(np.append(opens, len(independent.story))) >= 2]
    days = (independent.moment[followed + 1] - independent.moment[followed]) / DAY
    leader = independent.group[followed]
    order = np.argsort(leader, kind="stable")
    starts = np.searchsorted(leader[order], np.arange(1, told.groups))
    return [median_rate(part) for part in np.split(days[order], starts)[: told.groups]]


def _only(told: Tellings, chosen: BoolArray) -> Tellings:
    return Tellings(told.story[chosen], told.group[chosen], told.moment[chosen], told.groups)


def _tellers(told: Tellings) -> IntArray:
    """For each telling, how many groups tell its story."""
    starts = np.flatnonzero(changes(told.story))
    count = np.diff(np.append(starts, len(told.story)))
    return np.repeat(count, count)


def _earliest(told: Tellings) -> IntArray:
    """For each telling, the moment its story was first told."""
    starts = np.flatnonzero(changes(told.story))
    return np.repeat(told.moment[starts], np.diff(np.append(starts, len(told.story))))
