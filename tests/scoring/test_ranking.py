"""Order of scores, and what reading in that order costs."""

import numpy as np
import pytest

from oncu.scoring.estimates.intervals import Rate
from oncu.scoring.ranks.ranking import auroc, average_precision, compare_auroc, deterioration_p, gini
from oncu.scoring.ranks.reading import minutes_per_right_one, number_needed_to_read, precision_at, precision_by_rank


def _desk(score: list[float], right: list[bool], reader: list[int] | None = None, day: list[int] | None = None) -> dict:
    n = len(score)
    return {
        "reader": np.array(reader or [0] * n),
        "day": np.array(day or [0] * n),
        "score": np.array(score),
        "is_right": np.array(right),
        "client": np.arange(n),
    }


def test_area_counts_pairs_in_order() -> None:
    found = auroc(np.array([1.0, 2, 3, 4]), np.array([False, True, False, True]))
    assert found.value == 0.75 and gini(found.value) == 0.5


def test_area_without_a_case_is_unknown() -> None:
    assert auroc(np.array([1.0, 2]), np.array([False, False])) is None


def test_perfect_order_of_a_few_keeps_an_interval() -> None:
    found = auroc(np.array([1.0, 2, 3, 4]), np.array([False, False, True, True]))
    assert found.value == 1 and 0.1 < found.low < 0.9


def test_scores_that_order_alike_do_not_differ() -> None:
    score, is_case = np.random.default_rng(1).random(50), np.arange(50) % 3 == 0
    found = compare_auroc(score, score**3, is_case)
    assert (found.gain, found.p) == (0, 1)


def test_pairing_sees_a_gain_that_two_intervals_hide() -> None:
    """Two nearly equal scores of the same rows: their own intervals overlap, the paired one excludes 0."""
    r = np.random.default_rng(2)
    is_case = r.random(600) < 0.3
    good = r.normal(size=600) + is_case
    worse = good + r.normal(scale=0.9, size=600)
    found = compare_auroc(good, worse, is_case)
    assert auroc(good, is_case).low < auroc(worse, is_case).high and found.low > 0


def test_fallen_area_is_told_from_chance() -> None:
    r = np.random.default_rng(3)
    is_case = r.random(500) < 0.3
    score = r.normal(size=500) + 0.5 * is_case
    assert (
        deterioration_p(0.8, score, is_case)
        < 0.001
        < 0.2
        < deterioration_p(auroc(score, is_case).value, score, is_case)
    )


def test_average_precision_of_a_case_first_and_last() -> None:
    found = average_precision(np.array([3.0, 2, 1]), np.array([True, False, True]))
    assert found.value == pytest.approx((1 + 2 / 3) / 2) and found.n == 2


def test_average_precision_of_one_tie_is_the_share() -> None:
    assert average_precision(np.ones(10), np.arange(10) < 3).value == pytest.approx(0.3)


def test_precision_is_taken_on_each_desk_and_day() -> None:
    desk = _desk([0.9, 0.8, 0.2, 0.1], [False, True, True, False], day=[0, 0, 1, 1])
    assert precision_at(1, **desk).value == 0.5 and precision_at(1, **desk).n == 2


def test_desk_with_fewer_alerts_than_places_counts_whole() -> None:
    assert precision_at(5, **_desk([0.9, 0.8], [True, False])).n == 2


def test_alerts_tied_at_the_last_place_share_it() -> None:
    """One place, three alerts of equal score, one of them right: a third."""
    assert precision_at(1, **_desk([0.5, 0.5, 0.5], [True, False, False])).value == pytest.approx(1 / 3)


def test_precision_of_nothing_read_is_unknown() -> None:
    assert precision_at(3, **_desk([], [])).value is None


def test_precision_falls_down_the_page() -> None:
    desk = _desk([0.9, 0.8, 0.9, 0.8], [True, False, True, True], reader=[0, 0, 1, 1])
    assert [one.value for one in precision_by_rank(3, **desk)] == [1, 0.5, None]


def test_number_needed_to_read_turns_precision_round() -> None:
    precision = Rate(0.25, 0.2, 0.5, 100)
    assert number_needed_to_read(precision) == Rate(4, 2, 5, 100)
    assert minutes_per_right_one(precision, 3) == Rate(12, 6, 15, 100)


def test_number_needed_to_read_has_no_end_when_nothing_was_right() -> None:
    assert number_needed_to_read(Rate(0.0, 0.0, 0.1, 20)) == Rate(None, 10, None, 20)
