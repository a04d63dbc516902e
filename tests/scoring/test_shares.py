"""Shares, ratios, medians and events a year of things that are over, and the tables made of them."""

import numpy as np
import pytest

from oncu.scoring.estimates.shares import events_per_year, median_days, ratio_of_shares, share_of
from oncu.scoring.estimates.tertiles import tertile_spread
from oncu.scoring.sources.first_signals import days_until, first_signals


def test_a_median_lies_in_its_order_statistics():
    found = median_days(range(10, 110, 10))
    assert (found.low, found.value, found.high, found.n) == (20, 55, 90, 10)


def test_the_interval_of_a_median_covers_it_at_least_as_often_as_said():
    random = np.random.default_rng(3)
    inside = [
        median.low <= np.log(2) <= median.high
        for median in (median_days(random.exponential(size=25).tolist()) for _ in range(800))
    ]
    assert 0.94 <= np.mean(inside) <= 0.99


def test_no_days_have_no_median():
    assert median_days([]).value is None


def test_a_ratio_of_shares_has_katz_interval():
    found = ratio_of_shares(10, 20, 5, 20)
    assert (found.value, round(found.low, 2), round(found.high, 2)) == (2.0, 0.83, 4.81)


def test_a_ratio_to_nothing_is_unknown():
    assert ratio_of_shares(3, 10, 0, 10).value is None


def test_a_share_of_none_is_unknown():
    assert share_of(0, 0).value is None


def test_events_a_year_have_the_exact_poisson_interval():
    found = events_per_year(10, 5)
    assert (found.value, round(found.low, 2), round(found.high, 2)) == (2.0, 0.96, 3.68)


def test_no_event_still_has_an_upper_end():
    found = events_per_year(0, 10)
    assert found.value == 0 and found.high == pytest.approx(0.3689, abs=1e-4)


def test_an_end_on_the_day_of_the_signal_was_not_foretold():
    assert days_until([100], 100, 30) is None


def test_an_end_on_the_last_day_of_the_horizon_counts():
    assert days_until([130, 131], 100, 30) == 30


def test_the_first_signal_of_a_client_and_type_counts():
    [row] = first_signals([("A", "fine", 50), ("A", "fine", 10), ("B", "fine", 10)], {"A": [60]}, 100)
    assert (row.clients, row.ended, row.days.value) == (2, 1, 50)


def test_a_type_is_held_against_the_other_types():
    rows = first_signals(
        [("A", "x", 0), ("B", "x", 0), ("C", "y", 0), ("D", "y", 0)], {"A": [5], "B": [5], "C": [5]}, 9
    )
    by_type = {row.type: row for row in rows}
    assert by_type["x"].others.value == 0.5 and by_type["x"].lift.value == 2.0


def months(names=30, periods=40, effect=0.0):
    random = np.random.default_rng(7)
    growth = random.normal(size=names * periods)
    returns = random.normal(size=names * periods) + effect * growth
    return growth, returns, np.repeat(np.arange(periods), names)


def test_growth_without_effect_on_returns_is_a_null():
    found = tertile_spread(*months(), np.random.default_rng(1), shuffles=200)
    assert found.p > 0.05 and found.spread.low <= 0 <= found.spread.high


def test_growth_that_costs_returns_is_found():
    found = tertile_spread(*months(effect=-0.4), np.random.default_rng(1), shuffles=200)
    assert found.p < 0.01 and found.spread.high < 0


def test_a_single_period_says_nothing():
    found = tertile_spread(*months(periods=1), np.random.default_rng(1), shuffles=20)
    assert found.spread.value is None and found.p is None
