"""What the sentence of a tag states about its event: the sum, when, where, and with whom."""

import re
from dataclasses import asdict, dataclass

from ..tags.subject import name_firms
from ..text import fold_key
from .facts import MONTHS, fold_word, read_facts

CURRENCIES = ("TRY", "USD", "EUR", "GBP")
NUMERIC = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./]((?:19|20)\d{2})\b")
SPELLED = re.compile(r"\b(\d{1,2}) ([^\W\d_]+) ((?:19|20)\d{2})\b")
SPELLED_EN = re.compile(r"\b([^\W\d_]+) (\d{1,2}),? ((?:19|20)\d{2})\b")


@dataclass(frozen=True)
class Stated:
    """Facts of one sentence: the largest sum of money, dates as ISO (no year: "03-12"), provinces, other firms."""

    amount: float | None = None
    currency: str | None = None
    dates: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    counterparties: tuple[str, ...] = ()

    def as_row(self) -> dict[str, object]:
        """Only what is stated, ready for JSON."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items() if value}


def read_stated(sentence: str, *, language: str = "tr", client: str | None = None) -> Stated:
    """The facts of a sentence as written; `client` is the name there that is no counterparty of itself.

    Without a client the first firm named is taken for the one it happens to.
    """
    facts = read_facts(sentence, language=language)
    sums = [(float(value), unit) for unit, value in facts.facts if unit in CURRENCIES]
    amount, currency = max(sums, default=(None, None), key=lambda found: found[0] or 0.0)
    return Stated(
        amount=amount,
        currency=currency,
        dates=_dates(sentence) or tuple(sorted(str(value) for value in facts.of("date"))),
        places=tuple(sorted(str(value) for value in facts.of("place"))),
        counterparties=_others(name_firms(sentence), client),
    )


def _dates(sentence: str) -> tuple[str, ...]:
    found = [(year, int(month), int(day)) for day, month, year in NUMERIC.findall(sentence)]
    spelled = [(year, month, day) for day, month, year in SPELLED.findall(sentence)]
    spelled += [(year, month, day) for month, day, year in SPELLED_EN.findall(sentence)]
    found += [(y, MONTHS[fold_word(m)], int(d)) for y, m, d in spelled if fold_word(m) in MONTHS]
    return tuple(f"{year}-{month:02}-{day:02}" for year, month, day in sorted(set(found)) if _is_date(month, day))


def _is_date(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def _others(firms: tuple[str, ...], client: str | None) -> tuple[str, ...]:
    if client is None:
        return firms[1:]
    own = fold_key(client)
    return tuple(firm for firm in firms if not _same(fold_key(firm), own))


def _same(one: str, other: str) -> bool:
    """One name begins with the other: "Örnek Un" and "Örnek Un Sanayi A.Ş."."""
    return one.startswith(other) or other.startswith(one)
