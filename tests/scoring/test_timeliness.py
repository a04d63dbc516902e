"""Looking back from the ends."""

from datetime import date

import numpy as np
import pytest

from oncu.scoring.estimates.halflife import freshness, half_life
from oncu.scoring.judge.asof import KnownOutcomes, day_of
from oncu.scoring.judge.episodes import Episodes
from oncu.scoring.judge.misses import REASONS, Trace, largest_misses, reason_missed, waterfall
from oncu.scoring.judge.spells import Spells, spells_of
from oncu.scoring.judge.timeliness import (
    FEW_MISSES,
    actionable_recall,
    backward_leads,
    first_warning,
    lead_gain,
    lead_quantiles,
    timeliness_score,
)

NEW_YEAR = day_of(date(2025, 1, 1))


def _episodes(*begun: tuple[int, int]) -> Episodes:
    """Episodes of (client, days since New Year)."""
    client, start = np.array(sorted(begun)).reshape(-1, 2).T
    none = np.zeros_like(client)
    return Episodes(client, start + NEW_YEAR, start + NEW_YEAR, np.full(len(client), np.nan), none, none)


def _ends(*ends: tuple[int, int, int]) -> KnownOutcomes:
    """Outcomes of (client, days since New Year, cause)."""
    client, day, cause = np.array(sorted(ends)).reshape(-1, 3).T
    return KnownOutcomes(client, day + NEW_YEAR, cause, day + NEW_YEAR)


@pytest.fixture
def spells(exposure) -> Spells:
    """Clients 0 and 1 since 2024, client 2 since 1 February 2025."""
    rows = ({"client_id": "0"}, {"client_id": "1"}, {"client_id": "2", "from": "2025-02-01"})
    return spells_of(exposure(*rows), {"0": 0, "1": 1, "2": 2}, date(2025, 12, 31))


def test_lead_is_counted_from_the_first_episode_in_the_window(spells: Spells) -> None:
    episodes, ends = _episodes((0, 10), (0, 40)), _ends((0, 50, 1))
    assert backward_leads(episodes, ends, spells, 90).lead.tolist() == [40]
    assert backward_leads(episodes, ends, spells, 30).lead.tolist() == [10]


def test_missed_end_has_a_lead_of_nought(spells: Spells) -> None:
    found = backward_leads(_episodes((0, 10), (1, 50)), _ends((0, 50, 1), (1, 50, 1)), spells, 90)
    assert found.lead.tolist() == [40, 0]


def test_end_whose_window_was_not_watched_is_left_out(spells: Spells) -> None:
    """Client 2 came on 1 February: warned for 10 days of 19, it would look warned late."""
    found = backward_leads(_episodes((2, 40)), _ends((2, 50, 1)), spells, 90)
    assert len(found.lead) == 0


def test_competing_end_is_not_to_be_foretold(spells: Spells) -> None:
    assert len(backward_leads(_episodes((0, 10)), _ends((0, 50, 2)), spells, 90).lead) == 0


def test_first_warning_is_unknown_without_one() -> None:
    found = first_warning(_episodes((0, 10)), np.array([0, 1]), np.array([20, 20]) + NEW_YEAR, 30)
    assert found[0] == NEW_YEAR + 10 and np.isnan(found[1])


def test_quartiles_of_the_lead_count_misses() -> None:
    found = lead_quantiles(np.array([0, 0, 10, 30, 50]))
    assert (found.lower, found.median.value, found.upper, found.missed.value) == (0, 10, 30, 0.4)


def test_median_lead_covers_the_truth() -> None:
    """Leads drawn from 0 to 100 evenly, 95 % intervals of 200 banks of 60 ends."""
    r = np.random.default_rng(1)
    medians = [lead_quantiles(r.integers(0, 101, 60)).median for _ in range(200)]
    assert 180 <= sum(found.low <= 50 <= found.high for found in medians) < 200


def test_recall_falls_with_the_days_needed() -> None:
    curve = actionable_recall(np.array([0, 5, 40, 100]))
    assert [(days, share.value) for days, share in curve] == [
        (0, 0.75), (7, 0.5), (30, 0.5), (60, 0.25), (90, 0.25), (180, 0),
    ]  # fmt: skip


def test_gain_over_the_official_trace_counts_the_unwarned() -> None:
    found = lead_gain(np.array([10.0, 50, np.nan]), np.full(3, 40.0), needed=14)
    assert (found.median.value, found.median.low, found.never_warned) == (-10, None, 1)
    assert (found.ahead.value, found.in_time.value, found.ahead_by_month.value) == (pytest.approx(1 / 3),) * 2 + (0,)


def test_end_without_an_official_trace_is_left_out_of_the_gain() -> None:
    assert lead_gain(np.array([10.0, 10]), np.array([40.0, np.nan]), needed=14).ahead.n == 1


@pytest.mark.parametrize(("lead", "score"), [([30, 30], 100), ([0, 0], 0)])
def test_timeliness_runs_from_silence_to_all_at_once(lead: list[int], score: float) -> None:
    assert timeliness_score(np.array(lead), 0, 30) == pytest.approx(score)


def test_timeliness_falls_with_false_alarms_and_late_warnings() -> None:
    early, late, noisy = (
        timeliness_score(np.array([day, 30]), alarms, 30) for day, alarms in ((20, 0), (3, 0), (20, 9))
    )
    assert early > late and early > noisy == pytest.approx(early - 100 * 9 * 0.11 / 4)


def test_missing_costs_more_where_misses_are_feared() -> None:
    lead = np.array([30, 0])
    assert timeliness_score(lead, 4, 30, FEW_MISSES) > timeliness_score(lead, 4, 30)


def _fading(seed: int, half: float, n: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Ends at a hazard of .0005 a day plus .003 that halves every `half` days; watched 30 to 365 days."""
    r = np.random.default_rng(seed)
    hazard = 0.0005 + 0.003 * np.exp2(-np.arange(1, 366) / half)
    end = np.searchsorted(np.cumsum(-np.log1p(-hazard)), r.exponential(size=n)) + 1
    watched = r.integers(30, 366, n)
    return np.minimum(end, watched), (end <= watched).astype(np.int64)


def test_half_life_is_recovered_within_its_interval() -> None:
    found = [half_life(*_fading(seed, 45.0)) for seed in range(20)]
    assert np.median([one.days for one in found]) == pytest.approx(45, abs=5)
    assert sum(one.low <= 45 <= (one.high or np.inf) for one in found) >= 15


def test_short_half_life_is_told_from_a_long_one() -> None:
    short, long = half_life(*_fading(1, 15.0)), half_life(*_fading(2, 90.0))
    assert short.high < long.low


def test_steady_hazard_has_no_half_life() -> None:
    r = np.random.default_rng(3)
    end, watched = r.geometric(0.002, 5000), r.integers(30, 366, 5000)
    assert half_life(np.minimum(end, watched), (end <= watched).astype(np.int64)) is None


def test_half_life_of_a_handful_is_unknown() -> None:
    assert half_life(np.array([3, 5, 30]), np.array([1, 1, 0])) is None
    assert half_life(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)) is None


def test_freshness_halves() -> None:
    assert freshness(90, 45) == 0.25


FULL = {"published": 1, "seen": 2, "mentioned": 3, "tagged": 4, "accepted": 5, "alerted": 6, "read": 7}


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (0, "not covered"), (1, "crawled late"), (2, "not resolved"), (3, "not classified"), (4, "below threshold"),
        (5, "not alerted"), (6, "not read"), (7, None),
    ],
)  # fmt: skip
def test_end_is_lost_at_the_first_step_not_taken(known: int, reason: str | None) -> None:
    assert reason_missed(Trace("c", ended=50, **dict(list(FULL.items())[:known]))) == reason


def test_step_taken_on_the_day_of_the_end_came_too_late() -> None:
    assert reason_missed(Trace("c", ended=7, **FULL)) == "not read"


def test_page_first_seen_after_the_end_was_crawled_late() -> None:
    assert reason_missed(Trace("c", ended=50, **{**FULL, "seen": 60})) == "crawled late"


def test_waterfall_and_the_ends_read_of_make_up_all() -> None:
    traces = [Trace("a", 50), Trace("b", 50, amount=5.0, seen=1), Trace("c", 50, **FULL), Trace("d", 50, seen=1)]
    steps = waterfall(traces)
    assert [step.reason for step in steps] == list(REASONS)
    assert sum(step.share.value for step in steps) == 0.75
    assert [(step.missed, step.amount) for step in steps[:3]] == [(1, None), (0, 0), (2, 5.0)]


def test_largest_misses_come_first() -> None:
    traces = [Trace("a", 50, amount=1), Trace("b", 50, amount=9, seen=1), Trace("c", 50, amount=99, **FULL)]
    assert [(trace.client_id, reason) for trace, reason in largest_misses(traces)] == [
        ("b", "not resolved"), ("a", "not covered"),
    ]  # fmt: skip


def test_ends_that_all_come_on_one_day_have_no_decay_and_do_not_fail() -> None:
    days = np.concatenate([np.full(15, 40), np.full(30, 355)])
    found = half_life(days, np.concatenate([np.full(15, 1), np.zeros(30, dtype=np.int64)]))
    assert found is None or found.days > 0
