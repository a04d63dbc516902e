"""Type x source as a map, what listening costs, and what a flag is worth."""

import re

import pytest

from oncu.signals.score.alerted import reading_tables
from oncu.signals.score.charts import Brush, draw
from oncu.signals.score.heat import MOST_SOURCES, heat_table
from oncu.signals.score.judging import Costs, judge
from oncu.signals.score.leads import lead_tables
from oncu.signals.score.ranking import labelled
from oncu.signals.score.skill import mended_table, skill_table
from oncu.signals.score.standings import league_table
from oncu.storage.judged import Verdict


@pytest.fixture
def two_papers(ledger, heard, ended, names):
    """Sixty clients: one paper tells of lawsuits that come true, the other of strikes that do not."""
    clients = names(60)
    rows = [heard(one, 10, source="erken") for one in clients[:30]]
    rows += [heard(one, 10, source="gec", type="strike") for one in clients[30:]]
    return ledger(*rows, outcomes=[ended(one, 50) for one in clients[:24]], clients=clients)


def test_each_type_a_source_tells_of_is_a_cell(two_papers):
    judged = judge(two_papers, horizon=90)
    rows = {row.label.key: row for row in heat_table(judged.cases["risk"], two_papers).rows}
    assert set(rows) == {"lawsuit|erken", "strike|gec"}
    shares = {key: row.number("pair_precision").value for key, row in rows.items()}
    assert shares["lawsuit|erken"] > 0.7 > 0.1 > shares["strike|gec"]


def test_a_cell_of_few_sightings_is_too_early(ledger, heard, ended):
    found = ledger(*[heard(f"C{n}", 10) for n in range(3)], outcomes=[ended("C0", 50)])
    [row] = heat_table(judge(found, horizon=90).cases["risk"], found).rows
    assert row.number("pair_precision").is_early and row.number("sightings").value == 3


def test_a_map_has_no_more_sources_than_a_page_can_show(ledger, heard):
    found = ledger(*[heard(f"C{n}", 10, source=f"k{n}") for n in range(20)])
    rows = heat_table(judge(found, horizon=90).cases["risk"], found).rows
    assert len({row.label.key.split("|")[1] for row in rows}) == MOST_SOURCES


def test_darker_is_what_came_true_more_often(two_papers):
    table = heat_table(judge(two_papers, horizon=90).cases["risk"], two_papers)
    drawing = draw(table, Brush(lambda row: row.label.key, str, days="", others="", own=""))
    shades = [float(one) for one in re.findall(r'fill-opacity="([\d.]+)"', drawing)]
    assert len(shades) == 2 and max(shades) > 5 * min(shades)


def test_sources_that_tell_of_as_many_types_stand_by_name(ledger, heard):
    """In whatever order a run happens to keep them: the same report is the same bytes."""
    outlets = [f"k{n}" for n in range(8)]
    found = ledger(*[heard(f"C{n}", 10, source=one) for n, one in enumerate(reversed(outlets))])
    table = heat_table(judge(found, horizon=90).cases["risk"], found)
    drawing = draw(table, Brush(lambda row: row.label.key, str, days="", others="", own=""))
    assert re.findall(r">(k\d)<", drawing) == outlets


def test_a_right_one_costs_what_the_source_cost_over_what_came_true(two_papers):
    judged = judge(two_papers, horizon=90, costs=Costs({"erken": 100.0}))
    table = league_table(judged.cases["risk"], judged.leagues["risk"]["source"], "source")
    early, late = sorted(table.rows, key=lambda row: row.label.key)
    cost, right = early.number("cost").value, early.number("cost_right").value
    precision, sightings = (early.number(one).value for one in ("foresight_precision", "sightings"))
    assert cost == pytest.approx(100 * 354 / 30.44, rel=0.01) and right == pytest.approx(cost / (precision * sightings))
    assert late.number("cost") is None


def test_without_costs_there_is_no_column_of_them(two_papers):
    judged = judge(two_papers, horizon=90)
    assert "cost_right" not in league_table(judged.cases["risk"], judged.leagues["risk"]["source"], "source").metrics


def test_a_flag_that_sorts_well_has_skill(risk, heard, ended, names):
    clients = names(40)
    rows = [heard(one, 10, probability=0.45 if n < 10 else 0.08) for n, one in enumerate(clients)]
    case, _ = risk(*rows, outcomes=[ended(one, 50) for one in clients[:8]])
    row = next(one for one in skill_table(case, labelled(case)).rows if one.label.key == "0.30")
    assert row.number("peirce_skill").value == pytest.approx(1 - 2 / 32)
    assert row.number("lr_plus").value == pytest.approx(16) and row.number("after_flag").value == pytest.approx(0.8)


def test_probabilities_that_say_too_much_are_mended(risk, heard, ended, names):
    clients = names(200)
    rows = [heard(one, n // 4, probability=0.8) for n, one in enumerate(clients)]
    ends = [ended(one, n // 4 + 40) for n, one in enumerate(clients) if n % 5 == 0]
    case, _ = risk(*rows, outcomes=ends)
    table = mended_table(case, labelled(case))
    said = {row.label.key: row.number("mended").value for row in table.rows}
    [remark] = table.remarks
    assert said["0.80"] == pytest.approx(0.2, abs=0.05)
    assert float(remark.values["mended"]) < float(remark.values["said"])


def test_each_place_of_a_desk_is_judged_alone(risk, heard, ended, told, names):
    clients = names(12)
    alerts = tuple(told(one, 10, priority=0.9 if n == 0 else 0.1) for n, one in enumerate(clients))
    case, found = risk(*[heard(one, 10) for one in clients], outcomes=[ended(clients[0], 50)], alerts=alerts)
    first, second, *_ = reading_tables(case, found)[1].rows
    assert (first.number("precision_at").value, second.number("precision_at").value) == (1, 0)


def test_minutes_are_counted_where_they_are_known(risk, heard, ended, told, names):
    clients = names(12)
    alerts = tuple(told(one, 10) for one in clients)
    case, found = risk(
        *[heard(one, 10) for one in clients], outcomes=[ended(one, 50) for one in clients[:6]], alerts=alerts
    )
    with_minutes, without = (reading_tables(case, found, minutes)[0].rows[3] for minutes in (4.0, None))
    assert with_minutes.number("minutes_per_right").value == pytest.approx(8)
    assert without.number("minutes_per_right") is None


def test_confirmed_leads_an_hour_are_counted_where_hours_are_known(ledger, heard, told, names):
    clients = names(8)
    alerts = tuple(told(one, 10) for one in clients)
    said = ("sent", "accepted", "investigated", "confirmed")
    steps = [
        Verdict(alert.id, "analist", verdict, None, alert.created_at)
        for n, alert in enumerate(alerts)
        for verdict in (said if n < 2 else said[:3])
    ]
    found = ledger(*[heard(one, 10) for one in clients], alerts=alerts, leads=tuple(steps))
    cases = judge(found, horizon=90).cases
    row = next(row for row in lead_tables(found, cases, 5.0)[0].rows if row.label.key == "yield")
    assert row.number("yield_per_hour").value == pytest.approx(2 / 40)
