"""Flags weighed against not looking."""

import numpy as np
import pytest

from oncu.scoring.judge.tables import BadInput
from oncu.scoring.ranks.usefulness import (
    Crossing,
    crossing,
    decision_curve,
    likelihood_ratios,
    net_benefit,
    posterior,
    sedi,
    usefulness,
)


def test_rows_are_crossed() -> None:
    flagged, is_case = np.array([True, True, False, False, False]), np.array([True, False, True, False, False])
    assert crossing(flagged, is_case) == Crossing(1, 1, 1, 2)


def test_weights_stand_for_rows() -> None:
    found = crossing(np.array([True, False]), np.array([True, True]), np.array([2.0, 3.0]))
    assert (found.hits, found.misses) == (2, 3)


def test_perfect_flags_save_all_that_can_be_saved() -> None:
    assert usefulness(Crossing(10, 0, 0, 90), 0.8).relative == 1


@pytest.mark.parametrize("always", [Crossing(10, 90, 0, 0), Crossing(0, 0, 10, 90)])
def test_always_or_never_acting_saves_nothing(always: Crossing) -> None:
    assert usefulness(always, 0.9).absolute == pytest.approx(0)


def test_usefulness_of_a_worked_case() -> None:
    """mu .5, 10 % events, half found, 10 % false alarms: L = .5 .5 .1 + .5 .1 .9 = .07 against .05."""
    found = usefulness(Crossing(5, 9, 5, 81), 0.5)
    assert (found.absolute, found.relative) == (pytest.approx(-0.02), pytest.approx(-0.4))


def test_weight_outside_its_range_is_refused() -> None:
    with pytest.raises(BadInput, match="between 0 and 1"):
        usefulness(Crossing(1, 1, 1, 1), 1.0)


def test_net_benefit_charges_false_alarms_at_the_odds() -> None:
    assert net_benefit(Crossing(20, 30, 5, 45), 0.2) == pytest.approx(0.125)


def test_decision_curve_starts_like_flagging_all() -> None:
    probability, is_case = np.array([0.1, 0.4, 0.9]), np.array([False, False, True])
    threshold, model, everybody = decision_curve(probability, is_case, np.array([0.05, 0.5])).T
    assert model[0] == everybody[0] and model[1] == pytest.approx(1 / 3) and everybody[1] == pytest.approx(-1 / 3)


def test_sign_moves_the_odds_by_its_likelihood_ratio() -> None:
    positive, negative = likelihood_ratios(Crossing(8, 10, 2, 90))
    assert (positive, negative) == (pytest.approx(8), pytest.approx(0.2 / 0.9))
    assert posterior(0.01, 10) == pytest.approx(0.1 / 1.09)


def test_extremal_index_is_unknown_for_a_rate_of_one() -> None:
    assert np.isnan(sedi(Crossing(5, 1, 0, 9)))
