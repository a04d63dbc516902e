"""Small groups pulled towards their kind, and how sure that is."""

from dataclasses import replace

import numpy as np
import pytest

from oncu.scoring.estimates.shrinkage import BetaPrior, fit_beta_prior, posterior
from oncu.scoring.estimates.shrunk_ratios import fit_gamma_priors, shrunk_ratio
from oncu.scoring.sources.rank_uncertainty import rank_groups

Bank = tuple[np.ndarray, np.ndarray, np.ndarray]


def _groups(seed: int, count: int = 10) -> Bank:
    """True rates Beta(2, 18), trials around ten, and the hits."""
    r = np.random.default_rng(seed)
    trials, rates = np.maximum(1, np.round(r.lognormal(2.3, 0.8, count))), r.beta(2, 18, count)
    return rates, r.binomial(trials.astype(int), rates).astype(float), trials


@pytest.fixture(scope="module")
def covered() -> tuple[float, float]:
    """Shares of the true rates in their interval: with the doubt about the prior, and with the best one for sure."""
    held: list[tuple[bool, bool]] = []
    for seed in range(60):
        rates, hits, trials = _groups(seed)
        prior = fit_beta_prior(hits, trials)
        for rate, k, n in zip(rates, hits, trials, strict=True):
            pair = (posterior(one, k, n) for one in (prior, replace(prior, likely=None)))
            held.append(tuple(one.low <= rate <= one.high for one in pair))
    doubting, sure = np.mean(held, axis=0)
    return float(doubting), float(sure)


def test_intervals_with_the_doubt_about_the_prior_hold_the_truth(covered) -> None:
    assert 0.93 <= covered[0] <= 0.985


def test_intervals_of_one_prior_taken_for_sure_are_too_narrow(covered) -> None:
    assert covered[1] < 0.85


def test_doubt_widens_the_interval_and_leaves_the_rate() -> None:
    _, hits, trials = _groups(3)
    prior = fit_beta_prior(hits, trials)
    sure, doubting = posterior(replace(prior, likely=None), 2, 10), posterior(prior, 2, 10)
    assert doubting.value == sure.value and doubting.low < sure.low and doubting.high > sure.high


def test_doubt_vanishes_with_many_groups() -> None:
    _, hits, trials = _groups(4, count=3000)
    prior = fit_beta_prior(hits, trials)
    sure, doubting = posterior(replace(prior, likely=None), 2, 10), posterior(prior, 2, 10)
    assert doubting.high - doubting.low == pytest.approx(sure.high - sure.low, rel=0.03)


def test_ratios_of_small_groups_are_pulled_to_the_others() -> None:
    seen, expected = np.array([60.0, 55, 65, 3, 0]), np.array([20.0, 20, 20, 0.3, 0.5])
    priors = fit_gamma_priors(seen, expected)
    large, lucky, unlucky = (shrunk_ratio(priors, seen[n], expected[n], 0.0, 1) for n in (0, 3, 4))
    assert large.value == pytest.approx(3, rel=0.05) and 3 < lucky.value < 6 and 1.5 < unlucky.value < 3


def test_ratio_intervals_hold_the_truth() -> None:
    held, r = [], np.random.default_rng(8)
    for _ in range(40):
        ratios, expected = r.gamma(4.0, 0.9, 15), r.lognormal(0, 1, 15)
        seen = r.poisson(ratios * expected).astype(float)
        priors = fit_gamma_priors(seen, expected)
        found = [shrunk_ratio(priors, a, e, 0.0, 1) for a, e in zip(seen, expected, strict=True)]
        held += [one.low <= ratio <= one.high for one, ratio in zip(found, ratios, strict=True)]
    assert 0.91 <= np.mean(held) <= 0.98


def test_a_ratio_without_others_to_learn_from_keeps_its_own_doubt() -> None:
    found = shrunk_ratio(fit_gamma_priors(np.array([0.0]), np.array([2.0])), 0.0, 2.0, 0.0, 5)
    assert found.value == 0.25 and found.low < 0.01 and found.high > 1


def test_chances_of_the_first_places_sum_to_the_places() -> None:
    _, hits, trials = _groups(5, count=30)
    found = rank_groups(hits, trials, np.zeros(30, dtype=np.int64), np.random.default_rng(0), top=10)
    assert found.in_top.sum() == pytest.approx(10)


def test_a_group_nobody_knows_may_stand_anywhere() -> None:
    hits, trials = np.array([90.0, 1, 0, 50, 20]), np.array([100.0, 100, 0, 100, 100])
    found = rank_groups(hits, trials, np.zeros(5, dtype=np.int64), np.random.default_rng(0), top=1)
    assert (found.low[2], found.high[2]) == (1, 5) and found.in_top[0] > 0.5 > found.in_top[2]


def test_without_a_spread_to_learn_the_prior_is_jeffreys() -> None:
    assert fit_beta_prior(np.array([1.0, 2.0]), np.array([4.0, 4.0])) == BetaPrior(0.5, 0.5)
