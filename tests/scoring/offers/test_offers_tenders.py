"""Tenders: which bid wins, what the winner had in hand; and a model that meets other times."""

import numpy as np
import pytest

from oncu.scoring.offers.choice import choice_chances, fit_choice
from oncu.scoring.offers.drift import change_of_shares, follow_level, watch_level
from oncu.scoring.offers.headroom import draw_headroom, learn_spread


def drawn_tenders(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Design, won and tender of n tenders of four bids, drawn with coefficients (1.5, -1)."""
    design, tender = random.normal(size=(4 * n, 2)), np.repeat(np.arange(n), 4)
    utility = design @ [1.5, -1.0] + random.gumbel(size=4 * n)
    won = np.zeros(4 * n, dtype=bool)
    won[np.arange(n) * 4 + utility.reshape(n, 4).argmax(axis=1)] = True
    return design, won, tender


def test_chances_of_a_tender_sum_to_one() -> None:
    random, tender = np.random.default_rng(1), np.array([0, 0, 1, 1, 1])
    chances = choice_chances(random.normal(size=(5, 2)), np.array([900.0, -3.0]), tender)
    np.testing.assert_allclose(np.bincount(tender, weights=chances), 1)


def test_the_conditional_logit_recovers_its_coefficients() -> None:
    """McFadden (1974): noise of Gumbel, the highest wins."""
    found = fit_choice(*drawn_tenders(np.random.default_rng(2), 4_000), pull=0.0)
    np.testing.assert_allclose(found, [1.5, -1.0], atol=0.08)


def test_a_strong_pull_leaves_little() -> None:
    assert np.abs(fit_choice(*drawn_tenders(np.random.default_rng(2), 50), pull=1e6)).max() < 0.01


def test_the_winners_gap_is_learnt_from_the_losers() -> None:
    """Tenders of four, the log prices' Gumbel scale varying: quartiles of the gap to the second, seen by nobody."""
    random, n = np.random.default_rng(3), 4_000
    scale = np.exp(np.log(0.1) + 0.6 * random.standard_normal(n))
    prices = np.sort(-scale[:, None] * random.gumbel(size=(n, 4)), axis=1)
    losers = (prices[:, 1:] - prices[:, :1]).ravel()
    foretold = draw_headroom(learn_spread(losers, np.full(len(losers), 4.0)), np.array([4.0]), random)
    truth = prices[:, 1] - prices[:, 0]
    for share in (0.25, 0.5, 0.75):
        assert np.quantile(foretold, share) == pytest.approx(np.quantile(truth, share), rel=0.1)


def test_a_right_level_seldom_rings() -> None:
    random = np.random.default_rng(4)
    alarms = [watch_level(p, random.random(400) < p).alarm_at for p in random.uniform(0.05, 0.4, (400, 400))]
    assert np.mean([alarm is not None for alarm in alarms]) <= 0.05 + 0.03


@pytest.mark.parametrize("truth", [0.05, 0.25])
def test_a_level_that_moved_rings(truth: float) -> None:
    happened = np.random.default_rng(5).random(2_000) < truth
    assert watch_level(np.full(2_000, 0.12), happened).alarm_at is not None


def test_a_followed_level_finds_its_way() -> None:
    happened = np.random.default_rng(6).random(6_000) < 0.3
    followed = follow_level(np.full(6_000, -3.0), happened, memory=300, delay=100)
    assert followed[-1_000:].mean() == pytest.approx(0.3, abs=0.05)


def test_a_followed_level_knows_nothing_of_the_last_rows() -> None:
    odds, happened = np.full(500, -2.0), np.random.default_rng(7).random(500) < 0.3
    other = happened.copy()
    other[-100:] = ~other[-100:]
    one, two = (follow_level(odds, ends, memory=50, delay=100) for ends in (happened, other))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(("after", "change"), [([5, 5], 0.0), ([10, 0], 0.5), ([20, 0], 0.5)])
def test_change_of_shares(after: list[int], change: float) -> None:
    assert change_of_shares(np.array([1.0, 1.0]), np.array(after, dtype=float)) == pytest.approx(change)
