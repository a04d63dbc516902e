"""Are two entries one firm: a probability that never saturates, and its reason in words.

The names' weights were fitted (tests/bench/fit_resolver.py, see docs/decisions); what numbers of a register are worth
beside them was set by hand, because no file has enough right and wrong ones to learn from.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, log

from rapidfuzz.distance import OSA

from ..text import fold_key
from .agreement import Agreement, NameParts, Rarity, compare_names, do_forms_contradict, read_name
from .names import name_words, website_label
from .numbers import (
    MERSIS_FIRM,
    Basis,
    FirmRecord,
    Numbers,
    Verdict,
    compare_leis,
    compare_mersis,
    compare_tax_ids,
    read_numbers,
)

SAME = 0.95
MAYBE = 0.3
FLOOR, CEILING = 0.01, 0.99
ALSO_CALLED = re.compile(r"\b(?:d/?b/?a|doing business as|trading as)\b:?", re.IGNORECASE)
SITE = re.compile(r"\s+[-–]\s*\S.*$")  # "Nurova Stores - Dallas"; of several owners' venture the first is not the firm
VENTURE = "ortakligi"
# Of one firm of a list being the one asked for: others that agree as well speak against it.
WHICH = {
    "bias": -9.15,
    "share squared": 3.58,
    "larger share": 3.42,
    "weight": 1.00,
    "whole": 0.44,
    "begins": 0.45,
    "other form": -1.91,
    "other city": -1.66,
    "web label": 3.17,
    "ticker": 9.65,
    "alone": 0.98,
    "lead": 9.37,
}
# Of two entries of one list being one firm: there others that agree as well may be the same firm a third time.
WHETHER = {
    "bias": -12.72,
    "share squared": 7.97,
    "weight": 3.43,
    "other form": -2.45,
    "same city": 1.49,
    "other city": -2.11,
}
NUMBER_WORDS = {"tax_id": "tax number", "mersis": "MERSİS number", "lei": "LEI"}
# Logit by a number alone, and how much of the name's logit (kept within ±4) is added to it.
SAME_NUMBER = (3.2, 0.45)
DOUBTFUL_NUMBER = (1.5, 0.6)
SAME_TICKER = (3.0, 0.5)
SAME_SITE = 2.5
TYPO_APART = 4.0
CONTRADICTED = 0.2
SISTERS = 0.45
MAX_SHARED_SITE = 8
MAX_LEAD = 0.3


@dataclass(frozen=True, slots=True)
class Entry:
    """A firm's record made ready to be compared."""

    firm: FirmRecord
    names: tuple[NameParts, ...]  # the legal name first
    numbers: Numbers
    city: str
    label: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two entries seen together: what was found, and what each thing counts for."""

    agreement: Agreement
    features: dict[str, float]
    rivals: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    score: float
    basis: Basis
    reason: str


def read_entry(firm: FirmRecord) -> Entry:
    """Parse everything that is compared once."""
    names = tuple(read_name(name) for name in _said_names(firm) if fold_key(name))
    label = website_label(firm.website) if firm.website else None
    return Entry(firm, names or (read_name(firm.name),), read_numbers(firm), fold_key(firm.city or ""), label or "")


def _said_names(firm: FirmRecord) -> list[str]:
    """The legal name first; names joined by "doing business as" apart; without the site behind a dash as well."""
    said = [part for name in (firm.name, *firm.short_names) for part in ALSO_CALLED.split(name)]
    heads = (SITE.sub("", name) for name in said if VENTURE not in fold_key(name))
    return list(dict.fromkeys([*said, *heads]))


def liken(one: Entry, other: Entry, rarity: Rarity) -> Likeness:
    """What the names and towns of two entries say; the pair of their names that agrees best counts."""
    found, names = _best_agreement(one, other, rarity)
    return Likeness(found, _features(found, names, one, other))


def glance(one: Entry, other: Entry, rarity: Rarity, minimum: float) -> Likeness | None:
    """The same for two of one list that `judge` may give this score, None for all others: a quick look at many."""
    found, names = _best_agreement(one, other, rarity)
    best = {"bias": 1.0, "share squared": found.share**2, "weight": _weight(found), "same city": 1.0}
    best_logit = sum(WHETHER[name] * value for name, value in best.items())
    if best_logit < log(minimum / (1 - minimum)) and not _may_share(one.numbers, other.numbers):
        return None
    return Likeness(found, _features(found, names, one, other))


def _best_agreement(one: Entry, other: Entry, rarity: Rarity) -> tuple[Agreement, tuple[NameParts, NameParts]]:
    pairs = _name_pairs(one, other)
    compared = [(compare_names(mine, theirs, rarity), (mine, theirs)) for mine, theirs in pairs]
    return compared[0] if len(compared) == 1 else max(compared, key=lambda pair: pair[0].share)


def _weight(found: Agreement) -> float:
    return min(found.agreed, 25.0) / 10


def _name_pairs(one: Entry, other: Entry) -> list[tuple[NameParts, NameParts]]:
    """The legal name of each with every name of the other."""
    return [(one.names[0], name) for name in other.names] + [(name, other.names[0]) for name in one.names[1:]]


def _features(found: Agreement, names: tuple[NameParts, NameParts], one: Entry, other: Entry) -> dict[str, float]:
    mine, theirs = names
    contradict = do_forms_contradict(one.names[0].form, other.names[0].form)
    cities = bool(one.city and other.city)
    same_city = cities and (one.city == other.city or f" {one.city} " in f" {other.city} ")
    return {
        "bias": 1.0,
        "share squared": found.share**2,
        "larger share": found.larger_share,
        "weight": _weight(found),
        "whole": float(found.is_whole),
        "form agrees": float(contradict is False),
        "other form": float(contradict is True),
        "same city": float(same_city),
        "other city": float(cities and not same_city),
        "begins": float(_is_beginning(mine.words, theirs.words)),
        "other number": float(mine.digits != theirs.digits),
        "web label": float(_is_label(one, other) or _is_label(other, one)),
        "ticker": float(mine.key in other.numbers.tickers or theirs.key in one.numbers.tickers),
        "alone": 1.0,
        "lead": MAX_LEAD,
    }


def standing(likeness: Likeness) -> float:
    """How well name, form and town agree, so that one firm can be compared with the others of its answer."""
    features = likeness.features
    towns = features["same city"] - features["other city"] - features["other form"]
    said = features["web label"] + features["ticker"] + 0.2 * features["begins"]
    return likeness.agreement.share + 0.15 * towns + said


def with_rivals(likeness: Likeness, rivals: int, lead: float) -> Likeness:
    """`rivals`: how many other firms agree as well as this one; `lead`: its standing over the best of the others."""
    known = {"alone": float(rivals == 0), "lead": min(max(lead, -MAX_LEAD), MAX_LEAD)}
    return replace(likeness, rivals=rivals, features={**likeness.features, **known})


def name_logit(likeness: Likeness, weights: Mapping[str, float]) -> float:
    return sum(weight * likeness.features[name] for name, weight in weights.items())


def _may_share(one: Numbers, other: Numbers) -> bool:
    """Whether a number, ticker or website is the same, or may be but for a typo."""
    given = ((one.tax_id, other.tax_id), (one.mersis, other.mersis), (one.lei, other.lei))
    are_near = any(mine and theirs and OSA.distance(mine, theirs, score_cutoff=1) <= 1 for mine, theirs in given)
    same_firm = bool(one.mersis) and one.mersis[:MERSIS_FIRM] == other.mersis[:MERSIS_FIRM]
    same_site = bool(one.domain) and one.domain == other.domain
    return are_near or same_firm or same_site or not one.tickers.isdisjoint(other.tickers)


def judge(
    one: Entry, other: Entry, likeness: Likeness, weights: Mapping[str, float], *, site_owners: int = 1
) -> Judgement:
    """Weigh names, towns and numbers together. `site_owners`: firms of the list with this web domain."""
    logit = name_logit(likeness, weights)
    basis: Basis = "name"
    words = _name_words(likeness)
    if one.numbers.domain and one.numbers.domain == other.numbers.domain:
        basis = "website"
        logit += SAME_SITE - log(min(max(site_owners, 1), MAX_SHARED_SITE))
        words.insert(0, "same website" + (f" (of {site_owners} firms)" if site_owners > 1 else ""))
    if one.numbers.tickers & other.numbers.tickers:
        basis, logit = "ticker", _weigh(SAME_TICKER, logit)
        words.insert(0, "same ticker")
    verdicts = compare_numbers(one.numbers, other.numbers)
    return _with_numbers(logit, basis, words, verdicts, likeness)


def compare_numbers(one: Numbers, other: Numbers) -> dict[Basis, Verdict]:
    """What each number that both have says."""
    verdicts: dict[Basis, Verdict | None] = {
        "tax_id": compare_tax_ids(one.tax_id, other.tax_id),
        "mersis": compare_mersis(one.mersis, other.mersis),
        "lei": compare_leis(one.lei, other.lei),
    }
    return {basis: verdict for basis, verdict in verdicts.items() if verdict}


def _with_numbers(
    logit: float, basis: Basis, words: list[str], verdicts: dict[Basis, Verdict], likeness: Likeness
) -> Judgement:
    same = [number for number, verdict in verdicts.items() if verdict.startswith("same")]
    other = [number for number, verdict in verdicts.items() if verdict == "other"]
    said = [_number_words(number, verdict) for number, verdict in verdicts.items()]
    if same:
        basis = same[0]
        logit = _weigh(SAME_NUMBER if verdicts[basis] == "same" else DOUBTFUL_NUMBER, logit)
    elif "a typo apart" in verdicts.values():
        logit += TYPO_APART
    if same and other:
        return Judgement(0.5, basis, "; ".join([*said, *words, "the numbers contradict each other"]))
    score = 1 / (1 + exp(-logit))
    if other:
        features = likeness.features
        is_sister = features["whole"] and features["same city"]
        score = SISTERS if is_sister else min(score, CONTRADICTED)
        words = [*words, "may be sister firms"] if is_sister else words
    return Judgement(min(max(score, FLOOR), CEILING), basis, "; ".join([*said, *words]))


def _weigh(number: tuple[float, float], name_logit: float) -> float:
    alone, share = number
    return alone + share * min(max(name_logit, -4.0), 4.0)


def _number_words(number: Basis, verdict: Verdict) -> str:
    name = NUMBER_WORDS[number]
    match verdict:
        case "same":
            return f"same {name}"
        case "same, wrong check digit":
            return f"same {name}, but its check digit is wrong"
        case "a typo apart":
            return f"{name} a typo apart (its check digit is wrong)"
        case _:
            return f"other {name}"


def _name_words(likeness: Likeness) -> list[str]:
    """The reason's part about name, form and town."""
    found, features = likeness.agreement, likeness.features
    if features["ticker"]:
        words = ["the name is its ticker"]
    elif features["web label"]:
        words = ["the name is its web address"]
    elif features["whole"]:
        words = ["same name"]
    else:
        words = [_part_words(found)]
    for feature, text in (("form agrees", "legal form agrees"), ("other form", "other legal form")):
        words += [text] * bool(features[feature])
    for feature in ("same city", "other city", "other number"):
        words += ["other number in the name" if feature == "other number" else feature] * bool(features[feature])
    rivals = likeness.rivals
    return words + ([f"{rivals} other{'s' * (rivals > 1)} as near"] if rivals else [])


def _part_words(found: Agreement) -> str:
    """ "name agrees but for spelling (a ~ b)", or which words have no counterpart."""
    spelt = ", ".join(f"{one} ~ {other}" for one, other in found.alike)
    lost = ", ".join(word for words in found.unmet for word in words if word not in name_words().trade)
    if not lost:
        return f"name agrees but for spelling ({spelt})" if spelt else "same name, words joined otherwise"
    head = "name agrees" if found.share > 0.6 else "name agrees in part" if found.agreed else "other name"
    return f"{head} (not: {lost}{'; alike: ' + spelt if spelt else ''})"


def _is_beginning(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Is one name the first words of the other: what speech keeps of a long one?"""
    short = min(len(one), len(other))
    return len(one) != len(other) and one[:short] == other[:short]


def _is_label(one: Entry, other: Entry) -> bool:
    return bool(other.label) and one.names[0].joined == other.label
