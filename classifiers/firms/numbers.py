"""What files say of firms, and the numbers by which registers tell them apart."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import OSA
from stdnum import lei as lei_number
from stdnum.tr import vkn

from ..text import fold_key

Basis = Literal["tax_id", "mersis", "lei", "ticker", "website", "name"]
Verdict = Literal["same", "same, wrong check digit", "a typo apart", "other"]
MERSIS_DIGITS = 16
MERSIS_FIRM = 11  # "0" and the tax number; the rest counts the firm's offices
TAX_DIGITS = 10


@dataclass(frozen=True, slots=True)
class FirmRecord:
    """What one file says of one firm; only the first two are required."""

    record_id: str
    name: str
    short_names: tuple[str, ...] = ()
    city: str | None = None
    tax_id: str | None = None
    mersis: str | None = None
    lei: str | None = None
    ticker: str | None = None
    website: str | None = None
    sector: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A firm that may be the one asked for; `score` is a probability in [.01, .99], `reason` says why in words."""

    record_id: str
    score: float
    basis: Basis
    reason: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries that may be one firm; `score`, `basis` and `reason` as in Candidate."""

    one: str
    other: str
    score: float
    basis: Basis
    reason: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """A firm's numbers as registers write them; empty where none is given."""

    tax_id: str
    mersis: str
    lei: str
    tickers: frozenset[str]
    domain: str


def read_numbers(firm: FirmRecord) -> Numbers:
    """Numbers without spaces, dots and the like; the tax number is read from the MERSİS where it is missing."""
    tax_id, mersis = _digits(firm.tax_id), _digits(firm.mersis)
    if not tax_id and len(mersis) == MERSIS_DIGITS and vkn.is_valid(mersis[1:MERSIS_FIRM]):
        tax_id = mersis[1:MERSIS_FIRM]
    return Numbers(
        tax_id=tax_id.zfill(TAX_DIGITS) if tax_id else "",  # spreadsheets eat the zeros at the front
        mersis=mersis,
        lei=re.sub(r"\W", "", firm.lei or "").upper(),
        tickers=frozenset(fold_key(part) for part in (firm.ticker or "").split(",") if part.strip()),
        domain=website_domain(firm.website) if firm.website else "",
    )


def website_domain(website: str) -> str:
    """ "https://www.ornek.com.tr/tr" → "ornek.com.tr"."""
    return re.sub(r"^(?:\w+://)?(?:www\d?\.)?", "", website.strip().lower()).split("/")[0].split(":")[0]


def compare_tax_ids(one: str, other: str) -> Verdict | None:
    """None if either is missing. A wrong check digit shows a typo, so that nothing is concluded from a difference."""
    return _compare(one, other, vkn.is_valid)


def compare_mersis(one: str, other: str) -> Verdict | None:
    """Of the firm, whichever of its offices is meant."""
    return _compare(one[:MERSIS_FIRM], other[:MERSIS_FIRM], lambda number: vkn.is_valid(number[1:]))


def compare_leis(one: str, other: str) -> Verdict | None:
    return _compare(one, other, lei_number.is_valid)


def _compare(one: str, other: str, is_valid: Callable[[str], bool]) -> Verdict | None:
    if not one or not other:
        return None
    is_sound = is_valid(one) and is_valid(other)
    if one == other:
        return "same" if is_sound else "same, wrong check digit"
    if is_sound:
        return "other"
    return "a typo apart" if OSA.distance(one, other, score_cutoff=1) == 1 else None


def _digits(text: str | None) -> str:
    return re.sub(r"\D", "", text or "")
