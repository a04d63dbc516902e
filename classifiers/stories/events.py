"""One event in different words: do two texts about the same client and signal type tell of one event?

Words differ between a headline, an article and the firm's own release; what is stated does not. Facts that agree speak
for one event, facts of one kind that disagree for two, and the number a registry gives an event settles it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

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
KINDS = ("number", "place", "date", "%")  # compared each by itself; all other facts are counts


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


class _Point(NamedTuple):
    """One piece of evidence: its weight, and what it says of which facts ("shares {}", "but {} against {}")."""

    weight: float
    says: str
    ours: tuple[Fact, ...] = ()
    theirs: tuple[Fact, ...] = ()

    def __str__(self) -> str:
        return self.says.format(_say_all(self.ours), _say_all(self.theirs))


SAME_NUMBER = _Point(AGREE["number"], "same registry number")
OTHER_NUMBER = _Point(DIFFER["number"], "but another registry number")
SAME_WORD = _Point(SAME_CUE, "says it with the same word")
OTHER_NAMES = _Point(DIFFER["name"], "but other names")


@dataclass(frozen=True, slots=True)
class SameEvent:
    """The verdict on two tellings; the score is over 0 where they tell of one event."""

    is_same: bool
    score: float
    days: float
    points: tuple[_Point, ...] = ()

    @property
    def reason(self) -> str:
        """Why, the heaviest evidence first. Put in words only where somebody asks: most verdicts are no."""
        days = self.days
        apart = "same client and type, " + ("same day" if days < 1 else f"{days:.0f} day{'s' * (days >= 1.5)} apart")
        return ", ".join((apart, *map(str, sorted(self.points, key=lambda point: -abs(point.weight)))))


class _View(NamedTuple):
    """What a telling states apart from the client's name, by kind, ready to be compared."""

    facts: Mapping[str, frozenset[Fact]]  # numbers, places, dates, shares and counts by their kind
    money: tuple[Fact, ...]
    figures: frozenset[float]  # numbers whose unit is written in several ways
    names: frozenset[str]
    words: frozenset[str]
    cue: frozenset[str]  # stems


def same_event(one: Telling, other: Telling) -> SameEvent:
    """Whether two tellings of one client and type tell of one event, with why.

    The reason quotes amounts, places, dates and file numbers; names are only counted, as they may be persons'.
    """
    apart = abs(one.told_at - other.told_at)
    days = apart / DAY
    if one.event_key and one.event_key == other.event_key:
        return SameEvent(True, AGREE["number"], days, (SAME_NUMBER,))
    if one.event_key and other.event_key and one.source == other.source:
        return SameEvent(False, DIFFER["number"], days, (OTHER_NUMBER,))
    if apart > WINDOW:
        return SameEvent(False, LATE, days)
    points = tuple(_compare(one, other))
    score = BASE + _nearness(days) + sum(point.weight for point in points)
    is_shared = any(point.weight > 0 for point in points)  # time alone proves nothing
    return SameEvent(is_shared and score > BAR, round(score, 2), days, points)


def new_facts(telling: Telling, known: Collection[Fact]) -> list[str]:
    """What a telling states that is not known of its event yet, in words; nothing where it only repeats."""
    own = (fact for fact in telling.facts.facts if fact[0] != "figure" and fact not in known)
    return [_say(fact) for fact in sorted(own, key=str) if not any(_is_equal(fact, before) for before in known)]


def is_retrospective(telling: Telling, sentence: str = "") -> bool:
    """Does a text look back (an anniversary, "üç yıl önce"), or name only years long gone in the sentence given?"""
    if OLD_YEARS.search(fold_key(telling.reading[:LEAD])) or OLD_YEARS.search(fold_key(sentence)):
        return True
    years = [int(found) for found in YEAR.findall(sentence)]
    return bool(years) and max(years) < telling.told_at.year - 1


def _compare(one: Telling, other: Telling) -> Iterator[_Point]:
    own = _own_words(one.name, other.name)
    left, right = _view(one.reading, one.language, one.cue, own), _view(other.reading, other.language, other.cue, own)
    cues = left.cue & right.cue
    if cues:
        yield SAME_WORD
    for kind in KINDS:
        if kind in left.facts and kind in right.facts:
            yield from _agreement(kind, left.facts[kind], right.facts[kind])
    if left.money and right.money:
        yield from _amounts(left.money, right.money)
    if counted := (left.facts.keys() & right.facts.keys()) - set(KINDS):
        yield from _agreement("count", *(frozenset().union(*(v.facts[k] for k in counted)) for v in (left, right)))
    if figures := left.figures & right.figures:  # 80,000 subscribers are 80,000 people
        yield _Point(AGREE["figure"], "shares the figure {}", (("sum", max(figures)),))
    yield from _names(left.names, right.names)
    yield from _words(left.words - cues, right.words - cues)


@lru_cache(maxsize=1 << 12)
def _own_words(*names: str) -> frozenset[str]:
    """The folded words of the client's name: that both tellings have them is no evidence."""
    return frozenset(fold_key(" ".join(names)).split())


@lru_cache(maxsize=1 << 12)
def _view(reading: str, language: str, cue: str, own: frozenset[str]) -> _View:
    facts = read_facts(reading, language=language)
    stems = frozenset(word[:STEM] for word in own)
    by_kind: dict[str, set[Fact]] = {}
    for fact in facts.facts:
        if fold_word(str(fact[1])) not in own:
            by_kind.setdefault(fact[0], set()).add(fact)
    return _View(
        facts={kind: frozenset(of) for kind, of in by_kind.items() if kind not in MONEY and kind != "figure"},
        money=tuple(fact for kind in sorted(MONEY & by_kind.keys()) for fact in sorted(by_kind[kind], key=str)),
        figures=_figures(facts),
        names=facts.names - own,
        words=facts.words - stems,
        cue=frozenset(word[:STEM] for word in fold_key(cue).split()) - stems,
    )


def _agreement(kind: str, ours: frozenset[Fact], theirs: frozenset[Fact]) -> Iterator[_Point]:
    """Facts of one kind that both state: those they share, or that they share none though both could."""
    if shared := ours & theirs:
        for fact in sorted(shared, key=str)[:MOST]:
            yield _Point(AGREE[kind], "shares {}", (fact,))
    else:
        yield _Point(DIFFER[kind], "but {} against {}", tuple(ours), tuple(theirs))


def _amounts(ours: tuple[Fact, ...], theirs: tuple[Fact, ...]) -> Iterator[_Point]:
    """Sums of money, which are rounded, and of which some are written without their unit."""
    shared = sorted((fact for fact in ours if any(_is_equal(fact, found) for found in theirs)), key=str)
    for fact in shared[:MOST]:
        yield _Point(AGREE["amount"], "shares {}", (fact,))
    if not shared and any(one[0] == two[0] for one in ours for two in theirs):
        yield _Point(DIFFER["amount"], "but {} against {}", ours, theirs)


def _figures(facts: Facts) -> frozenset[float]:
    """Numbers whose unit is written in several ways."""
    plain = {
        value for kind, value in facts.facts if kind in ("figure", "people", "pieces") and isinstance(value, float)
    }
    return frozenset(value for value in plain if value >= TELLING_FIGURE)


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
        yield OTHER_NAMES


def _words(left: frozenset[str], right: frozenset[str]) -> Iterator[_Point]:
    smaller = min(len(left), len(right))
    if smaller >= 2:
        share = len(left & right) / smaller
        yield _Point(NO_WORDS + (ALL_WORDS - NO_WORDS) * share, f"shares {100 * share:.0f} % of the words")


def _nearness(days: float) -> float:
    return next((weight for most, weight in SOON if days <= most), LATE)


def _say_all(facts: Iterable[Fact]) -> str:
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
