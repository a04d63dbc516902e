"""Builders of offers: single rows of which only what matters is written out, and a bank whose truth is known."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from oncu.scoring.offers.columns import offers_from_rows
from oncu.scoring.offers.tables import REASON_SOURCES, REASONS, STATUSES, Labels, Offers

TRUE_SLOPE = 1.2


def row(number: int, **said: Any) -> dict[str, Any]:
    plain: Mapping[str, Any] = {
        "offer_id": f"T{number}",
        "client_id": f"C{number}",
        "product": "loan",
        "amount": 1_000_000,
        "tenor_months": 12,
        "offered_at": "2025-01-10",
        "price": 5.0,
        "cost": 4.0,
        "status": "lost",
    }
    decided = {} if said.get("status") == "open" else {"decided_at": "2025-01-20"}
    return {**plain, **decided, **said}


@pytest.fixture
def offers() -> Callable[..., Offers]:
    """offers({"price": 5.2}, {"status": "won"}): lost offers at 5.0 except for what is said."""
    return lambda *rows: offers_from_rows(row(number, **said) for number, said in enumerate(rows))


def _bank(
    seed: int, n: int = 4_000, *, cost: float = 0.5, pass_on: bool = True, drawn: float = 0.0, step: float = 0.5
) -> Offers:
    """Offers whose log odds are 4.74 + 1.2 u - 1.2 price; the manager sees the client's keenness u and prices it in.

    `cost` is its spread, `pass_on` whether the price follows it, `drawn` the share of prices moved by a coin of `step`.
    """
    random = np.random.default_rng(seed)
    keen, costs = random.normal(0, 0.5, n), 3 + random.normal(0, cost, n) * (cost > 0)
    delta = np.where(random.random(n) < drawn, random.choice([-step, step], n), np.nan)
    price = (costs if pass_on else 3.0) + 1.2 + 1.3 * keen + random.normal(0, 0.2, n) + np.nan_to_num(delta)
    won = random.random(n) < 1 / (1 + np.exp(-(4.74 + 1.2 * keen * TRUE_SLOPE - TRUE_SLOPE * price)))
    empty, nobody = np.full(n, np.nan), Labels(np.full(n, -1), ())
    when = np.datetime64("2024-01-01", "us") + random.integers(0, 365, n) * np.timedelta64(1, "D")
    return Offers(
        offer_id=[f"T{number}" for number in range(n)],
        client=Labels(np.arange(n), tuple(f"C{number}" for number in range(n))),
        product=Labels(np.zeros(n, dtype=np.int64), ("loan",)),
        amount=np.exp(random.normal(15, 1, n)),
        tenor_months=random.choice([12.0, 24.0, 36.0], n),
        offered_at=when,
        price=price,
        cost=costs,
        floor=costs + 0.3,
        list_price=empty,
        status=Labels(np.where(won, 1, 2), STATUSES),
        decided_at=when,
        reason=Labels(np.full(n, -1), REASONS),
        reason_source=Labels(np.full(n, -1), REASON_SOURCES),
        winner=nobody,
        rival_price=empty,
        n_bidders=empty,
        delta_randomised=delta,
        manager=Labels(random.integers(0, 3, n), ("ada", "can", "ece")),
        signal_led=np.full(n, -1),
    )


@pytest.fixture
def bank() -> Callable[..., Offers]:
    """bank(seed, ...): 4,000 offers with known truth, b = 1.2."""
    return _bank


def _rivals(seed: int, n: int = 2_000) -> Offers:
    """Deals the lower price wins; rivals ask N(5, .6), we N(5, .5); half the prices that beat us are known."""
    random = np.random.default_rng(seed)
    offered = _bank(seed, n)
    ours, theirs = random.normal(5, 0.5, n), random.normal(5, 0.6, n)
    known = (ours > theirs) & (random.random(n) < 0.5)
    changed = {"price": ours, "status": Labels(np.where(ours <= theirs, 1, 2), STATUSES)}
    return Offers(**{**vars(offered), **changed, "rival_price": np.where(known, theirs, np.nan)})


@pytest.fixture
def rivals() -> Callable[..., Offers]:
    """rivals(seed): deals with a known distribution of the best rival's price, mean 5, sd .6."""
    return _rivals
