"""From episodes to alerts: which deserve one, and in which order they are read."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.config.load import load_signal_types
from oncu.config.settings import AlertSettings
from oncu.signals.flow.priority import Ranking, priority_of, read_factors, reading_order, strength_of
from oncu.signals.flow.route import route
from oncu.storage.alerts import Candidate
from oncu.storage.stakes import Stake

TYPES = load_signal_types()


@pytest.fixture
def candidate(now):
    return Candidate(
        episode_id="e1",
        client_id="c1",
        manager="ayse",
        side="risk",
        type="lawsuit",
        signal_id="s1",
        story_id="y1",
        event_key="k1",
        status="fact",
        probability=0.8,
        relevance=90,
        signals=1,
        started_at=now,
        is_told=False,
    )


def routed(candidates, now, **settings):
    return route(candidates, TYPES, AlertSettings(**settings), now)


def test_strength_is_probability_times_relevance_times_severity_times_status(candidate):
    spec = TYPES["lawsuit"]
    assert strength_of(candidate, spec) == pytest.approx(0.8 * 0.9 * spec.severity)
    assert strength_of(replace(candidate, status="rumour"), spec) == pytest.approx(0.8 * 0.9 * spec.severity * 0.6)


def test_the_reason_of_an_alert_is_its_arithmetic(candidate, now):
    (alert,) = routed([candidate], now)
    assert priority_of(read_factors(alert.reason)) == pytest.approx(alert.priority, rel=0.02)


def test_too_weak_a_signal_gives_no_alert(candidate, now):
    assert routed([candidate], now, min_priority=0.9) == []


def test_a_type_waits_for_its_number_of_stories(candidate, now):
    complaint = replace(candidate, type="customer_complaint", probability=1.0)
    least = TYPES["customer_complaint"].alert_after
    found = [bool(routed([replace(complaint, signals=n)], now)) for n in (least - 1, least)]
    assert (least > 1, found) == (True, [False, True])


def test_the_best_is_read_first_and_equal_ones_by_client(candidate, now):
    others = [
        replace(candidate, client_id=c, story_id=c, event_key=c, probability=p)
        for c, p in (("b", 0.7), ("a", 0.7), ("z", 0.9))
    ]
    assert [alert.client_id for alert in routed(others, now)] == ["z", "a", "b"]


def test_one_story_makes_one_alert_a_side(candidate, now):
    two = [candidate, replace(candidate, type="insolvency", episode_id="e2")]
    assert [alert.type for alert in routed(two, now)] == ["insolvency"]


def test_one_story_may_make_an_alert_on_either_side(candidate, now):
    two = [candidate, replace(candidate, type="plant_expansion", side="opportunity", episode_id="e2")]
    assert {alert.side for alert in routed(two, now)} == {"risk", "opportunity"}


def test_a_story_that_was_told_of_stays_told(candidate, now):
    assert routed([replace(candidate, is_told=True)], now) == []


def test_the_same_event_is_the_same_alert(candidate, now):
    again = replace(candidate, episode_id="e9", signal_id="s9", probability=0.9)
    assert {alert.id for found in (candidate, again) for alert in routed([found], now)} == {
        routed([candidate], now)[0].id
    }


def test_a_small_client_is_told_of_what_a_large_one_is(candidate, now):
    least = strength_of(candidate, TYPES["lawsuit"])
    small = Ranking(stakes={"c1": Stake(balance=0.0)})
    assert [a.client_id for a in route([candidate], TYPES, AlertSettings(min_priority=least), now, small)] == ["c1"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(50, 99)), max_size=8))
def test_the_order_does_not_depend_on_the_order_of_candidates(rows):
    now = datetime(2026, 3, 2, tzinfo=UTC)
    base = Candidate("e", "c", None, "risk", "lawsuit", "s", "y", "k", "fact", 0.5, 90, 1, now, False)
    found = [
        replace(base, client_id=c, probability=p / 100, story_id=f"{n}", event_key=f"{n}")
        for n, (c, p) in enumerate(rows)
    ]
    forward, backward = routed(found, now), routed(found[::-1], now)
    assert [*map(reading_order, forward)] == [*map(reading_order, backward)] == sorted(map(reading_order, forward))
