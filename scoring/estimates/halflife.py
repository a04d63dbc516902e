"""How long a signal stays fresh: the hazard above the usual one fades, and half of it is gone after the half-life."""

from dataclasses import dataclass
from math import exp, log

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from ..judge.asof import SALE
from ..judge.conversion import incidence
from ..judge.tables import FloatArray, IntArray

DROP = 1.920729410347062  # half of the 95 % point of chi-square with 1 degree of freedom
FEWEST_EVENTS = 10
SHORTEST = 0.5  # days; a faster decay cannot be seen in whole days
GRID = 24
STEPS, CLOSE = 60, 1e-9
RIDGE = 1e-12  # all ends on one day leave one of the two hazards open


@dataclass(frozen=True)
class HalfLife:
    """Days after which half of the extra hazard is gone, with its 95 % profile interval (`high` None: no end seen).

    `usual` and `extra` are hazards a day: h(d) = usual + extra * 2^(-d / days).
    """

    days: float
    low: float
    high: float | None
    usual: float
    extra: float
    events: int


@dataclass(frozen=True)
class _Followed:
    """By day since the signal: the day, rows at risk on it, events on it."""

    day: FloatArray
    at_risk: FloatArray
    events: FloatArray


def half_life(days: IntArray, cause: IntArray, client: IntArray | None = None) -> HalfLife | None:
    """Poisson maximum likelihood of h(d) = h0 + h1 exp(-lambda d) on whole days since the signal; ln 2 / lambda.

    `days` and `cause` as in `conversion.incidence` (days followed, 1 the foretold end). The interval holds all
    half-lives whose profile log likelihood is within 1.92 of the best; with `client` given, within 1.92 times the ends
    an end comes with (two signals on one client that end by one sale are one piece of news). None with fewer than 10
    ends, or where a steady hazard is as good within that: then there is no decay to speak of.
    """
    seen = _tabulate(days, cause)
    events = int(seen.events.sum())
    if events < FEWEST_EVENTS or len(seen.day) < 3:
        return None
    longest = 4.0 * len(seen.day)
    best = _peak(seen, longest)
    top, (usual, extra) = _profile(seen, best)
    drop = DROP * (1.0 if client is None else _ends_together(cause, client))
    if top - _steady(seen) <= drop:
        return None
    low = _edge(seen, top - drop, best, SHORTEST) or SHORTEST
    return HalfLife(best, low, _edge(seen, top - drop, best, longest), usual, extra, events)


def freshness(age_days: float, half_life_days: float) -> float:
    """What is left of a signal's weight after some days: 45 days at a half-life of 45 -> .5."""
    return float(0.5 ** (age_days / half_life_days))


def _tabulate(days: IntArray, cause: IntArray) -> _Followed:
    if not len(days):
        return _Followed(np.zeros(0), np.zeros(0), np.zeros(0))
    at_risk = incidence(days, cause).at_risk[1:]  # nobody ends on day 0: time zero is whole days
    ends = np.bincount(days[cause == SALE], minlength=len(at_risk) + 1)[1:].astype(np.float64)
    return _Followed(np.arange(1.0, len(at_risk) + 1), at_risk, ends)


def _peak(seen: _Followed, longest: float) -> float:
    """The half-life of the highest profile: the best of a coarse grid (the profile may have two tops), then refined."""
    grid = np.linspace(log(SHORTEST), log(longest), GRID)
    heights = [_profile(seen, exp(place))[0] for place in grid]
    top = int(np.argmax(heights))
    around = grid[max(top - 1, 0)], grid[min(top + 1, GRID - 1)]
    found = minimize_scalar(lambda place: -_profile(seen, exp(place))[0], bounds=around, method="bounded")
    return exp(float(found.x))


def _profile(seen: _Followed, days: float) -> tuple[float, tuple[float, float]]:
    """Highest log likelihood at a half-life, and the usual and extra hazards that reach it, neither below 0.

    A concave problem: Newton's steps, cut short of a hazard of 0; a step that wants less than no extra ends at a steady
    hazard.
    """
    basis = np.stack([np.ones(len(seen.day)), np.exp2(-seen.day / days)])
    place = np.array([1.0, 1.0]) * seen.events.sum() / (2 * seen.at_risk @ basis.T)
    for _ in range(STEPS):
        hazard = place @ basis
        slope = basis @ (seen.events / hazard - seen.at_risk)
        curvature = (basis * (seen.events / hazard**2)) @ basis.T
        step = np.linalg.solve(curvature + RIDGE * np.trace(curvature) * np.eye(2), slope)
        shrinking = step < 0
        room = (0.9 * place[shrinking] / -step[shrinking]).min(initial=1.0)
        place = place + room * step
        if slope @ step < CLOSE:
            break
    return _log_likelihood(seen, place @ basis), (float(place[0]), float(place[1]))


def _steady(seen: _Followed) -> float:
    return _log_likelihood(seen, np.full(len(seen.day), seen.events.sum() / seen.at_risk.sum()))


def _log_likelihood(seen: _Followed, hazard: FloatArray) -> float:
    return float(seen.events @ np.log(hazard) - seen.at_risk @ hazard)


def _ends_together(cause: IntArray, client: IntArray) -> float:
    """Ends of the same client that an end comes with, itself among them, on average: 1 where no client ends twice."""
    ends = np.bincount(client[cause == SALE]).astype(np.float64)
    return float(ends @ ends / ends.sum())


def _edge(seen: _Followed, level: float, best: float, limit: float) -> float | None:
    """Where the profile falls to `level` between the best half-life and a limit; None where it does not."""

    def below(place: float) -> float:
        return _profile(seen, exp(place))[0] - level

    start, end = sorted((log(best), log(limit)))
    if below(log(limit)) > 0 or end - start < 1e-9:
        return None
    return exp(float(brentq(below, start, end, xtol=1e-3)))
