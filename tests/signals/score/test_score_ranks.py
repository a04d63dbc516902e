"""Which sources lead, whether probabilities rank and mean what they say, and the order of reading."""

import pytest

from oncu.signals.score.alerted import reading_tables
from oncu.signals.score.answers import _sources
from oncu.signals.score.judging import judge
from oncu.signals.score.ranking import bands_table, labelled, monitor_table, ranking_table
from oncu.signals.score.standings import league_table


def test_the_better_source_leads_the_league(ledger, heard, ended, names):
    clients = names(60)
    rows = [heard(one, 10, source="erken" if n < 30 else "gec") for n, one in enumerate(clients)]
    found = ledger(*rows, outcomes=[ended(one, 50) for one in clients[:20]], clients=clients)
    judged = judge(found, horizon=90)
    table = league_table(judged.cases["risk"], judged.leagues["risk"]["source"], "source")
    assert [row.label.key for row in table.rows] == ["erken", "gec"]


def test_a_precision_that_rests_on_fewer_than_five_is_too_early(ledger, heard, ended, names):
    """Seven sightings of two clients are worth fewer than five."""
    rows = [heard(f"X{n % 2}", 10, type=f"type{n}") for n in range(7)]
    rows += [heard(one, 10, source="genis") for one in names(20)]
    judged = judge(ledger(*rows, outcomes=[ended(one, 50) for one in ("X0", *names(5))]), horizon=90)
    table = league_table(judged.cases["risk"], judged.leagues["risk"]["source"], "source")
    number = next(row for row in table.rows if row.label.key == "gazete").number("foresight_precision")
    assert (number.n < 5, number.is_early) == (True, True)


def test_a_source_is_first_among_those_of_its_side(ledger, heard, ended, names):
    clients = names(30)
    rows = [heard(one, 10, source=f"kaynak{n % 2}") for n, one in enumerate(clients)]
    rows += [heard(one, 10, "opportunity", source=f"baska{n % 3}") for n, one in enumerate(clients)]
    found = judge(ledger(*rows, outcomes=[ended(one, 50) for one in clients[:10]]), horizon=90)
    answer = _sources({side: league["source"] for side, league in found.leagues.items()})
    assert (answer.key, answer.numbers["rated"].value) == ("score_answer_sources_risk", 2)


def test_what_was_derived_has_no_source_but_a_type(ledger, heard, ended):
    rows = heard("A", 10), heard("B", 10, source="chain", category="derived", type="chain")
    judged = judge(ledger(*rows, outcomes=[ended("A", 50)]), horizon=90)
    assert [one.key for one in judged.leagues["risk"]["source"]] == ["gazete"]
    assert {one.key for one in judged.leagues["risk"]["type"]} == {"lawsuit", "chain"}


def scored(heard, ended, names, count, *, right):
    """Episodes with probabilities from 0 to 1, those from `right` on come true."""
    rows = [heard(one, 10, probability=n / count) for n, one in enumerate(names(count))]
    return rows, [ended(one, 50) for n, one in enumerate(names(count)) if n / count >= right]


def test_a_perfect_order_has_an_area_of_one(risk, heard, ended, names):
    rows, ends = scored(heard, ended, names, 40, right=0.75)
    case, _ = risk(*rows, outcomes=ends)
    row = ranking_table(case, labelled(case)).rows[0]
    assert (row.number("auroc").value, row.number("average_precision").value) == (1, 1)


def test_only_episodes_whose_whole_horizon_has_passed_are_labels(risk, heard, ended):
    case, _ = risk(heard("A", 10), heard("B", 330), outcomes=[ended("B", 340)])
    assert len(labelled(case).is_case) == 1


def test_a_band_that_understates_is_found(risk, heard, ended, names):
    rows = [heard(one, 10, probability=0.05) for one in names(60)]
    case, _ = risk(*rows, outcomes=[ended(one, 50) for one in names(30)])
    assert bands_table(case, labelled(case)).rows[0].number("band_q").value < 0.001


def test_precision_that_falls_raises_the_alarm(risk, heard, ended, names):
    clients = names(300)
    rows = [heard(one, n // 2) for n, one in enumerate(clients)]
    ends = [ended(one, n // 2 + 20) for n, one in enumerate(clients[:150]) if n % 2]
    case, _ = risk(*rows, outcomes=ends)
    assert [one.key for one in monitor_table(case, labelled(case)).remarks] == ["score_alarm"]


def test_a_steady_precision_raises_no_alarm_because_hits_are_known_first(risk, heard, ended, names):
    clients = names(400)
    ends = [ended(one, n // 2 + 5) for n, one in enumerate(clients) if n % 4 == 0]
    case, _ = risk(*[heard(one, n // 2) for n, one in enumerate(clients)], outcomes=ends)
    promised, since, _ = monitor_table(case, labelled(case)).rows[0].numbers
    assert (promised.value, since.value) == (pytest.approx(0.25, abs=0.01), pytest.approx(0.25, abs=0.01))


def test_the_first_alert_of_a_desk_is_judged_by_itself(risk, heard, ended, told, names):
    clients = names(12)
    alerts = tuple(told(one, 10, priority=0.9 if n == 0 else 0.1) for n, one in enumerate(clients))
    case, found = risk(*[heard(one, 10) for one in clients], outcomes=[ended(clients[0], 50)], alerts=alerts)
    first, *_, tenth = reading_tables(case, found)[0].rows
    assert first.number("precision_at").value == 1 and tenth.number("precision_at").value == pytest.approx(0.1)
