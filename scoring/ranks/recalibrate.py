"""Turning scores into probabilities that mean what they say, as boldly as the number of labels allows."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import expit

from ..estimates.logistic import fit_logistic, log_odds
from ..judge.tables import BadInput, BoolArray, FloatArray

Method = Literal["platt", "venn-abers", "isotonic"]

# Measured distance to the truth on simulated labels: Platt's line is nearest to 500, isotonic catches up from 3,000.
FEWEST_FOR_VENN_ABERS, FEWEST_FOR_ISOTONIC = 500, 3000
FEWEST_OF_A_CLASS = 50  # rows alone do not help where nearly all of them are of one class


@dataclass(frozen=True)
class Recalibrated:
    """Probabilities; `low` and `high` are Venn-Abers' pair (equal to the probability for the other methods)."""

    probability: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True)
class Recalibrator:
    """How to recalibrate: the method and what it learnt from. Platt keeps a line, the others the labelled scores."""

    method: Method
    line: tuple[float, float]
    scores: FloatArray
    happened: FloatArray
    weight: FloatArray

    def __call__(self, score: FloatArray) -> Recalibrated:
        """Recalibrate probabilities in [0, 1]; never turns their order round."""
        if self.method == "platt":
            return _alike(expit(self.line[0] + self.line[1] * log_odds(score)))
        if self.method == "isotonic":
            curve = isotonic_regression(self.happened, weights=self.weight).x
            return _alike(np.interp(score, self.scores, curve))
        return _venn_abers(self, score)


def choose_method(is_case: BoolArray) -> Method:
    """Platt below 500 labels (or 50 of either class), Venn-Abers to 3,000, isotonic beyond."""
    if len(is_case) < FEWEST_FOR_VENN_ABERS or min(is_case.sum(), (~is_case).sum()) < FEWEST_OF_A_CLASS:
        return "platt"
    return "venn-abers" if len(is_case) <= FEWEST_FOR_ISOTONIC else "isotonic"


def learn_recalibration(score: FloatArray, is_case: BoolArray, method: Method | None = None) -> Recalibrator:
    """Learn from labelled scores in [0, 1]; without a `method` the one their number allows.

    Platt (1999): expit(a + b logit(s)), b >= 0, with his smoothed labels (N+ + 1)/(N+ + 2) and 1/(N- + 2).
    Isotonic: pool adjacent violators. Venn-Abers (Vovk, Petej & Fedorova 2015): the isotonic fit with the new row as
    a miss gives p0, as a hit p1; the probability is p1 / (1 - p0 + p1). Raises BadInput without labels.
    """
    if not len(score):
        raise BadInput("recalibration", "found no labelled scores", "label some first")
    chosen = choose_method(is_case) if method is None else method
    levels, which = np.unique(score, return_inverse=True)
    weight = np.bincount(which).astype(np.float64)
    happened = np.bincount(which, weights=is_case.astype(np.float64)) / weight
    line = _platt(score, is_case) if chosen == "platt" else (0.0, 1.0)
    return Recalibrator(chosen, line, levels, happened, weight)


def _platt(score: FloatArray, is_case: BoolArray) -> tuple[float, float]:
    hits, misses = int(is_case.sum()), int((~is_case).sum())
    target = np.where(is_case, (hits + 1) / (hits + 2), 1 / (misses + 2))
    design = np.column_stack([np.ones(len(score)), log_odds(score)])
    shift, slope = fit_logistic(design, target).coefficients.tolist()
    if slope >= 0:
        return shift, slope
    return float(fit_logistic(design[:, :1], target).coefficients[0]), 0.0  # a score that misleads says nothing


def _alike(probability: FloatArray) -> Recalibrated:
    found = np.asarray(probability, dtype=np.float64)
    return Recalibrated(found, found, found)


def _venn_abers(learnt: Recalibrator, score: FloatArray) -> Recalibrated:
    """p0 and p1 change only at the labelled scores, so they are fitted once for each place among them."""
    left, right = (np.searchsorted(learnt.scores, score, side=side) for side in ("left", "right"))
    places, which = np.unique(left + right, return_inverse=True)  # odd: on a labelled score; even: between two
    low, high = (np.array([_fit_with(learnt, place, label) for place in places])[which] for label in (0.0, 1.0))
    return Recalibrated(high / (1 - low + high), low, high)


def _fit_with(learnt: Recalibrator, place: np.int64, label: float) -> float:
    """The isotonic value at a place when a row of `label` is added there."""
    position = int(place) // 2
    happened, weight = learnt.happened, learnt.weight
    if place % 2:
        happened, weight = happened.copy(), weight.copy()
        happened[position] = (happened[position] * weight[position] + label) / (weight[position] + 1)
        weight[position] += 1
    else:
        happened, weight = np.insert(happened, position, label), np.insert(weight, position, 1.0)
    return float(isotonic_regression(happened, weights=weight).x[position])
