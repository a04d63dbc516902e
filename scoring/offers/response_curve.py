"""The identified bid response as a curve: the share of past offers won, had all prices been higher or lower."""

from dataclasses import dataclass

import numpy as np

from ..estimates.intervals import Rate, logit, rate
from ..judge.tables import FloatArray
from .bid_response import BidResponse
from .optimum import tried_prices
from .response_fit import Fitted
from .tables import Offers

SHIFTS = tuple(step / 4 for step in range(-4, 5))  # price units
TRIED_BY = 0.5  # share of the offers that must stay among prices tried before


@dataclass(frozen=True)
class ResponseAt:
    """The expected share won with every price moved by `shift` (price units), and the share of the offers whose moved
    price lies among those tried before."""

    shift: float
    win_rate: Rate
    tried: float


def response_curve(offers: Offers, response: BidResponse) -> list[ResponseAt]:
    """A point a quarter of a price unit from -1 to 1, where at least half of the moved prices were tried before.

    [] where the slope is not identified or its interval reaches zero. Interval: delta method on the log-odds scale.
    """
    if response.fitted is None or not response.is_clear:
        return []
    decided = offers.where(offers.has_status("won", "lost"))
    rails = tried_prices(decided)
    found = []
    for shift in SHIFTS:
        moved = decided.price + shift
        tried = float(((moved >= rails.low) & (moved <= rails.high)).mean())
        if tried >= TRIED_BY:
            found.append(ResponseAt(shift, _share_won(response.fitted, shift), tried))
    return found


def _share_won(fitted: Fitted, shift: float) -> Rate:
    """Mean chance over all offers with the first column of the design moved by `shift`."""
    chance: FloatArray = 1 / (1 + np.exp(-(fitted.log_odds + shift * fitted.coefficients[0])))
    weight = chance * (1 - chance) / len(chance)
    slope = weight @ fitted.design
    slope[0] += shift * weight.sum()
    value, spread = float(chance.mean()), float(np.sqrt(slope @ fitted.covariance @ slope))
    return rate(value, *logit(value, spread), len(chance))
