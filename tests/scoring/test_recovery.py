"""Twenty synthetic banks: the estimators find what is true of them, and the naive figures do not.

`tests/bench/coverage.py` does the same over 200 banks, and prints the table.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from oncu.scoring.simulation.bank import Bank, draw_wider, simulate
from oncu.scoring.simulation.recovery import Found, recover
from oncu.scoring.simulation.source_recovery import order_found, recover_sources
from oncu.scoring.simulation.wishes import Wishes

BANKS, CLIENTS = 20, 1500
WRONG = "opportunity: conversion, per mention (wrong)"


@dataclass(frozen=True)
class Means:
    """Over the banks: the mean truth, estimate and naive figure, and the share of intervals that hold the truth."""

    truth: float
    value: float
    naive: float
    covered: float


@pytest.fixture(scope="module")
def banks() -> list[list[Found]]:
    drawn = (simulate(Wishes(clients=CLIENTS, seed=seed, offers=0)) for seed in range(BANKS))
    return [recover(bank, draw_wider(bank, 5 * CLIENTS)) for bank in drawn]


@pytest.fixture
def over_banks(banks: list[list[Found]]) -> Callable[[str], Means]:
    def mean(name: str) -> Means:
        rows = [one for bank in banks for one in bank if one.name == name]
        columns = ([getattr(one, key) for one in rows] for key in ("truth", "value", "naive", "holds"))
        return Means(*(float(np.mean([cell for cell in column if cell is not None] or [np.nan])) for column in columns))

    return mean


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        ("opportunity: conversion, 30 days", 0.04),
        ("opportunity: conversion, 90 days", 0.03),
        ("opportunity: conversion, 180 days", 0.03),
        ("risk: conversion, 90 days", 0.05),
        ("opportunity: base rate", 0.04),
        ("opportunity: lift", 0.06),
        ("risk: lift", 0.10),
        ("opportunity: excess", 0.04),
        ("opportunity: AUC", 0.02),
        ("opportunity: median lead time", 0.15),
        ("opportunity: half-life", 0.12),
        ("risk: natural precision, by propensity", 0.06),
        ("risk: natural precision, hold-out", 0.12),
        ("risk: effect of acting", 0.25),
    ],
)
def test_truth_is_recovered(over_banks, name: str, tolerance: float) -> None:
    found = over_banks(name)
    assert found.value == pytest.approx(found.truth, rel=tolerance)


@pytest.mark.parametrize(
    ("name", "off_by"),
    [
        ("opportunity: conversion, 180 days", 0.04),
        ("opportunity: base rate", 0.10),
        ("opportunity: lift", 0.10),
        ("risk: lift", 0.10),
        ("opportunity: median lead time", 0.15),
        ("risk: natural precision, by propensity", 0.20),
        ("risk: effect of acting", 0.40),
    ],
)
def test_naive_figure_is_wrong(over_banks, name: str, off_by: float) -> None:
    found = over_banks(name)
    assert abs(found.naive / found.truth - 1) > off_by


def test_intervals_hold_the_truth(banks) -> None:
    held = [one.holds for bank in banks for one in bank if one.name != WRONG]
    assert 0.91 <= np.mean(held) <= 0.98


def test_every_mention_counted_as_a_case_is_far_too_sure(over_banks) -> None:
    """Copies and sequels of one story, each told nearer to the end than the one before."""
    assert over_banks(WRONG).covered < 0.5


def test_source_intervals_hold_the_truth() -> None:
    held = [one.holds for seed in range(3) for one in recover_sources(_bank(seed), "opportunity")]
    assert 0.90 <= np.mean(held) <= 0.99


def test_shrunk_precision_orders_sources_better_than_raw_shares() -> None:
    orders = [order_found(_bank(seed), "opportunity") for seed in range(4)]
    assert np.mean([one.shrunk for one in orders]) > np.mean([one.raw for one in orders]) + 0.05


def _bank(seed: int) -> Bank:
    return simulate(Wishes(clients=CLIENTS, seed=100 + seed, sources=60, offers=0))
