"""Probabilities that mean what they say: taken apart, drawn, tested by band, mended, watched."""

import numpy as np
import pytest

from oncu.scoring.estimates.monitor import watch_precision
from oncu.scoring.judge.tables import BadInput
from oncu.scoring.ranks.bands import band_table
from oncu.scoring.ranks.brier import brier_at
from oncu.scoring.ranks.calibration import calibration_line, corp, reliability
from oncu.scoring.ranks.recalibrate import choose_method, learn_recalibration


def _said(seed: int, n: int = 4000, power: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities said, and what happened with probability said ** power."""
    r = np.random.default_rng(seed)
    said = r.random(n)
    return said, r.random(n) < said**power


def test_score_is_taken_apart_as_worked_by_hand() -> None:
    """Recalibrated to 1/2 and 1: S 1/4, S(C) 1/8, S(R) 3/16."""
    found = corp(np.array([0.0, 0, 1, 1]), np.array([False, True, True, True]))
    parts = found.score, found.miscalibration, found.discrimination, found.uncertainty
    assert parts == (0.25, 0.125, 0.0625, 0.1875)


def test_calibration_line_of_honest_probabilities_covers_nought_and_one() -> None:
    """95 % intervals over 100 banks of 500."""
    lines = [calibration_line(*_said(seed, n=500)) for seed in range(100)]
    assert 89 <= sum(line.in_the_large.low < 0 < line.in_the_large.high for line in lines) < 100
    assert 89 <= sum(line.slope.low < 1 < line.slope.high for line in lines) < 100


def test_probabilities_too_high_show_in_the_large() -> None:
    found = calibration_line(*_said(2, power=2))
    assert found.in_the_large.high < 0 and found.observed < found.expected


def test_probabilities_too_extreme_have_a_flat_slope() -> None:
    r = np.random.default_rng(3)
    odds = r.normal(size=4000)
    happened = r.random(4000) < 1 / (1 + np.exp(-odds))
    assert calibration_line(1 / (1 + np.exp(-2 * odds)), happened).slope.value == pytest.approx(0.5, abs=0.05)


def test_calibration_line_needs_both_classes() -> None:
    assert calibration_line(np.array([0.2, 0.4]), np.array([True, True])) is None


def test_reliability_band_holds_the_diagonal_when_honest() -> None:
    said, happened = _said(4)
    found = reliability(said, happened, np.arange(4000), np.random.default_rng(0), draws=60)
    inside = (found.low <= found.probability) & (found.probability <= found.high)
    assert inside.mean() > 0.8 and found.n == 4000


def test_reliability_band_widens_when_rows_share_clients() -> None:
    """Twenty rows of one client are one piece of evidence: its luck is theirs."""
    r = np.random.default_rng(5)
    client = np.repeat(np.arange(50), 20)
    said = np.repeat(r.random(50), 20)
    happened = np.repeat(r.random(50) < said[::20], 20)
    bands = [
        reliability(said, happened, one, np.random.default_rng(0), draws=60) for one in (client, np.arange(len(client)))
    ]
    widths = [np.mean(band.high - band.low) for band in bands]
    assert widths[0] > 2 * widths[1]


def test_only_the_band_that_understates_is_off() -> None:
    """A thousand rows at 3 % of which 3 % happen, a thousand at 15 % of which 25 % happen."""
    said = np.repeat([0.03, 0.15], 1000)
    happened = np.concatenate([np.arange(1000) < 30, np.arange(1000) < 250])
    assert [(band.low, band.is_off) for band in band_table(said, happened)] == [(0.0, False), (0.1, True)]


def test_overstating_counts_only_for_the_two_sided_test() -> None:
    said, happened = np.full(1000, 0.15), np.arange(1000) < 50
    one_sided, both = (band_table(said, happened, two_sided=both)[0] for both in (False, True))
    assert (one_sided.is_off, both.is_off) == (False, True)


def test_bands_are_judged_together() -> None:
    """The adjusted p of a band is never below its own."""
    assert all(band.q >= band.p for band in band_table(*_said(6, n=300)))


def test_probability_of_one_lies_in_the_last_band() -> None:
    (band,) = band_table(np.array([1.0]), np.array([True]))
    assert (band.high, band.observed.n) == (1.0, 1)


def test_edges_that_do_not_rise_are_refused() -> None:
    with pytest.raises(BadInput, match="rising from 0 to 1"):
        band_table(np.array([0.1]), np.array([True]), edges=(0.0, 0.5, 0.2, 1.0))


@pytest.mark.parametrize(
    ("n", "hits", "method"),
    [(300, 90, "platt"), (900, 30, "platt"), (900, 300, "venn-abers"), (5000, 900, "isotonic")],
)
def test_boldness_of_recalibration_follows_the_labels(n: int, hits: int, method: str) -> None:
    assert choose_method(np.arange(n) < hits) == method


@pytest.mark.parametrize("method", ["platt", "venn-abers", "isotonic"])
def test_recalibration_brings_probabilities_nearer_to_the_truth(method: str) -> None:
    mended = learn_recalibration(*_said(7, n=1500, power=2), method)
    asked = np.linspace(0.05, 0.95, 19)
    found = mended(asked).probability
    assert np.abs(found - asked**2).mean() < 0.5 * np.abs(asked - asked**2).mean()
    assert np.all(np.diff(found) >= 0)


def test_venn_abers_is_wide_where_labels_are_few() -> None:
    widths = []
    for n in (60, 3000):
        found = learn_recalibration(*_said(8, n=n), "venn-abers")(np.array([0.5]))
        assert found.low <= found.probability <= found.high
        widths.append(float(found.high[0] - found.low[0]))
    assert widths[0] > 2 * widths[1]


def test_venn_abers_of_two_labels_by_hand() -> None:
    """Labels 0 at .2 and 1 at .8; a row at .5 as a miss has isotonic 0, as a hit 1: the pair says it all."""
    found = learn_recalibration(np.array([0.2, 0.8]), np.array([False, True]), "venn-abers")(np.array([0.5, 0.8]))
    assert found.low.tolist() == [0, 0.5] and found.high.tolist() == [1, 1] and found.probability[0] == 0.5


def test_score_that_misleads_is_not_turned_round() -> None:
    said, happened = _said(9, n=400)
    found = learn_recalibration(1 - said, happened, "platt")(np.array([0.1, 0.9])).probability
    assert found[0] == found[1] == pytest.approx(happened.mean(), abs=0.01)


def test_recalibration_without_labels_is_refused() -> None:
    with pytest.raises(BadInput, match="no labelled scores"):
        learn_recalibration(np.zeros(0), np.zeros(0, dtype=bool))


def test_brier_of_knowing_is_nought_and_its_scaled_one() -> None:
    days, cause = np.array([5, 40, 40, 40]), np.array([1, 0, 0, 2])
    found = brier_at(np.array([1.0, 0, 0, 0]), days, cause, np.arange(4), 30)
    assert (found.score.value, found.scaled) == (0, 1)


def test_brier_leaves_out_rows_without_a_probability() -> None:
    days, cause = np.array([5, 40, 40]), np.array([1, 0, 0])
    assert brier_at(np.array([0.5, 0.5, np.nan]), days, cause, np.arange(3), 30).score.n == 2


def test_brier_is_not_moved_by_censoring() -> None:
    r = np.random.default_rng(10)
    risk = r.random(8000)
    sale, watched = r.geometric(0.002 + 0.01 * risk), r.integers(1, 150, 8000)
    said, client = 1 - (0.998 - 0.01 * risk) ** 60, np.arange(8000)
    whole = brier_at(said, np.minimum(sale, 60), (sale <= 60).astype(int), client, 60)
    cut = brier_at(said, np.minimum(sale, watched), (sale <= watched).astype(int), client, 60)
    assert cut.score.low < whole.score.value < cut.score.high


def test_monitor_needs_sixteen_wrong_ones_in_a_row() -> None:
    assert watch_precision(np.zeros(40, dtype=bool), 0.3).alarm_at == 15


def test_monitor_is_silent_while_precision_holds() -> None:
    found = watch_precision(np.arange(100) % 2 == 0, 0.3)
    assert found.alarm_at is None and found.p == 1


def test_monitor_finds_halved_precision_within_a_hundred_labels() -> None:
    r = np.random.default_rng(11)
    alarms = [watch_precision(r.random(400) < 0.15, 0.3).alarm_at for _ in range(200)]
    assert np.median([400 if alarm is None else alarm for alarm in alarms]) < 100


def test_monitor_refuses_a_suspicion_above_the_least() -> None:
    with pytest.raises(BadInput, match="suspected < least"):
        watch_precision(np.array([True]), 0.3, suspected=0.4)
