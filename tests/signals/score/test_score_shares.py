"""What counts, what is too early, what share came true, and what would have come anyway."""

from datetime import UTC, date, datetime, timedelta

import pytest

from oncu.signals.score.case import make_case, terms_for
from oncu.signals.score.sides import count_table, curve_table, headline, horizon_table

AS_OF = date(2025, 12, 31)
FIRST = datetime(2025, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_last_days_whose_outcomes_are_still_being_recorded_are_not_counted(ledger, ended, names):
    found = terms_for(ledger(outcomes=[ended(one, n, late=12) for n, one in enumerate(names(40))]), 90)
    assert (found.judged_to, found.is_cut) == (AS_OF - 12 * DAY, True)


def test_a_table_imported_at_once_does_not_empty_the_scoreboard(ledger, ended, names):
    told_in_december = [ended(one, n, late=360 - n) for n, one in enumerate(names(40))]
    found = terms_for(ledger(outcomes=told_in_december), 90)
    assert (found.judged_to, found.is_cut, found.delay > 300) == (AS_OF, False, True)


def test_an_end_after_the_last_settled_day_does_not_count(risk, heard, ended, names):
    late = [ended(one, n, late=12) for n, one in enumerate(names(40))]
    case, _ = risk(heard("X", 300), outcomes=[*late, ended("X", 360)])
    assert case.came_true(90).sum() == 0 and case.terms.judged_to < (FIRST + 360 * DAY).date()


def test_a_source_that_proclaims_the_end_is_left_out_and_named(risk, heard, ended):
    rows = heard("A", 10, source="konkordato-ilanlari"), heard("B", 10)
    case, _ = risk(*rows, outcomes=[ended("A", 30, "bankruptcy"), ended("B", 40)])
    (remark,) = count_table(case).remarks
    assert (len(case.episodes), case.barred_signals, remark.values["sources"]) == (1, 1, "konkordato-ilanlari")


def test_a_source_of_bankruptcies_may_foretell_defaults(risk, heard, ended):
    case, _ = risk(heard("A", 10, source="konkordato-ilanlari"), outcomes=[ended("A", 30)])
    assert (len(case.episodes), case.barred) == (1, ())


def test_one_kind_of_end_is_not_hidden_by_another_that_came_first(ledger, heard, ended):
    found = ledger(heard("A", 10), outcomes=[ended("A", 20, "watchlist"), ended("A", 50)])
    alone = make_case(found, "risk", terms_for(found, 90), foretold=("default",))
    both = make_case(found, "risk", terms_for(found, 90))
    assert (alone.followed.days.tolist(), both.followed.days.tolist()) == ([40], [10])


def test_a_share_stands_beside_the_naive_one_it_corrects(risk, heard, ended, names):
    rows = [heard(one, 10 if n < 10 else 340) for n, one in enumerate(names(20))]
    case, _ = risk(*rows, outcomes=[ended(one, 40) for one in names(5)])
    row = headline(case)
    assert row.number("conversion").value == pytest.approx(0.5)
    assert row.number("naive_share").value == 0.25


def test_fewer_than_five_ends_are_too_early_and_the_day_of_the_fifth_is_said(risk, heard, ended, names):
    """One of twenty was heard of too late to be followed so long."""
    rows = [heard(one, 10 if n < 19 else 340) for n, one in enumerate(names(20))]
    case, _ = risk(*rows, outcomes=[ended(one, 40) for one in names(4)])
    number = headline(case).number("conversion")
    assert number.is_early and number.until > AS_OF


@pytest.mark.parametrize("late", [0, 5])
def test_few_ends_within_a_mature_horizon_are_a_finding(risk, late, heard, ended, names):
    """All were followed so long, or twenty were: that few of them ended is known."""
    rows = [heard(one, 10 if n < 20 else 340) for n, one in enumerate(names(20 + late))]
    case, _ = risk(*rows, outcomes=[ended(one, 40) for one in names(2)])
    row = headline(case)
    assert not row.number("conversion").is_early and row.number("conversion").high is not None
    assert (row.note.key, row.note.values) == ("score_few_risk", {"n": 2})


def test_a_few_episodes_say_nothing_however_long_they_were_followed(risk, heard, ended, names):
    case, _ = risk(*[heard(one, 10) for one in names(4)], outcomes=[ended("C000", 40)])
    assert headline(case).number("conversion").is_early


def test_no_day_is_promised_that_lies_further_away_than_two_years(risk, heard, ended, names):
    rows = [heard(one, 10 if n < 10 else 340) for n, one in enumerate(names(20))]
    case, _ = risk(*rows, outcomes=[ended("C000", 40)])
    number = headline(case).number("conversion")
    assert (number.is_early, number.until) == (True, None)


def test_five_ends_are_enough(risk, heard, ended, names):
    case, _ = risk(*[heard(one, 10) for one in names(20)], outcomes=[ended(one, 40) for one in names(5)])
    assert not headline(case).number("conversion").is_early


def test_several_episodes_of_one_client_are_one_end(risk, heard, ended):
    rows = [heard("A", 10, type=f"type{n}") for n in range(6)]
    case, _ = risk(*rows, outcomes=[ended("A", 40)])
    assert (len(case.episodes), case.ends_within(90)) == (6, 1)


def test_a_horizon_nobody_was_followed_to_is_too_early(risk, heard, ended, names):
    case, _ = risk(*[heard(one, 300) for one in names(20)], outcomes=[ended(one, 310) for one in names(9)])
    early = {row.label.key: row.is_early for row in horizon_table(case).rows}
    assert early == {"30": False, "90": True, "180": True, "365": True}


def test_without_exposure_the_base_rate_is_asked_for(risk, heard):
    case, _ = risk(heard("A", 10))
    assert [one.key for one in horizon_table(case).remarks] == ["score_needs_exposure"]
    assert headline(case).number("lift").value is None


def test_clients_without_a_signal_give_the_base_rate(risk, heard, ended, names):
    clients = names(200)
    rows = [heard(one, 10) for one in clients[:20]]
    ends = [ended(one, 40) for one in (*clients[:10], *clients[20:29])]
    row = headline(risk(*rows, outcomes=ends, clients=clients)[0])
    assert row.number("base_rate").value == pytest.approx(9 / 180)
    assert row.number("lift").value == pytest.approx(10) and row.number("attributable").value == pytest.approx(9)


def test_a_curve_never_falls_and_ends_at_the_longest_followed(risk, heard, ended, names):
    case, _ = risk(
        *[heard(one, 10) for one in names(20)], outcomes=[ended(one, 20 + n) for n, one in enumerate(names(8))]
    )
    values = [row.number("curve").value for row in curve_table(case).rows]
    assert values == sorted(values) and values[-1] == pytest.approx(0.4)
