"""What becomes of the leads analysts send, and how far reviewers can be trusted."""

import numpy as np
import pytest

from oncu.scoring.judge.tables import BadInput
from oncu.scoring.people.agreement import dawid_skene, fleiss_kappa
from oncu.scoring.people.funnel import (
    NEVER,
    Leads,
    acceptance_by_analyst,
    already_known,
    funnel,
    novelty,
    yield_per_hour,
)
from oncu.scoring.people.verdicts import verdict_worth


def _leads(*rows: tuple[int, ...], closed: dict[int, int] | None = None) -> Leads:
    """Days of sent, accepted, investigated, confirmed, outcome, as far as each lead got."""
    reached = np.array([[*row, *[NEVER] * (5 - len(row))] for row in rows])
    ends = np.array([(closed or {}).get(n, NEVER) for n in range(len(rows))])
    return Leads(reached, ends, np.arange(len(rows)))


def test_each_step_is_among_those_who_took_the_one_before() -> None:
    steps = funnel(_leads((0, 2, 5), (0, 3), (0,), (0,)), as_of=30, horizon=10)
    assert [(step.among, step.n, step.reached) for step in steps] == [
        ("sent", 4, 2), ("accepted", 2, 1), ("investigated", 1, 0), ("confirmed", 0, 0),
    ]  # fmt: skip


def test_open_lead_is_unknown_not_refused() -> None:
    """Two of two decided were accepted; eight came yesterday."""
    step = funnel(_leads((0, 2), (0, 2), *[(29,)] * 8), as_of=30, horizon=10)[0]
    assert step.share.value == 1 and step.reached / step.n == 0.2


def test_rejected_lead_cannot_be_accepted_any_more() -> None:
    step = funnel(_leads((0, 4), (0,), closed={1: 3}), as_of=30, horizon=10)[0]
    assert step.share.value == 0.5


def test_step_later_than_the_horizon_does_not_count() -> None:
    step = funnel(_leads((0, 20), (0, 2)), as_of=30, horizon=10)[0]
    assert (step.share.value, step.median_days) == (0.5, 2)


def test_days_after_as_of_do_not_exist() -> None:
    leads = _leads((0, 2, 5, 9), (0, 8), (12, 13))
    assert funnel(leads, as_of=7, horizon=10) == funnel(_leads((0, 2, 5), (0,)), as_of=7, horizon=10)


def test_stage_before_the_one_it_follows_is_refused() -> None:
    with pytest.raises(BadInput, match="lead 2: investigated comes before accepted"):
        funnel(_leads((0, 2), (0, 9, 4)), as_of=30, horizon=10)


def test_analyst_of_two_leads_is_pulled_towards_the_others() -> None:
    analyst = np.array([0, 0, *np.repeat(np.arange(1, 11), 20)])
    accepted = np.array([True, True, *np.tile(np.arange(20) < 5, 10)])
    found = acceptance_by_analyst(analyst, accepted)
    assert 0.2 < found[0].value < 0.5 and found[1].n == 20 and found[0].high - found[0].low > 0.05


def test_yield_has_an_exact_interval() -> None:
    """Garwood: 10 events are compatible with 4.795 to 18.39."""
    found = yield_per_hour(10, 40)
    np.testing.assert_allclose([found.value, found.low * 40, found.high * 40], [0.25, 4.795, 18.39], rtol=1e-3)
    assert yield_per_hour(0, 10).low == 0 and yield_per_hour(3, 0).value is None


def test_share_of_no_news() -> None:
    assert already_known(np.array([True, False, False, False])).value == 0.25
    assert already_known(np.zeros(0, dtype=bool)).value is None


def test_novelty_grows_back_with_the_half_life() -> None:
    assert novelty(np.array([np.nan, 120, 45, 0]), 45).tolist() == [1, 1, 0.5, 0]


def test_verdict_that_knows_more_than_the_score_adds_to_it() -> None:
    r = np.random.default_rng(1)
    score = r.random(600)
    happened = r.random(600) < score
    insight, coin = r.random(600) < np.where(happened, 0.8, 0.3), r.random(600) < 0.5
    assert verdict_worth(score, insight, happened).p < 1e-6
    assert verdict_worth(score, coin, happened).p > 0.05 and verdict_worth(score, coin, happened).gain.high < 0


def test_worth_of_a_verdict_needs_both_ends() -> None:
    assert verdict_worth(np.array([0.1, 0.2]), np.array([True, False]), np.array([True, True])) is None


def test_kappa_is_one_when_all_agree_and_nought_by_chance() -> None:
    assert fleiss_kappa(np.array([[2, 0], [0, 2], [2, 0]])).value == 1
    r = np.random.default_rng(2)
    yes = r.binomial(3, 0.5, 2000)
    by_chance = fleiss_kappa(np.stack([yes, 3 - yes], axis=1))
    assert by_chance.low < 0 < by_chance.high and by_chance.high - by_chance.low < 0.1


def test_kappa_interval_covers_the_truth() -> None:
    """Two reviewers who copy the truth (half yes) with chance .8 and else guess: kappa .64."""
    covered = 0
    for seed in range(100):
        r = np.random.default_rng(seed)
        truth = r.random(80) < 0.5
        said = [np.where(r.random(80) < 0.8, truth, r.random(80) < 0.5) for _ in range(2)]
        yes = said[0].astype(int) + said[1]
        found = fleiss_kappa(np.stack([yes, 2 - yes], axis=1))
        covered += found.low <= 0.64 <= found.high
    assert 88 <= covered < 100


def test_kappa_needs_the_same_number_of_reviews() -> None:
    with pytest.raises(BadInput, match="the same number, 2 or more"):
        fleiss_kappa(np.array([[2, 0], [1, 2]]))


def test_careless_reviewer_is_found_without_the_truth() -> None:
    r = np.random.default_rng(3)
    truth = (r.random(400) < 0.3).astype(int)
    right = np.array([0.95, 0.85, 0.8, 0.75, 0.55])
    lead, reviewer = np.repeat(np.arange(400), 5), np.tile(np.arange(5), 400)
    said = np.where(r.random(2000) < right[reviewer], truth[lead], 1 - truth[lead])
    found = dawid_skene(lead, reviewer, said)
    correct = np.einsum("rkk->r", found.confusion) / 2
    np.testing.assert_allclose(correct, right, atol=0.06)
    assert found.share[1] == pytest.approx(0.3, abs=0.06) and found.n.tolist() == [400] * 5


def test_verdict_of_the_better_reviewers_beats_the_vote() -> None:
    """Two good reviewers against three careless ones."""
    r = np.random.default_rng(4)
    truth = (r.random(600) < 0.5).astype(int)
    right = np.array([0.95, 0.95, 0.6, 0.6, 0.6])
    lead, reviewer = np.repeat(np.arange(600), 5), np.tile(np.arange(5), 600)
    said = np.where(r.random(3000) < right[reviewer], truth[lead], 1 - truth[lead])
    votes = (np.bincount(lead, weights=said) > 2.5).astype(int)
    weighed = dawid_skene(lead, reviewer, said).verdict.argmax(axis=1)
    assert np.mean(weighed == truth) > np.mean(votes == truth) + 0.02
