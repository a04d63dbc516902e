"""Rates of small groups, pulled towards what groups of their kind do: two hits of two is not a perfect source."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, digamma, expit
from scipy.stats import beta

from .intervals import Rate, rate
from .tables import FloatArray

FEWEST_GROUPS = 3  # a spread between groups cannot be learnt from fewer


@dataclass(frozen=True)
class BetaPrior:
    """Beta(a, b) over the rates of a class of groups; its mean is a / (a + b), its weight a + b trials."""

    a: float
    b: float


def fit_beta_prior(hits: FloatArray, trials: FloatArray) -> BetaPrior:
    """Maximum marginal likelihood of Beta(a, b) for hits of trials of each group (may be fractions).

    log L = sum of betaln(k + a, n - k + b) - betaln(a, b); Tarone (1982), Gelman BDA3 ch. 5: 71 rat tumour groups
    -> a 2.34, b 14.11. The prior may weigh no more than all trials it was learnt from, so that homogeneous groups
    keep an honest interval. With fewer than three groups that have trials, or with no hit or no miss at all, there is
    no spread to learn: then Beta(1/2, 1/2) (Jeffreys).
    """
    seen = trials > 0
    hits, trials = hits[seen], trials[seen]
    total_hits, total = float(hits.sum()), float(trials.sum())
    if len(trials) < FEWEST_GROUPS or not 0 < total_hits < total:
        return BetaPrior(0.5, 0.5)
    start = np.array([np.log(total_hits / (total - total_hits)), 0.0])
    limits = [(start[0] - 5, start[0] + 5), (np.log(0.5), np.log(max(total, 1.0)))]
    found = minimize(_loss, start, args=(hits, trials), jac=True, method="L-BFGS-B", bounds=limits)
    return _prior(found.x)


def posterior(prior: BetaPrior, hits: float, trials: float) -> Rate:
    """Posterior mean (k + a) / (n + a + b) with its central 95 % interval; n is the trials, rounded."""
    a, b = prior.a + hits, prior.b + trials - hits
    low, high = beta.ppf([0.025, 0.975], a, b)
    return rate(a / (a + b), low, high, round(trials))


def _prior(place: FloatArray) -> BetaPrior:
    mean, size = float(expit(place[0])), float(np.exp(place[1]))
    return BetaPrior(mean * size, (1 - mean) * size)


def _loss(place: FloatArray, hits: FloatArray, trials: FloatArray) -> tuple[float, FloatArray]:
    """Negative marginal log likelihood and its gradient by (log odds of the mean, log of the size)."""
    prior = _prior(place)
    a, b = prior.a, prior.b
    likelihood = np.sum(betaln(hits + a, trials - hits + b) - betaln(a, b))
    both = digamma(a + b) - digamma(trials + a + b)
    by_a = np.sum(digamma(hits + a) - digamma(a) + both)
    by_b = np.sum(digamma(trials - hits + b) - digamma(b) + both)
    turn = a * b / (a + b)
    return -float(likelihood), -np.array([(by_a - by_b) * turn, by_a * a + by_b * b])
