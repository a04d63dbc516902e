"""Train the learned tagger: one linear head a signal type and a noise class, calibrated on texts held out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oncu.config.noise_classes import NoiseSpec
from oncu.config.specs import SignalSpec

from .embeddings import Embedder
from .grams import pieces_in, words_in
from .model import Learned, Meaning, NoiseRule, Vocabulary
from .stack import (
    CUES_ALONE,
    FLOOR,
    Array,
    Told,
    evidence,
    fit_noise_trust,
    fit_platt,
    fit_shared,
    fit_stack,
    to_probability,
)

FOLDS = 5
NO_NOISE = "none"  # judged, and of no noise class
STRENGTH = 2.0  # inverse of the penalty on the weights
MANY_TEXTS = 3_000  # from here on a gram of a single text is left out: it would only make the file larger
LEAST_POSITIVES = 4  # a type with fewer examples is left to its cues
ENOUGH_FOR_THRESHOLD = 20  # labelled positives from which on a type's threshold is moved
THRESHOLD_PRIOR = 50  # labelled positives that weigh as much as the threshold in the type's file
DECIMALS = 3  # of a weight: a third of the bytes on disk, and no answer changes


@dataclass(frozen=True)
class Example:
    """A text and what is known of it.

    `holds`: signal types it tells of. `asked`: the types that were judged; None where all were. `noise`: its noise
    class, "none" where it was judged to be of none. `origin`: example | registry | label | decision. `cues`: what the
    cues give it, by type.
    """

    text: str
    language: str = "tr"
    holds: frozenset[str] = frozenset()
    asked: frozenset[str] | None = None
    noise: str | None = None
    weight: float = 1.0
    origin: str = "example"
    key: str = ""
    cues: Mapping[str, float] | None = None

    @property
    def is_of_people(self) -> bool:
        """Whether a person judged this very text."""
        return self.origin in ("label", "decision")


@dataclass(frozen=True)
class HeldOut:
    """What each head said of each example when it was trained on the others; `learned` is the model of all."""

    learned: Learned
    logits: Array
    before: Array  # logits before calibration


def examples_of_types(types: Mapping[str, SignalSpec]) -> list[Example]:
    """The examples in the files of the types: of each it is known whether that one type holds."""
    found = []
    for code, spec in types.items():
        for language in ("tr", "en"):
            pair = getattr(spec.examples, language) if spec.examples else None
            for kind in ("holds", "fails"):
                holds = frozenset([code]) if kind == "holds" else frozenset()
                found += [
                    Example(text, language, holds, frozenset([code]), key=f"{code}:{language}:{kind}:{n}")
                    for n, text in enumerate(getattr(pair, kind, ()))
                ]
    return found


def examples_of_noise(noise: Mapping[str, NoiseSpec]) -> list[Example]:
    """The examples in the files of the noise classes: those that hold tell of no signal; those that fail tell of one,
    and which is not said."""
    return [
        Example(
            text,
            language,
            asked=frozenset(),
            noise=code if kind == "holds" else NO_NOISE,
            key=f"{code}:{language}:{kind}:{n}",
        )
        for code, spec in noise.items()
        for language in ("tr", "en")
        for kind in ("holds", "fails")
        for n, text in enumerate(getattr(getattr(spec.examples, language), kind))
    ]


def train(
    examples: Sequence[Example],
    types: Mapping[str, SignalSpec],
    noise: Mapping[str, NoiseSpec],
    *,
    embedder: Embedder | None = None,
    seed: int = 0,
) -> HeldOut:
    """Train on the examples; the same examples in the same order give the same model.

    Of another type's example it is taken that a type does not hold where the type's cues are silent; where they are
    not, nothing is known. Heads are calibrated by Platt's scaling on held-out folds; what people labelled then says
    how much the text counts beside the cues. With sentence vectors there is a second head on them, and the two are
    averaged.
    """
    codes = tuple(code for code in types if _count(examples, code) >= LEAST_POSITIVES)
    rules = tuple(_rule(spec) for spec in noise.values())
    truth = _truth(examples, codes, [rule.code for rule in rules])
    words, pieces, rows = _vectorize([example.text for example in examples])
    weight = np.array([example.weight for example in examples])
    folds = np.random.default_rng(seed).permutation(len(examples)) % FOLDS
    raw = _held_out(rows, truth, weight, folds)
    weights, bias = _fit_heads(rows, truth, weight)
    meant = np.zeros((0, truth.shape[1]))
    if embedder:
        vectors = embedder.encode([example.text for example in examples])
        strength = embedder.strength
        raw = (raw + _held_out(vectors, truth, weight, folds, strength)) / 2
        meant, start = _fit_heads(vectors, truth, weight, strength)
        weights, meant, bias = weights / 2, meant / 2, (bias + start) / 2
    slopes, shifts = _calibrate(raw, truth, weight)
    weights, bias, logits = weights * slopes, bias * slopes + shifts, raw * slopes + shifts
    meaning = Meaning(embedder, (meant * slopes).astype(np.float32)) if embedder else None
    plain = np.tile(CUES_ALONE, (len(codes), 1))
    thresholds = np.array([types[code].threshold for code in codes])
    usual = _usual(truth, len(codes))
    small = np.round(weights, DECIMALS).astype(np.float32)
    learned = Learned(words, pieces, codes, rules, small, bias - usual, plain, thresholds, thresholds, meaning)
    return HeldOut(_join_cues(learned, examples, logits - usual), logits, raw)


def truth_table(examples: Sequence[Example], learned: Learned) -> Array:
    """What is known: examples × heads, 1 holds, 0 does not, NaN unknown."""
    return _truth(examples, learned.types, [rule.code for rule in learned.noise])


def _truth(examples: Sequence[Example], codes: Sequence[str], noise: Sequence[str]) -> Array:
    columns = [_truth_of_type(examples, code) for code in codes]
    return np.column_stack(columns + [_truth_of_noise(examples, code) for code in noise])


def _usual(truth: Array, types: int) -> Array:
    """The log odds of each type among the examples, 0 for noise classes.

    Without them a type's logit is how much the words speak for it, and not how rare it is here, which the cues know.
    """
    share = np.clip(np.nanmean(truth, axis=0), 1e-6, 1 - 1e-6)
    odds = np.log(share / (1 - share))
    odds[types:] = 0
    return np.asarray(odds)


def _join_cues(learned: Learned, examples: Sequence[Example], logits: Array) -> Learned:
    """The model with how its text and the cues are joined, type by type, as people's labels say."""
    judged = [n for n, example in enumerate(examples) if example.is_of_people]
    given = learned.cue_thresholds.tolist()
    told = [
        _told(examples, judged, code, logits[:, t], given[t], _over(learned, code, logits))
        for t, code in enumerate(learned.types)
    ]
    start = fit_shared(told)
    stack = np.array([fit_stack(one, start) for one in told]).reshape(len(told), len(start))
    said = [to_probability(one.rows @ row) for one, row in zip(told, stack, strict=True)]
    thresholds = [_threshold(p, one.truth, at) for p, one, at in zip(said, told, given, strict=True)]
    trust = fit_noise_trust(told, stack)
    return replace(learned, stack=stack, thresholds=np.array(thresholds), noise_trust=trust)


def _over(learned: Learned, code: str, logits: Array) -> Array:
    """By how many logits the surest noise class that touches a type is over its threshold, by text."""
    columns = [
        logits[:, n] - np.log(rule.threshold / (1 - rule.threshold))
        for n, rule in enumerate(learned.noise, len(learned.types))
        if code not in rule.spares
    ]
    return np.maximum(0.0, np.max(columns, axis=0)) if columns else np.zeros(len(logits))


def _told(
    examples: Sequence[Example], judged: Sequence[int], code: str, logits: Array, threshold: float, over: Array
) -> Told:
    asked = [n for n in judged if (a := examples[n].asked) is None or code in a]
    cues = np.array([(examples[n].cues or {}).get(code, FLOOR) for n in asked])
    truth = np.array([float(code in examples[n].holds) for n in asked])
    return Told(evidence(cues, logits[asked], threshold), truth, over[asked])


def _threshold(probability: Array, truth: Array, given: float) -> float:
    """The threshold with the best F1 on labels, drawn to the given one by how few they are; the given one below 20."""
    positives = int(truth.sum())
    if positives < ENOUGH_FOR_THRESHOLD:
        return given
    tried = np.arange(0.2, 0.85, 0.05)
    best = max(tried, key=lambda at: (_f1(probability >= at, truth), -abs(at - given)))
    return round(float((positives * best + THRESHOLD_PRIOR * given) / (positives + THRESHOLD_PRIOR)), 3)


def _f1(accepted: NDArray[np.bool_], truth: Array) -> float:
    right = float((accepted * truth).sum())
    return 2 * right / max(1.0, float(accepted.sum() + truth.sum()))


def _rule(spec: NoiseSpec) -> NoiseRule:
    return NoiseRule(spec.code, spec.keeps, spec.threshold, frozenset(spec.spares))


def _count(examples: Sequence[Example], code: str) -> int:
    return sum(code in example.holds for example in examples)


def _truth_of_type(examples: Sequence[Example], code: str) -> Array:
    """1 holds, 0 does not, NaN unknown."""
    return np.array([_holds(example, code) for example in examples])


def _holds(example: Example, code: str) -> float:
    if code in example.holds:
        return 1.0
    if example.asked is None or code in example.asked or example.noise not in (None, NO_NOISE):
        return 0.0
    return np.nan if (example.cues or {}).get(code, 0.0) >= FLOOR else 0.0


def _truth_of_noise(examples: Sequence[Example], code: str) -> Array:
    """A text of which a signal holds, or of another noise class, is none of this; of the others nothing is known."""
    return np.array(
        [
            float(example.noise == code) if example.noise or example.holds or example.asked is None else np.nan
            for example in examples
        ]
    )


def _vectorize(texts: Sequence[str]) -> tuple[Vocabulary, Vocabulary, Any]:
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import TfidfVectorizer

    least = 1 if len(texts) < MANY_TEXTS else 2
    made = [TfidfVectorizer(analyzer=grams, min_df=least, sublinear_tf=True) for grams in (words_in, pieces_in)]
    rows = csr_matrix(hstack([vectorizer.fit_transform(texts) for vectorizer in made]))
    words, pieces = (Vocabulary(list(v.get_feature_names_out()), v.idf_) for v in made)
    return words, pieces, rows


def _calibrate(raw: Array, truth: Array, weight: Array) -> tuple[Array, Array]:
    """The slope and the shift of Platt's scaling of each head."""
    known = [~np.isnan(truth[:, n]) for n in range(truth.shape[1])]
    platts = [fit_platt(raw[rows, n], truth[rows, n], weight[rows]) for n, rows in enumerate(known)]
    return np.array([platt.slope for platt in platts]), np.array([platt.shift for platt in platts])


def _held_out(rows: Any, truth: Array, weight: Array, folds: NDArray[np.int64], strength: float = STRENGTH) -> Array:
    logits = np.zeros_like(truth)
    for fold in range(FOLDS):
        left = folds == fold
        weights, bias = _fit_heads(rows[~left], truth[~left], weight[~left], strength)
        logits[left] = rows[left] @ weights + bias
    return logits


def _fit_heads(rows: Any, truth: Array, weight: Array, strength: float = STRENGTH) -> tuple[Array, Array]:
    """Weights (grams × heads) and biases; a head that has only one answer says nothing."""
    from sklearn.linear_model import LogisticRegression

    weights = np.zeros((rows.shape[1], truth.shape[1]))
    bias = np.zeros(truth.shape[1])
    for n in range(truth.shape[1]):
        known = ~np.isnan(truth[:, n])
        if len(set(truth[known, n])) < 2:
            continue
        model = LogisticRegression(C=strength, class_weight="balanced", solver="liblinear", dual=True, random_state=0)
        model.fit(rows[known], truth[known, n].astype(int), sample_weight=weight[known])
        weights[:, n], bias[n] = model.coef_[0], model.intercept_[0]
    return weights, bias
