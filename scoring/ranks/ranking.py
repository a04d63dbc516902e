"""Does a higher score go with the foretold end, when every end is known? Areas with DeLong's error, models in pairs.

While some ends are still open use `discrimination.auc_at`, which weighs for censoring. Scores are numbers; rows without
one are the caller's to leave out.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import norm, rankdata

from ..estimates.intervals import Z95, Rate, logit, rate, wilson
from ..judge.tables import BoolArray, FloatArray


@dataclass(frozen=True)
class AucGain:
    """Area of the first score minus that of the second, with its 95 % interval; `p` is two-sided."""

    gain: float
    low: float
    high: float
    z: float
    p: float


@dataclass(frozen=True)
class _Placements:
    """For each case the share of non-cases scored below it (ties half), for each non-case the share of cases above."""

    cases: FloatArray
    others: FloatArray


def auroc(score: FloatArray, is_case: BoolArray) -> Rate | None:
    """P(a case has the higher score than a non-case) + half of ties; None without a case or a non-case.

    Standard error of DeLong, DeLong & Clarke-Pearson (1988), computed from ranks (Sun & Xu 2014). Where it is 0
    (a perfect order) Wilson's interval on the smaller class. Scores 1, 2, 3, 4 with the cases 2 and 4 -> 3/4.
    """
    if not _has_both(is_case):
        return None
    placed = _place(score, is_case)
    value, spread = float(placed.cases.mean()), sqrt(_variance(placed))
    if spread > 0:
        return rate(value, max(value - Z95 * spread, 0.0), min(value + Z95 * spread, 1.0), len(score))
    trials = min(int(is_case.sum()), int((~is_case).sum()))
    return rate(value, *wilson(value * trials, trials), len(score))


def gini(area: float) -> float:
    """Accuracy ratio of an area under the ROC curve: .75 -> .5."""
    return 2 * area - 1


def compare_auroc(first: FloatArray, second: FloatArray, is_case: BoolArray) -> AucGain | None:
    """The paired comparison of two scores of the same rows (DeLong 1988); None without a case or a non-case.

    The variance of the difference is that of the differences of the placements, so what both scores share cancels.
    Two scores that order alike give z 0 and p 1.
    """
    if not _has_both(is_case):
        return None
    one, other = _place(first, is_case), _place(second, is_case)
    apart = _Placements(one.cases - other.cases, one.others - other.others)
    gain, spread = float(apart.cases.mean()), sqrt(_variance(apart))
    z = gain / spread if spread > 0 else 0.0
    return AucGain(gain, gain - Z95 * spread, gain + Z95 * spread, z, float(2 * norm.sf(abs(z))))


def deterioration_p(initial: float, score: FloatArray, is_case: BoolArray) -> float | None:
    """One-sided p that the area has not fallen below the `initial` one (ECB validation reporting, section 2.5.3).

    Z = (AUC_initial - AUC_now) / SE_now; small p: it fell. None without a case or a non-case, or without any spread.
    """
    if not _has_both(is_case):
        return None
    placed = _place(score, is_case)
    spread = sqrt(_variance(placed))
    return float(norm.sf((initial - float(placed.cases.mean())) / spread)) if spread > 0 else None


def average_precision(score: FloatArray, is_case: BoolArray) -> Rate | None:
    """Area under the precision-recall curve, sum of (R_k - R_{k-1}) P_k over the distinct scores; None without a case.

    Ties are read together, so the order of rows does not matter. Interval on the log-odds scale with the cases as
    trials (Boyd, Eng & Page 2013); n counts the cases. Scores 3, 2, 1 with the cases 3 and 1 -> (1 + 2/3) / 2.
    """
    cases = int(is_case.sum())
    if not cases:
        return None
    order = np.argsort(-score, kind="stable")
    closes = np.append(np.diff(score[order]) != 0, True)
    found = np.cumsum(is_case[order])[closes]
    read = np.flatnonzero(closes) + 1
    value = float(np.sum(np.diff(found, prepend=0) / cases * found / read))
    if not 0 < value < 1:
        return rate(value, *wilson(value * cases, cases), cases)
    return rate(value, *logit(value, sqrt(value * (1 - value) / cases)), cases)


def _has_both(is_case: BoolArray) -> bool:
    return bool(is_case.any()) and not bool(is_case.all())


def _place(score: FloatArray, is_case: BoolArray) -> _Placements:
    overall, cases, others = rankdata(score), score[is_case], score[~is_case]
    below = (overall[is_case] - rankdata(cases)) / len(others)
    return _Placements(below, 1 - (overall[~is_case] - rankdata(others)) / len(cases))


def _variance(placed: _Placements) -> float:
    """Variance of the mean placement: both classes are samples."""
    return sum(float(part.var(ddof=1)) / len(part) for part in (placed.cases, placed.others) if len(part) > 1)
