"""Do those that rose most do worse afterwards? Returns of the top third minus those of the bottom third, by period."""

from dataclasses import dataclass

import numpy as np

from ..judge.tables import FloatArray, IntArray
from .intervals import Z95, Rate, rate, unknown_rate

LEAST = 6  # names in a period below which thirds say nothing
SHUFFLES = 2_000


@dataclass(frozen=True)
class TertileSpread:
    """Mean over periods of (mean return of the top third - that of the bottom third), and its permutation p."""

    spread: Rate
    p: float | None


def tertile_spread(
    growth: FloatArray, returns: FloatArray, period: IntArray, random: np.random.Generator, shuffles: int = SHUFFLES
) -> TertileSpread:
    """Sort names by growth within each period and compare their returns; n counts the periods.

    The interval is that of a mean over periods. `p`: share of shuffles of the returns within periods with a spread at
    least as far from 0, two-sided, the observed one counted (Phipson & Smyth 2010). Unknown with fewer than 2 periods.
    Growth 3 2 1 and returns -1 0 1, twice the names: top third minus bottom third = -2.
    """
    given = ~(np.isnan(growth) | np.isnan(returns))
    growth, returns, period = growth[given], returns[given], period[given]
    parts = [np.flatnonzero(period == one) for one in np.unique(period)]
    parts = [part for part in parts if len(part) >= LEAST]
    if len(parts) < 2:
        return TertileSpread(unknown_rate(len(parts)), None)
    orders = [part[np.argsort(growth[part], kind="stable")] for part in parts]
    observed = np.array([_spread(returns[order]) for order in orders])
    mean, error = float(observed.mean()), float(observed.std(ddof=1)) / len(parts) ** 0.5
    shuffled = [np.mean([_spread(random.permutation(returns[order])) for order in orders]) for _ in range(shuffles)]
    further = int(np.sum(np.abs(shuffled) >= abs(mean) - 1e-12))
    spread = rate(mean, mean - Z95 * error, mean + Z95 * error, len(parts))
    return TertileSpread(spread, (further + 1) / (shuffles + 1))


def _spread(returns: FloatArray) -> float:
    third = len(returns) // 3
    return float(returns[-third:].mean() - returns[:third].mean())
