"""Ends seen over ends expected, for small groups: pulled towards what groups do, with honest intervals."""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, gammaln

from ..judge.tables import FloatArray
from .intervals import Rate, rate
from .likely_priors import likely_places

FEWEST_GROUPS = 3  # a spread between groups cannot be learnt from fewer
WIDEST, NARROWEST = 0.3, 1000.0  # shapes of the Gamma: its coefficient of variation is 1 / sqrt(shape)
FAR = 4.0  # on the log scale, from the ratio of all groups together


@dataclass(frozen=True)
class GammaPriors:
    """Gammas the ratios of groups may come from, by mean and shape, and how likely each is (sums to 1)."""

    mean: FloatArray
    shape: FloatArray
    weight: FloatArray


def fit_gamma_priors(seen: FloatArray, expected: FloatArray) -> GammaPriors | None:
    """Priors of the ratio r of each group with seen ~ Poisson(r expected), r ~ Gamma, by marginal likelihood.

    log L = sum of lgamma(k + a) - lgamma(k) + k log b - (k + a) log(b + E), b = k / mean (negative binomial; Clayton &
    Kaldor 1987). Before the data 1 / sqrt(k), the spread, is uniform
    and the log of the mean flat. None with fewer than three
    groups in which anything was expected, or where nothing was seen at all.
    """
    counted = expected > 0
    a, e = seen[counted], expected[counted]
    if len(a) < FEWEST_GROUPS or not a.sum():
        return None
    centre = float(np.log(a.sum() / e.sum()))
    limits = np.array([[centre - FAR, centre + FAR], [np.log(WIDEST), np.log(NARROWEST)]])
    places, weight = likely_places(limits, lambda places: _log_weight(places, a, e))
    return GammaPriors(np.exp(places[0]), np.exp(places[1]), weight)


def shrunk_ratio(priors: GammaPriors | None, seen: float, expected: float, doubt: float, n: int) -> Rate:
    """Posterior mean of one group's ratio and its 95 % interval; `doubt` is the variance of log(expected).

    The interval is that of the Gamma with the mean and variance of the posterior averaged over the priors. Without
    priors Jeffreys' stands in: seen 0 of 2 expected -> (0 + 1/2) / 2.
    """
    if priors is None:
        means, variances, weight = (
            np.array([(seen + 0.5) / expected]),
            np.array([(seen + 0.5) / expected**2]),
            np.ones(1),
        )
    else:
        rates = priors.shape / priors.mean + expected
        means, weight = (priors.shape + seen) / rates, priors.weight
        variances = means / rates
    mean = float(weight @ means)
    variance = float(weight @ (variances + (means - mean) ** 2)) + doubt * mean**2
    shape = mean**2 / variance
    low, high = gammaincinv(shape, [0.025, 0.975]) * variance / mean
    return rate(mean, low, high, n)


def _log_weight(places: FloatArray, a: FloatArray, e: FloatArray) -> FloatArray:
    shape = np.exp(places[1])[:, None]
    slope = shape / np.exp(places[0])[:, None]
    likelihood = gammaln(shape + a) - gammaln(shape) + shape * np.log(slope) - (shape + a) * np.log(slope + e)
    return np.asarray(likelihood.sum(axis=1) - places[1] / 2)
