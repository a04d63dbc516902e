"""Firms' names: their parts, and the spellings under which a firm may be met in a text."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from .text import fold_key

NameKind = Literal["legal", "short", "core", "brand", "ticker", "tax_id", "website"]
MIN_BRAND = 5  # letters; below, the first word of a name is met by chance too often


@dataclass(frozen=True, slots=True)
class ClientName:
    """What a client is known by: the input of the matcher. Only the first two are required."""

    client_id: str
    legal_name: str
    short_names: tuple[str, ...] = ()
    tax_id: str | None = None
    ticker: str | None = None
    city: str | None = None
    mersis: str | None = None
    website: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedName:
    """A legal name in folded parts: `core` + `sector_words` (left out in speech) + `legal_form` (its class)."""

    core: str
    sector_words: tuple[str, ...]
    legal_form: str | None
    brand: str | None  # the first word, where all others of the core only say what the firm does

    @property
    def without_form(self) -> str:
        return " ".join((self.core, *self.sector_words))


@dataclass(frozen=True, slots=True)
class Alias:
    """One folded spelling of a name. `is_common`: the words also mean something else (a word, a place, a person)."""

    text: str
    kind: NameKind
    is_common: bool = False


def parse_name(legal_name: str) -> ParsedName:
    """Take a legal name apart; abbreviations stay as written ("x tekstil", ("san", "ve", "tic"), "anonim")."""
    words, form = split_form(fold_key(legal_name).split())
    end = len(words)
    while end > 1 and expand(words[end - 1]) in name_words().trade:
        end -= 1
    return ParsedName(" ".join(words[:end]), tuple(words[end:]), form, _brand(words[:end]))


def split_form(words: list[str]) -> tuple[list[str], str | None]:
    """The words before the legal form and the form's class; a form alone is no form."""
    for size in range(min(5, len(words) - 1), 0, -1):
        form = name_words().forms.get(" ".join(words[-size:]))
        if form:
            return words[:-size], form
    return words, None


def make_aliases(legal_name: str, short_names: Iterable[str] = ()) -> tuple[Alias, ...]:
    """Every folded spelling worth looking for; the form is left out (the matcher reads it from the text).

    "Örnek Tekstil San. ve Tic. A.Ş." → legal "ornek tekstil sanayi ve ticaret" and as abbreviated, core
    "ornek tekstil", brand "ornek" (if long enough and no ordinary word).
    """
    parsed = parse_name(legal_name)
    found: dict[str, Alias] = {}

    def add(text: str, kind: NameKind) -> None:
        if len(text) > 1 and not text.replace(" ", "").isdigit() and not _is_trade_alone(text):
            found.setdefault(text, Alias(text, kind, is_common(text)))

    for spelling in _spellings(parsed.without_form):
        add(spelling, "legal")
    for name in short_names:
        add(" ".join(split_form(fold_key(name).split())[0]), "short")
    for spelling in _spellings(parsed.core):
        add(spelling, "core")
    nation, _, rest = parsed.core.partition(" ")
    if nation in name_words().nation and " " in rest:  # "Türkiye Örnek Bankası" is called Örnek Bankası
        add(rest, "core")
    if parsed.brand and len(parsed.brand) >= MIN_BRAND and not is_common(parsed.brand):
        add(parsed.brand, "brand")
    return tuple(found.values())


def _is_trade_alone(text: str) -> bool:
    """ "Sanayi ve Ticaret", left over of a badly cut name, stands in half of all names and means no firm."""
    return all(expand(word) in name_words().trade for word in text.split())


def expand(word: str) -> str:
    """The long form of an abbreviation, or the word itself."""
    return name_words().abbreviations.get(word, word)


def is_common(text: str) -> bool:
    """Do these folded words mean something other than a firm as well?"""
    common = common_words()
    every = (common.words, common.english_words, common.places, common.first_names, common.surnames)
    known = (*every, name_words().sector, name_words().trade)
    return all(any(word in words for words in known) for word in text.split())


def _brand(core: list[str]) -> str | None:
    """The first word, if the rest is only sector words."""
    is_guess = len(core) > 1 and all(expand(word) in name_words().sector | name_words().trade for word in core[1:])
    return core[0] if is_guess and core[0] not in name_words().sector else None


def _spellings(name: str) -> list[str]:
    """As given, with every abbreviation written out, and with every word shortened that has a usual short form."""
    words = name.split()
    long = [expand(word) for word in words]
    short = [*words[:1], *(name_words().shortened.get(word, word) for word in long[1:])]
    return [name, " ".join(long), " ".join(short)]


@dataclass(frozen=True, slots=True)
class NameWords:
    """The vocabulary of name_words.yml."""

    forms: dict[str, str]  # spelling → class
    abbreviations: dict[str, str]
    shortened: dict[str, str]  # long → its first short form
    nation: frozenset[str]
    trade: frozenset[str]
    sector: frozenset[str]


@dataclass(frozen=True, slots=True)
class CommonWords:
    """The vocabulary of common_words.yml."""

    words: frozenset[str]
    english_words: frozenset[str]
    places: frozenset[str]
    first_names: frozenset[str]
    surnames: frozenset[str]
    firm_nouns: frozenset[str]
    titles: frozenset[str]
    nationalities: frozenset[str]
    institutions: frozenset[str]
    not_before: dict[str, frozenset[str]]
    business: frozenset[str]
    sport: frozenset[str]


@cache
def name_words() -> NameWords:
    raw = _read("name_words.yml")
    short: dict[str, str] = {}
    for abbreviation, word in raw["abbreviations"].items():
        short.setdefault(word, abbreviation)
    forms = {spelling: form for form, spellings in raw["forms"].items() for spelling in spellings}
    nation, trade, sector = (frozenset(raw[key].split()) for key in ("nation", "trade", "sector"))
    return NameWords(forms, raw["abbreviations"], short, nation, trade, sector)


@cache
def common_words() -> CommonWords:
    raw = _read("common_words.yml")
    sets = {key: frozenset(raw[key].split()) for key in CommonWords.__slots__ if isinstance(raw[key], str)}
    nexts = {word: frozenset(text.split()) for word, text in raw["not_before"].items()}
    return CommonWords(**sets, not_before=nexts)


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    return found
