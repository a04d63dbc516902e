"""Comparisons that must find nothing."""

import numpy as np
import pytest

from oncu.scoring.judge.placebo import permute_clients, placebo_outcomes

CLIENTS = [f"c{n:04d}" for n in range(1500)]


@pytest.fixture
def bank(signals, outcomes, exposure):
    """A third of the clients hear a signal on 1 January and convert at .4 within the horizon, the others at .1."""
    r = np.random.default_rng(1)
    heard = np.arange(1500) % 3 == 0
    sold = r.random(1500) < np.where(heard, 0.4, 0.1)
    return (
        signals(*({"client_id": CLIENTS[n], "known_at": "2025-01-01"} for n in np.flatnonzero(heard))),
        outcomes(*({"client_id": CLIENTS[n], "occurred_at": "2025-01-15"} for n in np.flatnonzero(sold))),
        exposure(*({"client_id": client} for client in CLIENTS)),
    )


def test_true_lift_is_far_from_one(bank, judge) -> None:
    assert judge(*bank)["lift"]["low"] > 2


def test_permuted_clients_have_no_lift(bank, judge) -> None:
    signals, outcomes, exposure = bank
    lifts = [
        judge(permute_clients(signals, CLIENTS, np.random.default_rng(seed)), outcomes, exposure)["lift"]
        for seed in range(10)
    ]
    assert sum(lift["low"] <= 1 <= lift["high"] for lift in lifts) >= 8


def test_placebo_outcomes_have_no_lift(bank, judge) -> None:
    signals, outcomes, exposure = bank
    lifts = [
        judge(signals, placebo_outcomes(outcomes, CLIENTS, np.random.default_rng(seed)), exposure)["lift"]
        for seed in range(10)
    ]
    assert sum(lift["low"] <= 1 <= lift["high"] for lift in lifts) >= 8


def test_signals_of_one_client_move_together(signals) -> None:
    rows = signals(*({"client_id": client, "known_at": "2025-01-01"} for client in "AAB"))
    first, second, third = permute_clients(rows, "ABCDEF", np.random.default_rng(3)).client_id
    assert first == second != third
