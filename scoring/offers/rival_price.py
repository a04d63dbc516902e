"""The best rival's price, learnt like a survival time: some are known, of the others we know which side they lie on."""

from dataclasses import asdict, dataclass

import numpy as np
from scipy.special import log_ndtr

from ..estimates.intervals import Z95, Rate, rate
from ..judge.tables import BoolArray, FloatArray
from .tables import ENOUGH, NON_PRICE, Offers

STEPS, CLOSE = 60, 1e-10
LEFT, EXACT, RIGHT = -1, 0, 1
TENTH = 1.2815515655446004  # standard deviations between the median and a tenth


@dataclass(frozen=True)
class Seen:
    """What is known of the best rival's price of each offer: exactly `price` (side 0), above it (1), below it (-1)."""

    price: FloatArray
    side: FloatArray


@dataclass(frozen=True)
class RivalFit:
    """Normal regression: rival price = design @ coefficients + N(0, sd). `covariance` is of (coefficients, sd)."""

    coefficients: FloatArray
    sd: float
    covariance: FloatArray
    n_exact: int
    n_censored: int

    def mean_at(self, row: FloatArray) -> Rate:
        """The expected rival price for one row of the design, with its interval."""
        value = float(row @ self.coefficients)
        spread = float(np.sqrt(row @ self.covariance[:-1, :-1] @ row))
        return rate(value, value - Z95 * spread, value + Z95 * spread, self.n_exact + self.n_censored)


@dataclass(frozen=True)
class RivalPrice:
    """The mean of the best rival's price with its 95 % interval, and how far single prices scatter around it."""

    mean: float
    low: float
    high: float
    sd: float
    n_exact: int
    n_censored: int

    def as_json(self) -> dict[str, float | int]:
        return asdict(self)


@dataclass(frozen=True)
class Fan:
    """Where the best rival's price lies in one group: its mean with interval, and the middle 80 % of single prices."""

    group: str
    mean: Rate
    tenth: float
    ninetieth: float


def see_rivals(offers: Offers) -> tuple[Seen, BoolArray]:
    """What each offer shows of its best rival, and for which offers that is anything.

    A known price is exact, whether we won or lost. Won at p: the rival asked p or more. Lost without a known price:
    the rival asked less, unless a reason other than price is stated; then nothing is known. Open offers show nothing.
    """
    won, lost = offers.has_status("won"), offers.has_status("lost")
    exact = (won | lost) & ~np.isnan(offers.rival_price)
    below = lost & ~offers.reason.is_one_of(*NON_PRICE)
    side = np.where(exact, EXACT, np.where(won, RIGHT, LEFT)).astype(np.float64)
    price = np.where(exact, offers.rival_price, offers.price)
    shown = exact | won | below
    return Seen(price[shown], side[shown]), shown


def rival_price(offers: Offers) -> RivalPrice | None:
    """Mean and spread of the best rival's price; None with fewer than five offers that show anything, or one price.

    Simulated, mean 5, sd .6: the mean of the known prices says 4.585, this says 5.000.
    """
    seen, _ = see_rivals(offers)
    fit = fit_rival_price(seen, np.ones((len(seen.price), 1)))
    if fit is None:
        return None
    mean = fit.mean_at(np.ones(1))
    assert mean.value is not None and mean.low is not None and mean.high is not None
    return RivalPrice(mean.value, mean.low, mean.high, fit.sd, fit.n_exact, fit.n_censored)


def rival_fans(offers: Offers, by: str) -> list[Fan]:
    """The rival's price by group, one spread for all; without groups of fewer than five offers that show anything."""
    groups = offers.group(by)
    if groups is None:
        return []
    seen, shown = see_rivals(offers)
    codes = groups.codes[shown]
    counts = np.bincount(codes[codes >= 0], minlength=len(groups.names))
    known = np.bincount(codes[(codes >= 0) & (seen.side == EXACT)], minlength=len(groups.names))
    kept = np.flatnonzero((counts >= ENOUGH) & (known > 0))
    chosen = np.isin(codes, kept)
    design = (codes[chosen][:, None] == kept).astype(np.float64)
    fit = fit_rival_price(Seen(seen.price[chosen], seen.side[chosen]), design)
    if fit is None:
        return []
    return [
        _fan(groups.names[code], fit, np.eye(len(kept))[n], int(counts[code])) for n, code in enumerate(kept.tolist())
    ]


def fit_rival_price(seen: Seen, design: FloatArray) -> RivalFit | None:
    """Maximum likelihood of the censored normal regression; None where the prices do not determine it.

    With h = 1/sd and g = coefficients/sd the log likelihood (log h - z^2/2 exact, log Phi(-z) above, log Phi(z) below,
    z = h price - design @ g) is concave (Olsen 1978), so that Newton's method finds its only maximum. Intervals from
    the observed information, by the delta method.
    """
    if len(seen.price) < ENOUGH or np.ptp(seen.price) <= 0:
        return None
    centre, scale = float(seen.price.mean()), float(seen.price.std())
    terms = np.column_stack([-design, (seen.price - centre) / scale])  # z = terms @ (g, h)
    place = np.append(np.zeros(design.shape[1]), 1.0)
    found = _climb(terms, seen.side, place)
    if found is None:
        return None
    place, information = found
    g, h = place[:-1], place[-1]
    turn = np.zeros((len(place), len(place)))  # derivatives of (coefficients, sd) by (g, h)
    turn[:-1, :-1], turn[:-1, -1], turn[-1, -1] = np.eye(len(g)) / h, -g / h**2, -1 / h**2
    covariance = scale**2 * turn @ np.linalg.inv(information) @ turn.T
    shift = np.linalg.lstsq(design, np.full(len(design), centre), rcond=None)[0]  # the centre, as the design says it
    n_exact = int((seen.side == EXACT).sum())
    return RivalFit(scale * g / h + shift, float(scale / h), covariance, n_exact, len(seen.side) - n_exact)


def _climb(terms: FloatArray, side: FloatArray, place: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Newton's method with halved steps; the maximum and minus the curvature there, None where there is none."""
    value = _log_likelihood(terms, side, place)
    for _ in range(STEPS):
        slope, information = _slope_and_information(terms, side, place)
        try:
            step = np.linalg.solve(information, slope)
        except np.linalg.LinAlgError:
            return None
        length = 1.0
        while (new := _log_likelihood(terms, side, place + length * step)) < value and length > 1e-6:
            length /= 2
        place, value = place + length * step, new
        if np.abs(length * step).max() < CLOSE * max(1.0, float(np.abs(place).max())) or length <= 1e-6:
            break
    else:
        return None
    settled = np.linalg.cond(information) < 1e10 and place[-1] < 1e3
    return (place, information) if settled else None


def _log_likelihood(terms: FloatArray, side: FloatArray, place: FloatArray) -> float:
    if place[-1] <= 0:
        return -np.inf
    z = terms @ place
    return float(np.where(side == EXACT, np.log(place[-1]) - z**2 / 2, log_ndtr(-side * z)).sum())


def _slope_and_information(terms: FloatArray, side: FloatArray, place: FloatArray) -> tuple[FloatArray, FloatArray]:
    z = terms @ place
    away = -side * z  # the known side's log probability is log Phi(away)
    ratio = np.exp(-(away**2) / 2 - np.log(np.sqrt(2 * np.pi)) - log_ndtr(away))
    push = np.where(side == EXACT, -z, -side * ratio)
    bend = np.where(side == EXACT, 1.0, ratio * (ratio + away))
    slope, information = terms.T @ push, (terms * bend[:, None]).T @ terms
    n_exact = float((side == EXACT).sum())
    slope[-1] += n_exact / place[-1]
    information[-1, -1] += n_exact / place[-1] ** 2
    return slope, information


def _fan(group: str, fit: RivalFit, row: FloatArray, n: int) -> Fan:
    mean = fit.mean_at(row)
    assert mean.value is not None and mean.low is not None and mean.high is not None
    return Fan(
        group, rate(mean.value, mean.low, mean.high, n), mean.value - TENTH * fit.sd, mean.value + TENTH * fit.sd
    )
