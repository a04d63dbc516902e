"""Is a text a customer's complaint, what is it about, how grave is it, was it settled and how fast did the firm answer?

Whether it is one is learnt from our own examples (`config/lookups/complaint_examples.yml`): words and letters of folded
sentences, logistic regression, trained in a second when first asked. A text is as much a complaint as its two surest
sentences. Topic, gravity and settlement are stems (`config/lookups/complaints.yml`), so each can be read off the text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline

from oncu.config.load import load_signal_types

from .lookups import read_lookup
from .sentences import split_sentences
from .tags.cues import compile_pattern
from .text import fold_key

VERSION = "complaints-1"
THRESHOLD = 0.5
OTHER = "other"
COMPLAINT_TYPES = ("customer_complaint", "refund_problem")
BEGINNING = 200  # folded letters: what a complaint begins with counts twice for its topic
LEAST_SEVERITY = 0.1
SAME_WORDS = 0.8  # of the words of both texts
LONGEST = 12  # sentences that are read of a text

Patterns = tuple[re.Pattern[str], ...]


@dataclass(frozen=True)
class Complaint:
    """What a text says as a complaint; probability and severity in [0, 1], `words` are those that made it grave."""

    probability: float
    topic: str
    severity: float
    is_resolved: bool
    words: tuple[str, ...] = ()

    @property
    def is_complaint(self) -> bool:
        """Is it more likely one than not?"""
        return self.probability >= THRESHOLD


def read_complaints(texts: Sequence[str]) -> list[Complaint]:
    """Read texts (title + "\\n" + text) as complaints."""
    return [
        Complaint(round(probability, 4), *_read_words(fold_key(text)))
        for text, probability in zip(texts, complaint_probabilities(texts), strict=True)
    ]


def complaint_probabilities(texts: Sequence[str]) -> list[float]:
    """How likely each text is a complaint: the mean logit of its two surest sentences, as a probability."""
    cut = [_sentences(text) for text in texts]
    flat = [sentence for sentences in cut for sentence in sentences]
    if not flat:
        return [0.0] * len(texts)
    logits = _model().decision_function(flat)
    ends = np.cumsum([len(sentences) for sentences in cut])
    return [
        _probability(np.sort(logits[end - len(sentences) : end])[-2:]) for sentences, end in zip(cut, ends, strict=True)
    ]


def count_distinct(texts: Sequence[str]) -> int:
    """How many of some texts are none of the others over again: two that share most of their words are one.

    Numbers do not count, for who copies a complaint changes them first.
    """
    kept: list[frozenset[str]] = []
    for text in texts:
        words = frozenset(word for word in fold_key(text).split() if word.isalpha())
        if not any(len(words & other) >= SAME_WORDS * len(words | other) for other in kept):
            kept.append(words)
    return len(kept)


def topic_of(folded: str) -> str:
    """The topic with the most hits in a folded text, its beginning counted twice; "other" without any."""
    counted = {topic: _hits(patterns, folded) for topic, patterns in _topics().items()}
    best = max(counted, key=lambda topic: counted[topic])
    return best if counted[best] else OTHER


def severity_of(folded: str) -> tuple[float, tuple[str, ...]]:
    """Noisy-or of what makes a complaint grave, and the words found."""
    found = [(p, match[0]) for pattern, p in _severity() if (match := pattern.search(folded + " "))]
    calm = (1 - LEAST_SEVERITY) * float(np.prod([1 - p for p, _ in found]))
    return round(1 - calm, 4), tuple(words.strip() for _, words in found)


def is_resolved(folded: str) -> bool:
    """Does the customer say that it was settled?"""
    padded = folded + " "
    said = any(pattern.search(padded) for pattern in _patterns("resolved"))
    return said and not any(pattern.search(padded) for pattern in _patterns("unresolved"))


def _read_words(folded: str) -> tuple[str, float, bool, tuple[str, ...]]:
    severity, words = severity_of(folded)
    return topic_of(folded), severity, is_resolved(folded), words


def _hits(patterns: Patterns, folded: str) -> int:
    padded, beginning = folded + " ", folded[:BEGINNING] + " "
    return sum(len(pattern.findall(padded)) + len(pattern.findall(beginning)) for pattern in patterns)


def _probability(logits: np.ndarray) -> float:
    return float(1 / (1 + np.exp(-logits.mean()))) if len(logits) else 0.0


def _sentences(text: str) -> list[str]:
    spans = split_sentences(text, "tr")[:LONGEST]
    return [folded for start, end in spans if (folded := fold_key(text[start:end]))]


@cache
def _model() -> Pipeline:
    """The classifier, trained on our examples; the same every time."""
    examples: Mapping[str, list[str]] = read_lookup("complaint_examples")
    others = [*examples["other"], *_told_of_firms()]
    texts = [fold_key(text) for text in (*examples["complaint"], *others)]
    labels = [True] * len(examples["complaint"]) + [False] * len(others)
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\S+")
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    both = FeatureUnion([("words", words), ("letters", letters)])
    model = make_pipeline(both, LogisticRegression(C=20.0, class_weight="balanced", solver="liblinear"))
    model.fit(texts, labels)
    return model


def _told_of_firms() -> list[str]:
    """The examples of all other signal types: what is told of firms and is no complaint."""
    pairs = [
        pair
        for code, spec in load_signal_types().items()
        if spec.examples and code not in COMPLAINT_TYPES
        for pair in (spec.examples.tr, spec.examples.en)
    ]
    return [text for pair in pairs for text in (*pair.holds, *pair.fails)]


@cache
def _topics() -> Mapping[str, Patterns]:
    topics: Mapping[str, list[str]] = read_lookup("complaints")["topics"]
    return {topic: tuple(map(compile_pattern, patterns)) for topic, patterns in topics.items()}


@cache
def _severity() -> tuple[tuple[re.Pattern[str], float], ...]:
    return tuple((compile_pattern(word["pattern"]), word["p"]) for word in read_lookup("complaints")["severity"])


@cache
def _patterns(key: str) -> Patterns:
    return tuple(map(compile_pattern, read_lookup("complaints")[key]))
