"""Who came first, how long before the end, and what acting does to the numbers."""

import pytest

from oncu.signals.score.acted import acted_table
from oncu.signals.score.before import application_table, official_table
from oncu.signals.score.case import make_case, terms_for
from oncu.signals.score.leadtime import histogram_table, lead_table


def test_the_bank_came_before_the_application_of_the_client(ledger, heard, ended, acted):
    asked = ended("A", 60, "application", initiator="client"), ended("B", 60, "application", initiator="bank")
    found = ledger(heard("A", 40, "opportunity"), outcomes=asked, actions=(acted("A", 50),))
    case = make_case(found, "opportunity", terms_for(found, 90))
    began, knew, spoke = application_table(case, found).rows
    assert began.number("gain_share").value == 0.5
    assert (knew.number("gain_days").value, spoke.number("gain_days").value) == (20, 10)


def test_a_visit_after_the_application_was_not_first(ledger, heard, ended, acted):
    asked = ended("A", 60, "application", initiator="client")
    found = ledger(heard("A", 40, "opportunity"), outcomes=[asked], actions=(acted("A", 61),))
    case = make_case(found, "opportunity", terms_for(found, 90))
    assert application_table(case, found).rows[2].number("gain_share").value == 0


def test_signal_is_compared_with_the_first_official_trace(risk, heard, ended):
    case, found = risk(
        heard("A", 10),
        clients=["A"],
        outcomes=[ended("A", 40, "overdue"), ended("A", 50, "enforcement"), ended("A", 80)],
    )
    assert official_table(case, found).rows[0].number("gain_days").value == 30


def test_a_notice_of_a_registry_is_an_official_trace(risk, heard, ended):
    rows = heard("A", 10), heard("A", 35, source="sicil", category="registry")
    case, found = risk(*rows, outcomes=[ended("A", 80)])
    assert official_table(case, found).rows[0].number("gain_days").value == 25


def test_forward_and_backward_views_are_both_shown(risk, heard, ended, names):
    clients = names(10)
    rows = [heard(one, 200) for one in clients[:8]]
    case, _ = risk(*rows, clients=clients, outcomes=[ended(one, 240) for one in clients])
    forward, backward = lead_table(case).rows
    assert forward.number("lead_median").value == 40
    assert (backward.number("lead_median").value, backward.number("missed").value) == (40, 0.2)


def test_missed_ends_stand_apart_in_the_histogram(risk, heard, ended, names):
    clients = names(3)
    case, _ = risk(heard("C000", 235), clients=clients, outcomes=[ended(one, 240) for one in clients])
    bars = {row.label.key: row.number("ends").value for row in histogram_table(case).rows}
    assert (bars["missed"], bars["lead_1_7"], sum(bars.values())) == (2, 1, 3)


def test_acting_makes_true_alarms_look_false_and_weights_mend_it(risk, heard, ended, acted, names):
    """Half of 400 risks would end badly; the bank acts on four of five of these, on one of five of the others."""
    clients = names(400)
    bad = [n < 200 for n in range(400)]
    acts = [n % 5 != 0 if would else n % 5 == 0 for n, would in enumerate(bad)]
    log = [
        acted(one, 11, "limit_cut" if acts[n] else "none", propensity=0.8 if bad[n] else 0.2)
        for n, one in enumerate(clients)
    ]
    ends = [ended(one, 40) for n, one in enumerate(clients) if bad[n] and not acts[n]]
    case, found = risk(*[heard(one, 10) for one in clients], outcomes=ends, actions=tuple(log))
    share = {row.label.key: row.numbers[0].value for row in acted_table(case, found).rows}
    assert (share["naive"], share["acted"], share["natural"]) == (0.1, 0, pytest.approx(0.5))
    assert share["effect_adjusted"] == pytest.approx(-0.5)


def test_without_logged_choices_it_is_said_what_is_needed(risk, heard, acted):
    case, found = risk(heard("A", 10), actions=(acted("A", 11, propensity=None),))
    assert [one.key for one in acted_table(case, found).remarks] == ["score_needs_actions"]
