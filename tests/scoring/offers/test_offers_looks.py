"""Win rates by third of the margin, and the identified bid response as a curve."""

from oncu.scoring.offers.bid_response import bid_response
from oncu.scoring.offers.price_thirds import win_rate_by_third
from oncu.scoring.offers.response_curve import response_curve


def test_thirds_part_the_decided_offers_by_margin(offers) -> None:
    found = win_rate_by_third(
        offers({"price": 5.0, "status": "won"}, {"price": 6.0}, {"price": 7.0}, {"price": 9.0, "status": "open"})
    )
    assert [(one.third, one.least, one.win_rate.value) for one in found] == [
        ("low", 1.0, 1.0),
        ("middle", 2.0, 0.0),
        ("high", 3.0, 0.0),
    ]


def test_equal_margins_stay_in_one_third(offers) -> None:
    assert [one.win_rate.n for one in win_rate_by_third(offers({}, {}, {}, {}))] == [4]


def test_two_decided_offers_have_no_thirds(offers) -> None:
    assert win_rate_by_third(offers({}, {"price": 6.0}, {"status": "open"})) == []


def test_without_identification_there_is_no_curve(bank) -> None:
    found = bank(1, n=500, cost=0.0)
    assert response_curve(found, bid_response(found)) == []


def test_the_curve_passes_through_the_share_won_and_falls(bank) -> None:
    found = bank(2, drawn=0.5)
    curve = response_curve(found, bid_response(found))
    here = next(one for one in curve if one.shift == 0)
    assert abs(here.win_rate.value - found.has_status("won").mean()) < 0.005
    values = [one.win_rate.value for one in curve]
    assert values == sorted(values, reverse=True)


def test_the_curve_is_close_to_the_truth_and_its_interval_covers_it(bank) -> None:
    import numpy as np

    found = bank(3, drawn=0.5)
    end = response_curve(found, bid_response(found))[-1]
    # the true log odds fall by 1.2 a price unit; those of each offer are not seen, the curve through its mean is
    share = found.has_status("won").mean()
    steepest = 1 / (1 + np.exp(-(np.log(share / (1 - share)) - 1.2 * end.shift)))
    assert steepest - 0.02 < end.win_rate.value < share
    assert end.win_rate.low < end.win_rate.value < end.win_rate.high


def test_where_most_moved_prices_were_never_tried_the_curve_ends(bank) -> None:
    found = bank(4, drawn=0.5)
    narrow = found.where(abs(found.price - found.cost - 1.2) < 0.5)
    assert max((one.shift for one in response_curve(narrow, bid_response(narrow))), default=0.0) < 1.0
