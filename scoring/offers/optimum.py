"""The price with the highest expected profit under a logistic bid response, and what may be left on the table.

P(win | p) = 1 / (1 + exp(b p - a)), b > 0; profit pi(p) = P(p) (p - c), in price units an offer.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, wrightomega

from ..judge.tables import FloatArray
from .tables import Offers

SUPPORT = (0.01, 0.99)  # shares of the observed margins between which a price counts as tried


@dataclass(frozen=True)
class Rails:
    """Where a price may lie: from `low` to `high` (price units), one entry an offer."""

    low: FloatArray
    high: FloatArray

    def keep(self, price: FloatArray) -> FloatArray:
        """The nearest allowed price; the lower rail wins where the rails cross."""
        return np.maximum(np.minimum(price, self.high), self.low)


def win_chance(price: FloatArray, a: FloatArray, b: float) -> FloatArray:
    return np.asarray(expit(a - b * price), dtype=np.float64)


def expected_profit(price: FloatArray, a: FloatArray, b: float, cost: FloatArray) -> FloatArray:
    return win_chance(price, a, b) * (price - cost)


def best_price(a: FloatArray, b: float, cost: FloatArray) -> FloatArray:
    """p* = c + (1 + W(exp(a - b c - 1))) / b, W Lambert's function: where b (p - c)(1 - P) = 1.

    a 7.2, b 1.2, c 2 -> 5.148498. (W(exp(x)) is Wright's omega of x, which does not overflow.)
    """
    return np.asarray(cost + (1 + wrightomega(a - b * cost - 1)) / b, dtype=np.float64)


def clairvoyant_gain(chance: FloatArray, b: float) -> FloatArray:
    """E[willingness to pay - price | won] = -ln(1 - P) / (b P): what only a mind reader could have charged more."""
    return np.asarray(-np.log1p(-chance) / (b * chance), dtype=np.float64)


def price_rails(offers: Offers) -> Rails:
    """The allowed prices: margins seen before, not below the floor, not above the list price."""
    tried = tried_prices(offers)
    return Rails(low=np.fmax(tried.low, offers.floor), high=np.fmin(tried.high, offers.list_price))


def tried_prices(offers: Offers) -> Rails:
    """The prices whose margin over the cost was seen before: 1st to 99th percentile of the product's margins.

    Of decided offers; a product with few takes the margins of all. What lies outside was never tried: nothing is known
    of it.
    """
    margin, decided = offers.price - offers.cost, offers.has_status("won", "lost")
    low, high = np.quantile(margin[decided], SUPPORT) if decided.any() else (0.0, 0.0)
    lows, highs = np.full(len(offers), low), np.full(len(offers), high)
    for code in range(len(offers.product.names)):
        rows = offers.product.codes == code
        if (rows & decided).sum() >= 1 / SUPPORT[0]:
            lows[rows], highs[rows] = np.quantile(margin[rows & decided], SUPPORT)
    return Rails(offers.cost + lows, offers.cost + highs)
