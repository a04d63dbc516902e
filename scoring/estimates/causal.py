"""What would have happened had the bank done nothing: acting on a true alarm makes it look false."""

from dataclasses import dataclass

import numpy as np

from ..judge.tables import BadInput, BoolArray, FloatArray, IntArray
from .intervals import Z95, Rate, clustered_spread, rate, unknown_rate


@dataclass(frozen=True)
class ActedPrecision:
    """The share that came true: among all (`naive`), among those acted on, those left alone, and `natural`, as it
    would be had nobody acted."""

    naive: Rate
    acted: Rate
    left_alone: Rate
    natural: Rate


@dataclass(frozen=True)
class Effect:
    """Mean outcome if all were acted on minus if none were: raw difference and adjusted for who was chosen."""

    naive: Rate
    adjusted: Rate


def natural_precision(
    came_true: FloatArray, acted: BoolArray, propensity: FloatArray, client: IntArray
) -> ActedPrecision:
    """Precision of alerts beside what it would be had the bank not acted, by inverse probability of being left alone.

    natural = sum y_i / (1 - e_i) / sum 1 / (1 - e_i) over the rows not acted on (Hajek 1971; Rosenbaum & Rubin 1983),
    e_i the logged propensity with which the bank acted. `came_true` is 0 or 1 (or a share), one entry an alert.
    Intervals clustered by client. Raises BadInput where a propensity is missing or is 1: what is always acted on can
    never be judged, so keep a small lane that is observed first.
    Left alone: y 1 with e .5, y 0 with e 0 -> 2 / (2 + 1).
    """
    _check(propensity)
    ones = np.ones(len(came_true))
    return ActedPrecision(
        naive=_weighted_mean(came_true, ones, client),
        acted=_weighted_mean(came_true, acted.astype(np.float64), client),
        left_alone=_weighted_mean(came_true, (~acted).astype(np.float64), client),
        natural=_weighted_mean(came_true, np.where(acted, 0.0, 1 / (1 - propensity)), client),
    )


def effect_of_acting(
    outcome: FloatArray,
    acted: BoolArray,
    propensity: FloatArray,
    client: IntArray,
    features: FloatArray | None = None,
) -> Effect:
    """Effect of the bank's action on an outcome (came true, or money lost), augmented inverse probability weighting.

    psi_i = m1 - m0 + a (y - m1) / e - (1 - a) (y - m0) / (1 - e) (Robins, Rotnitzky & Zhao 1994), m1 and m0 least
    squares of the outcome on `features` (rows x columns, known before the action) in each arm. Right when either the
    propensities or the regressions are. Clustered by client. Negative: acting lowered it; saved = -effect.
    Raises BadInput for a propensity that is missing, 0 or 1, or an arm that is empty.
    """
    _check(propensity, lowest=0.0)
    if acted.all() or not acted.any():
        raise BadInput("actions", "found one arm only", "compare alerts acted on with alerts left alone")
    design = np.column_stack([np.ones(len(outcome)), *(() if features is None else features.T)])
    with_it, without = (_predict(design, outcome, arm) for arm in (acted, ~acted))
    psi = with_it - without
    psi += np.where(acted, (outcome - with_it) / propensity, -(outcome - without) / (1 - propensity))
    adjusted = _weighted_mean(psi, np.ones(len(psi)), client, bounded=False)
    return Effect(_raw_difference(outcome, acted, client), adjusted)


def _raw_difference(outcome: FloatArray, acted: BoolArray, client: IntArray) -> Rate:
    means = outcome[acted].mean(), outcome[~acted].mean()
    influence = np.where(acted, (outcome - means[0]) / acted.sum(), -(outcome - means[1]) / (~acted).sum())
    return _interval(float(means[0] - means[1]), influence, client, bounded=False)


def _weighted_mean(values: FloatArray, weight: FloatArray, client: IntArray, *, bounded: bool = True) -> Rate:
    chosen = weight > 0
    if not chosen.any():
        return unknown_rate(0)
    values, weight, client = values[chosen], weight[chosen], client[chosen]
    mean = float(np.average(values, weights=weight))
    return _interval(mean, weight / weight.sum() * (values - mean), client, bounded=bounded)


def _interval(value: float, influence: FloatArray, client: IntArray, *, bounded: bool) -> Rate:
    step = Z95 * clustered_spread(influence, client)
    if np.isnan(step):
        return Rate(value, None, None, len(influence))
    lowest, highest = (0.0, 1.0) if bounded else (-np.inf, np.inf)
    return rate(value, max(value - step, lowest), min(value + step, highest), len(influence))


def _predict(design: FloatArray, outcome: FloatArray, arm: BoolArray) -> FloatArray:
    coefficients = np.linalg.lstsq(design[arm], outcome[arm], rcond=None)[0]
    return np.asarray(design @ coefficients, dtype=np.float64)


def _check(propensity: FloatArray, lowest: float = -1.0) -> None:
    """Raise BadInput for the first propensity that was not logged or leaves nothing to chance."""
    bad = np.flatnonzero(~((propensity > lowest) & (propensity >= 0) & (propensity < 1)))
    if len(bad):
        raise BadInput(
            "actions",
            f"row {int(bad[0]) + 1} has the propensity {propensity[bad[0]]}",
            "log the chance with which the bank acted, below 1 (a lane observed first)",
        )
