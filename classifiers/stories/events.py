"""One event in different words: do two texts about the same client and signal type tell of one event?

Words differ between a headline, an article and the firm's own release; what is stated does not. Facts that agree speak
for one event, facts of one kind that disagree for two, and the number a registry gives an event settles it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..text import fold_key
from .facts import CURRENCIES, STEM, Fact, Facts, fold_word, read_facts

WINDOW = timedelta(days=14)
DAY = timedelta(days=1)
# Weights of evidence, in nats, set on the half of the labelled pairs that is not kept for judging.
BAR = 0.0
BASE = -0.3
AGREE = {"figure": 1.6, "number": 5.0, "amount": 2.6, "count": 2.2, "place": 1.2, "date": 1.2, "%": 1.5, "name": 0.9}
DIFFER = {"number": -5.0, "amount": -4.5, "count": -3.5, "place": -4.5, "date": -2.0, "%": -1.2, "name": -0.8}
MOST = 2  # so many agreeing facts of one kind count
NO_WORDS, ALL_WORDS = -0.7, 2.5  # none or all content words of the shorter text in the longer
SOON = ((1.0, 0.4), (3.0, 0.2), (7.0, -0.6))  # days apart at most: weight
LATE = -1.5
SAME_CUE = 0.3  # what little two tellings of one type have in common by using one word for it
TELLING_FIGURE = 20  # smaller numbers meet by chance
ROUNDING = 0.03  # "yaklaşık 120 milyon" for 118.5
OLD_YEARS = re.compile(
    r"\b(?:\d+|bir|iki|uc|dort|bes|alti|yedi|sekiz|dokuz|on|yirmi|otuz) (?:yil|sene) (?:once|gecti|oldu|geride|sonra)"
    r"|\byil ?donumu|\b\d+ ?(?:inci|nci|uncu|ncu) yil(?:i|inda|ini)\b|\byillar once\b"
    r"|\banniversary\b|\byears (?:ago|on|since)\b"
)
YEAR = re.compile(r"\b(?:19|20)\d{2}\b(?!/)")
LEAD = 300  # code points in which a look back says that it is one
MONEY = frozenset(CURRENCIES.values()) | {"sum"}


@dataclass(frozen=True, slots=True)
class Telling:
    """One document as far as it tells of one client and type.

    `name` is how it names the client and `cue` the words that say the type: that two share these is no evidence.
    """

    reading: str
    name: str
    told_at: datetime
    source: str
    event_key: str | None = None
    language: str = "tr"
    cue: str = ""

    @property
    def facts(self) -> Facts:
        """What the document states."""
        return read_facts(self.reading, language=self.language)


@dataclass(frozen=True, slots=True)
class SameEvent:
    """The verdict on two tellings; the score is over 0 where they tell of one event."""

    is_same: bool
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Point:
    """One piece of evidence: its weight, and what it says ("shares 120 million TRY")."""

    weight: float
    says: str


def same_event(one: Telling, other: Telling) -> SameEvent:
    """Whether two tellings of one client and type tell of one event, with why.

    The reason quotes amounts, places, dates and file numbers; names are only counted, as they may be persons'.
    """
    days = abs(one.told_at - other.told_at) / DAY
    apart = "same client and type, " + ("same day" if days < 1 else f"{days:.0f} day{'s' * (days >= 1.5)} apart")
    if one.event_key and one.event_key == other.event_key:
        return SameEvent(True, AGREE["number"], f"{apart}, same registry number")
    if one.event_key and other.event_key and one.source == other.source:
        return SameEvent(False, DIFFER["number"], f"{apart}, but another registry number")
    if abs(one.told_at - other.told_at) > WINDOW:
        return SameEvent(False, LATE, apart)
    points = [*_compare(one, other)]
    score = BASE + _nearness(days) + sum(point.weight for point in points)
    is_shared = any(point.weight > 0 for point in points)  # time alone proves nothing
    return SameEvent(is_shared and score > BAR, round(score, 2), ", ".join((apart, *_phrases(points))))


def new_facts(telling: Telling, earlier: list[Telling]) -> list[str]:
    """What a telling states that no earlier one of the same event did, in words; nothing where it only repeats."""
    known = [value for before in earlier for value in before.facts.facts]
    own = sorted((fact for fact in telling.facts.facts if fact[0] != "figure"), key=str)
    return [_say(fact) for fact in own if not any(_is_equal(fact, before) for before in known)] if earlier else []


def is_retrospective(telling: Telling, sentence: str = "") -> bool:
    """Does a text look back (an anniversary, "üç yıl önce"), or name only years long gone in the sentence given?"""
    if OLD_YEARS.search(fold_key(telling.reading[:LEAD])) or OLD_YEARS.search(fold_key(sentence)):
        return True
    years = [int(found) for found in YEAR.findall(sentence)]
    return bool(years) and max(years) < telling.told_at.year - 1


def _compare(one: Telling, other: Telling) -> Iterator[_Point]:
    left, right = one.facts, other.facts
    own = set(fold_key(f"{one.name} {other.name}").split())
    cues = (_stems(one.cue) & _stems(other.cue)) - _stems(" ".join(own))
    if cues:
        yield _Point(SAME_CUE, "says it with the same word")
    for kind in ("number", "place", "date", "%"):
        yield from _agreement(kind, left, right, (kind,), own)
    yield from _agreement("amount", left, right, tuple(sorted(MONEY)), own)
    counted = (left.kinds & right.kinds) - MONEY - {"number", "place", "date", "%", "figure"}
    yield from _agreement("count", left, right, tuple(sorted(counted)), own)
    if figures := sorted(_figures(left) & _figures(right)):  # 80,000 subscribers are 80,000 people
        yield _Point(AGREE["figure"], f"shares the figure {figures[-1]:.10g}")
    yield from _names(left.names - own, right.names - own)
    yield from _words(left.words, right.words, {word[:STEM] for word in own} | cues)


def _agreement(kind: str, left: Facts, right: Facts, units: tuple[str, ...], own: set[str]) -> Iterator[_Point]:
    """Facts of one kind that both state: those they share, or that they share none though both could."""
    ours = [fact for fact in left.facts if fact[0] in units and fold_word(str(fact[1])) not in own]
    theirs = [fact for fact in right.facts if fact[0] in units and fold_word(str(fact[1])) not in own]
    shared = sorted({fact for fact in ours if any(_is_equal(fact, found) for found in theirs)}, key=str)
    for fact in shared[:MOST]:
        yield _Point(AGREE[kind], f"shares {_say(fact)}")
    if shared or not any(one[0] == two[0] for one in ours for two in theirs):
        return
    yield _Point(DIFFER[kind], f"but {_say_all(ours)} against {_say_all(theirs)}")


def _stems(text: str) -> set[str]:
    return {word[:STEM] for word in fold_key(text).split()}


def _figures(facts: Facts) -> set[float]:
    """Numbers whose unit is written in several ways."""
    plain = {
        value for kind, value in facts.facts if kind in ("figure", "people", "pieces") and isinstance(value, float)
    }
    return {value for value in plain if value >= TELLING_FIGURE}


def _is_equal(one: Fact, other: Fact) -> bool:
    units_agree = one[0] == other[0] or ("sum" in (one[0], other[0]) and one[0] in MONEY and other[0] in MONEY)
    if not units_agree:
        return False
    if isinstance(one[1], str) or isinstance(other[1], str):
        return one[1] == other[1]
    allowed = ROUNDING if one[0] in MONEY else 0.0
    return abs(one[1] - other[1]) <= allowed * max(one[1], other[1])


def _names(left: frozenset[str], right: frozenset[str]) -> Iterator[_Point]:
    shared = len(left & right)
    if shared:
        yield _Point(AGREE["name"] * min(shared, MOST), f"shares {shared} name{'s' * (shared > 1)}")
    elif left and right:
        yield _Point(DIFFER["name"], "but other names")


def _words(left: frozenset[str], right: frozenset[str], own: set[str]) -> Iterator[_Point]:
    left, right = left - own, right - own
    smaller = min(len(left), len(right))
    if smaller >= 2:
        share = len(left & right) / smaller
        yield _Point(NO_WORDS + (ALL_WORDS - NO_WORDS) * share, f"shares {100 * share:.0f} % of the words")


def _nearness(days: float) -> float:
    return next((weight for most, weight in SOON if days <= most), LATE)


def _phrases(points: list[_Point]) -> list[str]:
    return [point.says for point in sorted(points, key=lambda point: -abs(point.weight))]


def _say_all(facts: list[Fact]) -> str:
    return " and ".join(_say(fact) for fact in sorted(facts, key=str)[:MOST])


def _say(fact: Fact) -> str:
    kind, value = fact
    if isinstance(value, str):
        return value
    scaled, word = next(
        ((value / size, name) for size, name in ((1e9, " billion"), (1e6, " million")) if value >= size), (value, "")
    )
    unit = "" if kind == "sum" else f" {kind}"
    return f"{scaled:.10g}{word}{unit}"
