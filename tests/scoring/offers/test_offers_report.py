"""The whole report, one open offer's prices, and who priced how."""

import json
from datetime import date

import numpy as np
import pytest

from oncu.scoring.judge.tables import BadInput
from oncu.scoring.offers.bid_response import bid_response
from oncu.scoring.offers.discretion import discretion_audit
from oncu.scoring.offers.fairness import fairness_check
from oncu.scoring.offers.one_offer import price_offer
from oncu.scoring.offers.optimum import price_rails
from oncu.scoring.offers.report import offers_report
from oncu.scoring.offers.tables import Labels, Offers, label

DAY = date(2025, 3, 31)


def opened(offers: Offers, row: int = 0) -> Offers:
    codes = offers.status.codes.copy()
    codes[row] = 0
    return Offers(**{**vars(offers), "status": Labels(codes, offers.status.names)})


def test_the_report_is_json_without_nan(bank) -> None:
    report = offers_report(bank(1, n=1_000), [], DAY).as_json()
    json.dumps(report, allow_nan=False)


def test_chances_fall_as_the_price_rises(bank) -> None:
    chances = [point.win.value for point in price_offer(opened(bank(1)), "T0").grid]
    assert chances == sorted(chances, reverse=True)


def test_the_best_price_beats_every_allowed_one(bank) -> None:
    found = price_offer(opened(bank(1)), "T0")
    allowed = [p for p in found.grid if p.is_supported and (found.floor or 0) <= p.price]
    top = max(allowed, key=lambda point: point.profit)
    assert found.best == pytest.approx(top.price, abs=0.11)


def test_outside_what_was_tried_is_said(bank) -> None:
    offered = opened(bank(1))
    price = offered.price.copy()
    price[0] = offered.cost[0] + 6
    found = price_offer(Offers(**{**vars(offered), "price": price}), "T0")
    assert not next(point for point in found.grid if point.price == pytest.approx(price[0], abs=1e-3)).is_supported


def test_no_price_over_the_list_price_is_shown_and_some_under_the_own_are(bank) -> None:
    offered = opened(bank(1))
    price, cap, floor = offered.price.copy(), offered.list_price.copy(), offered.floor.copy()
    price[0], cap[0], floor[0] = offered.cost[0] + np.array([-1, 0.7, -2])
    found = price_offer(Offers(**{**vars(offered), "price": price, "list_price": cap, "floor": floor}), "T0")
    prices = [point.price for point in found.grid]
    assert max(prices) <= cap[0] and sum(one < price[0] for one in prices) >= 2


def test_the_best_price_never_lies_below_the_floor(bank) -> None:
    offered = opened(bank(1))
    floor = offered.floor.copy()
    floor[0] = offered.cost[0] + 5
    found = price_offer(Offers(**{**vars(offered), "floor": floor}), "T0")
    assert (found.best, found.bound_by) == (pytest.approx(floor[0]), "floor")


def test_without_identification_there_is_no_chance_and_no_best_price(bank) -> None:
    found = price_offer(opened(bank(1, cost=0)), "T0")
    assert found.best is None and all(point.win is None for point in found.grid)


def test_the_radar_stands_without_identification(rivals) -> None:
    found = price_offer(opened(rivals(1)), "T0")
    assert found.radar.tenth < found.radar.mean.value < found.radar.ninetieth


@pytest.mark.parametrize(("offer", "said"), [("T1", "its status is"), ("X9", "there is no offer")])
def test_only_an_open_offer_can_be_priced(bank, offer: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        price_offer(opened(bank(1, n=300)), offer)


def test_a_price_stays_inside_floor_cap_and_what_was_tried(offers) -> None:
    rows = [{"price": 4.5 + n / 100, "floor": 4.6, "list_price": 5.2} for n in range(100)]
    rails = price_rails(offers(*rows))
    assert rails.keep(np.full(100, 9.0)).max() == 5.2 and rails.keep(np.full(100, 1.0)).min() == 4.6


def test_a_manager_who_gives_half_a_point_away_is_seen(bank) -> None:
    offered = bank(2)
    generous = offered.manager.codes == 1
    cheaper = Offers(**{**vars(offered), "price": offered.price - 0.5 * generous})
    above = {one.manager: one.above for one in discretion_audit(cheaper, bid_response(cheaper))}
    assert above["can"].high < 0 < above["ada"].low


def test_efficiency_is_a_share_of_the_best_profit(bank) -> None:
    audit = discretion_audit(bank(2), bid_response(bank(2)))
    assert all(0 < one.efficiency.value <= 1 for one in audit) and len(audit) == 3


def test_without_identification_managers_are_still_compared(bank) -> None:
    audit = discretion_audit(bank(2, cost=0), bid_response(bank(2, cost=0)))
    assert all(one.efficiency is None and one.scatter.value > 0 for one in audit)


def test_segments_drawn_by_a_coin_are_treated_alike(bank) -> None:
    offered = bank(3)
    segments = {"segment": label(np.random.default_rng(1).choice(["a", "b"], len(offered)).tolist())}
    assert not any(
        one.is_apart for one in fairness_check(Offers(**{**vars(offered), "groups": segments}), bid_response(offered))
    )
