"""What each manager does with the freedom to set a price: how far from the best, how scattered at equal offers."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from ..estimates.intervals import Z95, Rate, rate, unknown_rate
from ..judge.tables import FloatArray
from .bid_response import BidResponse
from .medians import mean_of
from .optimum import best_price, expected_profit, price_rails
from .regressors import Decided, decided_offers, independent
from .response_fit import residual
from .tables import Offers


@dataclass(frozen=True)
class Discretion:
    """One manager: `above` is its mean price over that of equal offers, `scatter` how much its prices vary around that
    (price units), `efficiency` its expected profit over the best possible inside the rails (None without a slope)."""

    manager: str
    offers: int
    above: Rate
    scatter: Rate
    efficiency: Rate | None


def discretion_audit(offers: Offers, response: BidResponse) -> list[Discretion]:
    """Every manager with decided offers, most offers first.

    Equal offers: the price that cost, product, size, tenor and quarter explain (least squares over all managers); a
    randomised offset is no discretion and is taken out.
    """
    decided = decided_offers(offers)
    managers = decided.offers.manager
    if not (managers.codes >= 0).any():
        return []
    own = residual(decided.price - decided.delta, independent(np.column_stack([decided.controls, decided.cost])))
    profit = _profits(decided, response)
    counts = np.bincount(managers.codes[managers.codes >= 0], minlength=len(managers.names))
    order = sorted(np.flatnonzero(counts).tolist(), key=lambda one: (-counts[one], managers.names[one]))
    return [
        Discretion(
            *(managers.names[one], int(counts[one]), mean_of(own[rows]), _scatter(own[rows])),
            _ratio(*(part[rows] for part in profit)) if profit else None,
        )
        for one in order
        for rows in [managers.codes == one]
    ]


def _profits(decided: Decided, response: BidResponse) -> tuple[FloatArray, FloatArray] | None:
    """Expected profit of each offer at its price and at the best price inside the rails."""
    if response.fitted is None or response.slope is None or not response.is_clear:
        return None
    b, offers = response.slope.b, decided.offers
    a = response.fitted.log_odds + b * offers.price
    best = price_rails(offers).keep(best_price(a, b, offers.cost))
    real = expected_profit(offers.price, a, b, offers.cost)
    return real, np.maximum(expected_profit(best, a, b, offers.cost), real)


def _scatter(own: FloatArray) -> Rate:
    """Standard deviation with its chi-square interval."""
    n = len(own)
    if n < 2:
        return unknown_rate(n)
    squares = float(((own - own.mean()) ** 2).sum())
    low, high = (np.sqrt(squares / chi2.ppf(share, n - 1)) for share in (0.975, 0.025))
    return rate(np.sqrt(squares / (n - 1)), low, high, n)


def _ratio(real: FloatArray, best: FloatArray) -> Rate:
    """Sum over sum, with the linearised interval of a ratio."""
    n, total = len(real), float(best.sum())
    if n < 2 or total <= 0:
        return unknown_rate(n)
    value = float(real.sum()) / total
    half = Z95 * float(np.sqrt(n / (n - 1) * ((real - value * best) ** 2).sum())) / total
    return rate(value, value - half, min(value + half, 1.0), n)
