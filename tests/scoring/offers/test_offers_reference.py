"""Published and closed-form values of prices and bids that our estimators must reproduce."""

import numpy as np
import pytest

from oncu.scoring.offers.corridor import offers_needed, power
from oncu.scoring.offers.gpv import costs_behind, inside, values_behind
from oncu.scoring.offers.optimum import best_price, clairvoyant_gain, expected_profit, win_chance


def one(value: float) -> np.ndarray:
    return np.array([value])


@pytest.mark.parametrize(
    ("a", "b", "cost", "price"), [(7.2, 1.2, 2.0, 5.148498017088866), (6.0, 1.0, 3.0, 5.557145598997612)]
)
def test_best_price_of_the_logit_response(a: float, b: float, cost: float, price: float) -> None:
    """Lambert's W solves the first-order condition of logit demand (Phillips, Pricing and Revenue Optimization)."""
    assert best_price(one(a), b, one(cost))[0] == pytest.approx(price, abs=1e-9)


def test_best_price_meets_its_first_order_condition() -> None:
    """b (p - c)(1 - P) = 1."""
    a, b, cost = np.array([7.2, 6.0, 55.0]), 1.2, np.array([2.0, 3.0, 40.0])
    price = best_price(a, b, cost)
    np.testing.assert_allclose(b * (price - cost) * (1 - win_chance(price, a, b)), 1, rtol=1e-9)


def test_no_other_price_earns_more() -> None:
    grid = np.linspace(2, 12, 2001)
    profits = expected_profit(grid, np.full(2001, 7.2), 1.2, np.full(2001, 2.0))
    best = best_price(one(7.2), 1.2, one(2.0))
    assert expected_profit(best, one(7.2), 1.2, one(2.0))[0] >= profits.max() - 1e-9


def test_a_huge_intercept_does_not_overflow() -> None:
    assert np.isfinite(best_price(one(5_000.0), 1.2, one(2.0))).all()


def test_clairvoyant_gain_of_a_logistic_willingness_to_pay() -> None:
    """E[WTP - p | won] = -ln(1 - P)/(b P), against drawn willingness to pay."""
    random, a, b, price = np.random.default_rng(3), 7.2, 1.2, 5.148498
    willing = random.logistic(a / b, 1 / b, 400_000)
    drawn = (willing - price)[willing >= price].mean()
    assert clairvoyant_gain(win_chance(one(price), one(a), b), b)[0] == pytest.approx(drawn, rel=0.01)


def test_values_behind_the_bids_of_three() -> None:
    """Private values uniform on [0, 1], first price, highest wins: b = (n - 1)/n v, so v = 1.5 b (Krishna)."""
    bids = np.random.default_rng(1).uniform(0, 2 / 3, 4_000)
    found, kept = values_behind(bids, 3), inside(bids, 0.15)
    assert np.abs(found[kept] - 1.5 * bids[kept]).mean() < 0.016


def test_costs_behind_the_bids_where_the_lowest_wins() -> None:
    """Costs uniform on [0, 1], three bidders: b = c + (1 - c)/3, so c = (3 b - 1)/2 (Guerre, Perrigne & Vuong 2000)."""
    costs = np.random.default_rng(2).uniform(0, 1, 4_000)
    bids = costs + (1 - costs) / 3
    found, kept = costs_behind(bids, 3), inside(bids, 0.15)
    assert np.abs(found[kept] - costs[kept]).mean() < 0.02


def test_randomised_offers_a_corridor_needs() -> None:
    """n = 1/(P(1-P) Var(delta) sd(b)^2): win rate .3, a coin of +-.25, sd .15 -> 3,386."""
    assert offers_needed(0.3, 0.25**2, 0.15) == 3386


def test_a_corridor_where_everything_is_won_needs_no_number() -> None:
    assert offers_needed(1.0, 0.25**2) is None


def test_power_of_a_slope_three_errors_wide() -> None:
    assert power(2.8, 1.0) == pytest.approx(0.8, abs=0.01)
