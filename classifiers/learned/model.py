"""The learned half of the tagger: a linear model on n-grams, joined with what the cues say, and its reasons.

For each signal type, with logit(p) = ln(p / (1 - p)):

    logit(probability) = cues · logit(probability of the cues)
                         + text or text alone · (Σ weight · tf-idf + meaning + bias): a cue was found, none was
                         + under, over or unseen: a cue under the threshold, over it, none

(cues, text, text alone, under, over, unseen) is (1, 0, 0, 0, 0, 0) where nobody has labelled anything: then the answer
is that of the cues alone. Meaning is Σ weight · sentence vector where the model was trained with the extra, else 0.
Where the sentence is of a noise class, the logit is lowered by how far the class is over its threshold, times
`noise_trust` (0 without labels), to no less than `keeps` of the probability: what barely is noise changes little, and a
sure cue outlives a doubtful class.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .embeddings import Embedder
from .grams import Gram, piece_grams, split_words, word_grams
from .stack import FLOOR, Array, evidence, to_probability

SHOWN = 3  # words of a reason


@dataclass(frozen=True)
class Vocabulary:
    """The grams of one kind with their inverse document frequencies, in the order of their columns."""

    grams: Sequence[str]
    idf: Array

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """Where each gram stands."""
        return {gram: n for n, gram in enumerate(self.grams)}

    def values(self, grams: Iterable[str]) -> tuple[NDArray[np.int64], Array]:
        """Columns and values (1 + ln tf) · idf of a text's grams, scaled to length one."""
        counted = Counter(column for gram in grams if (column := self.columns.get(gram)) is not None)
        columns = np.fromiter(counted.keys(), dtype=np.int64, count=len(counted))
        times = np.fromiter(counted.values(), dtype=np.float64, count=len(counted))
        values = (1 + np.log(times)) * self.idf[columns]
        length = float(np.sqrt((values**2).sum()))
        return columns, values / length if length else values


@dataclass(frozen=True)
class NoiseRule:
    """What a noise class does to tags: see `oncu.config.noise_classes`."""

    code: str
    keeps: float
    threshold: float
    spares: frozenset[str] = frozenset()

    def lower(self, probability: float, q: float, trust: float = 1.0) -> float:
        """What is left of a tag's probability where the class has probability q, at or over its threshold."""
        over = trust * (_odds(q) - _odds(self.threshold))
        return max(1 / (1 + math.exp(over - _odds(probability))), probability * self.keeps)


@dataclass(frozen=True)
class Judged:
    """What is thought of a type after all: its probability, from where on it is accepted, and what moved it."""

    probability: float
    threshold: float
    reason: str


@dataclass(frozen=True)
class Meaning:
    """Heads on sentence vectors: a row a number of the vector, a column a head."""

    embedder: Embedder
    weights: NDArray[np.float32]

    def logits(self, text: str) -> Array:
        """What each head says of a sentence."""
        return np.asarray(self.embedder.encode([text])[0] @ self.weights, dtype=np.float64)


@dataclass(frozen=True)
class Learned:
    """A trained model.

    `weights` has a row a gram (words, then pieces) and a column a head: the types, then the noise classes. `stack` has
    a row (cues, text, text alone, under, over, unseen) a type. `thresholds` says from where on a type is accepted,
    `cue_thresholds` from where on by its cues alone.
    """

    words: Vocabulary
    pieces: Vocabulary
    types: tuple[str, ...]
    noise: tuple[NoiseRule, ...]
    weights: NDArray[np.float32]
    bias: Array
    stack: Array
    thresholds: Array
    cue_thresholds: Array
    meaning: Meaning | None = None
    noise_trust: float = 0.0

    @property
    def finds(self) -> bool:
        """Whether it can find what the cues do not see."""
        return bool((self.stack[:, 2] != 0).any())

    def logits(self, text: str) -> Array:
        """What each head says of a sentence."""
        words = split_words(text)
        logits = self.bias + (self.meaning.logits(text) if self.meaning else 0.0)
        for vocabulary, grams, offset in self._blocks():
            columns, values = vocabulary.values(gram for gram, _ in grams(words))
            logits += values @ self.weights[columns + offset]
        return logits

    def judge(self, text: str, cues: Mapping[str, float]) -> dict[str, Judged]:
        """The types of a sentence, given the probability that the cues give to some of them.

        A type this model does not know is left as the cues have it: it is not in the answer.
        """
        logits = self.logits(text)
        noise = self.noise_in(logits)
        said = np.array([cues.get(code, FLOOR) for code in self.types])
        rows = evidence(said, logits[: len(self.types)], self.cue_thresholds)
        probabilities = to_probability((self.stack * rows).sum(axis=1))
        return {
            code: self._judged(text, n, float(probabilities[n]), self._slope(n, said[n]), noise)
            for n, code in enumerate(self.types)
            if code in cues or probabilities[n] > 2 * FLOOR
        }

    def noise_in(self, logits: Array) -> dict[str, float]:
        """The noise classes over their thresholds, with their probabilities."""
        found = to_probability(logits[len(self.types) :])
        return {r.code: float(q) for r, q in zip(self.noise, found, strict=True) if q >= r.threshold}

    def explain(self, text: str, head: str, cues: Mapping[str, float]) -> list[tuple[str, float]]:
        """What adds up to the logit of a type (before noise) or of a noise class, largest first.

        Each word of the sentence with the sum of its grams, then "meaning" where sentence vectors are read, "bias",
        and for a type "cues".
        """
        n = self._heads[head]
        parts, bias = self._by_word(text, n), float(self.bias[n])
        parts += [("meaning", float(self.meaning.logits(text)[n]))] if self.meaning else []
        if n >= len(self.types):
            return [*parts, ("bias", bias)]
        by_text = self._slope(n, cues.get(head, FLOOR))
        row = evidence(np.array(cues.get(head, FLOOR)), np.array(bias), float(self.cue_thresholds[n])) * self.stack[n]
        said, start = float(row[0]), float(row[1:].sum())
        return [*((w, by_text * x) for w, x in parts), ("bias", start), ("cues", said)]

    @cached_property
    def _heads(self) -> Mapping[str, int]:
        return {code: n for n, code in enumerate((*self.types, *(rule.code for rule in self.noise)))}

    def _blocks(self) -> tuple[tuple[Vocabulary, Callable[[list[str]], Iterable[Gram]], int], ...]:
        return (self.words, word_grams, 0), (self.pieces, piece_grams, len(self.words.grams))

    def _by_word(self, text: str, head: int) -> list[tuple[str, float]]:
        """The words of a sentence with the sum of what their grams add to a head; a pair's share is halved."""
        words = split_words(text)
        sums = np.zeros(len(words))
        for vocabulary, grams, offset in self._blocks():
            every = list(grams(words))
            columns, values = vocabulary.values(gram for gram, _ in every)
            added = dict(zip(columns.tolist(), (values * self.weights[columns + offset, head]).tolist(), strict=True))
            counted = Counter(gram for gram, _ in every)
            for gram, places in every:
                share = added.get(vocabulary.columns.get(gram, -1), 0.0) / counted[gram] / len(places)
                sums[list(places)] += share
        found = list(zip(words, sums.tolist(), strict=True))
        return sorted(found, key=lambda part: -abs(part[1]))

    def _slope(self, n: int, cues: float) -> float:
        """How far the words of a type are trusted beside this probability of the cues."""
        return float(self.stack[n, 1 if cues > FLOOR else 2])

    def _judged(self, text: str, n: int, probability: float, slope: float, noise: Mapping[str, float]) -> Judged:
        code, reasons = self.types[n], []
        if slope:
            top = [f"{w} {slope * x:+.1f}" for w, x in self._by_word(text, n)[:SHOWN] if abs(slope * x) >= 0.05]
            reasons += [f"learned ({', '.join(top)})"] if top else []
        rule = self._strictest(code, noise) if self.noise_trust else None
        if rule:
            probability = rule.lower(probability, noise[rule.code], self.noise_trust)
            reasons.append(f"lowered: noise {rule.code}")
        return Judged(round(probability, 4), float(self.thresholds[n]), "; ".join(reasons))

    def _strictest(self, code: str, noise: Mapping[str, float]) -> NoiseRule | None:
        """The noise class that takes most from a type."""
        touching = [rule for rule in self.noise if rule.code in noise and code not in rule.spares]
        return min(touching, key=lambda rule: rule.lower(0.5, noise[rule.code]), default=None)


def _odds(p: float) -> float:
    """ln(p / (1 - p)), finite also at 0 and 1."""
    clipped = min(max(p, 1e-9), 1 - 1e-9)
    return math.log(clipped / (1 - clipped))
