"""Does research's verdict foretell the end better than the model's score alone?"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from ..estimates.intervals import Rate
from ..estimates.logistic import fit_logistic, log_odds
from ..judge.tables import BoolArray, FloatArray
from ..ranks.ranking import AucGain, auroc, compare_auroc


@dataclass(frozen=True)
class VerdictWorth:
    """Area of the verdict and of the score, verdict minus score, and what the verdict adds to a model that has the
    score: likelihood ratio chi-square with 1 degree of freedom and its p."""

    verdict: Rate
    score: Rate
    gain: AucGain
    chi_square: float
    p: float


def verdict_worth(score: FloatArray, is_yes: BoolArray, happened: BoolArray) -> VerdictWorth | None:
    """Compare research's yes with the score (a probability) on leads whose end is known; None without both ends.

    The test is 2 (log L with score and verdict - log L with the score) of logistic regressions (Wilks 1938).
    """
    verdict = is_yes.astype(np.float64)
    areas = auroc(verdict, happened), auroc(score, happened)
    gain = compare_auroc(verdict, score, happened)
    if areas[0] is None or areas[1] is None or gain is None:
        return None
    alone = np.column_stack([np.ones(len(score)), log_odds(score)])
    target = happened.astype(np.float64)
    more = fit_logistic(np.column_stack([alone, verdict]), target).log_likelihood
    added = max(2 * (more - fit_logistic(alone, target).log_likelihood), 0.0)
    return VerdictWorth(areas[0], areas[1], gain, added, float(chi2.sf(added, 1)))
