"""How surprised a forecast is by what happened."""

from math import log

import numpy as np
import pytest

from oncu.scoring.ranks.log_loss import gain_in_log_loss, log_loss

HAPPENED = np.array([True, False, True, False])


def test_a_coin_costs_log_two() -> None:
    assert log_loss(np.full(4, 0.5), HAPPENED).value == pytest.approx(log(2))


def test_a_sure_forecast_that_is_wrong_costs_much_but_not_everything() -> None:
    assert 5 < (log_loss(np.array([0.0, 0.5, 0.5, 0.5]), HAPPENED).value or 0) < 10


def test_a_better_forecast_gains() -> None:
    good = np.array([0.9, 0.1, 0.8, 0.2])
    gain = gain_in_log_loss(good, np.full(4, 0.5), HAPPENED)
    assert gain.value is not None and gain.low is not None and gain.low > 0


def test_rows_of_one_cluster_count_as_one() -> None:
    chance, happened = np.tile([0.9, 0.4], 50), np.tile([True, False], 50)
    alone = log_loss(chance, happened)
    together = log_loss(chance, happened, np.repeat([0, 1, 2, 3], 25))
    assert (together.high or 0) != (alone.high or 0) and together.value == alone.value


def test_one_row_says_nothing() -> None:
    assert log_loss(np.array([0.5]), np.array([True])).value is None
