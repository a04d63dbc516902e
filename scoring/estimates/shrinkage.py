"""Rates of small groups, pulled towards what groups of their kind do: two hits of two is not a perfect source."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaincinv, betaln, digamma, expit

from ..judge.tables import FloatArray
from .intervals import Rate, rate
from .likely_priors import likely_places

FEWEST_GROUPS = 3  # a spread between groups cannot be learnt from fewer


@dataclass(frozen=True)
class LikelyPriors:
    """Priors the groups leave possible, and how likely each is (sums to 1)."""

    a: FloatArray
    b: FloatArray
    weight: FloatArray


@dataclass(frozen=True)
class BetaPrior:
    """Beta(a, b) over the rates of a class of groups; its mean is a / (a + b), its weight a + b trials.

    `likely` says how sure that is; None where the prior was not learnt.
    """

    a: float
    b: float
    likely: LikelyPriors | None = None


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
    a, b = _shape(found.x)
    places, weight = likely_places(np.array(limits), lambda places: _log_weight(places, hits, trials))
    return BetaPrior(float(a), float(b), LikelyPriors(*_shape(places), weight))


def posterior(prior: BetaPrior, hits: float, trials: float) -> Rate:
    """Posterior mean (k + a) / (n + a + b) with its central 95 % interval; n is the trials, rounded.

    The interval also carries the doubt about the prior: it is that of the Beta with the mean and variance of the
    posterior averaged over all likely priors. With the best prior alone 8 to 200 groups were covered 75 to 93 %.
    """
    a, b = prior.a + hits, prior.b + trials - hits
    low, high = betaincinv(*_widened(prior, hits, trials), [0.025, 0.975])
    return rate(a / (a + b), low, high, round(trials))


def draw_rates(
    prior: BetaPrior, hits: FloatArray, trials: FloatArray, draws: int, random: np.random.Generator
) -> FloatArray:
    """Rates of the groups drawn from their joint posterior, draws x groups; each draw has one of the likely priors."""
    a, b = (np.full(draws, one) for one in (prior.a, prior.b))
    if prior.likely is not None:
        picks = random.choice(len(prior.likely.weight), draws, p=prior.likely.weight)
        a, b = prior.likely.a[picks], prior.likely.b[picks]
    return random.beta(a[:, None] + hits, b[:, None] + trials - hits)


def _widened(prior: BetaPrior, hits: float, trials: float) -> tuple[float, float]:
    """a and b of the Beta with the moments of the posterior averaged over the likely priors."""
    if prior.likely is None:
        return prior.a + hits, prior.b + trials - hits
    a, b = prior.likely.a + hits, prior.likely.b + trials - hits
    means = a / (a + b)
    mean = float(prior.likely.weight @ means)
    variance = float(prior.likely.weight @ (means * (1 - means) / (a + b + 1) + (means - mean) ** 2))
    size = mean * (1 - mean) / variance - 1
    return mean * size, (1 - mean) * size


def _log_weight(places: FloatArray, hits: FloatArray, trials: FloatArray) -> FloatArray:
    """Log likelihood of each prior, and before it a uniform belief in 1 / sqrt(a + b), the spread (BDA3 ch. 5.3)."""
    a, b = _shape(places[:, :, None])
    likelihood = np.sum(betaln(hits + a, trials - hits + b) - betaln(a, b), axis=1)
    return np.asarray(likelihood - places[1] / 2, dtype=np.float64)


def _shape(place: FloatArray) -> tuple[FloatArray, FloatArray]:
    mean, size = expit(place[0]), np.exp(place[1])
    return mean * size, (1 - mean) * size


def _loss(place: FloatArray, hits: FloatArray, trials: FloatArray) -> tuple[float, FloatArray]:
    """Negative marginal log likelihood and its gradient by (log odds of the mean, log of the size)."""
    a, b = (float(one) for one in _shape(place))
    likelihood = np.sum(betaln(hits + a, trials - hits + b) - betaln(a, b))
    both = digamma(a + b) - digamma(trials + a + b)
    by_a = np.sum(digamma(hits + a) - digamma(a) + both)
    by_b = np.sum(digamma(trials - hits + b) - digamma(b) + both)
    turn = a * b / (a + b)
    return -float(likelihood), -np.array([(by_a - by_b) * turn, by_a * a + by_b * b])
