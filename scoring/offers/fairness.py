"""Would the best price treat a group of clients worse than equal offers of others?"""

from dataclasses import dataclass

import numpy as np

from ..estimates.intervals import Rate
from .bid_response import BidResponse
from .medians import mean_of
from .optimum import best_price, price_rails
from .regressors import decided_offers, independent
from .response_fit import residual
from .tables import ENOUGH, Offers

TOLERATED = 0.25  # price units


@dataclass(frozen=True)
class Fairness:
    """A segment: how far the best price lies above that of equal offers, now and at the optimum (price units)."""

    segment: str
    now: Rate
    best: Rate
    is_apart: bool


def fairness_check(offers: Offers, response: BidResponse, by: str = "segment") -> list[Fairness]:
    """Each segment's mean price over that of equal offers (same cost, product, size, tenor, quarter), as it is and as
    the optimum would have it. `is_apart`: the optimum moves it up by over .25 points, beyond chance. [] without a slope
    or segments."""
    decided = decided_offers(offers)
    groups = decided.offers.group(by)
    if groups is None or response.fitted is None or response.slope is None or not response.is_clear:
        return []
    design, b = independent(np.column_stack([decided.controls, decided.cost])), response.slope.b
    a = response.fitted.log_odds + b * decided.offers.price
    best = price_rails(decided.offers).keep(best_price(a, b, decided.offers.cost))
    now, then = residual(decided.offers.price, design), residual(best, design)
    kept = [code for code in np.unique(groups.codes[groups.codes >= 0]) if (groups.codes == code).sum() >= ENOUGH]
    pairs = [(groups.names[one], mean_of(now[groups.codes == one]), mean_of(then[groups.codes == one])) for one in kept]
    return [Fairness(name, current, optimal, _is_apart(current, optimal)) for name, current, optimal in pairs]


def _is_apart(now: Rate, best: Rate) -> bool:
    assert best.value is not None
    rise = best.value - (now.value or 0.0)
    return rise > TOLERATED and best.low is not None and best.low > (now.high or 0.0)
