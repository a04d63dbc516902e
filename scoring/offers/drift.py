"""A model in other times: which features may be trusted, an alarm when its level is off, a level that follows."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ..judge.tables import BoolArray, FloatArray

ALPHA = 0.05
SHIFTS = (-0.8, -0.4, 0.4, 0.8)  # log odds by which the truth may lie off the model
TOLERATED = 0.25  # half the summed change of shares: more, and a feature marks the season, not the client
FEWEST = 20.0  # pseudo-counts that steady a young level


@dataclass(frozen=True)
class LevelWatch:
    """The wealth of the bet against the model after each row, and the row of the first alarm (None without one)."""

    wealth: FloatArray
    alarm_at: int | None


def watch_level(probability: FloatArray, happened: BoolArray, alpha: float = ALPHA) -> LevelWatch:
    """Are the probabilities still right on the whole? Rows in the order in which their ends became known.

    The mean of likelihood ratios of "log odds off by -.8, -.4, .4, .8" against "right" is an e-process: it passes
    1/alpha with chance alpha at most, however often one looks (Ville 1939).
    """
    odds = np.log(probability) - np.log1p(-probability)
    logs = []
    for shift in SHIFTS:
        other = expit(odds + shift)
        ratio = np.where(happened, np.log(other / probability), np.log((1 - other) / (1 - probability)))
        logs.append(np.cumsum(ratio))
    wealth = np.exp(np.clip(logs, -700, 700)).mean(axis=0)
    alarms = np.flatnonzero(wealth >= 1 / alpha)
    return LevelWatch(wealth, int(alarms[0]) if len(alarms) else None)


def change_of_shares(before: FloatArray, after: FloatArray) -> float:
    """Half the sum of |share after - share before| over a feature's values: 0 nothing moved, 1 nothing stayed."""
    return float(np.abs(after / after.sum() - before / before.sum()).sum() / 2)


def follow_level(log_odds: FloatArray, happened: BoolArray, *, memory: float, delay: int) -> FloatArray:
    """Probabilities whose level follows what happened lately; the order of the model's scores within a day is kept.

    Each row is shifted by logit(share that happened) - logit(share expected) over the rows at least `delay` rows
    before it, weights fading by e every `memory` rows. Row t depends on nothing known later than row t - delay.
    """
    expected = expit(log_odds)
    fade = np.exp(-1 / memory)
    happenings, hopes, weight = (_faded(column, fade, delay) for column in (happened, expected, np.ones(len(expected))))
    real, said = ((total + 1) / (weight + FEWEST) for total in (happenings, hopes))
    shift = np.log(real / (1 - real)) - np.log(said / (1 - said))
    return np.asarray(expit(log_odds + shift), dtype=np.float64)


def _faded(values: FloatArray | BoolArray, fade: float, delay: int) -> FloatArray:
    """Faded sums of the values up to `delay` rows before each row."""
    sums, total = np.zeros(len(values)), 0.0
    for row, value in enumerate(np.asarray(values, dtype=np.float64)[: len(values) - delay].tolist()):
        total = total * fade + value
        sums[row + delay] = total
    return sums
