"""Facts of a firm in the form in which two of them are compared: its tax number, its website, its name."""

import re
from functools import lru_cache

from rapidfuzz import fuzz

from oncu.classifiers.firms.names import CONNECTORS, expand, is_common, name_words, parse_name
from oncu.classifiers.text import fold_key

CLOSE = 80  # of 100; cores this much alike are one name with a slip of the pen
MIN_WORD = 3  # letters of a word that tells firms apart
MIN_INITIALS = 3


def tax_id_of(tax_id: object, mersis: object) -> str | None:
    """The tax number, else the one that MERSIS holds (0, then its ten digits)."""
    if tax_id:
        return str(tax_id)
    digits = str(mersis or "")
    return digits[1:11] if len(digits) == 16 and digits[0] == "0" else None


def clean_website(website: str) -> str:
    """The host alone: https://www.ornek.example/tr → ornek.example."""
    host = re.sub(r"^(?:https?://)?(?:www\d?\.)?", "", website.strip().casefold())
    return re.split(r"[/?#:]", host)[0].rstrip(".")


@lru_cache(maxsize=4096)  # asked several times of the same few names, one client after another
def name_key(name: str) -> str:
    """The name without its form, abbreviations written out and connecting words left out: equal for one firm's name."""
    words = parse_name(name).without_form.split()
    return " ".join(long for word in words if (long := expand(word)) not in CONNECTORS)


def is_firm_name(name: str) -> bool:
    """Whether a name says that it is a firm's: by a legal form, or by what the firm does. A person's name does not."""
    parsed, vocabulary = parse_name(name), name_words()
    words = {expand(word) for word in parsed.without_form.split()}
    return parsed.legal_form is not None or not words.isdisjoint(vocabulary.sector | vocabulary.trade - CONNECTORS)


def names_agree(one: str, other: str) -> bool:
    """Whether two names may be of one firm whose number is the same: a telling word, the core or the initials shared.

    "Karaçınar Tekstil San. A.Ş." agrees with "KARACINAR TEKSTİL" and with "Karaçınar Holding", not with "Nehir Kimya".
    """
    first, second = _core(one), _core(other)
    if names_are_close(one, other) or not _telling(first).isdisjoint(_telling(second)):
        return True
    return first in _initials(other) or second in _initials(one)


def names_are_close(one: str, other: str) -> bool:
    """Whether two names are one but for legal form, trade words and a slip of the pen."""
    return bool(fuzz.ratio(_core(one), _core(other)) >= CLOSE)


@lru_cache(maxsize=4096)
def _core(name: str) -> str:
    return parse_name(name).core


def _telling(core: str) -> set[str]:
    """The words of a core that say who it is, not what it does or where."""
    words = [word for word in core.split() if len(word) >= MIN_WORD]
    vocabulary = name_words()
    own = {w for w in words if expand(w) not in vocabulary.sector | vocabulary.trade | vocabulary.nation}
    rare = {word for word in own if not is_common(word)}
    return rare or own or set(words)


def _initials(name: str) -> set[str]:
    """The letters its words begin with, with and without the form: Örnek Hava Yolları A.O. → ohy, ohya, ohyao."""
    letters = "".join(word[0] for word in fold_key(name).split() if word != "ve")
    return {letters[:size] for size in range(MIN_INITIALS, len(letters) + 1)}
