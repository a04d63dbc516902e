"""Join what the cues say with what the text model says: a logistic regression of six numbers that starts at a prior.

The prior is "as the cues have it". What all labels say is learned over all types together; each type starts from
there, and its own labels move it a little further.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
FLOOR = 0.002  # what the cues say of a type they do not find: nearly always they are right
CEILING = 0.99
CUES_ALONE = np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
# How far labels may pull from the prior: standard deviations of a normal prior, for all types together, for one type.
SHARED_SPREAD = np.array([0.3, 0.3, 0.15, 0.5, 2.0, 1.0])
SPREAD = np.array([0.1, 0.1, 0.1, 0.2, 0.2, 0.5])
NOISE_SPREAD = 0.5  # of how far noise classes are trusted, around not at all
TRUSTS = np.linspace(0, 1, 21)
ROUNDS = 50


@dataclass(frozen=True)
class Platt:
    """logit' = slope · logit + shift, which makes scores of held-out texts probabilities."""

    slope: float
    shift: float


@dataclass(frozen=True)
class Told:
    """What people said of one type: a row of evidence a labelled text (see `evidence`), and 1 where the type holds.

    `over`: by how many logits the surest noise class is over its threshold, 0 where none is.
    """

    rows: Array
    truth: Array
    over: Array


def evidence(cues: Array, text: Array, threshold: Array | float) -> Array:
    """What speaks for a type, in the order of the stack: (..., 6) of the cues' probability and the text's logit.

    The logit of the cues; the logit of the text where a cue was found, and where none was; and 1 for the one that is
    true: a cue was found under the threshold, one over it, none. The sides of the threshold are apart because cues are
    written until they fall on the right one: of those that say .45 one in five is right, of those that say .55 nine in
    ten. The text has two slopes because where a cue was found it sees the very words that the cue has weighed already.
    """
    found = cues > FLOOR
    over = found & (cues >= threshold)
    parts = (to_logit(np.clip(cues, FLOOR, CEILING)), text * found, text * ~found, found & ~over, over, ~found)
    return np.stack(np.broadcast_arrays(*(np.asarray(part, dtype=np.float64) for part in parts)), axis=-1)


def fit_shared(told: Iterable[Told]) -> Array:
    """The stack for all types: one type has a handful of labels, all have many, so how far cues and words are to be
    trusted is learned here."""
    every = [one for one in told if len(one.truth)]
    if not every:
        return CUES_ALONE.copy()
    rows, truth = np.concatenate([one.rows for one in every]), np.concatenate([one.truth for one in every])
    return _fit(rows, truth, np.ones(len(truth)), CUES_ALONE, SHARED_SPREAD)


def fit_stack(told: Told, prior: Array = CUES_ALONE) -> Array:
    """The stack of one type at the mode of the posterior; with no labels it is the prior.

    Newton's method; the posterior is concave, so it has one mode.
    """
    return _fit(told.rows, told.truth, np.ones(len(told.truth)), prior, SPREAD)


def fit_noise_trust(told: Iterable[Told], stack: Array) -> float:
    """How far noise classes are trusted, 0 to 1: what is over a threshold counts so many times against a type.

    Not at all where nobody has labelled; learned over all types, where a noise class is over its threshold.
    """
    pairs = list(zip(told, stack, strict=True))
    if not pairs:
        return 0.0
    logit = np.concatenate([one.rows @ row for one, row in pairs])
    over, truth = np.concatenate([one.over for one, _ in pairs]), np.concatenate([one.truth for one, _ in pairs])
    signs = 2 * truth - 1
    losses = [np.logaddexp(0, -signs * (logit - t * over)).sum() + (t / NOISE_SPREAD) ** 2 / 2 for t in TRUSTS]
    return float(TRUSTS[int(np.argmin(losses))])


def fit_platt(logit: Array, truth: Array, weight: Array) -> Platt:
    """Platt's scaling with his smoothed targets: fit for scores of texts the model was not trained on."""
    positives, negatives = float(truth.sum()), float((1 - truth).sum())
    targets = np.where(truth > 0, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    rows = np.column_stack([logit, np.ones(len(logit))])
    slope, shift = _fit(rows, targets, weight, np.array([1.0, 0.0]), np.array([1.0, 5.0]))
    return Platt(max(float(slope), 0.05), float(shift))


def to_logit(p: Array) -> Array:
    """ln(p / (1 - p))."""
    return np.asarray(np.log(p / (1 - p)))


def to_probability(logit: Array) -> Array:
    """1 / (1 + exp(-logit))."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logit, -30, 30))))


def _fit(rows: Array, truth: Array, weight: Array, prior: Array, spread: Array) -> Array:
    found, precision = prior.copy(), 1 / spread**2
    for _ in range(ROUNDS):
        p = to_probability(rows @ found)
        gradient = rows.T @ (weight * (truth - p)) - precision * (found - prior)
        curvature = (rows * (weight * p * (1 - p))[:, None]).T @ rows + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        found = found + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-8:
            break
    return np.asarray(found)
