"""Won deals: could we have charged more? An upper bound, and what a better price was worth in expectation."""

from dataclasses import dataclass

import numpy as np

from ..estimates.intervals import Rate, rate
from ..judge.tables import IntArray
from .bid_response import BidResponse
from .medians import median_of
from .optimum import best_price, clairvoyant_gain, expected_profit, price_rails
from .regressors import decided_offers
from .tables import Offers

DRAWS = 200
SAMPLE = 5_000  # won deals that the intervals are drawn from
SEED = 20260101


@dataclass(frozen=True)
class MoneyOnTable:
    """Mean price units a won deal: `bound` needs a mind reader, `achievable` is pi(p*) - pi(p) inside the rails."""

    bound: Rate
    achievable: Rate

    def as_json(self) -> dict[str, float | None]:
        return {"bound": self.bound.value, "achievable": self.achievable.value}


def runner_up_gap(offers: Offers) -> Rate | None:
    """By how much the best rival was dearer where we won and its price is known: median; None where it never is."""
    won = offers.has_status("won") & ~np.isnan(offers.rival_price)
    return median_of((offers.rival_price - offers.price)[won]) if won.any() else None


def money_on_table(offers: Offers, response: BidResponse) -> MoneyOnTable | None:
    """What the won deals left; None where the slope is not identified or its interval reaches zero.

    Intervals: slopes drawn from the estimate's distribution, each deal's log odds at its own price held.
    """
    if response.fitted is None or response.slope is None or not response.is_clear:
        return None
    decided = decided_offers(offers)
    won = decided.won > 0
    deals, odds = decided.offers.where(won), response.fitted.log_odds[won]
    rails = price_rails(decided.offers)
    low, high = rails.low[won], rails.high[won]

    def gains(b: float, rows: slice | IntArray) -> tuple[float, float]:
        price, cost, own = deals.price[rows], deals.cost[rows], odds[rows]
        a = own + b * price
        best = np.maximum(np.minimum(best_price(a, b, cost), high[rows]), low[rows])
        profit = expected_profit(best, a, b, cost) - expected_profit(price, a, b, cost)
        bound = clairvoyant_gain(1 / (1 + np.exp(-own)), b)
        return float(bound.mean()), float(np.maximum(profit, 0).mean())

    bound, achievable = gains(response.slope.b, slice(None))
    random = np.random.default_rng(SEED)
    rows = random.choice(len(odds), min(SAMPLE, len(odds)), replace=False)
    slopes = random.normal(response.slope.b, response.slope.spread, DRAWS)
    drawn = np.array([gains(b, rows) for b in slopes[slopes > 0].tolist()])
    ends = np.quantile(drawn, [0.025, 0.975], axis=0)
    n = len(odds)
    return MoneyOnTable(rate(bound, ends[0, 0], ends[1, 0], n), rate(achievable, ends[0, 1], ends[1, 1], n))
