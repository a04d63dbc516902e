"""Firms' names: their parts, and the spellings under which a firm may be met in a text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from os.path import commonprefix
from pathlib import Path
from typing import Any, Literal

import yaml

from ..text import fold_key

NameKind = Literal["legal", "short", "core", "brand", "ticker", "tax_id", "website", "label", "acronym"]
MAX_FORM = 7  # words of a legal form ("S. de R.L. de C.V.")
MIN_LABEL = 4
MIN_ACRONYM = 4
COOPERATIVE = (("sinirli", "sorumlu"), ("s", "s"))  # "with limited liability", said before the name
CONNECTORS = frozenset(("ve", "veya", "and", "the"))
BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
FORMER = re.compile(r"(?:(?:eski|onceki) unvan|formerly |fka |f k a )")
FORMER_INSIDE = re.compile(r" (?:eski|onceki) unvan")
DOMAIN = re.compile(r"^(?:https?://)?(?:www\d?\.)?")
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
    sector: str | None = None
    sites: tuple[str, ...] = ()  # addresses of plants and land
    group: str | None = None  # the client_id of its parent, or its own
    removed_names: tuple[str, ...] = ()  # what a person has said it is not called


@dataclass(frozen=True, slots=True)
class ParsedName:
    """A legal name in folded parts; all parts together hold every word of the folded name, and no other.

    `core` and `sector_words` (left out in speech) make the name; `legal_form` is the class of `form_words`; `notes`
    are what is said beside it: its state ("tasfiye halinde"), its office ("izmir subesi"), its former name.
    """

    core: str
    sector_words: tuple[str, ...]
    legal_form: str | None
    brand: str | None  # the first word, where all others of the core only say what the firm does
    form_words: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def without_form(self) -> str:
        return " ".join((self.core, *self.sector_words))


@dataclass(frozen=True, slots=True)
class Alias:
    """One folded spelling of a name. `is_common`: the words also mean something else (a word, a place, a person)."""

    text: str
    kind: NameKind
    is_common: bool = False


@lru_cache(maxsize=1024)  # asked for several times in a row for one client
def parse_name(legal_name: str) -> ParsedName:
    """Take a legal name apart; abbreviations stay as written ("x tekstil", ("san", "ve", "tic"), "anonim")."""
    words, notes = _split_brackets(legal_name)
    form, form_words, trade = None, list[str](), list[str]()
    while True:
        before = len(words)
        words, said = _split_notes(words)
        words, found, taken = _split_form_words(words)
        words, ending = _split_trade(words)
        notes, form, form_words, trade = notes + said, form or found, taken + form_words, ending + trade
        if len(words) == before:
            return ParsedName(" ".join(words), tuple(trade), form, _brand(words), tuple(form_words), tuple(notes))


def _split_trade(words: list[str]) -> tuple[list[str], list[str]]:
    """The words before the trade words at the end, and these."""
    end = len(words)
    while end > 1 and expand(words[end - 1]) in name_words().trade:
        end -= 1
    return words[:end], words[end:]


def _split_brackets(name: str) -> tuple[list[str], list[str]]:
    """The folded words outside brackets that hold a former name or a state, and what these hold."""
    notes: list[str] = []

    def take(match: re.Match[str]) -> str:
        inside = fold_key(match[1])
        if not inside or not (FORMER.match(inside) or inside in name_words().states):
            return match[0]
        notes.append(inside)
        return " "

    words = fold_key(BRACKETS.sub(take, name)).split()
    return (words, notes) if words else (fold_key(name).split(), [])


def _split_notes(words: list[str]) -> tuple[list[str], list[str]]:
    """The words without a former name, states, and an office at the end."""
    notes: list[str] = []
    text = " ".join(words)
    if (former := FORMER_INSIDE.search(text)) and former.start():
        notes.append(text[former.start() + 1 :])
        text = text[: former.start()]
    while (state := _state_pattern().search(f" {text} ")) and len(state[0].split()) < len(text.split()):
        notes.append(state[0].strip())
        text = " ".join((f" {text} "[: state.start()] + f" {text} "[state.end() - 1 :]).split())
    words = text.split()
    end = _office_start(words)
    return (words[:end], [*notes, " ".join(words[end:])]) if end < len(words) else (words, notes)


def _office_start(words: list[str]) -> int:
    """Where the name of a branch begins: after the legal form, else with its town; the end if there is none."""
    if len(words) < 2 or words[-1] not in name_words().branch:
        return len(words)
    for end in range(len(words) - 1, 1, -1):
        if split_form(words[:end])[1]:
            return end
    start = len(words) - 1
    while start > 1 and words[start - 1] in common_words().places | name_words().branch_words:
        start -= 1
    return start


def _split_form_words(words: list[str]) -> tuple[list[str], str | None, list[str]]:
    """The words without the legal form, its class, and its words, wherever in the name they stand."""
    if len(words) > 3 and words[-1] in ("sirketi", "sirket") and "anonim" in words[1:-2]:
        at = words.index("anonim", 1)  # "Örnek Anonim Türk Sigorta Şirketi"
        stop = at + 1 + (words[at + 1] == "turk")
        return words[:at] + words[stop:-1], "anonim", [*words[at:stop], words[-1]]
    kept, form = split_form(words)
    for prefix in COOPERATIVE if form == "kooperatif" else ():
        if tuple(kept[: len(prefix)]) == prefix and len(kept) > len(prefix):
            return kept[len(prefix) :], form, [*prefix, *words[len(kept) :]]
    return kept, form, words[len(kept) :]


def split_form(words: list[str]) -> tuple[list[str], str | None]:
    """The words before the legal form and the form's class; a form alone is no form."""
    for size in range(min(MAX_FORM, len(words) - 1), 0, -1):
        form = name_words().marked_forms.get(" ".join(words[-size:]))
        if form:
            return words[:-size], form
    return words, None


def make_aliases(legal_name: str, short_names: Iterable[str] = (), removed: Iterable[str] = ()) -> tuple[Alias, ...]:
    """Every folded spelling worth looking for; the matcher reads trade words and form behind them from the text.

    "Örnek Tekstil San. ve Tic. A.Ş." → core "ornek tekstil" and as abbreviated, brand "ornek" (if long enough and no
    ordinary word). A name without trade words, or with nothing before them that tells a firm, is an alias as a whole;
    one whose words were `removed` by a person is one with its trade words, or else its legal form, only.
    """
    parsed, gone = parse_name(legal_name), {_written_out(without_form(name)) for name in removed}
    found: dict[str, Alias] = {}

    def add(text: str, kind: NameKind) -> None:
        if _tells_a_firm(text) and not (gone and _written_out(text) in gone):
            found.setdefault(text, Alias(text, kind, is_common(text)))

    is_whole = not parsed.sector_words or _written_out(parsed.core) in gone or not _tells_a_firm(parsed.core)
    for spelling in spellings(parsed.without_form) if is_whole else ():
        add(spelling, "legal")
    for spelling in _with_forms(parsed) if _written_out(parsed.without_form) in gone else ():
        add(spelling, "legal")
    for name in short_names:
        add(without_form(name), "short")
    for spelling in () if is_whole else spellings(parsed.core):
        add(spelling, "core")
    nation, _, rest = parsed.core.partition(" ")
    if nation in name_words().nation and " " in rest:  # "Türkiye Örnek Bankası" is called Örnek Bankası
        add(rest, "core")
    if parsed.brand and len(parsed.brand) >= MIN_BRAND and not is_common(parsed.brand):
        add(parsed.brand, "brand")
    return tuple(found.values())


def without_form(name: str) -> str:
    """The folded name without its legal form."""
    return " ".join(split_form(fold_key(name).split())[0])


def _written_out(text: str) -> str:
    return " ".join(map(expand, text.split()))


def _with_forms(parsed: ParsedName) -> list[str]:
    forms = name_words().forms.items()
    return [f"{parsed.without_form} {spelling}" for spelling, form in forms if form == parsed.legal_form]


def _tells_a_firm(text: str) -> bool:
    """No single letter, number, or trade words alone."""
    return len(text) > 1 and not text.replace(" ", "").isdigit() and not _is_trade_alone(text)


def _is_trade_alone(text: str) -> bool:
    """ "Sanayi ve Ticaret", left over of a badly cut name, stands in half of all names and means no firm."""
    return all(expand(word) in name_words().trade for word in text.split())


def expand(word: str) -> str:
    """The long form of an abbreviation, or the word itself."""
    return name_words().abbreviations.get(word, word)


def is_common(text: str) -> bool:
    """Do these folded words mean something other than a firm as well?"""
    return all(map(_is_known_word, text.split()))


@lru_cache(maxsize=1 << 16)  # every alias of every client is asked for, and words come back
def _is_known_word(word: str) -> bool:
    common = common_words()
    every = (common.words, common.english_words, common.places, common.first_names, common.surnames)
    return any(word in words for words in (*every, name_words().sector, name_words().trade))


def _brand(core: list[str]) -> str | None:
    """The first word, if the rest is only sector words."""
    sector, trade = name_words().sector, name_words().trade
    is_guess = len(core) > 1 and all(expand(word) in sector or expand(word) in trade for word in core[1:])
    return core[0] if is_guess and core[0] not in name_words().sector else None


def spellings(name: str) -> list[str]:
    """As given, with every abbreviation written out, and with every word shortened that has a usual short form."""
    words = name.split()
    long = [expand(word) for word in words]
    short = [*words[:1], *(name_words().shortened.get(word, word) for word in long[1:])]
    said = " ".join(long)
    for phrase, letters in name_words().phrases.items():
        said = said.replace(f" {phrase}", f" {letters}")
    return [name, " ".join(long), " ".join(short), said]


def guess_aliases(legal_name: str, website: str | None = None) -> tuple[Alias, ...]:
    """Popular names that stand in no legal name: the website's label, the initials. Guesses, so apart from the others.

    A label counts only if it is made of the name's own words: halkbank.com.tr for "Türkiye Halk Bankası" → "halkbank";
    whole words are also given apart (garantibbva.com.tr → "garanti bbva"). Initials of four or more words before the
    trade words → "acronym": of 1,590 real names with four words in all none is called by letters that hold those.
    """
    parsed = parse_name(legal_name)
    words = [expand(word) for word in parsed.without_form.split()]
    found: list[Alias] = []
    label = website_label(website) if website else None
    if label and len(label) >= MIN_LABEL and (parts := split_label(label, [*words, *parsed.form_words])):
        found.append(Alias(label, "label", is_common(label)))
        if len(parts) > 1 and all(part in words for part in parts):
            found.append(Alias(" ".join(parts), "label"))
    initials = "".join(word[0] for word in words[: len(parsed.core.split())] if word not in CONNECTORS)
    if len(initials) >= MIN_ACRONYM and not is_common(initials):
        found.append(Alias(initials, "acronym"))
    return tuple(found)


def website_label(website: str) -> str | None:
    """The name in a web address: "https://www.Ornek-Tekstil.com.tr/tr" → "ornektekstil"; None if there is none."""
    host = DOMAIN.sub("", website.strip().lower()).split("/")[0].split(":")[0]
    parts = [part for part in host.split(".") if part]
    return fold_key(parts[0]).replace(" ", "") or None if len(parts) > 1 else None


def split_label(label: str, words: list[str]) -> tuple[str, ...]:
    """The beginnings of the name's words, in order, that make the label together; () if it is not made so.

    "tupras" of "turkiye petrol rafinerileri a s" → ("tu", "p", "r", "a", "s"); the fewest parts win.
    """
    best: dict[int, tuple[str, ...]] = {0: ()}
    if not set(label).issubset("".join(words)):
        return ()
    for word in words:
        for start, parts in sorted(best.items(), reverse=True):
            for size in range(1, _shared_start(label[start:], word) + 1):
                ours = (*parts, word[:size])
                if start + size not in best or len(best[start + size]) > len(ours):
                    best[start + size] = ours
    return best.get(len(label), ())


def _shared_start(one: str, other: str) -> int:
    return len(commonprefix([one, other]))


@dataclass(frozen=True, slots=True)
class NameWords:
    """The vocabulary of name_words.yml."""

    forms: dict[str, str]  # spelling → class
    marked_forms: dict[str, str]  # these, and those that are forms in a marked name only
    families: dict[str, frozenset[str]]  # class → the families in which it does not contradict others
    states: frozenset[str]
    branch: frozenset[str]
    branch_words: frozenset[str]
    phrases: dict[str, str]
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
    marked = {spelling: form for form, text in raw["marked_forms"].items() for spelling in text.split(", ")}
    families = {name: text.split() for name, text in raw["form_families"].items()}
    classes = {form for forms in families.values() for form in forms}
    sets = {key: frozenset(raw[key].split()) for key in ("branch", "branch_words", "nation", "trade", "sector")}
    return NameWords(
        forms=forms,
        marked_forms=marked | forms,
        families={form: frozenset(name for name, forms in families.items() if form in forms) for form in classes},
        states=frozenset(raw["states"]),
        phrases=raw["phrases"],
        abbreviations=raw["abbreviations"],
        shortened=short,
        **sets,
    )


@cache
def _state_pattern() -> re.Pattern[str]:
    states = sorted(name_words().states, key=len, reverse=True)
    return re.compile(rf" (?:{'|'.join(states)}) ")


@cache
def common_words() -> CommonWords:
    raw = _read("common_words.yml")
    sets = {key: frozenset(raw[key].split()) for key in CommonWords.__slots__ if isinstance(raw[key], str)}
    nexts = {word: frozenset(text.split()) for word, text in raw["not_before"].items()}
    return CommonWords(**sets, not_before=nexts)


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    return found
