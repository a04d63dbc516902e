"""Comparisons that must find nothing, whom the bank hears of, and the way of leads."""

from datetime import UTC, datetime, timedelta

import numpy as np

from oncu.scoring.judge.columns import exposure_from_rows
from oncu.signals.score.case import make_case, terms_for
from oncu.signals.score.controls import controls_table
from oncu.signals.score.coverage import coverage_tables
from oncu.signals.score.leads import lead_tables
from oncu.signals.score.ledger import Listening
from oncu.signals.score.sides import headline
from oncu.storage.judged import Heard, Verdict

FIRST = datetime(2025, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_controls_find_nothing_where_the_signals_find_something(ledger, heard, ended, names):
    random = np.random.default_rng(7)
    clients, starts = names(3000), random.integers(0, 270, 1000)
    rows = [heard(one, int(day)) for one, day in zip(clients[:1000], starts, strict=True)]
    soon = [ended(clients[n], int(starts[n]) + 1 + n % 60) for n in range(1000) if random.random() < 0.3]
    anyway = [ended(one, int(random.integers(0, 364))) for one in clients if random.random() < 0.3]
    ends = [*soon, *anyway]
    found = ledger(*rows, outcomes=ends, clients=clients)
    case = make_case(found, "risk", terms_for(found, 90))
    table = controls_table(case, headline(case))
    lift = {row.label.key: row.number("lift") for row in table.rows}
    assert lift["real"].low > 2
    assert all(lift[key].is_early or lift[key].low <= 1 <= lift[key].high for key in ("permuted", "shifted", "placebo"))
    assert [one.key for one in table.remarks] == ["score_controls_hold"]


def test_coverage_counts_clients_not_mentions(ledger, names):
    clients = names(4)
    lately, long_ago = datetime(2025, 12, 1, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC)
    known = {"C000": Heard(long_ago, lately), "C001": Heard(long_ago, long_ago)}
    whole, by_sector, _ = coverage_tables(ledger(clients=clients, listening=Listening(9, {}, known, (3, 1))))
    row, prospects = whole.rows
    assert (row.number("heard_lately").value, row.number("never_heard").value) == (0.25, 0.5)
    assert (prospects.number("clients").value, by_sector.rows[0].label.key) == (3, "metal")


def test_a_client_that_left_is_not_one_to_be_followed(ledger):
    gone = exposure_from_rows([{"client_id": "A", "from": "2024-01-01", "to": "2025-06-30"}])
    tables = coverage_tables(ledger(clients=["B"]).__class__(**vars(ledger(clients=["B"])) | {"exposure": gone}))
    assert [one.key for one in tables[0].remarks] == ["score_needs_clients"]


def step(alert, verdict, day, by="analist"):
    return Verdict(alert, by, verdict, None, FIRST + day * DAY)


def test_the_way_of_a_lead_is_counted_from_stage_to_stage(ledger, heard, ended, told, names):
    clients = names(8)
    alerts = tuple(told(one, 10) for one in clients)
    steps = [step(one.id, "sent", 11) for one in alerts] + [step(one.id, "accepted", 15) for one in alerts[:6]]
    steps += [step(one.id, "rejected", 16) for one in alerts[6:]] + [
        step(one.id, "investigated", 20) for one in alerts[:6]
    ]
    steps += [step(one.id, "confirmed", 30) for one in alerts[:3]] + [step(alerts[5].id, "dropped", 31)]
    found = ledger(
        *[heard(one, 10) for one in clients], alerts=alerts, leads=tuple(steps), outcomes=[ended("C000", 60)]
    )
    cases = {side: make_case(found, side, terms_for(found, 90)) for side in ("opportunity", "risk")}
    funnel, analysts, *_ = lead_tables(found, cases)
    reached = {row.label.key: row.number("lead_reached") for row in funnel.rows}
    assert {key: one.value for key, one in reached.items() if one} == {
        "accepted": 6, "investigated": 6, "confirmed": 3, "outcome": 1,
    }  # fmt: skip
    assert analysts.rows[0].number("accepted").n == 8


def test_without_leads_it_is_said_what_to_record(ledger, heard):
    found = ledger(heard("A", 10))
    cases = {side: make_case(found, side, terms_for(found, 90)) for side in ("opportunity", "risk")}
    assert [one.key for one in lead_tables(found, cases)[0].remarks] == ["score_needs_leads"]


def test_reviewers_who_always_agree_have_a_kappa_of_one(ledger, heard, told, names):
    alerts = tuple(told(one, 10) for one in names(10))
    verdicts = [
        Verdict(one.id, by, "accepted" if n % 2 else "dismissed", None, FIRST)
        for n, one in enumerate(alerts)
        for by in ("a", "b")
    ]
    found = ledger(heard("A", 10), alerts=alerts, verdicts=tuple(verdicts))
    cases = {side: make_case(found, side, terms_for(found, 90)) for side in ("opportunity", "risk")}
    agreement = next(table for table in lead_tables(found, cases) if table.key == "agreement")
    assert agreement.rows[0].number("kappa").value == 1
