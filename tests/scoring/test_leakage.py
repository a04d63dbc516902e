"""The fifteen leakage rules. Each test also shows the number a broken rule would give, so it cannot pass in vain.

rule  guarded by  tests here, and in the scoreboard
1  time zero is when we knew  asof.signals_as_of  rule_1; score/ (curve, horizons)
2  an end of the same day is no prediction  followup.follow  rule_2
3  late records do not exist yet  asof.outcomes_as_of, settled_day  rule_3; score/ (terms)
4  open episodes are unknown, never failures  conversion.incidence  rule_4; score/ (naive share)
5  duplicates count once  episodes, clustered intervals  rule_5; score/ (one end a client)
6  clients who left stay in the universe  spells, base_rate  rule_6; score/ (coverage)
7  train and test apart by time, group, story  leakage.purged_split  rule_7; backtest_cases (firm on both sides)
8  what was scored afterwards is not mixed in  known_at, the arm of a ledger  rule_8; score_report (shadow)
9  a source that proclaims an end foretells none  without_defining_sources  rule_9; score/ (proclaims)
10 the bank's own action is logged  causal.natural_precision  rule_10; score/ (acting)
11 looking daily raises no more false alarms  monitor.watch_precision  rule_11; score/ (alarm)
12 what was chosen later counts from its change  known_at of what it made  rule_12; score_report (shadow)
13 corrections of clients do not rewrite history  append-only rows, known_at  rule_13; score_report (same bytes)
14 what the decision revealed is no feature  leakage.assert_features_known  rule_14; backtest_offers
15 shares of offers are said to be among offered  funnel.funnel  rule_15
"""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy.stats import binom

from oncu.scoring.estimates.causal import natural_precision
from oncu.scoring.estimates.monitor import watch_precision
from oncu.scoring.judge import evidence as judging
from oncu.scoring.judge.asof import SALE, KnownOutcomes, client_day, day_of, outcomes_as_of
from oncu.scoring.judge.base_rate import matched_controls
from oncu.scoring.judge.columns import outcomes_from_rows, signals_from_rows
from oncu.scoring.judge.conversion import conversion
from oncu.scoring.judge.episodes import Episodes, merge_into_episodes
from oncu.scoring.judge.evaluate import evaluate
from oncu.scoring.judge.followup import first_outcome, follow
from oncu.scoring.judge.leakage import (
    Leak,
    assert_features_known,
    assert_point_in_time,
    choose_signals,
    purged_split,
    reporting_delay,
    settled_day,
    without_defining_sources,
)
from oncu.scoring.judge.spells import spells_of
from oncu.scoring.people.funnel import NEVER, Leads, funnel

AS_OF = date(2025, 3, 31)


def _one(start: int) -> Episodes:
    """One episode of client 0."""
    none = np.zeros(1, dtype=np.int64)
    return Episodes(none, np.array([start]), np.array([start]), np.array([np.nan]), none, none)


def _ends(*days: int, recorded: int | None = None) -> KnownOutcomes:
    """Sales of client 0, recorded the same day or on `recorded`."""
    day = np.array(days, dtype=np.int64)
    told = day if recorded is None else np.full(len(days), recorded)
    return KnownOutcomes(np.zeros_like(day), day, np.full_like(day, SALE), told)


# ---------------------------------------------------------------- the guard


def test_guard_names_the_column_the_row_and_the_day() -> None:
    with pytest.raises(Leak, match="recorded: row 1 is of day 101, after day 100"):
        assert_point_in_time(100, known=np.array([99, 100]), recorded=np.array([100, 101]))


def test_guard_takes_a_day_for_each_row() -> None:
    assert_point_in_time(np.array([1, 5]), known=np.array([1, 5]))
    with pytest.raises(Leak):
        assert_point_in_time(np.array([1, 5]), known=np.array([2, 5]))


@pytest.mark.parametrize(
    ("episodes", "ends"), [(_one(101), _ends()), (_one(50), _ends(101)), (_one(50), _ends(60, recorded=101))]
)
def test_following_refuses_what_lies_after_as_of(episodes: Episodes, ends: KnownOutcomes) -> None:
    with pytest.raises(Leak):
        follow(episodes, ends, None, 100)


def test_matching_refuses_exposure_begun_after_as_of(exposure) -> None:
    late = spells_of(exposure({"client_id": "A", "from": "2025-05-01"}), {"A": 0}, date(2025, 6, 1))
    with pytest.raises(Leak, match="exposure"):
        matched_controls(_one(10), _ends(), late, as_of=day_of(AS_OF), horizon=30, merge_days=30)


@pytest.mark.parametrize(
    ("table", "unfiltered"),
    [
        ("outcomes_as_of", lambda rows, clients, _: outcomes_as_of(rows, clients, date(2099, 1, 1))),
        ("signals_as_of", None),
        ("spells_of", lambda rows, clients, _: spells_of(rows, clients, date(2099, 1, 1))),
    ],
)
def test_judging_refuses_a_table_that_was_not_cut(monkeypatch, signals, outcomes, exposure, table, unfiltered) -> None:
    """Each cut is taken out in turn: the join must notice."""
    plain = getattr(judging, table)
    broken = unfiltered or (lambda rows, clients, **more: plain(rows, clients, **{**more, "as_of": date(2099, 1, 1)}))
    monkeypatch.setattr(judging, table, broken)
    with pytest.raises(Leak):
        evaluate(
            signals({"client_id": "A", "known_at": "2025-01-01"}, {"client_id": "B", "known_at": "2025-06-01"}),
            outcomes({"client_id": "A", "occurred_at": "2025-05-01"}),
            exposure({"client_id": "A", "from": "2025-05-01"}),
            side="opportunity",
            as_of=AS_OF,
            horizon_days=30,
        )


# ---------------------------------------------------------------- the rules


def test_rule_1_time_zero_is_when_we_knew_not_what_the_page_claims(signals, outcomes, judge) -> None:
    row = {"client_id": "A", "known_at": "2025-01-20", "published_at": "2025-01-05"}
    sold = outcomes({"client_id": "A", "occurred_at": "2025-01-10"})
    found, backdated = (judge(signals(one), sold) for one in (row, {**row, "known_at": row["published_at"]}))
    assert (found["echoes"], found["episodes"]) == (1, 0)
    assert backdated["conversion"]["value"] == 1


def test_rule_2_outcome_of_the_same_day_is_no_prediction() -> None:
    ends, found = _ends(50), follow(_one(50), _ends(50), None, 100)
    assert found.is_echo.all() and not found.cause.any()
    lenient = first_outcome(ends, np.zeros(1, dtype=np.int64), np.array([50]), side="left")
    assert ends.cause[lenient] == SALE


def test_rule_3_late_record_does_not_exist_yet(signals, outcomes, judge) -> None:
    heard = signals({"client_id": "A", "known_at": "2025-01-10"})
    late = {"client_id": "A", "occurred_at": "2025-01-20", "recorded_at": "2025-04-01"}
    found, told = (judge(heard, outcomes(one)) for one in (late, {**late, "recorded_at": "2025-01-20"}))
    assert (found["conversion"]["value"], told["conversion"]["value"]) == (0, 1)


def test_rule_3_delay_of_reporting_is_not_shortened_by_reports_still_to_come() -> None:
    """Delays of 0 to 59 days evenly, outcomes of the last 65 days only: 95 % are told within 57."""
    r = np.random.default_rng(1)
    occurred = r.integers(35, 100, 6000)
    recorded = occurred + r.integers(0, 60, 6000)
    told = recorded <= 100
    plain = np.quantile((recorded - occurred)[told], 0.95)
    assert reporting_delay(occurred, recorded, 100) == pytest.approx(57, abs=2) and plain < 54
    assert settled_day(occurred, recorded, 100) == 100 - reporting_delay(occurred, recorded, 100)


def test_rule_4_immature_episode_is_unknown_never_a_failure(signals, outcomes, judge) -> None:
    heard = [{"client_id": f"c{n}", "known_at": "2025-01-01" if n < 4 else "2025-03-30"} for n in range(20)]
    found = judge(signals(*heard), outcomes({"client_id": "c0", "occurred_at": "2025-01-15"}))
    assert found["conversion"]["value"] == pytest.approx(0.25) and found["naive_share"] == 0.05


def test_rule_5_syndicated_story_counts_once(signals, outcomes, judge) -> None:
    copies = [{"client_id": "A", "known_at": f"2025-01-{day:02d}", "story_id": "x"} for day in range(1, 21)]
    rows = [*copies, {"client_id": "B", "known_at": "2025-01-01"}]
    found = judge(signals(*rows), outcomes({"client_id": "A", "occurred_at": "2025-01-25"}))
    assert (found["episodes"], found["conversion"]["value"]) == (2, 0.5)
    per_mention = judge(signals(*rows), outcomes({"client_id": "A", "occurred_at": "2025-01-25"}), merge_days=0)
    assert per_mention["conversion"]["value"] > 0.9


def test_rule_5_interval_is_not_narrowed_by_copies() -> None:
    days, cause = np.tile([10, 40, 40, 10], 10), np.tile([1, 0, 0, 2], 10)
    clustered, pretended = (
        conversion(days, cause, client, 30) for client in (np.tile(np.arange(4), 10), np.arange(40))
    )
    assert clustered.high - clustered.low > 2 * (pretended.high - pretended.low)


def test_rule_5_every_signal_alone_would_be_its_own_episode() -> None:
    same, days = np.zeros(5, dtype=np.int64), np.arange(5)
    assert len(set(merge_into_episodes(same, same, days).tolist())) == 1
    assert len(set(merge_into_episodes(same, same, days, 0).tolist())) == 5


def test_rule_6_clients_who_failed_later_stay_in_the_universe(signals, outcomes, exposure, judge) -> None:
    """Of four clients without a signal the one that ended has closed since; without it nothing would ever happen."""
    heard = signals({"client_id": "A", "known_at": "2025-01-15"})
    ended = outcomes({"client_id": "B", "occurred_at": "2025-01-20"})
    rows = [{"client_id": one} for one in "ACDE"]
    whole = judge(heard, ended, exposure(*rows, {"client_id": "B", "to": "2025-01-20"}))
    survivors = judge(heard, ended, exposure(*rows))
    assert (whole["base_rate"]["value"], survivors["base_rate"]["value"]) == (pytest.approx(0.25), 0)


def test_rule_6_client_who_joined_late_is_not_called_missed(signals, outcomes, exposure, judge) -> None:
    ended = outcomes({"client_id": "B", "occurred_at": "2025-02-09"})
    heard = signals({"client_id": "A", "known_at": "2025-01-15"})
    late, always = (
        judge(heard, ended, exposure({"client_id": "B", "from": day})) for day in ("2025-02-01", "2024-01-01")
    )
    assert (late["recall"], always["recall"]["value"]) == (None, 0)


def test_rule_7_label_that_reaches_into_the_test_teaches_nothing() -> None:
    start = np.array([0, 69, 70, 99, 100])
    assert purged_split(start, cut=100, gap=30).train.tolist() == [True, True, False, False, False]
    assert purged_split(start, cut=100, gap=0).train.tolist() == [True, True, True, True, False]


def test_rule_7_group_of_firms_is_on_one_side_only() -> None:
    start, group = np.array([0, 0, 0, 200]), np.array([7, 8, -1, 7])
    split = purged_split(start, 100, 30, group)
    assert split.train.tolist() == [False, True, True, False] and split.test.tolist() == [False] * 3 + [True]
    assert purged_split(start, 100, 30).train[0]


def test_rule_8_scores_made_afterwards_are_not_mixed_in(signals, outcomes, judge) -> None:
    """Two signals in time, one of which came true, and eight made over again after the end that all knew."""
    rows = [{"client_id": f"c{n}", "known_at": "2025-01-01" if n < 2 else "2025-02-01"} for n in range(10)]
    ended = outcomes(*({"client_id": f"c{n}", "occurred_at": "2025-01-15"} for n in range(1, 10)))
    found = judge(signals(*rows), ended)
    mixed = judge(signals(*({**row, "known_at": "2025-01-01"} for row in rows)), ended)
    assert (found["conversion"]["value"], found["echoes"]) == (0.5, 8)
    assert mixed["conversion"]["value"] == pytest.approx(0.9)


def test_rule_9_source_that_proclaims_an_end_foretells_none_of_it(signals, outcomes) -> None:
    rows = ({"client_id": client, "source": source} for client, source in (("A", "ilan"), ("B", "gazete")))
    heard = signals(*({**row, "known_at": "2025-01-01"} for row in rows))
    ended = outcomes({"client_id": "A", "kind": "bankruptcy", "occurred_at": "2025-01-09"})
    kept, barred = without_defining_sources(heard, ended, {"bankruptcy": {"ilan"}})
    assert (kept.client_id, barred) == (["B"], ["ilan"])
    assert without_defining_sources(heard, ended, {"sale": {"ilan"}})[0].client_id == ["A", "B"]


def test_rule_9_source_of_a_competing_end_may_stay(signals, outcomes) -> None:
    heard = signals({"client_id": "A", "source": "ilan", "known_at": "2025-01-01"})
    left = outcomes({"client_id": "A", "kind": "exit", "occurred_at": "2025-01-09", "competing": True})
    assert without_defining_sources(heard, left, {"exit": {"ilan"}})[0].source == ["ilan"]


def test_rule_10_unlogged_action_cannot_be_corrected_for() -> None:
    """Acting averts every end: what was left alone is all that tells, weighed by the chance to be left alone."""
    r = np.random.default_rng(2)
    would, n = r.random(4000) < 0.25, 4000
    propensity = np.where(would, 0.8, 0.3)
    acted = r.random(n) < propensity
    found = natural_precision((would & ~acted).astype(float), acted, propensity, np.arange(n))
    assert found.natural.low < 0.25 < found.natural.high and found.naive.high < 0.1
    with pytest.raises(ValueError, match="log the chance"):
        natural_precision(would.astype(float), acted, np.full(n, np.nan), np.arange(n))


def test_rule_11_looking_daily_raises_no_more_false_alarms_than_promised() -> None:
    """Precision holds at .3; a binomial test peeked at every 20 labels cries wolf far more often than 5 %."""
    right = np.random.default_rng(3).random((2000, 500)) < 0.3
    watched = np.mean([watch_precision(row, 0.3).alarm_at is not None for row in right])
    looks = np.arange(20, 501, 20)
    peeked = np.mean((binom.cdf(np.cumsum(right, axis=1)[:, looks - 1], looks, 0.3) < 0.05).any(axis=1))
    assert watched <= 0.06 and peeked > 0.15


def test_rule_12_list_chosen_with_later_knowledge_counts_from_its_change(signals, outcomes, judge) -> None:
    """A word was put on the list on 1 February because of how the firm had ended: what it finds is known from then."""
    ended = outcomes({"client_id": "A", "occurred_at": "2025-01-20"})
    changed, pretended = (
        judge(signals({"client_id": "A", "known_at": day}), ended) for day in ("2025-02-01", "2025-01-01")
    )
    assert (changed["episodes"], changed["echoes"], pretended["naive_share"]) == (0, 1, 1)


def test_rule_13_later_correction_of_a_client_does_not_rewrite_what_was_known(signals, outcomes, judge) -> None:
    """On 1 February we saw that the note of 1 January was about B, whose sale had come meanwhile."""
    heard = {"client_id": "A", "known_at": "2025-01-01"}
    corrected = {"client_id": "B", "known_at": "2025-02-01"}
    sold = outcomes({"client_id": "B", "occurred_at": "2025-01-20"})
    before = {"as_of": date(2025, 1, 31)}
    assert judge(signals(heard, corrected), sold, **before) == judge(signals(heard), sold, **before)
    assert judge(signals(heard, corrected), sold)["naive_share"] == 0
    rewritten = judge(signals({**heard, "client_id": "B"}), sold)
    assert rewritten["naive_share"] == 1


def test_rule_14_what_the_decision_revealed_is_no_feature_of_the_offer() -> None:
    assert_features_known(["product", "amount", "tenor_months", "price", "list_price"])
    with pytest.raises(Leak, match="rival_price, winner"):
        assert_features_known(["price", "winner", "rival_price"])


def test_rule_15_share_won_is_said_to_be_among_offered() -> None:
    """Of ten signals four got an offer and two were won: half, among offered; a fifth would be of all."""
    reached = np.array([[0, 5, 9], [0, 5, 9], [0, 5, NEVER], [0, 5, NEVER], *[[0, NEVER, NEVER]] * 6])
    won = funnel(Leads(reached, np.full(10, NEVER), np.arange(10)), 99, 30, ("signal", "offered", "won"))[1]
    assert (won.among, won.n, won.share.value) == ("offered", 4, 0.5)


# ---------------------------------------------------------------- as a whole


def test_documents_after_the_end_change_no_number(signals, outcomes, judge) -> None:
    """Coverage after an end is what flatters most: the echo of the end must not count as having foretold it."""
    heard = [{"client_id": "A", "known_at": "2025-01-01"}, {"client_id": "B", "known_at": "2025-01-01"}]
    ended = outcomes({"client_id": "A", "occurred_at": "2025-01-20"}, {"client_id": "C", "occurred_at": "2025-01-20"})
    after = [{"client_id": "C", "known_at": f"2025-02-{day:02d}"} for day in (1, 10, 20)]
    plain, echoed = judge(signals(*heard), ended), judge(signals(*heard, *after), ended)
    assert {key: echoed[key] for key in echoed if key not in ("signals", "echoes")} == {
        key: plain[key] for key in plain if key not in ("signals", "echoes")
    }
    assert echoed["echoes"] == 1


def test_outcomes_keep_the_day_they_were_recorded() -> None:
    late = {"client_id": "A", "kind": "sale", "occurred_at": "2025-01-02", "recorded_at": "2025-01-09"}
    known = outcomes_as_of(outcomes_from_rows([{**late, "competing": False}]), {"A": 0}, AS_OF)
    assert (known.recorded - known.day).tolist() == [7]
    assert client_day(known.client, known.day).tolist() == known.client_day.tolist()


def test_choosing_signals_keeps_absent_columns_absent() -> None:
    row = {"signal_id": "s", "client_id": "A", "side": "risk", "type": "t", "source": "x", "known_at": "2025-01-01"}
    table = signals_from_rows([row, {**row, "signal_id": "t", "known_at": "2025-01-02"}])
    chosen = choose_signals(replace(table, manager=None), np.array([False, True]))
    assert (chosen.signal_id, chosen.manager, len(chosen.known_at)) == (["t"], None, 1)
    assert chosen.known_at[0] == np.datetime64(AS_OF.replace(month=1, day=1) + timedelta(days=1))


def test_every_rule_has_a_test() -> None:
    named = {int(name.split("_")[2]) for name in globals() if name.startswith("test_rule_")}
    assert named == set(range(1, 16))
