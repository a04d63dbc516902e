"""How long before the end the signal was there."""

from dataclasses import asdict, dataclass
from math import isnan

import numpy as np

from ..estimates.intervals import Z95, clustered_spread
from .asof import SALE
from .conversion import Incidence, incidence, influence_on_sale
from .tables import IntArray


@dataclass(frozen=True)
class LeadTime:
    """Median days from signal to end with its 95 % interval; n ends seen, `censored` episodes still open."""

    median: int | None
    low: int | None
    high: int | None
    n: int
    censored: int

    def as_json(self) -> dict[str, int | None]:
        return asdict(self)


def lead_time(days: IntArray, cause: IntArray, client: IntArray) -> LeadTime:
    """Median of the incidence curve up to the longest follow-up: the first day it reaches half of its final height.

    Open episodes count as at risk, so waiting for slow ends does not shorten it as the median of the seen ones would.
    The interval reads the same curve at 1/2 -+ 1.96 se (Woodruff 1952), with se that of F1(t) / F1(end), clustered by
    client: the larger of those on the median day and before it, because on the curve's last jump it is 0.
    Days 10, 50, 14, 11 with causes 1, 1, 2, 0: F1 is .25 from day 10 and .625 from day 50, so the median is 50.
    """
    n, censored = int((cause == SALE).sum()), int((cause == 0).sum())
    if not n:
        return LeadTime(None, None, None, 0, censored)
    curve = incidence(days, cause)
    median = quantile(curve, 0.5)
    spread = max(_spread_of_share(curve, days, cause, client, day) for day in (median - 1, median))
    step = 0.5 if isnan(spread) else Z95 * spread
    low, high = (quantile(curve, min(max(0.5 + way * step, 0.0), 1.0)) for way in (-1, 1))
    return LeadTime(median, min(low, median), max(high, median), n, censored)


def _spread_of_share(curve: Incidence, days: IntArray, cause: IntArray, client: IntArray, day: int) -> float:
    """Standard error of F1(day) / F1(end)."""
    end = len(curve.sale) - 1
    by_day, by_end = (influence_on_sale(curve, days, cause, one) for one in (day, end))
    final = curve.sale_by(end)
    return clustered_spread((by_day - curve.sale_by(day) / final * by_end) / final, client)


def quantile(curve: Incidence, share: float) -> int:
    """First day with a sale on which the curve reaches `share` of its final height."""
    height = max(share * curve.sale[-1], curve.sale[curve.sale > 0][0])
    return int(np.searchsorted(curve.sale, height - 1e-12))
