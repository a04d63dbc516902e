"""Which bid of a tender wins: a conditional logit, in which the chances of the bids of one tender sum to one."""

import numpy as np
from scipy.optimize import minimize

from ..judge.tables import BoolArray, FloatArray, IntArray


def choice_chances(design: FloatArray, coefficients: FloatArray, tender: IntArray) -> FloatArray:
    """The chance of each bid, exp(x b) over the sum of its tender (McFadden 1974); `tender` numbers them from 0.

    Two bids alike -> 1/2 each.
    """
    score = design @ coefficients
    highest = np.full(int(tender.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(highest, tender, score)
    weight = np.exp(score - highest[tender])
    chances: FloatArray = weight / np.bincount(tender, weights=weight)[tender]
    return chances


def fit_choice(design: FloatArray, won: BoolArray, tender: IntArray, pull: float = 1.0) -> FloatArray:
    """Coefficients of highest likelihood with a pull towards zero (pull/2 times their squares).

    Every tender needs exactly one winner. Standardise the columns: the pull treats them alike.
    """

    def loss(place: FloatArray) -> tuple[float, FloatArray]:
        chance = choice_chances(design, place, tender)
        slope = design.T @ chance - design[won].sum(axis=0) + pull * place
        return -float(np.log(np.maximum(chance[won], 1e-300)).sum()) + pull / 2 * float(place @ place), slope

    found = minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(found.x, dtype=np.float64)
