"""What signalled clients did beyond comparable ones."""

import numpy as np
import pytest

from oncu.scoring.judge.base_rate import Controls
from oncu.scoring.judge.episodes import Episodes
from oncu.scoring.judge.excess import excess
from oncu.scoring.judge.followup import FollowUp

HORIZON = 30


def _episodes(client: np.ndarray) -> Episodes:
    none = np.zeros_like(client)
    return Episodes(client, none, none, np.full(len(client), np.nan), none, none)


def _followed(sold: np.ndarray) -> FollowUp:
    return FollowUp(np.where(sold, 10, 60), sold.astype(np.int64), np.zeros(len(sold), dtype=bool))


def _controls(client: np.ndarray, sold: np.ndarray) -> Controls:
    nobody = np.zeros(0, dtype=np.int64)
    plain = np.zeros(len(sold), dtype=np.int64)
    return Controls(client, np.where(sold, 10, 60), sold.astype(np.int64), np.ones(len(sold)), plain, nobody, nobody)


def _bank(seed: int, sold: float = 0.25, base: float = 0.10) -> tuple[Episodes, FollowUp, Controls]:
    r = np.random.default_rng(seed)
    signalled, others = np.arange(300), np.arange(300, 1300)
    return _episodes(signalled), _followed(r.random(300) < sold), _controls(others, r.random(1000) < base)


def test_excess_is_conversion_minus_base_rate() -> None:
    found = excess(
        _episodes(np.arange(4)), _followed(np.arange(4) < 2), _controls(np.arange(4, 14), np.arange(10) < 1), HORIZON
    )
    assert found.risk.value == pytest.approx(0.4) and found.attributable.value == pytest.approx(1.6)


def test_interval_of_the_excess_covers_the_truth() -> None:
    found = [excess(*_bank(seed), HORIZON) for seed in range(200)]
    assert 182 <= sum(one.risk.low <= 0.15 <= one.risk.high for one in found) < 200


def test_signals_that_mean_nothing_owe_nothing() -> None:
    found = [excess(*_bank(seed, sold=0.1), HORIZON).attributable for seed in range(40)]
    assert sum(one.low <= 0 <= one.high for one in found) >= 35


def test_nothing_to_compare_with_is_unknown() -> None:
    nobody = _controls(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool))
    assert excess(_episodes(np.arange(4)), _followed(np.arange(4) < 2), nobody, HORIZON) is None
