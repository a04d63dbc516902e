"""Rates with their 95 % interval and the number they rest on."""

from dataclasses import asdict, dataclass
from math import exp, log, sqrt

import numpy as np
from scipy.stats import binom

from ..judge.tables import FloatArray, IntArray

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Rate:
    """A value, its 95 % interval and n. All None when nothing can be said yet."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def as_json(self) -> dict[str, float | int | None]:
        return asdict(self)


def rate(value: float, low: float, high: float, n: int) -> Rate:
    """A Rate of plain floats whose interval contains its value even where rounding would put it outside."""
    return Rate(float(value), float(min(low, value)), float(max(high, value)), int(n))


def unknown_rate(n: int) -> Rate:
    return Rate(None, None, None, int(n))


def wilson(hits: float, n: float) -> tuple[float, float]:
    """Score interval of a share (Wilson 1927; method 3 of Newcombe 1998): 81 of 263 -> .2553 to .3662.

    `hits` and `n` may be fractions of a count; n 0 gives 0 to 1.
    """
    if n <= 0:
        return 0.0, 1.0
    share, z2 = hits / n, Z95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def log_log(value: float, spread: float) -> tuple[float, float]:
    """Interval of a probability on the log(-log) scale (Kalbfleisch & Prentice 1980), which stays inside (0, 1).

    theta = log(-log p), its standard error s / (p |log p|). Needs 0 < value < 1. p .857, s .0764 -> .620 to .952.
    """
    step = Z95 * spread / (value * abs(log(value)))
    theta = log(-log(value))
    return exp(-exp(min(theta + step, 700.0))), exp(-exp(theta - step))


def logit(value: float, spread: float) -> tuple[float, float]:
    """Interval of a probability on the log-odds scale. Needs 0 < value < 1."""
    step = Z95 * spread / (value * (1 - value))
    theta = log(value / (1 - value))
    return tuple(1 / (1 + exp(-max(min(edge, 700.0), -700.0))) for edge in (theta - step, theta + step))  # type: ignore[return-value]


def median_rate(values: FloatArray) -> Rate:
    """Median with the interval of its order statistics (binomial); infinite ends are None: nobody can say."""
    n = len(values)
    if not n:
        return unknown_rate(0)
    ordered = np.sort(values)
    below = int(binom.ppf(0.025, n, 0.5))
    picks = ordered[(n - 1) // 2], ordered[max(below - 1, 0)], ordered[min(n - below, n - 1)]
    value, low, high = (float(one) if np.isfinite(one) else None for one in picks)
    return Rate(value, low, high, n)


def clustered_spread(influence: FloatArray, client: IntArray) -> float:
    """Standard error of an estimate from the influence of each row on it, rows of one client moving together.

    Infinitesimal jackknife: sqrt(G/(G-1) * sum over G clients of (sum of the client's influences)^2); NaN for G < 2.
    """
    present = count_clients(client)
    if present < 2:
        return float("nan")
    sums = np.bincount(client, weights=influence)
    return sqrt(present / (present - 1) * float(sums @ sums))


def count_clients(client: IntArray) -> int:
    """Distinct clients; their numbers are small, so counting beats sorting."""
    return int(np.count_nonzero(np.bincount(client)))
