"""How good tags are on judged texts, and whether one model is better than another beyond chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ROUNDS = 2_000  # bootstrap samples
BINS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 1.0)
SHOWN = 20  # changed decisions


@dataclass(frozen=True)
class Judgement:
    """What one model says of one text: which types it accepts, and the probability of each it found."""

    accepted: frozenset[str]
    probability: Mapping[str, float]


@dataclass(frozen=True)
class Gold:
    """What is true of one text; `asked`: the types that were judged, None where all were."""

    key: str
    text: str
    holds: frozenset[str]
    asked: frozenset[str] | None = None

    def has(self, code: str) -> bool | None:
        """Whether a type holds; None where nobody said."""
        return code in self.holds if self.asked is None or code in self.asked else None


@dataclass(frozen=True)
class Counts:
    """Right and wrong accepted tags, missed ones."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float | None:
        """Share of the accepted that is right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        """Share of the true that is accepted."""
        return self.right / (self.right + self.missed) if self.right + self.missed else None

    @property
    def f1(self) -> float | None:
        """Their harmonic mean; None where there is nothing to find and nothing was found."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else None


@dataclass(frozen=True)
class Change:
    """One decision on which two models differ."""

    key: str
    text: str
    type: str
    before: bool
    after: bool
    truth: bool


@dataclass(frozen=True)
class Difference:
    """New minus old, with the 95 % interval of a paired bootstrap over texts."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Objection:
    """Why a model may not be promoted; `type` where it is worse in one."""

    kind: Literal["nothing_judged", "not_better", "may_be_chance", "worse"]
    by: Difference
    type: str = ""

    def __str__(self) -> str:
        change = f"F1 {self.by.value:+.3f} ({self.by.low:+.3f} … {self.by.high:+.3f})"
        return {
            "nothing_judged": "there is no judged text to compare on",
            "not_better": f"not better: {change} on {self.by.n} texts",
            "may_be_chance": f"may be chance: {change} on {self.by.n} texts",
            "worse": f"worse in {self.type}: {change}",
        }[self.kind]


@dataclass(frozen=True)
class Comparison:
    """Two models on the same judged texts. `fixed` and `broken` are the decisions on which only the new or only the
    old one is right, `p_value` McNemar's exact one for them; `reasons` says why the new one may not be promoted: it is
    not better on the main metric beyond its interval, or worse in a type beyond its own."""

    main: Difference
    old_f1: float | None
    new_f1: float | None
    types: Mapping[str, Difference]
    fixed: int
    broken: int
    p_value: float
    changes: tuple[Change, ...]
    reasons: tuple[Objection, ...]


def count(gold: Sequence[Gold], found: Sequence[Judgement], code: str) -> Counts:
    """Right, wrong and missed of one type over texts in the same order."""
    pairs = [
        (truth, code in f.accepted) for g, f in zip(gold, found, strict=True) if (truth := g.has(code)) is not None
    ]
    return Counts(
        sum(t and a for t, a in pairs), sum(a and not t for t, a in pairs), sum(t and not a for t, a in pairs)
    )


def count_all(gold: Sequence[Gold], found: Sequence[Judgement], types: Sequence[str]) -> dict[str, Counts]:
    """`count` of every type."""
    return {code: count(gold, found, code) for code in types}


def micro(counts: Mapping[str, Counts]) -> Counts:
    """All types together."""
    every = counts.values()
    return Counts(sum(c.right for c in every), sum(c.wrong for c in every), sum(c.missed for c in every))


def macro_f1(counts: Mapping[str, Counts]) -> float | None:
    """The mean F1 of the types of which there is any; a type with nothing to find and nothing found does not count."""
    scores = [c.f1 for c in counts.values() if c.f1 is not None]
    return sum(scores) / len(scores) if scores else None


def brier(probability: Array, truth: Array) -> float:
    """Mean squared distance of probabilities from what came true; 0 is best."""
    return float(((probability - truth) ** 2).mean()) if len(truth) else float("nan")


def auc(score: Array, truth: Array) -> float | None:
    """The share of pairs of a true and a false text in which the true one has the higher score; ties count half."""
    from scipy.stats import rankdata

    positives, n = int(truth.sum()), len(truth)
    if not 0 < positives < n:
        return None
    ranks = float(rankdata(score)[truth > 0].sum())
    return (ranks - positives * (positives + 1) / 2) / (positives * (n - positives))


def reliability(probability: Array, truth: Array) -> list[tuple[float, float, float, int]]:
    """Per bin of probability (low end, mean said, share true, n): a calibrated model has the middle two alike."""
    found = []
    for low, high in zip(BINS, BINS[1:], strict=False):
        inside = (probability >= low) & ((probability < high) | (high == 1.0))
        if inside.any():
            found.append((low, float(probability[inside].mean()), float(truth[inside].mean()), int(inside.sum())))
    return found


def compare(
    gold: Sequence[Gold], old: Sequence[Judgement], new: Sequence[Judgement], types: Sequence[str], *, seed: int = 0
) -> Comparison:
    """Compare two models on the same texts, in the same order; the main metric is micro F1."""
    before, after = _tables(gold, old, types), _tables(gold, new, types)
    times = _draws(len(gold), seed)
    main = _difference(before.sum(axis=1), after.sum(axis=1), times)
    by_type = {
        code: _difference(before[:, n], after[:, n], times)
        for n, code in enumerate(types)
        if before[:, n].any() or after[:, n].any()
    }
    changes = _changes(gold, old, new, types)
    fixed, broken = sum(c.after == c.truth for c in changes), sum(c.before == c.truth for c in changes)
    ends = [micro(count_all(gold, found, types)).f1 for found in (old, new)]
    reasons = _reasons(main, by_type)
    return Comparison(
        main, ends[0], ends[1], by_type, fixed, broken, _mcnemar(fixed, broken), tuple(changes[:SHOWN]), reasons
    )


def _tables(gold: Sequence[Gold], found: Sequence[Judgement], types: Sequence[str]) -> NDArray[np.int64]:
    """Texts × types × (right, wrong, missed)."""
    table = np.zeros((len(gold), len(types), 3), dtype=np.int64)
    for n, (g, f) in enumerate(zip(gold, found, strict=True)):
        for t, code in enumerate(types):
            truth, accepted = g.has(code), code in f.accepted
            if truth is not None:
                table[n, t] = (truth and accepted, accepted and not truth, truth and not accepted)
    return table


def _difference(before: NDArray[np.int64], after: NDArray[np.int64], times: NDArray[np.int64]) -> Difference:
    """Of two tables texts × (right, wrong, missed)."""
    value = float(_f1(after.sum(axis=0)) - _f1(before.sum(axis=0)))
    if not len(times):
        return Difference(value, value, value, len(before))
    spread = _f1(times @ after) - _f1(times @ before)
    low, high = np.percentile(spread, (2.5, 97.5))
    return Difference(value, float(low), float(high), len(before))


def _f1(counts: NDArray[np.int64]) -> Array:
    right, errors = counts[..., 0], counts[..., 1] + counts[..., 2]
    return np.asarray(2 * right / np.maximum(2 * right + errors, 1))


def _draws(n: int, seed: int) -> NDArray[np.int64]:
    """How often each of n texts is in each bootstrap sample; no sample where there is no text."""
    if not n:
        return np.empty((0, 0), dtype=np.int64)
    picks = np.random.default_rng(seed).integers(0, n, (ROUNDS, n))
    return np.array([np.bincount(pick, minlength=n) for pick in picks])


def _changes(
    gold: Sequence[Gold], old: Sequence[Judgement], new: Sequence[Judgement], types: Sequence[str]
) -> list[Change]:
    found = []
    for g, before, after in zip(gold, old, new, strict=True):
        for code in sorted((before.accepted ^ after.accepted) & set(types)):
            truth = g.has(code)
            if truth is not None:
                found.append(Change(g.key, g.text, code, code in before.accepted, code in after.accepted, truth))
    return found


def _mcnemar(fixed: int, broken: int) -> float:
    from scipy.stats import binomtest

    return float(binomtest(fixed, fixed + broken, 0.5).pvalue) if fixed + broken else 1.0


def _reasons(main: Difference, types: Mapping[str, Difference]) -> tuple[Objection, ...]:
    if not main.n:
        return (Objection("nothing_judged", main),)
    worse = [Objection("worse", d, code) for code, d in types.items() if d.high < 0]
    if main.low > 0:
        return tuple(worse)
    return Objection("may_be_chance" if main.value > 0 else "not_better", main), *worse
