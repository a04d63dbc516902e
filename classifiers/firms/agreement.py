"""How far two firms' names agree: word by word, a rare word counting more than one that half of all firms have."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import log

from rapidfuzz.distance import OSA

from ..text import fold_key
from .names import CONNECTORS, common_words, expand, name_words, parse_name

# Digits inside a word of letters are a scanner's: "san0yi". Read so on both sides, "A90" still equals "A90".
MIXED = re.compile(r"\b(?=[015]*[a-z])(?=[a-z]*[015])[a-z015]{4,}\b")
LOOKALIKES = str.maketrans("015", "ois")
SHOP = re.compile(r"#\s?\d+\b")  # of a chain
# "Nur-San" is one coined word, and its second half no abbreviation of "sanayi".
HYPHEN = re.compile(r"(?<=\b\w{3})-(?=\w{2,4}\b)|(?<=\b\w{2})-(?=\w{2,4}\b)|(?<=\b\w{4})-(?=\w{2,4}\b)")
PRIOR_NAMES = 20_000  # a register imagined behind every list, so that rarity means something among ten names too
PRIOR_COUNT = {"sector": 400.0, "common": 60.0, "other": 0.5}  # how many of them have a word of this kind
TRADE_WEIGHT = 0.25
MIN_ALIKE = 0.7
ABBREVIATED = 3  # letters of an abbreviation at least


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name made ready to be compared: folded words written out, without connectors; form; key for close spellings."""

    words: tuple[str, ...]
    form: str | None
    key: str
    digits: frozenset[str] = frozenset()  # words that are numbers

    @property
    def joined(self) -> str:
        return self.key.replace(" ", "")


@dataclass(frozen=True, slots=True)
class Agreement:
    """Weights in nats (log of rarity): of words alike, of words of one name only; which they are."""

    agreed: float
    lost: tuple[float, float]
    strangest: float  # the rarest word of one name only
    alike: tuple[tuple[str, str], ...]
    unmet: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def share(self) -> float:
        """Of all weight of both names, what agrees: 1 if no word is lost."""
        return self.agreed / max(self.agreed + sum(self.lost), 1e-9)

    @property
    def is_whole(self) -> bool:
        """All words but "ticaret" and the like are the same."""
        return not self.alike and self.strangest <= TRADE_WEIGHT

    @property
    def larger_share(self) -> float:
        """Of the weight of the name that loses less, what agrees: 1 if the other only says more."""
        return self.agreed / max(self.agreed + min(self.lost), 1e-9)


def read_name(name: str) -> NameParts:
    """Take a name apart for comparing."""
    parsed = parse_name(_unscanned(HYPHEN.sub("", SHOP.sub("", name))))
    words = " ".join(expand(word) for word in parsed.without_form.split()).split()
    telling = [word for word in words if word not in name_words().trade and word not in CONNECTORS]
    kept = tuple(word for word in words if word not in CONNECTORS)
    digits = frozenset(word for word in kept or words if word.isdigit())
    return NameParts(kept or tuple(words), parsed.legal_form, " ".join(telling or words), digits)


def _unscanned(name: str) -> str:
    """A scanner's digits inside words read as the letters they look like."""
    if not any(digit in name for digit in "015"):
        return name
    return MIXED.sub(lambda match: match[0].translate(LOOKALIKES), fold_key(name))


class Rarity:
    """How much a word tells, from how many of a list's names have it."""

    def __init__(self, names: Iterable[NameParts]) -> None:
        self._counts: Counter[str] = Counter()
        self._weights: dict[str, float] = {}
        self._size = PRIOR_NAMES
        for parts in names:
            self._counts.update(set(parts.words))
            self._size += 1

    def count(self, word: str) -> int:
        return self._counts[word]

    def __call__(self, word: str) -> float:
        """Nats: about 10 for a word of nobody else, 4 for "tekstil", next to nothing for "ticaret"."""
        weight = self._weights.get(word)
        if weight is None:
            weight = self._weights[word] = self._weigh(word)
        return weight

    def _weigh(self, word: str) -> float:
        kind = _kind(word)
        if kind == "trade":
            return TRADE_WEIGHT
        return max(log(self._size / (self._counts[word] + PRIOR_COUNT[kind])), TRADE_WEIGHT)


def compare_names(one: NameParts, other: NameParts, rarity: Rarity) -> Agreement:
    """Equal words first, then words written apart or together, then each word with the likest one left."""
    left, right = list(one.words), list(other.words)
    agreed = close = 0.0
    for word in one.words:
        if word in right:
            left.remove(word)
            right.remove(word)
            agreed += rarity(word)
    if left and right:
        agreed += _join(left, right, rarity) + _join(right, left, rarity)
    alike: list[tuple[str, str]] = []
    faults = 0.0
    for degree, mine, theirs in sorted(_likest(left, right), reverse=True):
        if mine in left and theirs in right:
            left.remove(mine)
            right.remove(theirs)
            weight = min(rarity(mine), rarity(theirs))
            close += degree * weight
            faults += (1 - degree) * weight
            alike.append((mine, theirs))
    return Agreement(
        agreed=agreed + close,
        lost=(sum(map(rarity, left)) + faults, sum(map(rarity, right)) + faults),
        strangest=max(map(rarity, (*left, *right)), default=0.0),
        alike=tuple(alike),
        unmet=(tuple(left), tuple(right)),
    )


def do_forms_contradict(one: str | None, other: str | None) -> bool | None:
    """None if either form is unsaid; forms of one family (a translation, another country's) do not contradict."""
    families = name_words().families
    if not one or not other or one not in families or other not in families:
        return None
    return not families[one] & families[other]


def _join(words: list[str], others: list[str], rarity: Rarity) -> float:
    """Weight of words the other name writes in two ("dogalgaz", "dogal gaz"); those found are taken off both lists."""
    weight = 0.0
    for word in [word for word in words if len(word) >= 2 * ABBREVIATED]:
        for first, second in zip(others, others[1:], strict=False):
            if first + second == word:
                words.remove(word)
                others.remove(first)
                others.remove(second)
                weight += min(rarity(word), rarity(first) + rarity(second))
                break
    return weight


def _likest(left: list[str], right: list[str]) -> list[tuple[float, str, str]]:
    pairs = ((alike(mine, theirs), mine, theirs) for mine in left for theirs in right)
    return [pair for pair in pairs if pair[0] > 0]


@lru_cache(maxsize=1 << 18)
def alike(one: str, other: str) -> float:
    """0 to below 1 for two different words: the beginning of the other, or a typo away from it."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) >= ABBREVIATED and long.startswith(short):
        return 0.8 if len(short) > ABBREVIATED or long in name_words().sector else 0.5
    if len(short) == 1:
        return 0.3 if long[0] == short else 0.0
    if len(short) <= ABBREVIATED or len(short) < MIN_ALIKE * len(long):
        return 0.0
    return OSA.normalized_similarity(short, long, score_cutoff=MIN_ALIKE)


@lru_cache(maxsize=100_000)
def _kind(word: str) -> str:
    common = common_words()
    if word in name_words().trade:
        return "trade"
    if word in name_words().sector or word in name_words().nation:
        return "sector"
    known = (common.words, common.places, common.first_names, common.surnames, common.english_words)
    return "common" if any(word in words for words in known) else "other"
