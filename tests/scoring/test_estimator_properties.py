"""What must hold for every input of the estimators of ranking, calibration, timeliness and agreement."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from oncu.scoring.estimates.causal import natural_precision
from oncu.scoring.estimates.monitor import watch_precision
from oncu.scoring.judge.leakage import purged_split, reporting_delay
from oncu.scoring.judge.timeliness import actionable_recall, lead_quantiles, timeliness_score
from oncu.scoring.people.agreement import dawid_skene, fleiss_kappa
from oncu.scoring.people.funnel import NEVER, Leads, funnel
from oncu.scoring.ranks.bands import band_table
from oncu.scoring.ranks.brier import brier_at
from oncu.scoring.ranks.calibration import corp
from oncu.scoring.ranks.ranking import auroc, average_precision, compare_auroc
from oncu.scoring.ranks.reading import precision_at
from oncu.scoring.ranks.recalibrate import learn_recalibration
from oncu.scoring.ranks.usefulness import Crossing, usefulness

quick = settings(max_examples=60, deadline=None)
chances = st.sampled_from([n / 20 for n in range(21)])
said = st.lists(st.tuples(chances, st.booleans()), min_size=1, max_size=40)
followed = st.lists(st.tuples(chances, st.integers(1, 60), st.sampled_from((0, 1, 2)), st.integers(0, 9)), min_size=1)


def _split(rows: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    probability, happened = zip(*rows, strict=True)
    return np.array(probability), np.array(happened)


@quick
@given(said)
def test_score_is_the_sum_of_its_parts_and_none_is_negative(rows) -> None:
    found = corp(*_split(rows))
    assert min(found.miscalibration, found.discrimination, found.uncertainty) >= 0
    np.testing.assert_allclose(found.score, found.miscalibration - found.discrimination + found.uncertainty, atol=1e-12)


@quick
@given(said, st.randoms(use_true_random=False))
def test_order_of_rows_changes_no_area_nor_part(rows, random) -> None:
    shuffled, ordered = _split(random.sample(rows, len(rows))), _split(sorted(rows))
    for score in (auroc, average_precision, corp, band_table):
        np.testing.assert_allclose(_numbers(score(*shuffled)), _numbers(score(*ordered)), atol=1e-12)


def _numbers(found: object) -> list[float]:
    """Every number of a result, whatever its shape."""
    if found is None or isinstance(found, bool | int | float | np.generic):
        return [0.0 if found is None else float(found)]
    parts = found if isinstance(found, list | tuple) else vars(found).values()
    return [number for part in parts for number in _numbers(part)]


@quick
@given(said)
def test_areas_lie_in_their_intervals(rows) -> None:
    for found in (auroc(*_split(rows)), average_precision(*_split(rows))):
        assert found is None or 0 <= found.low <= found.value <= found.high <= 1


@quick
@given(said)
def test_area_of_the_reversed_score_is_the_complement(rows) -> None:
    score, happened = _split(rows)
    forward, backward = auroc(score, happened), auroc(-score, happened)
    assert forward is None or abs(forward.value + backward.value - 1) < 1e-12


@quick
@given(said)
def test_comparing_two_scores_the_other_way_round_turns_the_sign(rows) -> None:
    score, happened = _split(rows)
    other = np.roll(score, 1)
    one, back = compare_auroc(score, other, happened), compare_auroc(other, score, happened)
    assert one is None or abs(one.gain + back.gain) < 1e-12 and abs(one.p - back.p) < 1e-9


@quick
@given(followed, st.integers(1, 70))
def test_brier_lies_in_its_interval(rows, horizon: int) -> None:
    probability, days, cause, client = (np.array(column) for column in zip(*rows, strict=True))
    found = brier_at(probability, days, cause, client, horizon).score
    assert 0 <= found.low <= found.value <= found.high


@quick
@given(followed)
def test_brier_without_censoring_is_the_mean_square(rows) -> None:
    probability, days, cause, client = (np.array(column) for column in zip(*rows, strict=True))
    cause = np.maximum(cause, 1)
    found = brier_at(probability, days, cause, client, 30).score.value
    np.testing.assert_allclose(found, np.mean((probability - ((cause == 1) & (days <= 30))) ** 2))


@quick
@given(said, st.sampled_from(("platt", "venn-abers", "isotonic")))
def test_recalibrated_probabilities_stay_in_range_and_order(rows, method: str) -> None:
    found = learn_recalibration(*_split(rows), method)(np.linspace(0, 1, 21))
    assert np.all((found.low >= 0) & (found.low <= found.high) & (found.high <= 1))
    assert np.all(np.diff(found.probability) >= -1e-12)


@quick
@given(st.lists(st.booleans(), max_size=80), st.integers(1, 9))
def test_wealth_of_the_monitor_is_never_negative_and_its_alarm_never_withdrawn(labels, tenths: int) -> None:
    right = np.array(labels, dtype=bool)
    found = watch_precision(right, tenths / 10)
    assert np.all(found.wealth >= 0) and 0 < found.p <= 1
    assert (
        found.alarm_at is None or watch_precision(right[: found.alarm_at + 1], tenths / 10).alarm_at == found.alarm_at
    )


@quick
@given(st.lists(st.integers(0, 200), min_size=1))
def test_recall_never_rises_with_the_days_needed(leads) -> None:
    lead = np.array(leads)
    shares = [share.value for _, share in actionable_recall(lead)]
    assert shares == sorted(shares, reverse=True)
    np.testing.assert_allclose(shares[0] + lead_quantiles(lead).missed.value, 1)


@quick
@given(st.lists(st.integers(0, 200), min_size=1), st.integers(0, 20), st.integers(0, 99))
def test_earlier_warning_never_scores_less(leads, alarms: int, which: int) -> None:
    lead = np.array(leads)
    earlier = lead.copy()
    earlier[which % len(lead)] += 10
    assert timeliness_score(earlier, alarms, 90) >= timeliness_score(lead, alarms, 90) - 1e-9


@quick
@given(st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3).filter(any), min_size=1, max_size=12))
def test_kappa_lies_between_minus_one_and_one(rows) -> None:
    table = np.array([[row[0], row[1], 12 - row[0] - row[1]] for row in rows])
    found = fleiss_kappa(table)
    assert found.value is None or -1 <= found.value <= 1 + 1e-12


@quick
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_what_reviewers_are_learnt_to_be_are_probabilities(reviews) -> None:
    found = dawid_skene(*(np.array(column) for column in zip(*reviews, strict=True)))
    np.testing.assert_allclose([*found.confusion.sum(axis=2).ravel(), found.share.sum()], 1, atol=1e-9)
    np.testing.assert_allclose(found.verdict.sum(axis=1), 1)


@quick
@given(st.tuples(*[st.integers(0, 50)] * 4), st.integers(1, 19))
def test_usefulness_is_never_over_one(cells, twentieths: int) -> None:
    counts = Crossing(*map(float, cells))
    assume(0 < counts.prevalence < 1)
    assert usefulness(counts, twentieths / 20).relative <= 1 + 1e-12


@quick
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 9)), min_size=1))
def test_equal_propensities_change_nothing_among_those_left_alone(rows) -> None:
    true, acted, client = (np.array(column) for column in zip(*rows, strict=True))
    found = natural_precision(true.astype(float), acted, np.full(len(true), 0.4), client)
    np.testing.assert_allclose(_numbers(found.natural), _numbers(found.left_alone), atol=1e-9)


@quick
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), chances, st.booleans()), min_size=1), st.integers(1, 5))
def test_places_read_never_exceed_those_there_are(rows, k: int) -> None:
    reader, day, score, right = (np.array(column) for column in zip(*rows, strict=True))
    found = precision_at(k, reader=reader, day=day, score=score, is_right=right, client=np.arange(len(rows)))
    desks = {(r, d): 0 for r, d, *_ in rows}
    for r, d, *_ in rows:
        desks[r, d] += 1
    assert found.n == sum(min(k, size) for size in desks.values())


@quick
@given(st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=5).map(sorted), min_size=1), st.integers(0, 60))
def test_funnel_of_an_older_day_is_not_changed_by_what_came_later(rows, as_of: int) -> None:
    reached = np.array([[*row, *[NEVER] * (5 - len(row))] for row in rows])
    then = np.where(reached <= as_of, reached, NEVER)
    open_still = np.full(len(rows), NEVER)
    both = (funnel(Leads(one, open_still, np.arange(len(rows))), as_of, 30) for one in (reached, then))
    assert next(both) == next(both)


@quick
@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 5)), min_size=1), st.integers(0, 100), st.integers(0, 40))
def test_no_row_and_no_group_is_on_both_sides(rows, cut: int, gap: int) -> None:
    start, group = (np.array(column) for column in zip(*rows, strict=True))
    split = purged_split(start, cut, gap, group)
    assert not np.any(split.train & split.test)
    assert not set(group[split.train].tolist()) & set(group[split.test].tolist())
    assert np.all(start[split.train] + gap < cut)


@quick
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1), st.integers(0, 60))
def test_delay_lies_among_those_seen(rows, as_of: int) -> None:
    occurred, delay = (np.array(column) for column in zip(*rows, strict=True))
    seen = delay[occurred + delay <= as_of]
    assert reporting_delay(occurred, occurred + delay, as_of) in ({0} if not len(seen) else set(seen.tolist()))
