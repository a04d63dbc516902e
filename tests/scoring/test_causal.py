"""Acting on a true alarm makes it look false; comparing unlike makes a signal look empty."""

import numpy as np
import pytest

from oncu.scoring.estimates.causal import effect_of_acting, natural_precision
from oncu.scoring.estimates.stratified import crude_odds, mantel_haenszel_odds, mantel_haenszel_risk
from oncu.scoring.judge.tables import BadInput

CLIENTS = 4000


def _acted_on(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Alerts of which a quarter would come true; riskier ones are acted on more often, which averts 60 %.

    Came true, acted, propensity, risk.
    """
    r = np.random.default_rng(seed)
    risk = r.random(CLIENTS)
    propensity = 0.2 + 0.7 * risk
    acted = r.random(CLIENTS) < propensity
    would = r.random(CLIENTS) < 0.5 * risk
    return np.where(acted, would & (r.random(CLIENTS) < 0.4), would).astype(float), acted, propensity, risk


def test_weights_of_those_left_alone_by_hand() -> None:
    found = natural_precision(
        np.array([1.0, 0, 0]), np.array([False, False, True]), np.array([0.5, 0, 0.9]), np.arange(3)
    )
    assert (found.natural.value, found.natural.n) == (pytest.approx(2 / 3), 2)


def test_natural_precision_is_recovered_where_the_others_are_biased() -> None:
    found = [natural_precision(*_acted_on(seed)[:3], np.arange(CLIENTS)) for seed in range(60)]
    assert np.mean([one.natural.value for one in found]) == pytest.approx(0.25, abs=0.005)
    assert sum(one.natural.low <= 0.25 <= one.natural.high for one in found) >= 53
    assert (
        np.mean([one.naive.value for one in found]) < 0.17 and np.mean([one.left_alone.value for one in found]) < 0.21
    )


def test_saving_is_recovered_where_the_raw_difference_is_halved() -> None:
    """Acting averts 60 % of 25 %: -.15."""
    found = []
    for seed in range(60):
        came_true, acted, propensity, risk = _acted_on(seed)
        found.append(effect_of_acting(came_true, acted, propensity, np.arange(CLIENTS), risk[:, None]))
    assert np.mean([one.adjusted.value for one in found]) == pytest.approx(-0.15, abs=0.006)
    assert sum(one.adjusted.low <= -0.15 <= one.adjusted.high for one in found) >= 53
    assert np.mean([one.naive.value for one in found]) > -0.1


def test_features_narrow_the_interval_and_keep_the_effect() -> None:
    came_true, acted, propensity, risk = _acted_on(1)
    money = 100 * risk + came_true
    wide, narrow = (
        effect_of_acting(money, acted, propensity, np.arange(CLIENTS), features).adjusted
        for features in (None, risk[:, None])
    )
    assert narrow.high - narrow.low < 0.5 * (wide.high - wide.low) and wide.low < -0.15 < wide.high


def test_rows_counted_twice_bring_no_new_evidence() -> None:
    came_true, acted, propensity, _ = _acted_on(2)
    once = natural_precision(came_true, acted, propensity, np.arange(CLIENTS)).natural
    columns = (np.repeat(column, 2) for column in (came_true, acted, propensity))
    twice = natural_precision(*columns, np.repeat(np.arange(CLIENTS), 2)).natural
    np.testing.assert_allclose([twice.low, twice.high], [once.low, once.high], atol=1e-9)


@pytest.mark.parametrize("propensity", [np.nan, 1.0, -0.1])
def test_action_without_a_logged_chance_below_one_is_refused(propensity: float) -> None:
    with pytest.raises(BadInput, match="row 2 has the propensity"):
        natural_precision(np.array([1.0, 0]), np.array([False, True]), np.array([0.5, propensity]), np.arange(2))


def test_effect_needs_both_arms() -> None:
    with pytest.raises(BadInput, match="one arm only"):
        effect_of_acting(np.array([1.0, 0]), np.array([True, True]), np.array([0.5, 0.5]), np.arange(2))


def test_risk_ratio_of_one_stratum_is_plain() -> None:
    assert mantel_haenszel_risk(np.array([[[20.0, 80], [10, 90]]])).value == pytest.approx(2)


def test_pooling_finds_the_lift_that_confounding_hides() -> None:
    """Signals fall on safe sectors: crude below 1, within each sector 2."""
    safe, risky = [[40.0, 960], [4, 196]], [[20.0, 30], [200, 800]]
    tables = np.array([safe, risky])
    assert crude_odds(tables) < 1 < mantel_haenszel_risk(tables).low
    assert mantel_haenszel_risk(tables).value == pytest.approx(2)


def test_stratum_without_anybody_changes_nothing() -> None:
    table = [[20.0, 80], [10, 90]]
    alone, beside = (mantel_haenszel_odds(np.array(one)) for one in ([table], [table, [[0.0, 0], [0, 0]]]))
    assert alone == beside


def test_ratio_over_nothing_is_unknown() -> None:
    assert mantel_haenszel_risk(np.array([[[5.0, 5], [0, 10]]])).value is None
    assert mantel_haenszel_risk(np.array([[[0.0, 5], [5, 5]]])).value == 0
