"""Numbers of the offers report as a person reads them."""

from datetime import date

from oncu.scoring.estimates.intervals import Rate
from oncu.scoring.offers.tables import ENOUGH

from ..words import Words


def share(found: Rate, words: Words) -> str:
    """A share with its interval and n; "too early" below five."""
    if found.value is None or found.n < ENOUGH:
        return words("of_early", n=found.n)
    low, high = (words.share(end) if end is not None else "?" for end in (found.low, found.high))
    return words("interval", value=words.share(found.value), low=low, high=high, n=found.n)


def points(found: Rate, words: Words) -> str:
    """A price, margin or gap in points with its interval and n; "too early" below five."""
    if found.value is None or found.n < ENOUGH:
        return words("of_early", n=found.n)
    low, high = (words.number(end, 2) if end is not None else "?" for end in (found.low, found.high))
    return words("interval", value=words.number(found.value, 2), low=low, high=high, n=found.n)


def group_name(by: str, group: str, words: Words) -> str:
    """A group as the language calls it: the size bands have words, other groups are the bank's own names."""
    return words.texts.get(f"score_l_size_{group}", group) if by == "segment" else group


def day_text(day: date, words: Words) -> str:
    return day.strftime("%d.%m.%Y" if words.language == "tr" else "%Y-%m-%d")
