"""Published numbers our estimators must reproduce."""

import numpy as np
import pytest

from oncu.scoring.estimates.intervals import log_log, wilson
from oncu.scoring.estimates.shrinkage import fit_beta_prior, posterior
from oncu.scoring.judge.conversion import incidence, influence_on_sale
from oncu.scoring.ranks.discrimination import auc_at

# Remission weeks of 21 leukaemia patients on 6-MP (Freireich et al. 1963, Blood 21:699); 1 = relapse.
WEEKS = np.array([6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
RELAPSE = np.repeat([1, 0], [9, 12])

# Tumours of rats in each of 71 groups (Tarone 1982, Biometrics 38:215; Gelman et al., BDA3 ch. 5).
RATS = (
    "0/20 0/20 0/20 0/20 0/20 0/20 0/20 0/19 0/19 0/19 0/19 0/18 0/18 0/17 1/20 1/20 1/20 1/20 1/19 1/19 1/18 "
    "1/18 2/25 2/24 2/23 2/20 2/20 2/20 2/20 2/20 2/20 1/10 5/49 2/19 5/46 3/27 2/17 7/49 7/47 3/20 3/20 2/13 "
    "9/48 10/50 4/20 4/20 4/20 4/20 4/20 4/20 4/20 10/48 4/19 4/19 4/19 5/22 11/46 12/49 5/20 5/20 6/23 5/19 6/22 "
    "6/20 6/20 6/20 16/52 15/47 15/46 9/24 4/14"
)


def test_kaplan_meier_of_the_6mp_trial() -> None:
    """Kleinbaum & Klein, Survival Analysis, ch. 2."""
    curve = incidence(WEEKS, RELAPSE)
    remission = 1 - curve.sale[[6, 7, 10, 13, 16, 22, 23]]
    np.testing.assert_allclose(remission, [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], atol=5e-5)


def test_spread_of_one_cause_is_greenwoods() -> None:
    curve = incidence(WEEKS, RELAPSE)
    spread = [float(np.sum(influence_on_sale(curve, WEEKS, RELAPSE, week) ** 2)) ** 0.5 for week in (6, 7, 10, 23)]
    np.testing.assert_allclose(spread, [0.07636, 0.08694, 0.09635, 0.13459], atol=1e-5)


def test_log_log_interval_of_the_6mp_trial() -> None:
    np.testing.assert_allclose(log_log(0.8571428571, 0.07636035483), [0.6197180, 0.9515517], atol=1e-6)


def test_aalen_johansen_of_two_causes() -> None:
    """R cmprsk 2.2-11 `cuminc` and survival `survfit` on 12 rows."""
    curve = incidence(np.arange(1, 13), np.array([1, 2, 0, 1, 1, 2, 0, 1, 0, 2, 1, 0]))
    np.testing.assert_allclose(curve.sale[[3, 5, 8, 11]], [0.0833333, 0.2685185, 0.3796296, 0.5277778], atol=1e-7)
    np.testing.assert_allclose(curve.competing[11], 0.3240741, atol=1e-7)


def test_aalen_johansen_of_six_rows_is_exact() -> None:
    """lifelines pull request 1699: the incidence of the second cause by day 6 is 2/5."""
    assert incidence(np.arange(1, 7), np.array([0, 1, 1, 2, 2, 0])).competing[6] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval_of_newcombe(hits: int, n: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17:857, table I, method 3."""
    np.testing.assert_allclose(wilson(hits, n), [low, high], atol=5e-5)


@pytest.mark.parametrize(("day", "auc"), [(60, 0.64138378), (120, 0.53632626), (200, 0.52844306)])
def test_auc_under_censoring_of_the_veterans_trial(veterans: np.ndarray, day: int, auc: float) -> None:
    """R riskRegression 2022.11.28 `Score`, cumulative/dynamic AUC with risk 1 - Karnofsky/100."""
    days, status, karnofsky = veterans.T
    found = auc_at(1 - karnofsky / 100, days, status, np.arange(len(days)), day)
    assert found is not None and found.value == pytest.approx(auc, abs=1e-7)


def test_beta_binomial_of_the_rat_tumours() -> None:
    hits, trials = np.array([pair.split("/") for pair in RATS.split()], dtype=float).T
    prior = fit_beta_prior(hits, trials)
    np.testing.assert_allclose([prior.a, prior.b], [2.3416, 14.1148], rtol=1e-3)
    assert posterior(prior, 4, 14).value == pytest.approx(0.20822, abs=2e-5)
