"""Bands of probability against what happened in them: which band understates, told apart from chance."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, false_discovery_control

from ..estimates.intervals import Rate, rate
from ..judge.tables import BadInput, BoolArray, FloatArray

DEFAULT_EDGES = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0)
LEVEL = 0.05


@dataclass(frozen=True)
class Band:
    """Rows with low <= probability < high (the last band holds its upper edge too).

    `expected` is their mean probability, `observed` what happened (Jeffreys interval), `p` the chance of so much under
    the expected rate, `q` after Benjamini & Hochberg over the bands; `is_off` says q is at most the level.
    """

    low: float
    high: float
    events: int
    expected: float
    observed: Rate
    p: float
    q: float
    is_off: bool


def jeffreys_p(events: int, n: int, expected: float) -> float:
    """Posterior chance that the true rate is at or below `expected` under Jeffreys' prior: small, risk is understated.

    BetaCDF(expected; D + 1/2, N - D + 1/2) (ECB instructions for reporting validation results, 2019, 2.5.3.1).
    2 defaults of 6 with .0367 said -> .0044.
    """
    return float(beta.cdf(expected, events + 0.5, n - events + 0.5))


def band_table(
    probability: FloatArray,
    is_case: BoolArray,
    *,
    two_sided: bool = False,
    edges: tuple[float, ...] = DEFAULT_EDGES,
    level: float = LEVEL,
) -> list[Band]:
    """The bands that have rows, each tested; `two_sided` for opportunities, where overstating is as bad.

    Raises BadInput where edges do not rise from 0 to 1.
    """
    if list(edges) != sorted(set(edges)) or edges[0] != 0 or edges[-1] != 1:
        raise BadInput("bands", f"found the edges {edges}", "expected numbers rising from 0 to 1")
    which = np.minimum(np.searchsorted(edges, probability, side="right"), len(edges) - 1) - 1
    filled = np.unique(which).tolist()
    n = [int(np.sum(which == one)) for one in filled]
    events = [int(np.sum(is_case[which == one])) for one in filled]
    expected = [float(probability[which == one].mean()) for one in filled]
    p = [_p(*row, two_sided=two_sided) for row in zip(events, n, expected, strict=True)]
    q = false_discovery_control(p).tolist() if p else []
    return [
        Band(edges[one], edges[one + 1], e, x, _observed(e, size), own, adjusted, adjusted <= level)
        for one, e, size, x, own, adjusted in zip(filled, events, n, expected, p, q, strict=True)
    ]


def _p(events: int, n: int, expected: float, *, two_sided: bool) -> float:
    below = jeffreys_p(events, n, expected)
    return min(2 * min(below, 1 - below), 1.0) if two_sided else below


def _observed(events: int, n: int) -> Rate:
    low, high = beta.ppf([0.025, 0.975], events + 0.5, n - events + 0.5)
    return rate(events / n, 0.0 if events == 0 else low, 1.0 if events == n else high, n)
