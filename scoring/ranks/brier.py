"""How far the probabilities are from what happened by a horizon, when some ends are not yet known."""

from dataclasses import dataclass

import numpy as np

from ..estimates.intervals import Z95, Rate, clustered_spread, rate
from ..judge.asof import SALE
from ..judge.conversion import incidence
from ..judge.tables import FloatArray, IntArray
from .discrimination import censoring_weights


@dataclass(frozen=True)
class BrierAt:
    """Brier score at a horizon, that of giving everybody the same incidence, and 1 - score / null (1 is perfect)."""

    score: Rate
    null: float
    scaled: float | None


def brier_at(
    probability: FloatArray, days: IntArray, cause: IntArray, client: IntArray, horizon: int
) -> BrierAt | None:
    """Mean squared distance of `probability` from the foretold end by `horizon` days, weighted for censoring.

    BS(h) = (1/n) sum of w_i (y_i - p_i)^2 with y = 1 for the foretold end by h, 0 for a competing end or none, and
    the weights of `censoring_weights` (Graf et al. 1999; Gerds & Schumacher 2006). The null model is the
    Aalen-Johansen incidence. Rows without a probability (NaN) are left out; None where none is left.
    Interval clustered by client, weights taken as known.
    """
    given = ~np.isnan(probability)
    probability, days, cause, client = probability[given], days[given], cause[given], client[given]
    if not len(days):
        return None
    weight = censoring_weights(days, cause, horizon)
    happened = ((cause == SALE) & (days <= horizon)).astype(np.float64)
    loss = weight * (happened - probability) ** 2
    value = float(loss.mean())
    step = Z95 * clustered_spread((loss - value) / len(loss), client)
    null = float(np.mean(weight * (happened - incidence(days, cause).sale_by(horizon)) ** 2))
    low, high = (max(value - step, 0.0), value + step) if step == step else (0.0, 1.0)
    return BrierAt(rate(value, low, high, len(loss)), null, 1 - value / null if null else None)
