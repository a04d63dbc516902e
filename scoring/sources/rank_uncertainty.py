"""Who is best, and how sure is that? Shrunk precision of groups, and their ranks over draws from what is likely."""

from dataclasses import dataclass

import numpy as np

from ..estimates.intervals import Rate
from ..estimates.shrinkage import BetaPrior, draw_rates, fit_beta_prior, posterior
from ..judge.tables import FloatArray, IntArray

DRAWS = 4000
TOP = 10


@dataclass(frozen=True)
class RankedGroups:
    """One entry a group: shrunk precision, its rank by that (1 the highest), the ranks it lies between in 95 % of
    draws, and P(among the top)."""

    precision: list[Rate]
    rank: IntArray
    low: IntArray
    high: IntArray
    in_top: FloatArray


def rank_groups(
    hits: FloatArray, trials: FloatArray, kind: IntArray, random: np.random.Generator, top: int = TOP
) -> RankedGroups:
    """Beta-binomial posterior of each group's rate, priors learnt within its `kind`, and its place among all.

    P(top) is the share of joint posterior draws in which the group is among the `top` highest of all groups; they sum
    to `top`. Groups without trials rank by their prior. Example: 90 of 100 against 1 of 100 twice, top 1 -> 1, 0, 0.
    """
    priors = {one: fit_beta_prior(hits[kind == one], trials[kind == one]) for one in np.unique(kind).tolist()}
    shrunk = [posterior(priors[k], float(h), float(n)) for k, h, n in zip(kind.tolist(), hits, trials, strict=True)]
    ranks = _draw_ranks(priors, hits, trials, kind, random)
    low, high = np.quantile(ranks, [0.025, 0.975], axis=0, method="inverted_cdf").astype(np.int64)
    order = np.argsort([-(one.value or 0.0) for one in shrunk], kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    return RankedGroups(shrunk, rank, np.minimum(low, rank), np.maximum(high, rank), np.mean(ranks <= top, axis=0))


def _draw_ranks(
    priors: dict[int, BetaPrior], hits: FloatArray, trials: FloatArray, kind: IntArray, random: np.random.Generator
) -> IntArray:
    """Rank of each group in each draw (1 the highest), draws x groups."""
    drawn = np.zeros((DRAWS, len(hits)))
    for one, prior in priors.items():
        mine = np.flatnonzero(kind == one)
        drawn[:, mine] = draw_rates(prior, hits[mine], trials[mine], DRAWS, random)
    order = np.argsort(-drawn, axis=1)
    ranks = np.empty(order.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, np.arange(1, len(hits) + 1)[None, :], axis=1)
    return ranks
