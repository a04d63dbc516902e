"""Several different risks of one client in a short time make one chain, told once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.config.load import load_signal_types
from oncu.signals.flow.chains import at_least, find_chains, pick_links
from oncu.signals.flow.risks import Risk
from oncu.storage.signals import Ending

TYPES = load_signal_types()
CHAIN = TYPES["chain"]
DAY = timedelta(days=1)
THREE = ("lawsuit", "layoffs", "enforcement_seizure")


@pytest.fixture
def risk(make_signal, now):
    """A risk of C1 with an episode and a story of its own."""

    def make(kind, *, days_ago=0, probability=0.9, name="", client="C1", **more):
        key = name or f"{client}-{kind}"
        at = now - days_ago * DAY
        more = {"story_id": f"y-{key}"} | more
        ids = {"id": f"s-{key}", "episode_id": f"e-{key}", "client_id": client, "type": kind}
        return Risk(make_signal(known_at=at, probability=probability, **ids, **more), probability, 90, at, at)

    return make


def chains(risks, now, told=None, spec=CHAIN):
    return find_chains(risks, told or {}, spec, spec.chain, now)


def parts(follow):
    return [risk.signal.type for risk, _, _ in follow.causes]


def told_of(follow, episode="chain-1"):
    return {episode: [risk.signal.episode_id for risk, _, _ in follow.causes]}


def test_three_different_risks_within_the_window_are_a_chain_in_their_order(risk, now):
    (found,) = chains([risk(kind, days_ago=9 - n) for n, kind in enumerate(THREE)], now)
    assert (found.client_id, parts(found)) == ("C1", list(THREE))


def test_a_chain_is_as_probable_as_that_at_least_three_of_its_links_happened(risk, now):
    (found,) = chains([risk(kind, probability=0.8) for kind in THREE], now)
    assert found.probability == pytest.approx(0.512)


def test_two_risks_are_no_chain(risk, now):
    assert chains([risk(kind) for kind in THREE[:2]], now) == []


def test_three_risks_of_one_type_are_no_chain(risk, now):
    assert chains([risk("lawsuit", name=name) for name in "abc"], now) == []


def test_one_story_of_three_risks_is_no_chain(risk, now):
    assert chains([risk(kind, story_id="y") for kind in THREE], now) == []


def test_risks_of_different_clients_are_no_chain(risk, now):
    assert chains([risk(kind, client=f"C{n}") for n, kind in enumerate(THREE)], now) == []


@pytest.mark.parametrize(("days", "count"), [(120, 1), (121, 0)])
def test_a_risk_before_the_window_is_no_link(risk, now, days, count):
    risks = [risk("lawsuit", days_ago=days), *(risk(kind) for kind in THREE[1:])]
    assert len(chains(risks, now)) == count


def test_unsure_risks_make_no_chain(risk, now):
    assert chains([risk(kind, probability=0.6) for kind in THREE], now) == []


def test_a_denied_risk_is_no_link(risk, now):
    first, *others = (risk(kind) for kind in THREE)
    denied = replace(first, ending=Ending("x", first.signal.episode_id, "s", "denied", now))
    assert chains([denied, *others], now) == []


def test_the_same_three_are_told_once(risk, now):
    risks = [risk(kind) for kind in THREE]
    (found,) = chains(risks, now)
    assert chains(risks, now, told_of(found)) == []


def test_a_further_type_makes_an_open_chain_longer(risk, now):
    risks = [risk(kind, days_ago=5) for kind in THREE]
    (found,) = chains(risks, now - 5 * DAY)
    (longer,) = chains([*risks, _chain(risk, now - 5 * DAY), risk("strike")], now, told_of(found))
    assert set(parts(longer)) == {*THREE, "strike"}


def test_after_a_chain_its_links_count_in_no_other(risk, now):
    risks = [risk(kind, days_ago=100) for kind in THREE]
    (found,) = chains(risks, now - 100 * DAY)
    old_chain = _chain(risk, now - 100 * DAY)
    assert chains([*risks, old_chain, risk("strike")], now, told_of(found)) == []


def test_what_a_denied_chain_told_of_counts_again(risk, now):
    risks = [risk(kind, days_ago=9) for kind in THREE]
    (found,) = chains(risks, now)
    chain = _chain(risk, now - 9 * DAY)
    denied = replace(chain, ending=Ending("x", "chain-1", "s", "denied", now))
    (again,) = chains([*risks[1:], denied, risk("strike")], now, told_of(found))
    assert set(parts(again)) == {*THREE[1:], "strike"}


def test_a_type_with_weight_zero_is_no_link(risk, now):
    rule = CHAIN.chain.model_copy(update={"weights": {"lawsuit": 0.0}})
    spec = CHAIN.model_copy(update={"chain": rule})
    assert chains([risk(kind) for kind in THREE], now, spec=spec) == []


def test_a_type_that_has_another_story_leaves_the_shared_one_to_the_other(risk, now):
    shared = [risk("lawsuit", story_id="y"), risk("layoffs", story_id="y", probability=0.5)]
    risks = [*shared, risk("lawsuit", name="other", probability=0.4), risk("strike")]
    assert {link.signal.type for link in pick_links(risks, CHAIN.chain)} == {"lawsuit", "layoffs", "strike"}


@given(st.lists(st.floats(0, 1), max_size=6))
def test_one_more_link_never_makes_a_chain_less_probable(probabilities):
    for n in range(len(probabilities)):
        assert at_least(3, probabilities[: n + 1]) >= at_least(3, probabilities[:n]) - 1e-12


@given(st.lists(st.floats(0, 1), max_size=6), st.integers(0, 7))
def test_the_probability_of_a_chain_is_a_probability(probabilities, least):
    assert 0 <= at_least(least, probabilities) <= 1


def _chain(risk, at):
    made = risk("chain")
    signal = replace(made.signal, episode_id="chain-1", known_at=at)
    return replace(made, signal=signal, started_at=at, last_at=at)
