"""Which offers are accepted when times change: features that do not mark the season, a model learnt on them, its alarm.

Rows are offers in the order in which they were made; `slice_of` numbers the equal parts of that order from 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ..estimates.logistic import fit_logistic
from ..judge.tables import BoolArray, FloatArray, IntArray
from ..ranks.log_loss import log_loss
from .drift import change_of_shares, follow_level, watch_level

FIFTHS = (0.2, 0.4, 0.6, 0.8)
RIDGES = (10.0, 100.0, 1000.0)
MEMORY = 300.0  # offers after which what happened counts e times less for the level


@dataclass(frozen=True)
class PullTried:
    """A pull to zero with its log-loss on later slices of the teaching part, the level following."""

    pull: float
    loss: float


@dataclass(frozen=True)
class Alarm:
    """The model learnt on the first `learnt` slices was watched from then on: after how many offers it was found off,
    and in which slice (None: never)."""

    learnt: int
    after: int | None
    slice: int | None


def slices(n: int, parts: int) -> IntArray:
    """The slice of each of n rows: 5 rows in 2 parts -> 0 0 0 1 1."""
    return np.arange(n) * parts // n


def value_columns(cells: Sequence[str]) -> FloatArray:
    """A column of 0 and 1 for each value of a feature, in alphabetical order."""
    values = np.array(cells)
    return np.stack([values == one for one in sorted(set(cells))], axis=1).astype(np.float64)


def step_columns(numbers: FloatArray, edges: Sequence[float] | None, teaches: BoolArray) -> FloatArray:
    """A column of 0 and 1 for each step of a number: between `edges`, else between the fifths of the teaching rows."""
    steps = np.unique(np.quantile(numbers[teaches], FIFTHS)) if edges is None else np.asarray(edges)
    which = np.searchsorted(steps, numbers, side="right")
    columns: FloatArray = (which[:, None] == np.arange(len(steps) + 1)).astype(np.float64)
    return columns


def change_within(columns: FloatArray, slice_of: IntArray, judged_from: int) -> float:
    """How much the shares of a feature's values changed between the two halves of the teaching slices, 0 to 1."""
    half = judged_from // 2
    early, late = slice_of < half, (slice_of >= half) & (slice_of < judged_from)
    return change_of_shares(columns[early].sum(axis=0), columns[late].sum(axis=0))


def join_columns(features: Mapping[str, FloatArray], names: Sequence[str]) -> FloatArray:
    """The columns of these features side by side."""
    return np.column_stack([features[name] for name in names])


def log_odds_of(design: FloatArray, accepted: BoolArray, teaches: BoolArray, pull: float) -> FloatArray:
    """Log odds of every row by a logit learnt on the teaching rows, columns standardised on these."""
    spread = design[teaches].std(axis=0)
    kept = spread > 0
    scaled = (design[:, kept] - design[teaches][:, kept].mean(axis=0)) / spread[kept]
    full = np.column_stack([np.ones(len(design)), scaled])
    found = fit_logistic(full[teaches], accepted[teaches].astype(np.float64), ridge=pull)
    return np.asarray(full @ found.coefficients)


def try_pulls(
    design: FloatArray, accepted: BoolArray, slice_of: IntArray, *, judged_from: int, delay: int
) -> list[PullTried]:
    """Each pull, best first: forward over the later half of the teaching slices, the level following."""
    tried = []
    for pull in RIDGES:
        later = range(judged_from // 2, judged_from)
        losses = [_forward(design, accepted, slice_of, one, (pull, delay)) for one in later]
        tried.append(PullTried(pull, float(np.mean(losses))))
    return sorted(tried, key=lambda one: (one.loss, -one.pull))


def following_chances(log_odds: FloatArray, accepted: BoolArray, delay: int) -> FloatArray:
    """Probabilities whose level follows what happened, known `delay` offers late."""
    return follow_level(log_odds, accepted, memory=MEMORY, delay=delay)


def first_alarm(design: FloatArray, accepted: BoolArray, slice_of: IntArray, learnt: int, pull: float) -> Alarm:
    """Where a model of the first `learnt` slices is found to be off when it is watched from then on."""
    odds, later = log_odds_of(design, accepted, slice_of < learnt, pull), slice_of >= learnt
    at = watch_level(expit(odds)[later], accepted[later]).alarm_at
    return Alarm(learnt, None, None) if at is None else Alarm(learnt, at + 1, int(slice_of[int(later.argmax()) + at]))


def _forward(design: FloatArray, accepted: BoolArray, slice_of: IntArray, one: int, frame: tuple[float, int]) -> float:
    pull, delay = frame
    known = slice_of <= one
    odds = log_odds_of(design[known], accepted[known], slice_of[known] < one, pull)
    now = slice_of[known] == one
    return log_loss(following_chances(odds, accepted[known], delay)[now], accepted[known][now]).value or 0.0
