"""A ledger brought before the judge: what counts, what is too early, what must find nothing."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from oncu.scoring.judge.columns import exposure_from_rows
from oncu.scoring.judge.tables import Signals
from oncu.signals.score.acted import acted_table
from oncu.signals.score.alerted import reading_table
from oncu.signals.score.answers import _sources
from oncu.signals.score.before import application_table, official_table
from oncu.signals.score.case import make_case, terms_for
from oncu.signals.score.controls import controls_table
from oncu.signals.score.coverage import coverage_tables
from oncu.signals.score.judging import judge
from oncu.signals.score.leads import lead_tables
from oncu.signals.score.leadtime import histogram_table, lead_table
from oncu.signals.score.ledger import Ledger, Listening
from oncu.signals.score.ranking import bands_table, labelled, monitor_table, ranking_table
from oncu.signals.score.sides import count_table, curve_table, headline, horizon_table
from oncu.signals.score.standings import league_table
from oncu.storage.judged import Heard, ToldAlert, Verdict
from oncu.storage.outcomes import Action, Outcome

AS_OF = date(2025, 12, 31)
FIRST = datetime(2025, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KINDS = {"opportunity": "plant_expansion", "risk": "lawsuit"}


def heard(client, day, side="risk", **more):
    return {"client": client, "day": day, "side": side, "type": KINDS[side], "source": "gazete"} | more


def ended(client, day, kind="default", *, late=0, **more):
    at = FIRST + day * DAY
    base = {"client_id": client, "kind": kind, "subtype": None, "occurred_at": at, "recorded_at": at + late * DAY}
    rest = {"amount": None, "currency": None, "competing": False, "initiator": None, "note": None}
    return Outcome(**base | rest | more)


def acted(client, day, kind="visit", propensity=0.5):
    return Action(client, None, kind, FIRST + day * DAY, "contact", propensity, None)


def told(client, day, priority=0.5, side="risk", **more):
    at = FIRST + day * DAY
    row = {"id": f"{client}-{day}", "client_id": client, "side": side, "type": KINDS[side], "manager": "ayse"}
    return ToldAlert(**row | {"priority": priority, "created_at": at, "told_at": at} | more)


def signals_of(rows):
    return Signals(
        signal_id=[f"s{n}" for n in range(len(rows))],
        client_id=[row["client"] for row in rows],
        side=[row["side"] for row in rows],
        type=[row["type"] for row in rows],
        source=[row["source"] for row in rows],
        known_at=np.array([(FIRST + row["day"] * DAY).replace(tzinfo=None) for row in rows], dtype="datetime64[us]"),
        probability=np.array([row.get("probability", 0.5) for row in rows], dtype=np.float64),
        story_id=[row.get("story", f"t{n}") for n, row in enumerate(rows)],
        category=[row.get("category", "news") for row in rows],
        origin=[row.get("origin", "independent") for row in rows],
    )


@pytest.fixture
def ledger():
    def make(*rows, outcomes=(), clients=(), as_of=AS_OF, **more):
        signals = signals_of(rows)
        exposed = [{"client_id": one, "from": "2024-01-01", "to": "", "sector": "metal"} for one in clients]
        base = {"actions": (), "alerts": (), "verdicts": (), "leads": (), "arm": "live"}
        return Ledger(
            as_of=as_of,
            signals=signals,
            published_at=signals.known_at,
            outcomes=tuple(outcomes),
            exposure=exposure_from_rows(exposed) if exposed else None,
            **base | {"listening": Listening(10, {}, {}, (0, 0))} | more,
        )

    return make


@pytest.fixture
def risk(ledger):
    """The risk side of a ledger; the headline looks 90 days ahead."""

    def make(*rows, horizon=90, **more):
        found = ledger(*rows, **more)
        return make_case(found, "risk", terms_for(found, horizon)), found

    return make


def names(count):
    return [f"C{n:03}" for n in range(count)]


# ---------------------------------------------------------------- the terms


def test_last_days_whose_outcomes_are_still_being_recorded_are_not_counted(ledger):
    found = terms_for(ledger(outcomes=[ended(one, n, late=12) for n, one in enumerate(names(40))]), 90)
    assert (found.judged_to, found.is_cut) == (AS_OF - 12 * DAY, True)


def test_a_table_imported_at_once_does_not_empty_the_scoreboard(ledger):
    told_in_december = [ended(one, n, late=360 - n) for n, one in enumerate(names(40))]
    found = terms_for(ledger(outcomes=told_in_december), 90)
    assert (found.judged_to, found.is_cut, found.delay > 300) == (AS_OF, False, True)


def test_an_end_after_the_last_settled_day_does_not_count(risk):
    late = [ended(one, n, late=12) for n, one in enumerate(names(40))]
    case, _ = risk(heard("X", 300), outcomes=[*late, ended("X", 360)])
    assert case.came_true(90).sum() == 0 and case.terms.judged_to < (FIRST + 360 * DAY).date()


def test_a_source_that_proclaims_the_end_is_left_out_and_named(risk):
    rows = heard("A", 10, source="konkordato-ilanlari"), heard("B", 10)
    case, _ = risk(*rows, outcomes=[ended("A", 30, "bankruptcy"), ended("B", 40)])
    (remark,) = count_table(case).remarks
    assert (len(case.episodes), case.barred_signals, remark.values["sources"]) == (1, 1, "konkordato-ilanlari")


def test_a_source_of_bankruptcies_may_foretell_defaults(risk):
    case, _ = risk(heard("A", 10, source="konkordato-ilanlari"), outcomes=[ended("A", 30)])
    assert (len(case.episodes), case.barred) == (1, ())


def test_one_kind_of_end_is_not_hidden_by_another_that_came_first(ledger):
    found = ledger(heard("A", 10), outcomes=[ended("A", 20, "watchlist"), ended("A", 50)])
    alone = make_case(found, "risk", terms_for(found, 90), foretold=("default",))
    both = make_case(found, "risk", terms_for(found, 90))
    assert (alone.followed.days.tolist(), both.followed.days.tolist()) == ([40], [10])


# ---------------------------------------------------------------- what share came true


def test_a_share_stands_beside_the_naive_one_it_corrects(risk):
    rows = [heard(one, 10 if n < 10 else 340) for n, one in enumerate(names(20))]
    case, _ = risk(*rows, outcomes=[ended(one, 40) for one in names(5)])
    row = headline(case)
    assert row.number("conversion").value == pytest.approx(0.5)
    assert row.number("naive_share").value == 0.25


def test_fewer_than_five_ends_are_too_early_and_the_day_of_the_fifth_is_said(risk):
    """One of twenty was heard of too late to be followed so long."""
    rows = [heard(one, 10 if n < 19 else 340) for n, one in enumerate(names(20))]
    case, _ = risk(*rows, outcomes=[ended(one, 40) for one in names(4)])
    number = headline(case).number("conversion")
    assert number.is_early and number.until > AS_OF


@pytest.mark.parametrize("late", [0, 5])
def test_few_ends_within_a_mature_horizon_are_a_finding(risk, late):
    """All were followed so long, or twenty were: that few of them ended is known."""
    rows = [heard(one, 10 if n < 20 else 340) for n, one in enumerate(names(20 + late))]
    case, _ = risk(*rows, outcomes=[ended(one, 40) for one in names(2)])
    row = headline(case)
    assert not row.number("conversion").is_early and row.number("conversion").high is not None
    assert (row.note.key, row.note.values) == ("score_few_risk", {"n": 2})


def test_a_few_episodes_say_nothing_however_long_they_were_followed(risk):
    case, _ = risk(*[heard(one, 10) for one in names(4)], outcomes=[ended("C000", 40)])
    assert headline(case).number("conversion").is_early


def test_no_day_is_promised_that_lies_further_away_than_two_years(risk):
    rows = [heard(one, 10 if n < 10 else 340) for n, one in enumerate(names(20))]
    case, _ = risk(*rows, outcomes=[ended("C000", 40)])
    number = headline(case).number("conversion")
    assert (number.is_early, number.until) == (True, None)


def test_five_ends_are_enough(risk):
    case, _ = risk(*[heard(one, 10) for one in names(20)], outcomes=[ended(one, 40) for one in names(5)])
    assert not headline(case).number("conversion").is_early


def test_several_episodes_of_one_client_are_one_end(risk):
    rows = [heard("A", 10, type=f"type{n}") for n in range(6)]
    case, _ = risk(*rows, outcomes=[ended("A", 40)])
    assert (len(case.episodes), case.ends_within(90)) == (6, 1)


def test_a_horizon_nobody_was_followed_to_is_too_early(risk):
    case, _ = risk(*[heard(one, 300) for one in names(20)], outcomes=[ended(one, 310) for one in names(9)])
    early = {row.label.key: row.is_early for row in horizon_table(case).rows}
    assert early == {"30": False, "90": True, "180": True, "365": True}


def test_without_exposure_the_base_rate_is_asked_for(risk):
    case, _ = risk(heard("A", 10))
    assert [one.key for one in horizon_table(case).remarks] == ["score_needs_exposure"]
    assert headline(case).number("lift").value is None


def test_clients_without_a_signal_give_the_base_rate(risk):
    clients = names(200)
    rows = [heard(one, 10) for one in clients[:20]]
    ends = [ended(one, 40) for one in (*clients[:10], *clients[20:29])]
    row = headline(risk(*rows, outcomes=ends, clients=clients)[0])
    assert row.number("base_rate").value == pytest.approx(9 / 180)
    assert row.number("lift").value == pytest.approx(10) and row.number("attributable").value == pytest.approx(9)


def test_a_curve_never_falls_and_ends_at_the_longest_followed(risk):
    case, _ = risk(
        *[heard(one, 10) for one in names(20)], outcomes=[ended(one, 20 + n) for n, one in enumerate(names(8))]
    )
    values = [row.number("curve").value for row in curve_table(case).rows]
    assert values == sorted(values) and values[-1] == pytest.approx(0.4)


# ---------------------------------------------------------------- who came first


def test_the_bank_came_before_the_application_of_the_client(ledger):
    asked = ended("A", 60, "application", initiator="client"), ended("B", 60, "application", initiator="bank")
    found = ledger(heard("A", 40, "opportunity"), outcomes=asked, actions=(acted("A", 50),))
    case = make_case(found, "opportunity", terms_for(found, 90))
    began, knew, spoke = application_table(case, found).rows
    assert began.number("gain_share").value == 0.5
    assert (knew.number("gain_days").value, spoke.number("gain_days").value) == (20, 10)


def test_a_visit_after_the_application_was_not_first(ledger):
    asked = ended("A", 60, "application", initiator="client")
    found = ledger(heard("A", 40, "opportunity"), outcomes=[asked], actions=(acted("A", 61),))
    case = make_case(found, "opportunity", terms_for(found, 90))
    assert application_table(case, found).rows[2].number("gain_share").value == 0


def test_signal_is_compared_with_the_first_official_trace(risk):
    case, found = risk(
        heard("A", 10),
        clients=["A"],
        outcomes=[ended("A", 40, "overdue"), ended("A", 50, "enforcement"), ended("A", 80)],
    )
    assert official_table(case, found).rows[0].number("gain_days").value == 30


def test_a_notice_of_a_registry_is_an_official_trace(risk):
    rows = heard("A", 10), heard("A", 35, source="sicil", category="registry")
    case, found = risk(*rows, outcomes=[ended("A", 80)])
    assert official_table(case, found).rows[0].number("gain_days").value == 25


# ---------------------------------------------------------------- how long before


def test_forward_and_backward_views_are_both_shown(risk):
    clients = names(10)
    rows = [heard(one, 200) for one in clients[:8]]
    case, _ = risk(*rows, clients=clients, outcomes=[ended(one, 240) for one in clients])
    forward, backward = lead_table(case).rows
    assert forward.number("lead_median").value == 40
    assert (backward.number("lead_median").value, backward.number("missed").value) == (40, 0.2)


def test_missed_ends_stand_apart_in_the_histogram(risk):
    clients = names(3)
    case, _ = risk(heard("C000", 235), clients=clients, outcomes=[ended(one, 240) for one in clients])
    bars = {row.label.key: row.number("ends").value for row in histogram_table(case).rows}
    assert (bars["missed"], bars["lead_1_7"], sum(bars.values())) == (2, 1, 3)


# ---------------------------------------------------------------- acting


def test_acting_makes_true_alarms_look_false_and_weights_mend_it(risk):
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


def test_without_logged_choices_it_is_said_what_is_needed(risk):
    case, found = risk(heard("A", 10), actions=(acted("A", 11, propensity=None),))
    assert [one.key for one in acted_table(case, found).remarks] == ["score_needs_actions"]


# ---------------------------------------------------------------- sources, ranking, reading


def test_the_better_source_leads_the_league(ledger):
    clients = names(60)
    rows = [heard(one, 10, source="erken" if n < 30 else "gec") for n, one in enumerate(clients)]
    found = ledger(*rows, outcomes=[ended(one, 50) for one in clients[:20]], clients=clients)
    judged = judge(found, horizon=90)
    table = league_table(judged.cases["risk"], judged.leagues["risk"]["source"], "source")
    assert [row.label.key for row in table.rows] == ["erken", "gec"]


def test_a_precision_that_rests_on_fewer_than_five_is_too_early(ledger):
    """Seven sightings of two clients are worth fewer than five."""
    rows = [heard(f"X{n % 2}", 10, type=f"type{n}") for n in range(7)]
    rows += [heard(one, 10, source="genis") for one in names(20)]
    judged = judge(ledger(*rows, outcomes=[ended(one, 50) for one in ("X0", *names(5))]), horizon=90)
    table = league_table(judged.cases["risk"], judged.leagues["risk"]["source"], "source")
    number = next(row for row in table.rows if row.label.key == "gazete").number("foresight_precision")
    assert (number.n < 5, number.is_early) == (True, True)


def test_a_source_is_first_among_those_of_its_side(ledger):
    clients = names(30)
    rows = [heard(one, 10, source=f"kaynak{n % 2}") for n, one in enumerate(clients)]
    rows += [heard(one, 10, "opportunity", source=f"baska{n % 3}") for n, one in enumerate(clients)]
    found = judge(ledger(*rows, outcomes=[ended(one, 50) for one in clients[:10]]), horizon=90)
    answer = _sources({side: league["source"] for side, league in found.leagues.items()})
    assert (answer.key, answer.numbers["rated"].value) == ("score_answer_sources_risk", 2)


def test_what_was_derived_has_no_source_but_a_type(ledger):
    rows = heard("A", 10), heard("B", 10, source="chain", category="derived", type="chain")
    judged = judge(ledger(*rows, outcomes=[ended("A", 50)]), horizon=90)
    assert [one.key for one in judged.leagues["risk"]["source"]] == ["gazete"]
    assert {one.key for one in judged.leagues["risk"]["type"]} == {"lawsuit", "chain"}


def scored(count, *, right):
    """Episodes with probabilities from 0 to 1, those from `right` on come true."""
    rows = [heard(one, 10, probability=n / count) for n, one in enumerate(names(count))]
    return rows, [ended(one, 50) for n, one in enumerate(names(count)) if n / count >= right]


def test_a_perfect_order_has_an_area_of_one(risk):
    rows, ends = scored(40, right=0.75)
    case, _ = risk(*rows, outcomes=ends)
    row = ranking_table(case, labelled(case)).rows[0]
    assert (row.number("auroc").value, row.number("average_precision").value) == (1, 1)


def test_only_episodes_whose_whole_horizon_has_passed_are_labels(risk):
    case, _ = risk(heard("A", 10), heard("B", 330), outcomes=[ended("B", 340)])
    assert len(labelled(case).is_case) == 1


def test_a_band_that_understates_is_found(risk):
    rows = [heard(one, 10, probability=0.05) for one in names(60)]
    case, _ = risk(*rows, outcomes=[ended(one, 50) for one in names(30)])
    assert bands_table(case, labelled(case)).rows[0].number("band_q").value < 0.001


def test_precision_that_falls_raises_the_alarm(risk):
    clients = names(300)
    rows = [heard(one, n // 2) for n, one in enumerate(clients)]
    ends = [ended(one, n // 2 + 20) for n, one in enumerate(clients[:150]) if n % 2]
    case, _ = risk(*rows, outcomes=ends)
    assert [one.key for one in monitor_table(case, labelled(case)).remarks] == ["score_alarm"]


def test_a_steady_precision_raises_no_alarm_because_hits_are_known_first(risk):
    clients = names(400)
    ends = [ended(one, n // 2 + 5) for n, one in enumerate(clients) if n % 4 == 0]
    case, _ = risk(*[heard(one, n // 2) for n, one in enumerate(clients)], outcomes=ends)
    promised, since, _ = monitor_table(case, labelled(case)).rows[0].numbers
    assert (promised.value, since.value) == (pytest.approx(0.25, abs=0.01), pytest.approx(0.25, abs=0.01))


def test_the_first_alert_of_a_desk_is_judged_by_itself(risk):
    clients = names(12)
    alerts = tuple(told(one, 10, priority=0.9 if n == 0 else 0.1) for n, one in enumerate(clients))
    case, found = risk(*[heard(one, 10) for one in clients], outcomes=[ended(clients[0], 50)], alerts=alerts)
    first, *_, tenth = reading_table(case, found).rows
    assert first.number("precision_at").value == 1 and tenth.number("precision_at").value == pytest.approx(0.1)


# ---------------------------------------------------------------- controls and coverage


def test_the_controls_find_nothing_where_the_signals_find_something(ledger):
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


def test_coverage_counts_clients_not_mentions(ledger):
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


# ---------------------------------------------------------------- leads


def step(alert, verdict, day, by="analist"):
    return Verdict(alert, by, verdict, None, FIRST + day * DAY)


def test_the_way_of_a_lead_is_counted_from_stage_to_stage(ledger):
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


def test_without_leads_it_is_said_what_to_record(ledger):
    found = ledger(heard("A", 10))
    cases = {side: make_case(found, side, terms_for(found, 90)) for side in ("opportunity", "risk")}
    assert [one.key for one in lead_tables(found, cases)[0].remarks] == ["score_needs_leads"]


def test_reviewers_who_always_agree_have_a_kappa_of_one(ledger):
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
