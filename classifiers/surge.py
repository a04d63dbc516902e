"""Complaint surges over all clients at once: how surprising is today's count of each client, and which are no chance?

Counts of client i on day d are negative binomial with mean λ_i f_d w_d (f the weekday's factor, w the day's wave) and
variance mean + κ mean². The rates λ_i come from one Gamma(a, b) for all clients, so that a client with little history
borrows from the others (empirical Bayes). With `tot` complaints in the last `HISTORY` days, E = Σ f over them:

    m = (a + tot) / (b + E) · f w        v = m + (a + tot) / (b + E)² · (f w)² + κ m²        p = P(NB(m, v) ≥ count)

a, b by marginal maximum likelihood, κ by moments over all clients (estimated on the busy ones alone it comes out twice
as high), then Benjamini-Hochberg over the clients of a day. Nothing of a day is used to judge it but its wave.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betainc, gammaln

Ints = NDArray[np.int32]
Reals = NDArray[np.float64]

HISTORY = 56  # days
FALSE_SHARE = 0.07  # of the alarms of a day, at most, in the long run
FEW = 20  # clients below which a prior cannot be learnt and there is no wave
EXTREME = 1e-6  # a count as rare as this says nothing about everyday dispersion
USUAL_DISPERSION, DISPERSION_WEIGHT = 0.3, 2.0  # what κ is taken for until the counts (in units of mean²) say otherwise
USUAL_WANDERING = 0.1  # κ of sums over weeks
UNUSUAL = 1e-4  # of sums over weeks, as EXTREME
USUAL_SHAPE = 0.35
WEEKDAY_WEIGHT = 40.0  # complaints with which each weekday's factor is drawn to 1
NEAR = {"xatol": 1e-3, "fatol": 1e-9}
SLOW_WEEKS = (2, 4, 6)
SLOW_HISTORY, LEAST_SLOW_HISTORY = 84, 28  # days before the weeks that are judged


@dataclass(frozen=True)
class Clock:
    """How time is cut: periods of history, the least of them, periods a model is kept, are there weekdays?"""

    history: int
    least: int
    refit: int
    has_weekdays: bool


DAILY = Clock(HISTORY, 7, 7, True)  # the least: each weekday was seen once
MONTHLY = Clock(18, 9, 1, False)  # for sources that publish counts by month only


@dataclass(frozen=True)
class Panel:
    """Complaints of clients by day: `counts[d, i]` on day `first + d`; a client is watched from day `starts[i]` on.

    `groups[i]`, a small number (the sector): what rises in the whole group is a wave and no client's surge. With the
    clock `MONTHLY` a row is a month and its date means nothing.
    """

    clients: tuple[str, ...]
    first: date
    counts: Ints
    starts: Ints
    groups: Ints
    clock: Clock = DAILY

    def day(self, number: int) -> date:
        """The date of a row of `counts`."""
        return self.first + timedelta(days=number)


@dataclass(frozen=True)
class Alarm:
    """A count far over the expected one: p of so many or more by chance, q the share of false ones among such alarms.

    `days`: over how many days, ending with `date`, the count was taken; 1 for a surge, more for a slow rise.
    """

    client_id: str
    date: date
    count: int
    expected: float
    p_value: float
    q_value: float
    days: int = 1


@dataclass(frozen=True)
class Model:
    """What all clients have in common: rates from Gamma(a, b), κ, and a factor a weekday (Monday first, mean 1)."""

    a: float
    b: float
    kappa: float
    weekdays: Reals


@dataclass(frozen=True)
class _Past:
    """The history of each client before a day: complaints and days watched, weekdays weighed."""

    totals: NDArray[np.int64]
    exposure: Reals


def find_surges(panel: Panel, *, since: date | None = None, false_share: float = FALSE_SHARE) -> list[Alarm]:
    """The alarms of each day from `since` on (from the eighth day on where none is given), in order of day."""
    alarms: list[Alarm] = []
    model = None
    begin = max(panel.clock.least, (since - panel.first).days if since else 0)
    for number, day in enumerate(range(begin, len(panel.counts))):
        if model is None or number % panel.clock.refit == 0:
            model = fit_model(panel, day)
        alarms += _judge_day(panel, day, model, false_share)
    return alarms


def find_slow_rises(panel: Panel, *, since: date | None = None, false_share: float = FALSE_SHARE) -> list[Alarm]:
    """Rises too slow for any one day, at the end of each week: a window-limited likelihood ratio on weekly sums.

    The last 2, 4 and 6 weeks are each held against the twelve before them; the smallest p counts, times three.
    """
    begin = (since - panel.first).days if since else 0
    last = len(panel.counts)
    days = [d for d in range(begin, last) if panel.day(d).weekday() == 6 and d + 1 >= LEAST_SLOW_HISTORY + 14]
    return [alarm for day in days for alarm in _judge_weeks(panel, day, false_share)]


def fit_model(panel: Panel, day: int) -> Model:
    """Learn the weekdays, κ and the prior from the history before a day."""
    window = panel.counts[max(0, day - panel.clock.history) : day]
    has_weekdays = panel.clock.has_weekdays and len(window) >= DAILY.least
    weekdays = fit_weekdays(window, panel.day(day - len(window)).weekday()) if has_weekdays else np.ones(7)
    factors = _factors(panel, day - len(window), day, weekdays)
    watched = panel.starts <= day - len(window)
    whole = window[:, watched] if watched.sum() >= FEW else window
    kappa, usual = fit_dispersion(whole, factors)
    past = _past(panel, day - len(window), day, weekdays)
    known = past.exposure > 0
    if watched.sum() >= FEW:
        known[np.flatnonzero(watched)[~usual]] = False
    a, b = fit_prior(past.totals[known], past.exposure[known])
    return Model(a, b, kappa, weekdays)


def fit_weekdays(window: Ints, first_weekday: int) -> Reals:
    """Factors of Monday to Sunday, mean 1, from counts `[days, clients]`; a flood at one client does not move them."""
    days = len(window)
    most = window.max(axis=0, initial=0)
    caps = 2 + 3 * (window.sum(axis=0) - most) / (days - 1)
    totals = np.minimum(window, caps).sum(axis=1)
    weekdays = (first_weekday + np.arange(days)) % 7
    seen = np.bincount(weekdays, minlength=7)
    mean = totals.mean()
    factors = (np.bincount(weekdays, totals, minlength=7) + WEEKDAY_WEIGHT) / (seen * mean + WEEKDAY_WEIGHT)
    return np.asarray(factors / factors.mean(), dtype=np.float64)


def fit_dispersion(window: Ints, factors: Reals) -> tuple[float, NDArray[np.bool_]]:
    """κ by moments over all clients of `window[days, clients]`, and which clients were usual enough to be used.

    For one client: E Σ(x - λ̂f)² = λ A + κ λ² B with A, B below and λ² estimated by λ̂² - λ̂/E.
    """
    total = window.sum(axis=0, dtype=np.int64)
    exposure, square = factors.sum(), (factors**2).sum()
    left = 1 - 2 * factors / exposure + square / exposure**2
    of_mean, of_square = (factors * left).sum(), (factors**2 * left).sum()
    rate = total / exposure
    squares = np.einsum("dc,dc->c", window, window, dtype=np.float64)
    spread = squares - 2 * rate * (factors @ window) + rate**2 * square
    excess = spread - rate * of_mean
    weight = np.maximum(rate**2 - rate / exposure, -np.inf) * of_square
    most = window.max(axis=0, initial=0)
    rest = (total - most + USUAL_SHAPE) / (exposure - 1 + USUAL_SHAPE)
    kappa, usual = 0.5, np.ones(len(total), dtype=bool)
    for _ in range(4):
        usual = tail(most, rest, rest + rest / exposure + max(kappa, 0.1) * rest**2) >= EXTREME
        kappa = _draw(float(excess[usual].sum()), float(weight[usual].sum()))
    return kappa, usual


def fit_prior(totals: NDArray[np.int64], exposure: Reals) -> tuple[float, float]:
    """a, b of the Gamma the daily rates come from, by maximum likelihood of the totals; of few clients a wide one."""
    mean = (totals.sum() + 0.5) / (exposure.sum() + 10)
    if len(totals) < FEW or not totals.any():
        return USUAL_SHAPE, USUAL_SHAPE / mean
    pairs, times = np.unique(np.stack([totals, exposure.round(2)]), axis=1, return_counts=True)
    count, days = pairs

    def loss(logs: Reals) -> float:
        a, b = np.exp(logs)
        log = gammaln(count + a) - gammaln(a) + a * np.log(b / (b + days)) + count * np.log(days / (b + days))
        return -float((times * log).sum()) / len(totals)

    start = np.log([USUAL_SHAPE, USUAL_SHAPE / mean])
    found = minimize(loss, start, method="Nelder-Mead", bounds=[(-5.0, 5.0), (-12.0, 12.0)], options=NEAR).x
    return float(np.exp(found[0])), float(np.exp(found[1]))


def tail(counts: NDArray[np.int32] | Reals, mean: Reals, variance: Reals) -> Reals:
    """P(X ≥ count) of a negative binomial with this mean and a variance over it."""
    size = mean**2 / np.maximum(variance - mean, 1e-9)
    found = np.ones(len(counts))
    some = counts > 0
    found[some] = betainc(counts[some], size[some], (mean / (mean + size))[some])
    return found


def adjust(p_values: Reals, tests: int) -> Reals:
    """Benjamini-Hochberg q-values of the p-values that are not 1 among so many tests."""
    order = np.argsort(p_values)
    scaled = p_values[order] * tests / np.arange(1, len(order) + 1)
    q_values = np.empty(len(order))
    q_values[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q_values


def _judge_day(panel: Panel, day: int, model: Model, false_share: float) -> Iterator[Alarm]:
    past = _past(panel, max(0, day - panel.clock.history), day, model.weekdays)
    counts = panel.counts[day]
    factor = model.weekdays[panel.day(day).weekday()]
    mean, variance = _predict(past, model, factor)
    waves = _waves(panel, counts, mean, variance, panel.starts <= day)
    mean, variance = _predict(past, model, factor * waves)
    yield from _alarms(panel, day, counts, tail(counts, mean, variance), mean, false_share)


def _judge_weeks(panel: Panel, day: int, false_share: float) -> list[Alarm]:
    """The slow rises that show on a Sunday, each by the span of weeks in which it shows best."""
    best = np.ones(len(panel.clients))
    sums, means, spans = np.zeros(best.shape, np.int32), np.zeros(best.shape), np.ones(best.shape, np.int32)
    for weeks in SLOW_WEEKS:
        begin = day + 1 - 7 * weeks
        if begin < LEAST_SLOW_HISTORY:
            continue
        past = _past(panel, max(0, begin - SLOW_HISTORY), begin, np.ones(7))
        known = past.exposure >= LEAST_SLOW_HISTORY
        if not known.any():
            continue
        a, b = fit_prior(past.totals[known], past.exposure[known])
        total = panel.counts[begin : day + 1].sum(axis=0, dtype=np.int32)
        p_values, mean = _sum_tail(total, past, Model(a, b, 0.0, np.ones(7)), 7.0 * weeks, known)
        better = p_values < best
        best[better], sums[better], means[better], spans[better] = p_values[better], total[better], mean[better], weeks
    p_values = np.minimum(best * len(SLOW_WEEKS), 1.0)
    return list(_alarms(panel, day, sums, p_values, means, false_share, 7 * spans))


def _sum_tail(total: Ints, past: _Past, model: Model, days: float, known: NDArray[np.bool_]) -> tuple[Reals, Reals]:
    """p-values of sums over some days; κ of such sums is what rates wander in that time, learnt from all clients."""
    mean, variance = _predict(past, model, np.full(len(total), days))
    kappa = USUAL_WANDERING / 5
    for _ in range(3):
        usual = known & (tail(total, mean, variance + kappa * mean**2) >= UNUSUAL)
        enough = usual.sum() >= FEW
        excess = ((total - mean) ** 2 - variance)[usual].sum() * enough
        kappa = _draw(float(excess), float((mean**2)[usual].sum() * enough), usual=USUAL_WANDERING)
    p_values = tail(total, mean, variance + kappa * mean**2)
    p_values[~known] = 1.0
    return p_values, mean


def _alarms(
    panel: Panel,
    day: int,
    counts: Ints,
    p_values: Reals,
    mean: Reals,
    false_share: float,
    spans: Ints | None = None,
) -> Iterator[Alarm]:
    some = np.flatnonzero((counts > 0) & (p_values < 1) & (counts > mean) & (panel.starts <= day))
    q_values = adjust(p_values[some], int((panel.starts <= day).sum()))
    for place in np.flatnonzero(q_values <= false_share):
        i = some[place]
        span = int(spans[i]) if spans is not None else 1
        values = int(counts[i]), float(mean[i]), float(p_values[i]), float(q_values[place])
        yield Alarm(panel.clients[i], panel.day(day), *values, span)


def _past(panel: Panel, begin: int, end: int, weekdays: Reals) -> _Past:
    """Totals and weekday-weighted days watched in [begin, end)."""
    factors = _factors(panel, begin, end, weekdays)
    until = np.concatenate([[0.0], np.cumsum(factors)])
    missed = np.clip(panel.starts - begin, 0, end - begin)
    return _Past(panel.counts[begin:end].sum(axis=0, dtype=np.int64), until[-1] - until[missed])


def _factors(panel: Panel, begin: int, end: int, weekdays: Reals) -> Reals:
    return weekdays[(panel.day(begin).weekday() + np.arange(end - begin)) % 7]


def _predict(past: _Past, model: Model, factor: Reals | float) -> tuple[Reals, Reals]:
    """Mean and variance of a count, given the client's past."""
    shape, days = model.a + past.totals, model.b + past.exposure
    mean = shape / days * factor
    return mean, mean + shape / days**2 * factor**2 + model.kappa * mean**2


def _waves(panel: Panel, counts: Ints, mean: Reals, variance: Reals, watched: NDArray[np.bool_]) -> Reals:
    """By how much each client's group is up today (1 or more); capped, so that a flood at one does not hide another."""
    capped = np.minimum(counts, mean + 3 * np.sqrt(variance)) * watched
    seen, expected = np.bincount(panel.groups, capped), np.bincount(panel.groups, mean * watched)
    size = np.bincount(panel.groups, watched)
    is_large = (size >= FEW) & (expected >= FEW)
    ups = np.where(is_large, np.maximum(1.0, seen / np.maximum(expected, 1e-9)), 1.0)
    return np.asarray(ups[panel.groups], dtype=np.float64)


def _draw(excess: float, weight: float, usual: float = USUAL_DISPERSION) -> float:
    """κ from its moment equation, drawn to what is usual where there is little to learn from; never below 0."""
    return max(0.0, (excess + usual * DISPERSION_WEIGHT) / (max(weight, 0.0) + DISPERSION_WEIGHT))
