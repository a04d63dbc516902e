"""Join what the cues say with what the text model says: a logistic regression of four numbers that starts at a prior.

The prior is "as the cues have it". What all labels say of cues and text is learned over all types together, where a
cue was found; each type starts from there, and its own labels move it a little further.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
CUES_ALONE = np.array([1.0, 0.0, 0.0, 0.0])
# How far labels may pull from the prior: standard deviations of a normal prior, of (cues, text, shift) for all types
# together, and of (cues, text, shift, unseen) for one type.
SHARED_SPREAD = np.array([0.3, 0.2, 0.3])
SPREAD = np.array([0.1, 0.15, 0.1, 2.0])
ROUNDS = 30


@dataclass(frozen=True)
class Platt:
    """logit' = slope · logit + shift, which makes scores of held-out texts probabilities."""

    slope: float
    shift: float


def fit_shared(cues: Array, text: Array, truth: Array) -> Array:
    """(cues, text, shift, 0) for all types, from labelled texts in which a cue of the type was found.

    One type has a handful of labels, all types have many: how far cues and words are to be trusted is learned here.
    """
    rows = np.column_stack([cues, text, np.ones(len(truth))]) if len(truth) else np.empty((0, 3))
    return np.append(_fit(rows, truth, np.ones(len(truth)), CUES_ALONE[:3], SHARED_SPREAD), 0.0)


def fit_stack(
    cues: Array, text: Array, unseen: Array, truth: Array, weight: Array, *, prior: Array = CUES_ALONE
) -> Array:
    """(cues, text, shift, unseen) at the mode of the posterior; `cues` and `text` are logits, `truth` is 0 or 1.

    `unseen` is 1 where no cue was found: such texts have a shift of their own, since they are most of what is labelled
    and would else drag down the types whose cues are right.

    With no rows it is the prior. Newton's method; the posterior is concave, so it has one mode.
    """
    rows = np.column_stack([cues, text, np.ones(len(truth)), unseen]) if len(truth) else np.empty((0, 4))
    return _fit(rows, truth, weight, prior, SPREAD)


def fit_platt(logit: Array, truth: Array, weight: Array) -> Platt:
    """Platt's scaling with his smoothed targets: fit for scores of texts the model was not trained on."""
    positives, negatives = float(truth.sum()), float((1 - truth).sum())
    targets = np.where(truth > 0, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    rows = np.column_stack([logit, np.ones(len(logit))])
    slope, shift = _fit(rows, targets, weight, np.array([1.0, 0.0]), np.array([1.0, 5.0]))
    return Platt(max(float(slope), 0.05), float(shift))


def _fit(rows: Array, truth: Array, weight: Array, prior: Array, spread: Array) -> Array:
    found, precision = prior.copy(), 1 / spread**2
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        gradient = rows.T @ (weight * (truth - p)) - precision * (found - prior)
        curvature = (rows * (weight * p * (1 - p))[:, None]).T @ rows + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        found = found + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-8:
            break
    return np.asarray(found)
