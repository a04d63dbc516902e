"""Win rates, loss reasons, rivals, and whether a lost deal could have been won."""

from datetime import date

import numpy as np
import pytest

from oncu.scoring.judge.asof import day_of
from oncu.scoring.offers.after_deal import Event, after_deals
from oncu.scoring.offers.competitors import head_to_head, lost_to, lost_to_by
from oncu.scoring.offers.medians import median_of
from oncu.scoring.offers.money_on_table import runner_up_gap
from oncu.scoring.offers.reasons import loss_reasons
from oncu.scoring.offers.tables import label
from oncu.scoring.offers.winloss import led_against_cold, win_rate, win_rate_by, wins_by_group
from oncu.scoring.offers.winnable import count_lost, headroom_lost

AS_OF = day_of(date(2025, 3, 31))
WON, LOST, OPEN = {"status": "won"}, {"status": "lost"}, {"status": "open"}


def test_open_withdrawn_and_expired_offers_are_no_losses(offers) -> None:
    found = win_rate(offers(WON, LOST, LOST, OPEN, {"status": "expired"}, {"status": "withdrawn"}))
    assert (found.value, found.n) == (pytest.approx(1 / 3), 3)


def test_nothing_decided_gives_no_rate(offers) -> None:
    assert win_rate(offers(OPEN)).value is None


def test_an_open_offer_is_still_waiting_in_the_curve(offers) -> None:
    """Won and lost after ten days, one open for one: at risk are two when they are decided."""
    young = {"status": "open", "offered_at": "2025-03-30"}
    assert win_rate_by(offers(WON, LOST, young), AS_OF, 90).value == pytest.approx(0.5)


def test_an_expired_offer_competes_with_a_win(offers) -> None:
    assert win_rate_by(offers(WON, {"status": "expired"}), AS_OF, 90).value == pytest.approx(0.5)


def test_shares_of_reasons_sum_to_one_with_the_unknown_shown(offers) -> None:
    found = loss_reasons(
        offers({"loss_reason": "price"}, {"loss_reason": "speed"}, {}, {"loss_reason": "unknown"}, WON)
    )
    assert {one.reason: one.n for one in found} == {"price": 1, "speed": 1, "unknown": 2}
    assert sum(one.share for one in found) == pytest.approx(1)


def test_a_reason_keeps_who_said_it(offers) -> None:
    rows = ({"loss_reason": "price", "loss_reason_source": "client"}, {"loss_reason": "price"})
    assert loss_reasons(offers(*rows))[0].by_source == {"client": 1, "": 1}


def test_shares_of_winners_are_pulled_together_and_sum_to_one(offers) -> None:
    found = lost_to(offers(*[{"winner": "A"}] * 6, *[{"winner": "B"}] * 2, {}))
    assert [(one.winner, one.n) for one in found] == [("A", 6), ("B", 2)]
    assert [one.share.value for one in found] == pytest.approx([6.5 / 9, 2.5 / 9])


def test_the_winner_of_a_won_deal_is_no_loss(offers) -> None:
    assert lost_to(offers({"status": "won", "winner": "A"})) == []


def test_a_segment_with_one_loss_leans_on_all_segments(offers) -> None:
    table = offers(*[{"winner": "A"}] * 10, *[{"winner": "B"}] * 10, {"winner": "A"})
    groups = {"segment": label(["large"] * 20 + ["small"])}
    lone = lost_to_by(type(table)(**{**vars(table), "groups": groups}), "segment")["small"]
    assert 0.5 < lone[0].share.value < 0.95


def test_head_to_head_counts_won_deals_where_a_rival_is_named(offers) -> None:
    table = offers({"winner": "A"}, WON, WON)
    named = type(table)(**{**vars(table), "groups": {"rivals": label(["A; B", "A", ""])}})
    met = {one.name: (one.met, one.won.value) for one in head_to_head(named)}
    assert met == {"A": (2, 0.5), "B": (1, 0.0)}


def test_a_shrunk_manager_with_two_of_two_is_not_perfect(offers) -> None:
    rows = [{"manager": name, "status": status} for name in "abc" for status in ("won", "lost", "lost", "lost")]
    found = wins_by_group(offers(*rows, *[{"manager": "z", "status": "won"}] * 2), "manager")
    assert next(one for one in found if one.group == "z").win_rate.value < 0.9


def test_led_and_cold_are_compared_within_product(offers) -> None:
    """Leasing is always won and always cold; within loans the signal-led ones win more."""
    leasing = [{"product": "leasing", "status": "won", "signal_led": False}] * 20
    led = [{"signal_led": True, "status": status} for status in ("won", "won", "lost")] * 3
    cold = [{"signal_led": False, "status": status} for status in ("won", "lost", "lost")] * 3
    found = led_against_cold(offers(*leasing, *led, *cold))
    assert found.cold.value > found.led.value and found.ratio.value == pytest.approx(2)


def test_without_cold_offers_nothing_is_compared(offers) -> None:
    assert led_against_cold(offers({"signal_led": True})) is None


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"rival_price": 4.8, "floor": 4.7}, "winnable"),
        ({"rival_price": 4.8, "floor": 4.9}, "unwinnable"),
        ({"rival_price": 4.8, "floor": 4.8}, "winnable"),
        ({"rival_price": 4.8}, "unknown"),
        ({"floor": 4.5}, "unknown"),
        ({"loss_reason": "price", "floor": 4.5}, "unknown"),
        ({"loss_reason": "speed", "rival_price": 4.8, "floor": 4.7}, "non_price"),
        ({"rival_price": 5.2, "floor": 4.7}, "non_price"),
    ],
)
def test_could_a_lost_deal_have_been_won(offers, said, kind: str) -> None:
    found = count_lost(offers(said)).as_json()
    assert found[kind] == 1 and sum(found[name] for name in ("winnable", "unwinnable", "non_price", "unknown")) == 1


def test_the_median_cut_is_of_deals_beaten_on_price(offers) -> None:
    rows = ({"rival_price": 4.8}, {"rival_price": 4.6}, {"rival_price": 4.0, "loss_reason": "terms"}, {})
    assert count_lost(offers(*rows)).median_cut_needed == pytest.approx(0.3)


def test_headroom_is_the_margin_at_the_rivals_price(offers) -> None:
    """(4.8 - 4.0) % of 1,000,000 for a year."""
    assert headroom_lost(offers({"rival_price": 4.8, "floor": 4.5})) == pytest.approx(8_000)


def test_the_runner_up_gap_needs_only_known_prices(offers) -> None:
    found = runner_up_gap(offers(*({"status": "won", "rival_price": price} for price in (5.1, 5.2, 5.6)), WON))
    assert (found.value, found.n) == (pytest.approx(0.2), 3)


def test_no_known_runner_up_no_gap(offers) -> None:
    assert runner_up_gap(offers(WON, {"rival_price": 4.5})) is None


def test_the_interval_of_a_median_holds_its_share() -> None:
    random = np.random.default_rng(1)
    found = [median_of(random.exponential(1, 30)) for _ in range(300)]
    assert np.mean([one.low <= np.log(2) <= one.high for one in found]) >= 0.94


def test_what_follows_a_deal_is_counted_after_it_only(offers) -> None:
    day = day_of(date(2025, 2, 1))
    events = [Event("C0", "growth", day), Event("C1", "growth", day - 60)]
    grew = next(one for one in after_deals(offers(WON, WON), events, AS_OF, 60) if one.what == "grew")
    assert grew.n == 1 and grew.share.value == pytest.approx(0.5)


def test_an_event_of_another_deal_is_not_this_ones(offers) -> None:
    event = Event("C0", "completed", day_of(date(2025, 2, 1)), "T9")
    done = next(one for one in after_deals(offers(WON), [event], AS_OF) if one.what == "completed")
    assert done.n == 0
