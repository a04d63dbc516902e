"""Builders: only what a test is about is written out, the rest is the plainest value."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest

from oncu.scoring.columns import exposure_from_rows, outcomes_from_rows, signals_from_rows
from oncu.scoring.evaluate import evaluate
from oncu.scoring.tables import Exposure, Outcomes, Signals


def _signals(*rows: dict[str, object]) -> Signals:
    plain = {
        "side": "opportunity",
        "type": "hiring",
        "source": "gazete",
        "category": "news",
        "origin": "model",
        "manager": "m",
    }
    return signals_from_rows({"signal_id": f"s{n}", **plain, **row} for n, row in enumerate(rows))


def _outcomes(*rows: dict[str, object]) -> Outcomes:
    return outcomes_from_rows(
        {"kind": "sale", "competing": False, "recorded_at": row["occurred_at"], **row} for row in rows
    )


def _exposure(*rows: dict[str, object]) -> Exposure:
    return exposure_from_rows({"from": "2024-01-01", "to": "", **row} for row in rows)


@pytest.fixture
def signals() -> Callable[..., Signals]:
    return _signals


@pytest.fixture
def outcomes() -> Callable[..., Outcomes]:
    return _outcomes


@pytest.fixture
def exposure() -> Callable[..., Exposure]:
    return _exposure


@pytest.fixture
def judge() -> Callable[..., dict[str, object]]:
    """evaluate() of the opportunity side, horizon 30, as of 2025-03-31."""
    return partial(_judge, side="opportunity", as_of=date(2025, 3, 31), horizon_days=30)


def _judge(signals: Signals, outcomes: Outcomes | None = None, exposure: Exposure | None = None, **chosen: object):
    return evaluate(signals, _outcomes() if outcomes is None else outcomes, exposure, **chosen)
