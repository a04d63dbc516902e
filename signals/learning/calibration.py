"""Whether two people mean the same by the same choices: where both judged, how far they agree and where they differ."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from oncu.classifiers.learned.labels import Answer
from oncu.scoring.estimates.intervals import Rate, rate, unknown_rate, wilson
from oncu.storage.labels import Label

from .corpus import answer_of

FEWEST = 10  # mentions two people have both judged before anything is said of them
DIFFERENCES = 3

Said = tuple[str, ...]


@dataclass(frozen=True)
class Calibration:
    """Two people on the mentions both were sure of.

    `kappa` is agreement beyond chance over whole answers (Cohen 1960); its interval is Wilson's of the share agreed,
    with the share expected by chance taken as known. `first_signals`, `second_signals`: on what share each saw any
    signal. `differences`: what the first said, what the second, how often.
    """

    first: str
    second: str
    n: int
    agreed: Rate
    kappa: Rate
    first_signals: float
    second_signals: float
    differences: tuple[tuple[Said, Said, int], ...]


def calibrate(labels: Iterable[Label], fewest: int = FEWEST) -> list[Calibration]:
    """Every two people who have judged enough of the same mentions, the least agreed first."""
    given: dict[str, dict[str, Answer]] = {}
    for label in labels:
        if not label.is_unsure:
            given.setdefault(label.mention_id, {})[label.labeller] = answer_of(label)
    shared: dict[tuple[str, str], list[tuple[Answer, Answer]]] = {}
    for by_person in given.values():
        for pair in combinations(sorted(by_person), 2):
            shared.setdefault(pair, []).append((by_person[pair[0]], by_person[pair[1]]))
    found = [_calibration(*pair, both) for pair, both in shared.items() if len(both) >= fewest]
    return sorted(found, key=lambda one: (one.agreed.value or 0, one.first, one.second))


def kappa_of(said: list[tuple[Said, Said]]) -> Rate:
    """Cohen's kappa of pairs of answers, (agreed - expected) / (1 - expected), with its interval; nothing where chance
    alone would agree always.

    Two people who agree on 16 of 20, half of it expected: .6 (.17 to .84).
    """
    n = len(said)
    agreed = sum(a == b for a, b in said) / n
    first, second = Counter(a for a, _ in said), Counter(b for _, b in said)
    expected = sum(first[choice] * second[choice] for choice in first) / n**2
    if expected >= 1:
        return unknown_rate(n)
    low, high = wilson(agreed * n, n)
    value, low, high = ((share - expected) / (1 - expected) for share in (agreed, low, high))
    return rate(value, low, high, n)


def _calibration(first: str, second: str, both: list[tuple[Answer, Answer]]) -> Calibration:
    said = [(_said(a), _said(b)) for a, b in both]
    hits, n = sum(a == b for a, b in said), len(said)
    differ = Counter((a, b) for a, b in said if a != b).most_common(DIFFERENCES)
    return Calibration(
        first,
        second,
        n,
        rate(hits / n, *wilson(hits, n), n),
        kappa_of(said),
        sum(bool(a.holds) for a, _ in both) / n,
        sum(bool(b.holds) for _, b in both) / n,
        tuple((*pair, times) for pair, times in differ),
    )


def _said(answer: Answer) -> Said:
    return tuple(answer.choices())
