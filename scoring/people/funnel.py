"""What becomes of the leads analysts send: accepted, investigated, confirmed, an outcome, and how long it takes."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from ..estimates.intervals import Rate, rate, unknown_rate, wilson
from ..estimates.shrinkage import fit_beta_prior, posterior
from ..judge.asof import COMPETING, FOREVER, SALE
from ..judge.conversion import conversion, incidence
from ..judge.leadtime import quantile
from ..judge.leakage import assert_point_in_time
from ..judge.tables import BadInput, BoolArray, FloatArray, IntArray

STAGES = ("sent", "accepted", "investigated", "confirmed", "outcome")
NEVER = FOREVER
NEW_AFTER = 90  # days without an episode of the client and type after which a lead is news again


@dataclass(frozen=True)
class Leads:
    """One row a lead: the day it reached each stage (NEVER where not), the day it was closed otherwise (rejected,
    dropped), and the number of its client."""

    reached: IntArray
    closed: IntArray
    client: IntArray


@dataclass(frozen=True)
class FunnelStep:
    """From one stage to the next, among those that reached the first: `share` within the horizon (Aalen-Johansen),
    `median_days` of the way (None while nobody has gone it)."""

    among: str
    stage: str
    n: int
    reached: int
    share: Rate
    median_days: int | None


def funnel(leads: Leads, as_of: int, horizon: int, stages: tuple[str, ...] = STAGES) -> list[FunnelStep]:
    """The steps of the funnel as of a day number, each share within `horizon` days of the stage before.

    A lead closed otherwise cannot go on (a competing end), one still open is censored at as-of, never counted as
    refused. Days after as-of do not exist yet. Raises BadInput where a stage comes before the one it follows.
    """
    known, closed = (np.where(days <= as_of, days, NEVER) for days in (leads.reached, leads.closed))
    _check_order(known, stages)
    return [
        _step(known[:, one], known[:, one + 1], closed, leads.client, (stages[one], stages[one + 1], as_of, horizon))
        for one in range(len(stages) - 1)
    ]


def acceptance_by_analyst(analyst: IntArray, is_accepted: BoolArray) -> dict[int, Rate]:
    """Share of each analyst's decided leads that research accepted, pulled towards what analysts do (beta-binomial)."""
    numbers, which = np.unique(analyst, return_inverse=True)
    sent = np.bincount(which).astype(np.float64)
    kept = np.bincount(which, weights=is_accepted).astype(np.float64)
    prior = fit_beta_prior(kept, sent)
    shrunk = (posterior(prior, hits, n) for hits, n in zip(kept.tolist(), sent.tolist(), strict=True))
    return dict(zip(numbers.tolist(), shrunk, strict=True))


def yield_per_hour(confirmed: int, hours: float) -> Rate:
    """Confirmed leads per hour of research, exact Poisson interval (Garwood 1936); n is the confirmed ones.

    10 in 40 hours -> .25, .12 to .46.
    """
    if hours <= 0:
        return unknown_rate(confirmed)
    low = chi2.ppf(0.025, 2 * confirmed) / 2 if confirmed else 0.0
    return rate(confirmed / hours, low / hours, chi2.ppf(0.975, 2 * confirmed + 2) / 2 / hours, confirmed)


def already_known(was_known: BoolArray) -> Rate:
    """Share of the leads judged "no news to us"; Wilson."""
    n, hits = len(was_known), int(was_known.sum())
    return rate(hits / n, *wilson(hits, n), n) if n else unknown_rate(0)


def novelty(days_since_last: FloatArray, half_life_days: float) -> FloatArray:
    """How new a lead is: 1 without an episode of its client and type in the last 90 days (NaN: never one), else
    1 - 2^(-gap / half-life). Gap 45 at a half-life of 45 -> .5."""
    is_new = np.isnan(days_since_last) | (days_since_last > NEW_AFTER)
    return np.where(is_new, 1.0, 1 - np.exp2(-np.nan_to_num(days_since_last) / half_life_days))


def _step(
    start: IntArray, following: IntArray, closed: IntArray, client: IntArray, frame: tuple[str, str, int, int]
) -> FunnelStep:
    among, stage, as_of, horizon = frame
    here = start < NEVER
    start, following, closed, client = start[here], following[here], closed[here], client[here]
    assert_point_in_time(as_of, **{among: start})
    ended = np.minimum(np.minimum(following, closed), as_of)
    cause = np.where(following <= as_of, SALE, np.where(closed <= as_of, COMPETING, 0))
    days = np.maximum(ended - start, 0)
    went = int(np.sum(cause == SALE))
    share = conversion(days, cause, client, horizon) if len(days) else unknown_rate(0)
    return FunnelStep(among, stage, len(days), went, share, quantile(incidence(days, cause), 0.5) if went else None)


def _check_order(reached: IntArray, stages: tuple[str, ...]) -> None:
    row, stage = np.nonzero(np.diff(reached, axis=1) < 0)
    if len(row):
        late, early = stages[stage[0]], stages[stage[0] + 1]
        raise BadInput(f"lead {int(row[0]) + 1}", f"{early} comes before {late}", "give the days in order")
