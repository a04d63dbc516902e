"""Logistic regression by Newton's method: small designs, exact standard errors, no tuning."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from ..judge.tables import FloatArray

STEPS, CLOSE = 100, 1e-10
EDGE = 1e-9  # probabilities of 0 and 1 have no log odds
STEEPEST = 30.0  # a coefficient beyond this is separation: the likelihood has no maximum


@dataclass(frozen=True)
class LogisticFit:
    """Coefficients, their covariance, and the log likelihood reached."""

    coefficients: FloatArray
    covariance: FloatArray
    log_likelihood: float


def fit_logistic(
    design: FloatArray, target: FloatArray, offset: FloatArray | None = None, ridge: float = 1e-8
) -> LogisticFit:
    """Maximum likelihood of P(target) = expit(design @ b + offset); `design` has a row a case, a column a coefficient.

    `target` may be fractions (Platt's smoothed labels). A ridge this small only keeps the step solvable; separated
    classes stop at coefficients of 30. Twenty of hundred, design all ones -> b = logit(.2).
    """
    shift = np.zeros(len(target)) if offset is None else offset
    beta = np.zeros(design.shape[1])
    curvature: FloatArray = np.eye(len(beta))
    for _ in range(STEPS):
        chance = expit(design @ beta + shift)
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + ridge * np.eye(len(beta))
        step = np.linalg.solve(curvature, design.T @ (target - chance) - ridge * beta)
        beta = np.clip(beta + np.clip(step, -4, 4), -STEEPEST, STEEPEST)
        if np.abs(step).max() < CLOSE:
            break
    return LogisticFit(
        beta, np.asarray(np.linalg.inv(curvature), dtype=np.float64), _log_likelihood(design @ beta + shift, target)
    )


def log_odds(probability: FloatArray) -> FloatArray:
    """log(p / (1 - p)), finite for 0 and 1 too."""
    return np.asarray(logit(np.clip(probability, EDGE, 1 - EDGE)), dtype=np.float64)


def _log_likelihood(odds: FloatArray, target: FloatArray) -> float:
    return float(np.sum(target * odds - np.logaddexp(0, odds)))
