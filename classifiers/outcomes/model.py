"""A linear outcome model: numbers on a log scale and words, shrunk; chosen by cross-validation over groups.

Everything is learnt from the rows it is fitted on: medians, scales, vocabulary and weights. A model is judged on rows
whose groups it has never seen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack

from .history import Features, Flags, Ints, Reals

FOLDS = 5
LEAST_CLIENTS = 20  # a word said of fewer clients is not learnt
WORD_SCALE = 3.0  # a row of words is this long; each number is 1 on average


@dataclass(frozen=True)
class Strength:
    """How much a model may believe: the inverse of the penalty, and whether words count at all."""

    penalty: float
    with_words: bool


STRENGTHS = tuple(Strength(penalty, words) for penalty, words in product((0.003, 0.01, 0.03, 0.1), (True, False)))


@dataclass(frozen=True)
class OutcomeModel:
    """Weights by name: of numbers on the scale (log(1 + x) - centre) / spread, and of words."""

    names: tuple[str, ...]
    medians: Reals
    centre: Reals
    spread: Reals
    vocabulary: tuple[str, ...]
    rarity: Reals
    number_weights: Reals
    word_weights: Reals
    bias: float

    def logits(self, features: Features) -> Reals:
        """The log odds of an end for each row."""
        numbers = _scaled(_columns(features, self.names), self.medians, self.centre, self.spread) @ self.number_weights
        if not len(self.vocabulary):
            return np.asarray(numbers + self.bias)
        words = _weighed(_chosen(features, self.vocabulary), self.rarity) @ self.word_weights
        return np.asarray(numbers + words + self.bias)

    def probabilities(self, features: Features) -> Reals:
        """The probability of an end for each row."""
        return np.asarray(1 / (1 + np.exp(-self.logits(features))))

    def strongest(self, most: int) -> list[tuple[str, float]]:
        """The numbers and words with the largest weights either way: what the model goes by."""
        named = [*zip(self.names, self.number_weights.tolist(), strict=True)]
        named += zip(self.vocabulary, self.word_weights.tolist(), strict=True)
        return sorted(named, key=lambda pair: (-abs(pair[1]), pair[0]))[:most]


@dataclass(frozen=True)
class Trial:
    """How a strength did on the folds it was not fitted on: the area under the ROC curve of all rows together."""

    strength: Strength
    area: float


def fit_outcome_model(features: Features, ended: Flags, strength: Strength) -> OutcomeModel:
    """Logistic regression with a quadratic penalty. Raises ValueError where all or none ended."""
    if ended.all() or not ended.any():
        raise ValueError("a model needs clients that ended and clients that did not")
    names = _names(features)
    numbers = np.log1p(np.maximum(_columns(features, names), 0.0))
    medians = np.nan_to_num(_columns_of(np.nanmedian, numbers))
    filled = np.where(np.isnan(numbers), medians, numbers)
    centre, spread = filled.mean(axis=0), np.maximum(filled.std(axis=0), 1e-9)
    scaled = (filled - centre) / spread
    vocabulary, rarity = _vocabulary(features) if strength.with_words else ((), np.zeros(0))
    words = _weighed(_chosen(features, vocabulary), rarity)
    weights, bias = _fit(scaled, words, ended, strength.penalty)
    known = scaled.shape[1]
    return OutcomeModel(names, medians, centre, spread, vocabulary, rarity, weights[:known], weights[known:], bias)


def choose_strength(
    features: Features, ended: Flags, *, tried: Sequence[Strength] = STRENGTHS, seed: int = 0
) -> list[Trial]:
    """The strengths, best first, by how they rank clients of groups they have not seen (all within these rows)."""
    fold = _folds(features, seed)
    trials = [Trial(strength, area_under(_held_out(features, ended, strength, fold), ended)) for strength in tried]
    return sorted(trials, key=lambda trial: (-trial.area, trial.strength.penalty, trial.strength.with_words))


def area_under(score: Reals, ended: Flags) -> float:
    """P(an ended client has the higher score) + half of ties."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(ended, score))


def _held_out(features: Features, ended: Flags, strength: Strength, fold: Ints) -> Reals:
    logits = np.zeros(len(features))
    for left in _parts(fold):
        model = fit_outcome_model(features.where(~left), ended[~left], strength)
        logits[left] = model.logits(features.where(left))
    return logits


def _parts(fold: Ints) -> Iterator[Flags]:
    return (fold == number for number in range(FOLDS))


def _folds(features: Features, seed: int) -> Ints:
    """A fold for each row; rows of a group share one, and so do the rows of a client without a group."""
    _, client = np.unique(np.array(features.clients), return_inverse=True)
    own = np.where(features.group >= 0, features.group, features.group.max(initial=-1) + 1 + client)
    drawn = np.random.default_rng(seed).integers(0, FOLDS, int(own.max(initial=0)) + 1)
    return np.asarray(drawn[own])


def _fit(scaled: Reals, words: csr_matrix, ended: Flags, penalty: float) -> tuple[Reals, float]:
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    rows = hstack([csr_matrix(scaled), words]).tocsr() if words.shape[1] else scaled
    with threadpool_limits(1):  # threads cost more than they save here, and sum in another order every time
        model = LogisticRegression(C=penalty, max_iter=1_000).fit(rows, ended)
    return model.coef_[0], float(model.intercept_[0])


def _names(features: Features) -> tuple[str, ...]:
    """The numbers known of enough clients."""
    known = (~np.isnan(features.numbers)).sum(axis=0)
    return tuple(name for name, clients in zip(features.names, known, strict=True) if clients >= LEAST_CLIENTS)


def _columns(features: Features, names: Sequence[str]) -> Reals:
    """The numbers of these names; NaN where the features do not have one."""
    unknown = np.full(len(features), np.nan)
    columns = [features.number(name) if name in features.names else unknown for name in names]
    return np.column_stack(columns) if columns else np.zeros((len(features), 0))


def _vocabulary(features: Features) -> tuple[tuple[str, ...], Reals]:
    """The words said of enough clients, and how rare each is: log((1 + n) / (1 + clients)) + 1."""
    clients = np.asarray((features.words > 0).sum(axis=0)).ravel()
    kept = np.flatnonzero(clients >= LEAST_CLIENTS)
    rarity = np.log((1 + len(features)) / (1 + clients[kept])) + 1
    return tuple(features.vocabulary[number] for number in kept), rarity


def _chosen(features: Features, vocabulary: Sequence[str]) -> csr_matrix:
    """The columns of a vocabulary; a word that was never said is a column of zeros."""
    number = {word: n for n, word in enumerate(features.vocabulary)}
    pairs = [(number[word], n) for n, word in enumerate(vocabulary) if word in number]
    shape = (len(features.vocabulary), len(vocabulary))
    if not pairs:
        return csr_matrix((len(features), len(vocabulary)))
    rows, columns = zip(*pairs, strict=True)
    return csr_matrix(features.words @ csr_matrix((np.ones(len(pairs)), (rows, columns)), shape=shape))


def _weighed(counts: csr_matrix, rarity: Reals) -> csr_matrix:
    """(1 + log count) x rarity, each row brought to the same length."""
    weighed = counts.astype(np.float64)
    weighed.data = 1 + np.log(np.maximum(weighed.data, 1.0))
    weighed = csr_matrix(weighed @ diags(rarity)) if len(rarity) else weighed
    length = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    return csr_matrix(diags(WORD_SCALE / np.maximum(length, 1e-12)) @ weighed)


def _scaled(numbers: Reals, medians: Reals, centre: Reals, spread: Reals) -> Reals:
    logs = np.log1p(np.maximum(numbers, 0.0))
    return np.asarray((np.where(np.isnan(logs), medians, logs) - centre) / spread)


def _columns_of(measure: object, numbers: Reals) -> Reals:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column without any number
        return np.asarray(measure(numbers, axis=0))  # type: ignore[operator]
