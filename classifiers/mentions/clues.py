"""Clues: what speaks for and against a name being the client, each with a weight and the words a person reads.

The weights stand in evidence_weights.yml, in logits. They were set by hand and then fitted on labelled sentences
(`tests/bench/fit_evidence.py`). Nothing ever becomes certain: probabilities stay within [.01, .99].
"""

import math
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

FLOOR, CEILING = 0.01, 0.99


class Clue(NamedTuple):
    """A weight in logits, the words for it in English ("" = not worth saying) and its key in the table of weights."""

    weight: float
    words: str
    key: str


@cache
def weights() -> Mapping[str, tuple[float, str]]:
    """Key → (weight in logits, words); "{}" in the words is a word of the text."""
    raw = _table()["clues"]
    return {key: (float(weight), str(words)) for key, (weight, words) in raw.items()}


@cache
def calibration() -> tuple[float, float]:
    """(slope, offset) on the sum of weights, both fitted."""
    slope, offset = _table()["calibration"]
    return float(slope), float(offset)


def say(key: str, word: str = "", times: int = 1) -> Clue:
    """The clue of this key; raises KeyError for one that has no weight."""
    return _plain(key) if not word and times == 1 else _worded(key, word, times)


def probability(clues: Iterable[Clue]) -> float:
    """The logistic of the calibrated sum of weights, within [.01, .99]."""
    return chance_of(sum(clue.weight for clue in clues))


def chance_of(total: float) -> float:
    """The same from the sum of weights."""
    slope, offset = calibration()
    return min(CEILING, max(FLOOR, 1 / (1 + math.exp(-offset - slope * total))))


def reason(clues: Iterable[Clue]) -> str:
    """The clues in words: "legal name + form, capital in sentence"."""
    words = [clue.words for clue in clues if clue.words]
    joined = ", ".join(words)
    return joined.replace(", form", " + form", 1) if "form" in words else joined


@cache
def _plain(key: str) -> Clue:
    return _worded(key, "", 1)


def _worded(key: str, word: str, times: int) -> Clue:
    weight, words = weights()[key]
    return Clue(times * weight, words.replace("{}", word), key)


@cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("evidence_weights.yml").read_text("utf-8"))
    return found
