"""The bid response on banks whose truth is known: b = 1.2, and managers who charge keener clients more."""

import numpy as np
import pytest

from oncu.scoring.estimates.logistic import fit_logistic
from oncu.scoring.offers.bid_response import bid_response, why
from oncu.scoring.offers.money_on_table import money_on_table
from oncu.scoring.offers.product_slopes import between, shrink
from oncu.scoring.offers.regressors import decided_offers
from oncu.scoring.offers.response_fit import Slope
from oncu.scoring.offers.tables import Labels, Offers

SEEDS = range(12)


def test_the_naive_slope_is_far_from_the_truth(bank) -> None:
    found = []
    for seed in SEEDS:
        decided = decided_offers(bank(seed, cost=0))
        design = np.column_stack([np.ones(len(decided.won)), decided.price])
        found.append(-fit_logistic(design, decided.won).coefficients[1])
    assert abs(np.mean(found)) < 0.2


def test_a_cost_shifter_recovers_the_slope(bank) -> None:
    found = [bid_response(bank(seed)).slope.b for seed in SEEDS]
    assert np.mean(found) == pytest.approx(1.2, abs=0.06)


def test_the_intervals_of_the_slope_cover_the_truth(bank) -> None:
    rates = [bid_response(bank(seed)).slope.as_rate(1) for seed in range(40)]
    assert sum(rate.low <= 1.2 <= rate.high for rate in rates) >= 34


def test_randomised_prices_recover_the_slope_without_any_cost(bank) -> None:
    found = [bid_response(bank(seed, cost=0, drawn=1.0, step=0.5)) for seed in SEEDS]
    assert {one.by for one in found} == {"randomised"}
    assert np.mean([one.slope.b for one in found]) == pytest.approx(1.2, abs=0.08)


def test_a_small_corridor_is_unbiased_and_says_how_unsure_it_is(bank) -> None:
    found = [bid_response(bank(seed, cost=0, drawn=0.1)).slope for seed in range(24)]
    assert np.mean([slope.b for slope in found]) == pytest.approx(1.2, abs=0.15)
    assert np.mean([slope.spread for slope in found]) > 0.15


def test_cost_and_corridor_together_are_surer_than_the_corridor(bank) -> None:
    both, alone = bid_response(bank(1, drawn=0.3)), bid_response(bank(1, cost=0, drawn=0.3))
    assert both.by == "both" and both.slope.spread < alone.slope.spread


def test_a_cost_that_does_not_move_the_price_identifies_nothing(bank) -> None:
    found = bid_response(bank(2, pass_on=False))
    assert found.slope is None and found.f < 20
    assert "hardly moves the price" in why(found)


def test_a_constant_cost_identifies_nothing(bank) -> None:
    found = bid_response(bank(2, cost=0))
    assert found.slope is None and "does not vary" in why(found)


def test_what_is_missing_comes_with_the_number_of_offers_it_takes(bank) -> None:
    offered = bank(2, cost=0)
    share = offered.has_status("won").mean()
    needed = round(1 / (share * (1 - share) * 0.25**2 * 0.15**2))
    assert f"about {needed} more offers" in why(bid_response(offered))


def test_no_money_is_named_without_identification(bank) -> None:
    offered = bank(2, cost=0)
    assert money_on_table(offered, bid_response(offered)) is None


def test_an_endogenous_cost_is_overruled_by_the_corridor(bank) -> None:
    """A cost that follows the client's keenness moves the price and the client alike."""
    offered = bank(3, n=20_000, cost=0, drawn=0.5)
    spoilt = Offers(**{**vars(offered), "cost": offered.price - np.nan_to_num(offered.delta_randomised) - 1.0})
    found = bid_response(spoilt)
    assert found.by == "randomised" and found.disagrees and found.slope.b == pytest.approx(1.2, abs=0.2)


def test_the_order_of_the_rows_does_not_matter(bank) -> None:
    offered = bank(4, n=1_000)
    turned = np.arange(1_000)[::-1]
    mixed = {name: column[turned] for name, column in vars(offered).items() if isinstance(column, np.ndarray)}
    labels = {name: column.where(turned) for name, column in vars(offered).items() if isinstance(column, Labels)}
    again = bid_response(Offers(**{**vars(offered), **mixed, **labels}))
    assert again.slope.b == pytest.approx(bid_response(offered).slope.b, rel=1e-6)


def test_an_open_offer_teaches_nothing(bank) -> None:
    offered = bank(5, n=1_000)
    codes = offered.status.codes.copy()
    codes[7] = 0
    opened = Offers(**{**vars(offered), "status": Labels(codes, offered.status.names)})
    assert bid_response(opened, 7).slope.b == pytest.approx(bid_response(opened).slope.b, rel=1e-9)


def test_the_bound_is_above_what_can_be_achieved(bank) -> None:
    left = money_on_table(bank(6), bid_response(bank(6)))
    assert left.bound.value > left.achievable.value > 0


@pytest.mark.parametrize("part", ["bound", "achievable"])
def test_money_lies_inside_its_interval(bank, part: str) -> None:
    found = getattr(money_on_table(bank(7), bid_response(bank(7))), part)
    assert found.low <= found.value <= found.high


def test_alike_products_share_one_slope() -> None:
    slopes = shrink([Slope(1.0, 0.5), Slope(1.4, 0.5), Slope(1.2, 0.5)], Slope(1.2, 0.1))
    assert [slope.b for slope in slopes] == pytest.approx([1.2, 1.2, 1.2])


def test_a_sure_product_keeps_its_own_slope_and_an_unsure_one_borrows() -> None:
    sure, unsure, _ = shrink([Slope(3.0, 0.05), Slope(3.0, 2.0), Slope(1.0, 0.05)], Slope(2.0, 0.1))
    assert sure.b > 2.9 and unsure.b < 2.5


def test_products_that_differ_no_more_than_chance_have_no_spread_between_them() -> None:
    assert between(np.array([1.0, 1.1, 0.9]), np.array([0.25, 0.25, 0.25])) == 0
