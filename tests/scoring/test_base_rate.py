"""Comparable clients without a signal."""

import numpy as np
import pytest

from oncu.scoring.judge.base_rate import Controls, influence_on_base


def _clients(names: str, **row: str) -> list[dict[str, str]]:
    return [{"client_id": name, **row} for name in names]


def test_control_time_zero_is_the_first_of_the_month(signals, outcomes, exposure, judge) -> None:
    found = judge(
        signals({"client_id": "A", "known_at": "2025-01-15"}),
        outcomes({"client_id": "B", "occurred_at": "2025-01-31"}, {"client_id": "C", "occurred_at": "2025-02-01"}),
        exposure(*_clients("ABCDE")),
    )
    assert found["base_rate"]["value"] == pytest.approx(0.25) and found["base_rate"]["n"] == 4


def test_controls_come_from_the_same_stratum(signals, outcomes, exposure, judge) -> None:
    found = judge(
        signals({"client_id": "A", "known_at": "2025-01-15"}),
        outcomes({"client_id": "B", "occurred_at": "2025-01-20"}),
        exposure(*_clients("ABC", sector="tekstil"), *_clients("DEFGH", sector="gıda")),
    )
    assert found["base_rate"]["value"] == pytest.approx(0.5)


def test_strata_weigh_as_much_as_their_episodes(signals, outcomes, exposure, judge) -> None:
    """Three episodes where half convert, one where none does: (3 * 1/2 + 1 * 0) / 4."""
    found = judge(
        signals(*({"client_id": name, "known_at": "2025-01-15"} for name in "ABCX")),
        outcomes({"client_id": "D", "occurred_at": "2025-01-20"}),
        exposure(*_clients("ABCDE", region="ege"), *_clients("XYZ", region="marmara")),
    )
    assert found["base_rate"]["value"] == pytest.approx(0.375)


def test_client_with_an_open_episode_is_no_control(signals, outcomes, exposure, judge) -> None:
    """B's episode of December is open in January, so its sale is not what happens without a signal."""
    found = judge(
        signals({"client_id": "A", "known_at": "2025-01-15"}, {"client_id": "B", "known_at": "2024-12-20"}),
        outcomes({"client_id": "B", "occurred_at": "2025-01-20"}),
        exposure(*_clients("ABCD")),
    )
    assert found["base_rate"]["value"] == 0


def test_control_leaves_when_its_own_episode_opens(signals, outcomes, exposure, judge) -> None:
    found = judge(
        signals({"client_id": "A", "known_at": "2025-01-15"}, {"client_id": "B", "known_at": "2025-02-10"}),
        outcomes({"client_id": "B", "occurred_at": "2025-02-20"}),
        exposure(*_clients("ABC")),
        horizon_days=60,
    )
    assert found["base_rate"]["value"] == 0


def test_control_with_an_earlier_outcome_is_left_out_like_an_echo(signals, outcomes, exposure, judge) -> None:
    found = judge(
        signals({"client_id": "A", "known_at": "2025-01-15"}),
        outcomes(
            {"client_id": "B", "occurred_at": "2024-06-01"},
            {"client_id": "B", "occurred_at": "2025-01-20"},
            {"client_id": "C", "occurred_at": "2025-01-20"},
        ),
        exposure(*_clients("ABCD")),
    )
    assert found["base_rate"] == {**found["base_rate"], "value": pytest.approx(0.5), "n": 2}


def test_lift_is_conversion_over_base_rate(signals, outcomes, exposure, judge) -> None:
    found = judge(
        signals(*({"client_id": name, "known_at": "2025-01-15"} for name in "AB")),
        outcomes(*({"client_id": name, "occurred_at": "2025-01-20"} for name in "AC")),
        exposure(*_clients("ABCDEF")),
    )
    lift = found["lift"]
    assert lift["value"] == pytest.approx(0.5 / 0.25) and lift["low"] < 1 < lift["high"]


def test_lift_over_a_base_rate_of_zero_is_unknown(signals, outcomes, exposure, judge) -> None:
    found = judge(
        signals({"client_id": "A", "known_at": "2025-01-15"}),
        outcomes({"client_id": "A", "occurred_at": "2025-01-20"}),
        exposure(*_clients("ABC")),
    )
    assert found["base_rate"]["value"] == 0 and found["lift"] is None


def test_an_episode_of_a_frequent_stratum_pulls_the_base_rate_up() -> None:
    """Strata with 10 and 30 ends of 100, two episodes each: half and one and a half times .2, a quarter each to say."""
    ended = np.array([True] * 10 + [False] * 90 + [True] * 30 + [False] * 70)
    stratum, days = np.repeat([0, 1], 100), np.full(200, 30)
    controls = Controls(
        np.arange(200), days, ended.astype(np.int64), np.ones(200), stratum, np.arange(200, 204), np.array([0, 0, 1, 1])
    )
    moved, whose = influence_on_base(controls, 30)
    assert moved[200:] == pytest.approx([-0.025, -0.025, 0.025, 0.025]) and whose[200:].tolist() == [200, 201, 202, 203]
    assert moved[:200].sum() == pytest.approx(0, abs=1e-12)
