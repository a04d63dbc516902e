"""Means and medians with their intervals."""

from math import sqrt

import numpy as np
from scipy.special import stdtrit
from scipy.stats import binom

from ..estimates.intervals import Rate, rate, unknown_rate
from ..judge.tables import FloatArray


def median_of(values: FloatArray) -> Rate:
    """The median and the order statistics between which it lies with at least 95 % (exact, binomial).

    Below six values no two of them are that far apart: then the smallest and the largest. 1, 2, 3 -> 2, 1 to 3.
    """
    n = len(values)
    if not n:
        return unknown_rate(0)
    ordered = np.sort(values)
    rank = max(int(binom.ppf(0.025, n, 0.5)) - 1, 0) if n > 5 else 0
    return rate(float(np.median(ordered)), ordered[rank], ordered[n - 1 - rank], n)


def mean_of(values: FloatArray) -> Rate:
    """The mean with Student's interval; without an interval for a single value."""
    n = len(values)
    if n < 2:
        return Rate(float(values[0]), None, None, 1) if n else unknown_rate(0)
    half = float(stdtrit(n - 1, 0.975)) * float(values.std(ddof=1)) / sqrt(n)
    mean = float(values.mean())
    return rate(mean, mean - half, mean + half, n)
