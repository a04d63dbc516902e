"""A severe risk of one firm reaches the clients that are tied to it, at most two ties away, by what share."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.config.load import load_signal_types
from oncu.signals.flow.contagion import find_contagion, find_ways, severe_risks, tie_weight
from oncu.signals.flow.risks import Risk
from oncu.storage.relations import Tie
from oncu.storage.signals import Ending

TYPES = load_signal_types()
SPEC = TYPES["contagion"]
RULE = SPEC.contagion
DAY = timedelta(days=1)


def graph(*relations):
    """Who is tied to whom, from rows (client, other, kind, share) as the list of relations has them."""
    ties = {}
    for client, other, kind, share in relations:
        ties.setdefault(client, []).append(Tie(other, kind, share, True))
        ties.setdefault(other, []).append(Tie(client, kind, share, False))
    return lambda firms: {firm: ties[firm] for firm in firms if firm in ties}


@pytest.fixture
def trouble(make_signal, now):
    """An insolvency of firm X."""
    signal = make_signal(client_id="X", type="insolvency", id="s", episode_id="e", story_id="y")
    return Risk(signal, 0.9, 95, now, now)


def reached(trouble, *relations, told=(), clients=("A", "B", "C", "X")):
    return find_contagion([trouble], graph(*relations), told, clients, SPEC, RULE)


def path(follow):
    return [(hop.client_id, hop.role) for _, _, way in follow.causes for hop in way]


@pytest.mark.parametrize(
    ("relation", "role"),
    [
        (("A", "X", "parent", 0.7), "parent"),
        (("X", "A", "parent", 0.7), "subsidiary"),
        (("A", "X", "customer", 0.3), "customer"),
        (("A", "X", "supplier", 0.3), "supplier"),
        (("A", "X", "guarantor", None), "guarantor"),
        (("X", "A", "guarantor", None), "guaranteed"),
    ],
)
def test_a_risk_reaches_the_client_and_says_what_the_firm_is_to_it(trouble, relation, role):
    (found,) = reached(trouble, relation)
    assert (found.client_id, path(found)) == ("A", [("X", role)])


def test_a_small_customer_carries_little(trouble):
    assert reached(trouble, ("A", "X", "customer", 0.05)) == []


def test_what_a_client_is_to_its_customer_is_not_what_the_customer_is_to_it(trouble):
    assert reached(trouble, ("X", "A", "customer", 0.9)) == []


def test_a_risk_goes_over_two_ties_and_tells_both(trouble):
    (_, far) = reached(trouble, ("B", "X", "parent", 1), ("A", "B", "customer", 0.5))[::-1]
    assert (far.client_id, path(far)) == ("A", [("B", "customer"), ("X", "parent")])


def test_a_risk_does_not_go_over_three_ties(trouble):
    rows = [("C", "X", "parent", 1), ("B", "C", "parent", 1), ("A", "B", "parent", 1)]
    assert {follow.client_id for follow in reached(trouble, *rows)} == {"B", "C"}


def test_a_circle_ends_and_does_not_come_back(trouble):
    circle = [("A", "X", "guarantor", None), ("B", "A", "guarantor", None), ("X", "B", "guarantor", None)]
    found = reached(trouble, *circle)
    assert sorted(follow.client_id for follow in found) == ["A", "B"]


def test_a_firm_that_is_no_client_may_lie_on_the_way(trouble):
    rows = [("X", "HOLDING", "parent", 1), ("A", "HOLDING", "parent", 1)]
    rule = RULE.model_copy(update={"ties": RULE.ties | {"subsidiary": RULE.ties["parent"]}})
    found = find_contagion([trouble], graph(*rows), (), ("A",), SPEC, rule)
    assert [path(follow) for follow in found] == [[("HOLDING", "parent"), ("X", "subsidiary")]]


def test_of_two_ways_the_one_over_which_more_arrives_is_told(trouble):
    (found,) = reached(trouble, ("A", "X", "partner", None), ("A", "X", "customer", 0.4))
    assert path(found) == [("X", "customer")]


def test_what_is_known_is_not_told_again(trouble):
    assert reached(trouble, ("A", "X", "guarantor", None), told={("A", "e")}) == []


def test_a_risk_that_is_not_severe_or_was_denied_or_is_old_stays_where_it_is(trouble, now):
    light = replace(trouble, signal=replace(trouble.signal, type="lawsuit"))
    denied = replace(trouble, ending=Ending("x", "e", "s", "denied", now))
    old = replace(trouble, started_at=now - (RULE.window_days + 1) * DAY)
    assert severe_risks([light, denied, old, trouble], TYPES, RULE, now) == [trouble]


def test_a_derived_risk_goes_no_further(trouble, now):
    derived = replace(trouble, signal=replace(trouble.signal, type="chain"))
    assert severe_risks([derived], TYPES, RULE, now) == []


def test_a_kind_without_a_rule_carries_nothing():
    rule = RULE.model_copy(update={"ties": {}})
    assert tie_weight("parent", 1.0, rule) == 0


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_never_carries_less(a, b):
    low, high = sorted((a, b))
    assert tie_weight("customer", low, RULE) <= tie_weight("customer", high, RULE) <= 1


FIRMS, KINDS = st.sampled_from("ABCDX"), st.sampled_from(("parent", "customer", "supplier", "guarantor", "partner"))
RELATIONS = st.lists(st.tuples(FIRMS, FIRMS, KINDS, st.one_of(st.none(), st.floats(0, 1))), max_size=12)


@given(RELATIONS)
def test_no_way_is_longer_than_two_ties_or_visits_a_firm_twice(relations):
    rows = [row for row in relations if row[0] != row[1]]
    for client, (weight, way) in find_ways({"X"}, graph(*rows), RULE, least=0.01)["X"].items():
        firms = [client, *(hop.client_id for hop in way)]
        assert firms[-1] == "X" and len(set(firms)) == len(firms) <= 3 and 0 < weight <= 1


@given(RELATIONS, st.randoms(use_true_random=False))
def test_the_ways_do_not_depend_on_the_order_of_the_relations(relations, random):
    rows = [row for row in relations if row[0] != row[1]]
    shuffled = random.sample(rows, len(rows))
    one, other = (find_ways({"X"}, graph(*some), RULE, least=0.01) for some in (rows, shuffled))
    assert one == other
