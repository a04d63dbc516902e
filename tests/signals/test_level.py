from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.signals.flow.level import RAISE, WITHDRAW, faded_levels, level_at, raising_steps, trace_level
from oncu.storage.signals import Step


def step(at: datetime, height: float, *, episode: str = "e1", kind: str = RAISE, half_life: float = 30) -> Step:
    return Step(f"{episode}-{kind}", "c1", episode, kind, height, half_life, "lawsuit, fact", at)


def test_two_fresh_steps_of_forty_make_sixty_four(now):
    steps = [step(now, 40), step(now, 40, episode="e2")]
    assert level_at(steps, now) == pytest.approx(64)


def test_a_step_halves_in_its_half_life(now):
    assert level_at([step(now, 40)], now + timedelta(days=30)) == pytest.approx(20)


def test_the_level_of_a_days_end_is_the_one_its_step_is_told_with(now):
    """28,5 after the step was 28 by the evening, and older steps had faded on: one card said both."""
    steps = [step(now - timedelta(days=9, hours=-5), 30, episode="e2"), step(now, 28.5)]
    told = trace_level(steps)[-1].level
    assert [level_at(steps, now + timedelta(hours=hours)) for hours in (0, 11, 12)] == [told] * 3  # 12: midnight there
    assert level_at(steps, now + timedelta(hours=13)) < told


def test_a_withdrawn_step_counts_no_more_from_then_on(now):
    later = now + timedelta(days=1)
    steps = [step(now, 40), step(later, 0, kind=WITHDRAW)]
    assert (level_at(steps, now), level_at(steps, later)) == (pytest.approx(40), 0)


def test_a_step_of_the_future_does_not_exist(now):
    assert level_at([step(now + timedelta(seconds=1), 40)], now) == 0


def test_the_order_of_steps_does_not_matter(now):
    steps = [step(now, h, episode=f"e{h}") for h in (10, 20, 30)]
    levels = {round(level_at(order, now), 9) for order in permutations(steps)}
    assert len(levels) == 1


def test_the_trace_rises_step_by_step(now):
    steps = [step(now + timedelta(days=d), 30, episode=f"e{d}") for d in range(3)]
    levels = [shown.level for shown in trace_level(steps)]
    assert levels == sorted(levels) and levels[0] == pytest.approx(30)


def test_steps_of_one_moment_are_traced_one_after_the_other(now):
    steps = [step(now, 40), step(now, 40, episode="e2")]
    assert [round(shown.level) for shown in trace_level(steps)] == [40, 64]


@given(st.lists(st.floats(0, 100), max_size=8), st.floats(0, 1000))
def test_a_level_is_between_nothing_and_a_hundred(heights, days):
    start = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
    steps = [replace(step(start, h), episode_id=str(i)) for i, h in enumerate(heights)]
    assert 0 <= level_at(steps, start + timedelta(days=days)) <= 100


def test_a_level_is_held_up_by_what_still_counts(now):
    faded = step(now, 40, episode="old", half_life=1)
    denied = [step(now, 40), step(now + timedelta(days=1), 0, kind=WITHDRAW)]
    fresh = step(now + timedelta(days=30), 20, episode="new")
    raised = raising_steps([faded, *denied, fresh], now + timedelta(days=30))
    assert [shown.height for shown in raised] == [20]


def test_before_each_step_the_level_had_faded(now):
    steps = [step(now + timedelta(days=30), 40, episode="e2"), step(now, 40)]
    assert faded_levels(steps) == [0, pytest.approx(20)]
