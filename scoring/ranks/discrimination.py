"""Does a higher probability go with the foretold end? The area under the ROC curve when some ends are not yet known."""

import numpy as np

from ..estimates.intervals import Rate, clustered_spread, logit, rate, wilson
from ..judge.asof import SALE
from ..judge.conversion import incidence, is_mature
from ..judge.tables import FloatArray, IntArray


def auc_at(probability: FloatArray, days: IntArray, cause: IntArray, client: IntArray, horizon: int) -> Rate | None:
    """P(a case had the higher probability than a control) + half of ties, at `horizon` days.

    Cases sold within the horizon; controls reached it without an end or had a competing end before it. Rows censored
    earlier are unknown and stand in through inverse-probability-of-censoring weights, 1/G(T-) for ends and
    1/G(h-) for those followed to the horizon (Uno 2007; Blanche, Dartigues & Jacqmin-Gadda 2013).
    Rows without a probability (NaN) are left out. None without a case or a control. Interval on the log-odds scale
    from placement values (DeLong 1988), clustered by client, weights taken as known.
    """
    given = ~np.isnan(probability)
    weight = censoring_weights(days[given], cause[given], horizon)
    known = weight > 0
    weight, client = weight[known], client[given][known]
    score, is_case = probability[given][known], ((cause == SALE) & (days <= horizon))[given][known]
    if not is_case.any() or is_case.all():
        return None
    below = share_below(score, score[~is_case], weight[~is_case])
    above = 1 - share_below(score, score[is_case], weight[is_case])
    placement = np.where(is_case, below, above)
    value = float(np.average(placement[is_case], weights=weight[is_case]))
    per_class = np.where(is_case, weight[is_case].sum(), weight[~is_case].sum())
    spread = clustered_spread(weight / per_class * (placement - value), client)
    if spread > 0 and 0 < value < 1:
        return rate(value, *logit(value, spread), len(score))
    trials = min(int(is_case.sum()), int((~is_case).sum()))
    return rate(value, *wilson(value * trials, trials), len(score))


def censoring_weights(days: IntArray, cause: IntArray, horizon: int) -> FloatArray:
    """Weight of each row at the horizon: 1/G just before its end or the horizon, 0 where censored before.

    G is the Kaplan-Meier curve of censoring, in which an end on a day comes before a censoring on it.
    Days 1, 2, 3, 3 with causes 1, 0, 0, 0 at horizon 3 -> 1, 0, 1.5, 1.5: one row was lost, the two left stand for it.
    """
    if not len(days):
        return np.zeros(0)
    ended = np.bincount(days[cause > 0], minlength=int(days.max()) + 1)
    lost = np.bincount(days[cause == 0], minlength=int(days.max()) + 1)
    at_risk = incidence(days, cause).at_risk - ended
    kept = np.cumprod(1 - np.divide(lost, at_risk, out=np.zeros(len(lost)), where=at_risk > 0))
    kept_before = np.concatenate([[1.0], kept[:-1]])
    reached = kept_before[np.minimum(days, horizon)]
    return np.where(is_mature(days, cause, horizon), 1 / np.maximum(reached, 1e-12), 0.0)


def share_below(score: FloatArray, others: FloatArray, weight: FloatArray) -> FloatArray:
    """Share of the others' weight below each score, ties counted half."""
    order = np.argsort(others, kind="stable")
    total = np.concatenate([[0.0], np.cumsum(weight[order])])
    under, through = (np.searchsorted(others[order], score, side=side) for side in ("left", "right"))
    return np.asarray((total[under] + total[through]) / 2 / total[-1], dtype=np.float64)
