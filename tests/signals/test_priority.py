"""How much an alert deserves a manager's minutes: monotone in each part, strictly ordered, nothing buries a risk."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.config.load import load_signal_types
from oncu.signals.flow.priority import (
    Ranking,
    freshness,
    in_reading_order,
    novelty,
    priority_factors,
    priority_of,
    read_factors,
    reading_order,
    reason_of,
    source_trust,
    stake_share,
)
from oncu.storage.alerts import Alert, Candidate
from oncu.storage.scores import Score, publish_scores
from oncu.storage.stakes import Stake

LAWSUIT = load_signal_types()["lawsuit"]
NOW = datetime(2026, 3, 2, tzinfo=UTC)
BASE = Candidate("e", "c", None, "risk", "lawsuit", "s", "y", "k", "fact", 0.5, 50, 1, NOW, False, "gazete", "news")
UNIT = st.floats(0, 1)


def priority(candidate=BASE, spec=LAWSUIT, *, now=NOW, **ranking):
    return priority_of(priority_factors(candidate, spec, Ranking(**ranking), now))


def scored(value, n):
    return Score(date(2026, 3, 1), "risk", "source", "gazete", "foresight", 180, value, None, None, n)


def made(client, side, priority, *, kind="t", event="e"):
    return Alert(client, kind, side, event, "e", "s", None, priority, "", "new", NOW)


@given(UNIT, UNIT)
def test_priority_grows_with_the_probability(a, b):
    low, high = sorted((a, b))
    assert priority(replace(BASE, probability=low)) <= priority(replace(BASE, probability=high))


@given(st.integers(0, 100), st.integers(0, 100))
def test_priority_grows_with_the_relevance(a, b):
    low, high = sorted((a, b))
    assert priority(replace(BASE, relevance=low)) <= priority(replace(BASE, relevance=high))


@given(st.floats(0.01, 1), st.floats(0.01, 1))
def test_priority_grows_with_the_severity(a, b):
    low, high = (LAWSUIT.model_copy(update={"severity": value}) for value in sorted((a, b)))
    assert priority(spec=low) <= priority(spec=high)


@given(UNIT, UNIT)
def test_priority_grows_with_the_money_at_risk(a, b):
    low, high = sorted((a, b))
    assert priority(stakes={"c": Stake(balance=low)}) <= priority(stakes={"c": Stake(balance=high)})


@given(UNIT, UNIT, st.integers(1, 1000))
def test_priority_grows_with_the_foresight_of_the_source(a, b, n):
    low, high = sorted((a, b))
    assert priority(foresight={"gazete": scored(low, n)}) <= priority(foresight={"gazete": scored(high, n)})


@given(st.floats(0, 200), st.floats(0, 200))
def test_priority_grows_with_the_time_since_the_last_such_episode(a, b):
    near, far = (NOW - timedelta(days=days) for days in sorted((a, b)))
    assert priority(earlier={"e": near}) <= priority(earlier={"e": far})


@given(st.floats(0, 500), st.floats(0, 500))
def test_priority_falls_with_age(a, b):
    young, old = (NOW + timedelta(days=days) for days in sorted((a, b)))
    assert priority(now=old) <= priority(now=young)


@given(UNIT, UNIT, st.floats(0, 400))
def test_a_priority_is_between_nothing_and_one(probability, balance, days):
    stakes = {"c": Stake(balance=balance)}
    found = priority(replace(BASE, probability=probability), now=NOW + timedelta(days=days), stakes=stakes)
    assert 0 <= found <= 1


@pytest.mark.parametrize(("gap", "expected"), [(None, 1), (90, 1), (30, 0.5), (0, 0)])
def test_an_episode_is_as_new_as_the_last_one_is_long_ago(gap, expected):
    assert novelty(gap, 30) == pytest.approx(expected)


def test_what_was_told_halves_in_the_half_life_of_its_type():
    assert (freshness(0, 90), freshness(90, 90)) == (1, 0.5)


def test_news_published_long_before_it_was_seen_is_less_fresh():
    assert priority(replace(BASE, told_at=NOW - timedelta(days=30))) < priority()


def test_a_risk_weighs_what_is_lent_and_an_opportunity_the_limit():
    stake = Stake(balance=0.2, limit=0.9)
    assert (stake_share("risk", stake), stake_share("opportunity", stake)) == (("balance", 0.2), ("limit", 0.9))


def test_without_money_the_size_speaks():
    assert stake_share("risk", Stake(size_band="large"))[1] > stake_share("risk", Stake(size_band="small"))[1]


def test_a_source_without_a_record_has_the_prior_of_its_category():
    trust = [source_trust(category, None) for category in ("registry", "news", "complaint", "social")]
    assert trust == sorted(trust, reverse=True)


def test_a_record_outweighs_the_prior_the_longer_it_is():
    told = [source_trust("social", None), *(source_trust("social", scored(0.6, n)) for n in (5, 50, 500))]
    assert all(a < b for a, b in pairwise(told))


def test_the_parts_can_be_read_back_from_the_reason():
    factors = priority_factors(BASE, LAWSUIT, Ranking(), NOW)
    found = read_factors(reason_of(factors))
    assert [f.value for f in found] == pytest.approx([f.value for f in factors], abs=0.005)


ALERTS = st.lists(
    st.builds(
        made,
        st.sampled_from("abc"),
        st.sampled_from(("risk", "opportunity")),
        st.sampled_from((0.1, 0.2, 0.3)),
        kind=st.sampled_from("xy"),
        event=st.uuids().map(str),
    ),
    max_size=12,
)


@given(ALERTS)
def test_no_two_alerts_stand_in_the_same_place(alerts):
    assert len({reading_order(alert) for alert in alerts}) == len(alerts)


@given(ALERTS, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_the_order_of_the_alerts(alerts, random):
    shuffled = random.sample(alerts, len(alerts))
    assert in_reading_order(shuffled) == in_reading_order(alerts)


@given(ALERTS)
def test_no_more_than_two_opportunities_of_a_client_stand_before_its_worst_risk(alerts):
    ordered = in_reading_order(alerts)
    for client in {alert.client_id for alert in ordered if alert.side == "risk"}:
        sides = [alert.side for alert in ordered if alert.client_id == client]
        assert sides.index("risk") <= 2


def test_a_penalty_stays_among_the_first_three_whatever_good_is_told():
    praise = [made("c", "opportunity", 0.9, kind=f"o{n}") for n in range(16)]
    penalty = made("c", "risk", 0.05)
    assert penalty in in_reading_order([*praise, penalty])[:3]


def test_the_published_foresight_of_a_source_orders_its_alerts(bank, now):
    score = Score(now.date(), "both", "source", "gazete", "foresight", 180, 0.4, 0.3, 0.5, 40)
    with bank.database.write() as connection:
        publish_scores(connection, [score], now, "v")
    bank.see("Simya İlaç konkordato ilan etti")
    bank.see("Nehir Kimya konkordato ilan etti", source="bulten")
    bank.run()
    reasons = [reason for (reason,) in bank.rows("SELECT reason FROM alerts ORDER BY client_id")]
    assert "foresight of the source (n=40)" in reasons[0] and "source without a record" in reasons[1]
