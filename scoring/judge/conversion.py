"""What share of episodes ended as foretold by a horizon, with open ones and competing ends counted as what they are."""

from dataclasses import dataclass

import numpy as np

from ..estimates.intervals import Rate, clustered_spread, count_clients, log_log, rate, unknown_rate, wilson
from .asof import COMPETING, SALE
from .tables import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Incidence:
    """Aalen-Johansen curves by day 0, 1, ... last day followed.

    `at_risk` is the weight at risk on each day, `hazard` of both ends together, `still` the share without any end
    before the day, `sale` and `competing` the cumulative incidences through the day.
    """

    at_risk: FloatArray
    hazard: FloatArray
    still: FloatArray
    sale: FloatArray
    competing: FloatArray

    def sale_by(self, day: int) -> float:
        """Incidence through `day`; after the last day followed the curve stays where it is."""
        return float(self.sale[min(day, len(self.sale) - 1)])


def incidence(days: IntArray, cause: IntArray, weight: FloatArray | None = None) -> Incidence:
    """Aalen-Johansen estimate (Aalen & Johansen 1978) of one or more rows followed whole `days`, binned by day.

    F1(h) = sum over u <= h of S(u-) d1(u) / n(u), with S the Kaplan-Meier curve of both ends together, d1 the sales
    and n the rows at risk; rows censored on a day are at risk on it. `cause` 0 censored, 1 sale, 2 competing.
    Example: days 10, 50, 14, 11 with causes 1, 1, 2, 0 -> F1(30) = 1/4.
    """
    length = int(days.max()) + 1
    counts = np.array([_by_day(days, cause, one, weight, length) for one in (0, SALE, COMPETING)])
    at_risk = np.cumsum(counts.sum(axis=0)[::-1])[::-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        first, second = (np.where(at_risk > 0, count / at_risk, 0.0) for count in counts[1:])
    hazard = np.minimum(first + second, 1.0)
    still = np.concatenate([[1.0], np.cumprod(1 - hazard)[:-1]])
    return Incidence(at_risk, hazard, still, np.cumsum(still * first), np.cumsum(still * second))


def influence_on_sale(
    curve: Incidence, days: IntArray, cause: IntArray, horizon: int, weight: FloatArray | None = None
) -> FloatArray:
    """How much each row moves F1(horizon): its derivative by the row's weight (infinitesimal jackknife).

    With F = F1(h), hazards l1 and l, and row i at risk through its own day t_i:
    D_i = sum over u <= min(t_i, h) of S(u-) (dN1_i - l1) / n - (F - F1(u)) (dN_i - l) / (n (1 - l)).
    The squares of D sum to the variance (for one cause and no ties it is Greenwood's formula).
    """
    last = min(horizon, len(curve.sale) - 1)
    ahead = curve.sale[last] - curve.sale
    with np.errstate(invalid="ignore", divide="ignore"):
        own_sale = np.where(curve.at_risk > 0, curve.still / curve.at_risk, 0.0)
        own_end = np.where(1 - curve.hazard > 1e-12, ahead / (curve.at_risk * (1 - curve.hazard)), 0.0)
    share = np.diff(curve.sale, prepend=0.0)
    at_risk_cost = np.cumsum(np.where(curve.at_risk > 0, share / np.maximum(curve.at_risk, 1e-300), 0.0))
    at_risk_cost -= np.cumsum(own_end * curve.hazard)
    ended = (days <= last) & (cause > 0)
    gain = np.where(cause == SALE, own_sale[days], 0.0) - own_end[days]
    influence: FloatArray = np.where(ended, gain, 0.0) - at_risk_cost[np.minimum(days, last)]
    return influence if weight is None else influence * weight


def is_mature(days: IntArray, cause: IntArray, horizon: int) -> BoolArray:
    """Followed at least the horizon, or ended."""
    return (days >= horizon) | (cause > 0)


def conversion(
    days: IntArray, cause: IntArray, client: IntArray, horizon: int, weight: FloatArray | None = None
) -> Rate:
    """Incidence of the sale at `horizon` days with a 95 % interval; n is the number of rows.

    Log-log interval, clustered by client. Where no row or every row converted, or one client is all there is, that
    scale is undefined: then Wilson's on as many trials as there are clients with a mature row. Nothing mature, no rate.
    """
    mature = is_mature(days, cause, horizon)
    if not mature.any():
        return unknown_rate(len(days))
    curve = incidence(days, cause, weight)
    value = min(curve.sale_by(horizon), 1.0)
    spread = clustered_spread(influence_on_sale(curve, days, cause, horizon, weight), client)
    if spread > 0 and 0 < value < 1:
        return rate(value, *log_log(value, spread), len(days))
    trials = count_clients(client[mature])
    return rate(value, *wilson(value * trials, trials), len(days))


def share_converted(days: IntArray, cause: IntArray, horizon: int) -> float | None:
    """The maturity-naive share (sales within the horizon / episodes): shown to be compared, never as the answer."""
    if not len(days):
        return None
    return float(np.mean((cause == SALE) & (days <= horizon)))


def _by_day(days: IntArray, cause: IntArray, one: int, weight: FloatArray | None, length: int) -> FloatArray:
    chosen = cause == one
    counted = np.bincount(days[chosen], weights=None if weight is None else weight[chosen], minlength=length)
    return counted.astype(np.float64)
