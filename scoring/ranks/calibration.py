"""Do probabilities mean what they say? Of all that were given 20 %, did a fifth happen?

For rows whose end is known and that have a probability; the others are the caller's to leave out.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from ..estimates.intervals import Z95, Rate, count_clients, rate
from ..estimates.logistic import fit_logistic, log_odds
from ..judge.tables import BoolArray, FloatArray, IntArray

DRAWS = 200


@dataclass(frozen=True)
class Corp:
    """The Brier score taken apart: score = miscalibration - discrimination + uncertainty; the first two are >= 0."""

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float


@dataclass(frozen=True)
class Reliability:
    """The calibration curve: for each probability given, what happened (isotonic), with its pointwise 95 % band."""

    probability: FloatArray
    happened: FloatArray
    low: FloatArray
    high: FloatArray
    n: int


@dataclass(frozen=True)
class CalibrationLine:
    """Expected and observed events; `in_the_large` (0 is right, > 0: more happened than said) and `slope` (1 is right,
    < 1: too extreme) of the recalibration line on the log-odds scale."""

    expected: float
    observed: int
    in_the_large: Rate
    slope: Rate


def corp(probability: FloatArray, is_case: BoolArray) -> Corp | None:
    """Consistent, optimally binned, reproducible, pool-adjacent-violators (Dimitriadis, Gneiting & Jordan 2021).

    With C the probabilities after isotonic recalibration and R the share that happened: MCB = S(p) - S(C),
    DSC = S(R) - S(C), UNC = S(R), S the Brier score. Said 0, 0, 1, 1 and happened 0, 1, 1, 1: S 1/4, MCB 1/8.
    None without rows.
    """
    if not len(probability):
        return None
    happened = is_case.astype(np.float64)
    levels, which, recalibrated = _isotonic(probability, happened)
    score = float(np.mean((levels[which] - happened) ** 2))
    best = float(np.mean((recalibrated[which] - happened) ** 2))
    uncertainty = float(happened.var())
    return Corp(score, max(score - best, 0.0), max(uncertainty - best, 0.0), uncertainty)


def reliability(
    probability: FloatArray,
    is_case: BoolArray,
    client: IntArray,
    random: np.random.Generator,
    draws: int = DRAWS,
) -> Reliability:
    """The isotonic calibration curve with a bootstrap band: clients are drawn again, with all their rows.

    The band is read at the probabilities given, between which the redrawn curves are interpolated.
    """
    happened = is_case.astype(np.float64)
    levels, _, curve = _isotonic(probability, happened)
    redrawn = np.empty((draws, len(levels)))
    for draw in range(draws):
        times = _draw_clients(client, random)
        chosen = times > 0
        found, _, again = _isotonic(probability[chosen], happened[chosen], times[chosen])
        redrawn[draw] = np.interp(levels, found, again)
    low, high = np.quantile(redrawn, [0.025, 0.975], axis=0) if draws and len(levels) else (curve, curve)
    return Reliability(levels, curve, np.minimum(low, curve), np.maximum(high, curve), len(probability))


def calibration_line(probability: FloatArray, is_case: BoolArray) -> CalibrationLine | None:
    """Calibration-in-the-large and slope (Cox 1958; Van Calster et al. 2016); None unless both classes are there.

    In the large: the intercept a of logit P = a + logit(p). Slope: b of logit P = a' + b logit(p). Wald intervals.
    """
    if not len(is_case) or is_case.all() or not is_case.any():
        return None
    odds, happened = log_odds(probability), is_case.astype(np.float64)
    ones = np.ones((len(odds), 1))
    level = fit_logistic(ones, happened, offset=odds)
    line = fit_logistic(np.column_stack([ones, odds]), happened)
    return CalibrationLine(
        expected=float(probability.sum()),
        observed=int(is_case.sum()),
        in_the_large=_wald(level.coefficients[0], level.covariance[0, 0], len(odds)),
        slope=_wald(line.coefficients[1], line.covariance[1, 1], len(odds)),
    )


def _isotonic(
    probability: FloatArray, happened: FloatArray, weight: FloatArray | None = None
) -> tuple[FloatArray, IntArray, FloatArray]:
    """The distinct probabilities, which of them each row has, and what happened at each, made non-decreasing."""
    levels, which = np.unique(probability, return_inverse=True)
    rows = np.bincount(which, weights=weight)
    means = np.bincount(which, weights=happened if weight is None else happened * weight) / rows
    return levels, which, np.asarray(isotonic_regression(means, weights=rows).x, dtype=np.float64)


def _draw_clients(client: IntArray, random: np.random.Generator) -> FloatArray:
    """How often each row is drawn when as many clients as there are are drawn with replacement."""
    _, number = np.unique(client, return_inverse=True)
    present = count_clients(number)
    return np.bincount(random.integers(present, size=present), minlength=present)[number].astype(np.float64)


def _wald(value: float, variance: float, n: int) -> Rate:
    step = Z95 * float(np.sqrt(variance))
    return rate(value, value - step, value + step, n)
