"""How surprised a forecast is by what happened: the mean of -log(probability given to it); two forecasts in pairs."""

import numpy as np

from ..estimates.intervals import Z95, Rate, clustered_spread, rate, unknown_rate
from ..judge.tables import BoolArray, FloatArray, IntArray

EDGE = 1e-9  # a probability of 0 for what happened would cost everything


def log_loss(chance: FloatArray, happened: BoolArray, cluster: IntArray | None = None) -> Rate:
    """Mean of -log p for what happened and -log(1 - p) for what did not; 0 is perfect (Good 1952).

    Interval by the spread of the rows, those of a `cluster` (a tender, a client) moving together. Always 1/2 -> .693.
    """
    return _mean(_losses(chance, happened), cluster)


def gain_in_log_loss(
    first: FloatArray, other: FloatArray, happened: BoolArray, cluster: IntArray | None = None
) -> Rate:
    """How much less surprised the first forecast is than the other one, row by row; below 0 it is more."""
    return _mean(_losses(other, happened) - _losses(first, happened), cluster)


def _losses(chance: FloatArray, happened: BoolArray) -> FloatArray:
    given = np.clip(np.where(happened, chance, 1 - chance), EDGE, 1.0)
    return np.asarray(-np.log(given), dtype=np.float64)


def _mean(losses: FloatArray, cluster: IntArray | None) -> Rate:
    n = len(losses)
    if n < 2:
        return unknown_rate(n)
    value = float(losses.mean())
    own = np.arange(n) if cluster is None else np.unique(cluster, return_inverse=True)[1]
    step = Z95 * clustered_spread((losses - value) / n, own)
    return rate(value, value - step, value + step, n) if step == step else Rate(value, None, None, n)
