"""Phrases found in a text in any case, with or without Turkish marks and spaces."""

import re
from functools import cache, lru_cache

# One class of letters for each that Turkish pages write in several ways.
LETTERS = {"i": "[iıİI]", "ı": "[iıİI]", "s": "[sşSŞ]", "ş": "[sşSŞ]", "g": "[gğGĞ]", "ğ": "[gğGĞ]"} | {
    letter: f"[{a}{b}{a.upper()}{b.upper()}]" for a, b in ("cç", "oö", "uü") for letter in (a, b)
}
# The same for the quick look; the dot is what is left of a folded İ.
FOLDED = (("ı", "i"), ("ş", "s"), ("ğ", "g"), ("ç", "c"), ("ö", "o"), ("ü", "u"), ("\u0307", ""), ("-", ""), ("_", ""))


@cache
def any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for phrases, in any case, with or without Turkish marks and spaces."""
    return re.compile("|".join(_spelled(phrase) for phrase in phrases), re.IGNORECASE)


def may_hold(phrases: tuple[str, ...], text: str) -> bool:
    """Whether `any_of` these phrases can be found in a text at all; where not, a twentieth of the time told so."""
    bare = _bare(text)
    for key in _keys(phrases):  # noqa: SIM110 - `any` with a generator takes twice as long, and every text is looked at
        if key in bare:
            return True
    return False


def find_any(phrases: tuple[str, ...], text: str) -> re.Match[str] | None:
    """The first place in a text that holds one of these phrases."""
    return any_of(phrases).search(text) if may_hold(phrases, text) else None


@cache
def _keys(phrases: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_bare, phrases))


@lru_cache(maxsize=4)  # a title and a text are asked about several times
def _bare(text: str) -> str:
    """The text without what `any_of` does not mind: every text it matches holds a phrase like this."""
    bare = "".join(text.casefold().split())
    for letter, plain in FOLDED:
        bare = bare.replace(letter, plain)
    return bare


def _spelled(phrase: str) -> str:
    return "".join(r"[\s_-]*" if letter == " " else LETTERS.get(letter, re.escape(letter)) for letter in phrase)
