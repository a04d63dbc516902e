"""Builders: only what a test is about is written out, the rest is the plainest value."""

from collections.abc import Callable
from datetime import date
from functools import partial

import numpy as np
import pytest

from oncu.scoring.judge.columns import exposure_from_rows, outcomes_from_rows, signals_from_rows
from oncu.scoring.judge.evaluate import evaluate
from oncu.scoring.judge.tables import Exposure, Outcomes, Signals

# Survival days, status, Karnofsky score of the first 40 rows of the Veterans' lung cancer trial
# (Kalbfleisch & Prentice 1980, appendix I).
VETERANS = np.array(
    [
        (72, 1, 60), (411, 1, 70), (228, 1, 60), (126, 1, 60), (118, 1, 70), (10, 1, 20), (82, 1, 40), (110, 1, 80),
        (314, 1, 50), (100, 0, 70), (42, 1, 60), (8, 1, 40), (144, 1, 30), (25, 0, 80), (11, 1, 70), (30, 1, 60),
        (384, 1, 60), (4, 1, 40), (54, 1, 80), (13, 1, 60), (123, 0, 40), (97, 0, 60), (153, 1, 60), (59, 1, 30),
        (117, 1, 80), (16, 1, 30), (151, 1, 50), (22, 1, 60), (56, 1, 80), (21, 1, 40), (18, 1, 20), (139, 1, 80),
        (20, 1, 30), (31, 1, 75), (52, 1, 70), (287, 1, 60), (18, 1, 30), (51, 1, 60), (122, 1, 80), (27, 1, 60),
    ]
)  # fmt: skip


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


@pytest.fixture
def veterans() -> np.ndarray:
    """Days, status and Karnofsky score, one row a patient."""
    return VETERANS
