"""The best rival's price, from known prices and from won and lost alone."""

import numpy as np
import pytest

from oncu.scoring.offers.rival_price import Seen, fit_rival_price, rival_fans, rival_price, see_rivals


def test_the_mean_of_known_prices_is_too_low_and_the_censored_fit_is_not(rivals) -> None:
    """Simulated, mean 5: known prices are those of rivals who beat us, so their mean is far below."""
    found = [rivals(seed) for seed in range(12)]
    naive = np.mean([np.nanmean(one.rival_price) for one in found])
    assert naive < 4.7
    assert np.mean([rival_price(one).mean for one in found]) == pytest.approx(5.0, abs=0.02)


def test_the_scatter_of_rivals_is_recovered(rivals) -> None:
    assert np.mean([rival_price(rivals(seed)).sd for seed in range(12)]) == pytest.approx(0.6, abs=0.02)


def test_intervals_of_the_mean_cover_the_truth(rivals) -> None:
    found = [rival_price(rivals(seed, 400)) for seed in range(60)]
    assert sum(one.low <= 5.0 <= one.high for one in found) >= 53


def test_counts_of_known_and_censored_prices(offers) -> None:
    lost = [{"rival_price": price} for price in (4.6, 4.7, 4.8, 4.9)]
    found = rival_price(offers(*lost, {"status": "won"}, {"status": "won"}, {}, {"status": "open"}))
    assert (found.n_exact, found.n_censored) == (4, 3)


def test_a_deal_lost_for_another_reason_shows_no_rival_price(offers) -> None:
    _, shown = see_rivals(offers({"loss_reason": "speed"}, {"loss_reason": "price"}, {}))
    assert shown.tolist() == [False, True, True]


def test_the_runner_up_of_a_won_deal_is_known_exactly(offers) -> None:
    seen, _ = see_rivals(offers({"status": "won", "rival_price": 5.4}))
    assert (seen.price.tolist(), seen.side.tolist()) == ([5.4], [0])


def test_too_little_gives_nothing(offers) -> None:
    assert rival_price(offers({"rival_price": 4.5}, {"status": "won"})) is None


def test_only_won_deals_say_nothing_of_the_mean(offers) -> None:
    assert rival_price(offers(*({"status": "won", "price": 5 + n / 10} for n in range(8)))) is None


def test_exact_prices_alone_give_their_mean_and_spread() -> None:
    prices = np.random.default_rng(1).normal(40, 2, 50)
    fit = fit_rival_price(Seen(prices, np.zeros(50)), np.ones((50, 1)))
    assert fit.coefficients[0] == pytest.approx(prices.mean()) and fit.sd == pytest.approx(prices.std())


def test_covariates_move_the_mean() -> None:
    random = np.random.default_rng(2)
    design = np.column_stack([np.ones(500), random.normal(size=500)])
    price = design @ [5.0, 0.4] + random.normal(0, 0.3, 500)
    side = np.where(price < 5.1, 0.0, 1.0)
    fit = fit_rival_price(Seen(np.minimum(price, 5.1), side), design)
    np.testing.assert_allclose(fit.coefficients, [5.0, 0.4], atol=0.06)


def test_a_group_with_five_known_prices_gets_a_fan(offers) -> None:
    known = [{"product": "loan", "rival_price": 4.5 + n / 10} for n in range(6)]
    few = [{"product": "leasing", "rival_price": 4.5}]
    assert [fan.group for fan in rival_fans(offers(*known, *few), "product")] == ["loan"]
