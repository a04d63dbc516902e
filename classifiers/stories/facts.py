"""What a text states that another telling of the same event would state too: amounts, counts, places, dates, numbers.

A fact is a pair of its kind and its value: `("TRY", 120000000.0)`, `("people", 250.0)`, `("place", "Bursa")`,
`("date", "03-12")`, `("number", "2026/51")`. Names and content words are kept folded, for comparison alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from ..lookups import read_lookup
from ..text import fold_key

MAX_TEXT = 2_500  # code points: what an event is stands at the beginning
Fact = tuple[str, float | str]

TOKEN = re.compile(r"\d+(?:[.,/]\d+)*|[%₺$€£]|[^\W\d_]+(?:['’`´][^\W\d_]+)?|\n|[.!?…:;]")
APOSTROPHE = re.compile("['’`´]")
DATE = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./]((?:19|20)\d{2})\b")
CASE = re.compile(r"(?:19|20)\d{2}/\d{1,7}")
THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
SHORT_SCALE = re.compile(r"(?<=[$€£₺])(\s?\d+(?:[.,]\d+)?)\s?(k|m|mn|b|bn)\b", re.IGNORECASE)  # "$12m"
FULL_SCALE = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion"}
LABELS = ("sayili", "numarali", "nolu", "no", "numara", "number", "ikn")  # beside a number that names a file
MIN_FILE_NUMBER = 4  # digits
SCALES = {
    "bin": 1e3,
    "thousand": 1e3,
    "milyon": 1e6,
    "mn": 1e6,
    "million": 1e6,
    "milyar": 1e9,
    "mlr": 1e9,
    "billion": 1e9,
}
SCALES |= {"bn": 1e9, "trilyon": 1e12, "trillion": 1e12}
WHOLE_SCALES = frozenset(("mn", "mlr", "bn", "bin"))
CURRENCIES = {"tl": "TRY", "lira": "TRY", "try": "TRY", "₺": "TRY", "dolar": "USD", "dollar": "USD", "usd": "USD"}
CURRENCIES |= {
    "$": "USD",
    "euro": "EUR",
    "avro": "EUR",
    "eur": "EUR",
    "€": "EUR",
    "sterlin": "GBP",
    "pound": "GBP",
    "£": "GBP",
}
COUNTED = {
    "people": (
        "isci",
        "madenci",
        "memur",
        "teknisyen",
        "calisan",
        "personel",
        "kisi",
        "emekci",
        "istihdam",
        "worker",
        "employee",
        "people",
        "job",
        "staff",
    ),
    "m2": ("metrekare", "m2", "square"),
    "MW": ("megavat", "mw", "megawatt"),
    "tonnes": ("ton", "tonne"),
    "stores": ("magaza", "sube", "store", "branch"),
    "vehicles": ("arac", "otobus", "vehicle", "truck"),
    "pieces": ("adet", "urun", "unit", "item"),
}
WHOLE_UNITS = frozenset(("tl", "try", "usd", "eur", "euro", "ton", "mw", "m2", "job"))
# "bir" is left out: it is the article too.
NUMBER_WORDS = {
    word: float(number)
    for words, numbers in (
        ("iki uc dort bes alti yedi sekiz dokuz on", range(2, 11)),
        ("yirmi otuz kirk elli altmis yetmis seksen doksan yuz", range(20, 101, 10)),
        ("two three four five six seven eight nine ten", range(2, 11)),
    )
    for word, number in zip(words.split(), numbers, strict=True)
}
REACH = 3  # tokens between a number and what it counts ("250 mavi yakalı işçi")
YEARS = (1900, 2100)
PERCENT = ("yuzde", "percent", "%")
MONTHS = {
    name: number
    for names in (
        "ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik",
        "january february march april may june july august september october november december",
    )
    for number, name in enumerate(names.split(), 1)
}
# Provinces whose name is a word or a person's name too: only with a suffix behind an apostrophe.
WORDS_TOO = frozenset(
    ("ordu", "van", "agri", "mus", "batman", "aydin", "bolu", "karaman", "may", "kars", "siirt", "usak")
)
STEM = 5
MIN_WORD, MIN_NAME = 4, 3
STOP_WORDS = """
    olarak icin gibi daha sonra kadar ancak olan oldu olacak etti edildi edilen yapil yapti icind uzeri gore gelen buyuk
    yeni sirke firma gectig acikl belir soyle duyur bildi ifade kaydet konus haber kamuo milyo milya
    that with from have will this said company after which their been were milli billi
"""
STOP = frozenset(STOP_WORDS.split())
TITLE_CASE = 0.6  # share of capitals from which capitals say nothing


@dataclass(frozen=True, slots=True)
class Facts:
    """What one text states: `facts` as pairs of kind and value, folded names, stems of its content words."""

    facts: frozenset[Fact]
    names: frozenset[str]
    words: frozenset[str]

    def of(self, kind: str) -> frozenset[float | str]:
        """The values of one kind."""
        return frozenset(value for found, value in self.facts if found == kind)

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(kind for kind, _ in self.facts)


@dataclass(frozen=True, slots=True)
class _Token:
    surface: str
    folded: str
    is_capital: bool

    @property
    def stem(self) -> str:
        """The word before its apostrophe, folded."""
        return _fold_stem(self.surface)


@lru_cache(maxsize=1 << 12)
def read_facts(text: str, *, language: str = "tr") -> Facts:
    """The facts of a text (title, line break, body); only its beginning is read."""
    text = SHORT_SCALE.sub(lambda found: f"{found[1]} {FULL_SCALE[found[2].lower()]}", text[:MAX_TEXT])
    tokens = [_Token(found, fold_word(found), found[0].isupper()) for found in TOKEN.findall(text)]
    facts = {*_quantities(tokens, language), *_dates(text, tokens), *_file_numbers(tokens), *_places(tokens)}
    places = {fold_word(str(value)) for kind, value in facts if kind == "place"}
    return Facts(frozenset(facts), frozenset(_names(tokens)) - places, frozenset(_words(tokens)))


@lru_cache(maxsize=1 << 16)
def fold_word(word: str) -> str:
    """A folded word: words recur, and folding them one by one is dear."""
    return fold_key(word)


@lru_cache(maxsize=1 << 16)
def _fold_stem(word: str) -> str:
    return fold_word(APOSTROPHE.split(word, maxsplit=1)[0])


def read_number(surface: str, language: str = "tr") -> float | None:
    """1.250 → 1250, 1,2 → 1.2 (Turkish); 1,250 → 1250, 1.2 → 1.2 (English); None for what is no number."""
    if "/" in surface:
        return None
    thousands, decimal = (",", ".") if language == "en" else (".", ",")
    if THOUSANDS.fullmatch(surface) and decimal not in surface:
        return float(surface.replace(thousands, ""))
    try:
        return float(surface.replace(thousands, "").replace(decimal, ".") if decimal in surface else surface)
    except ValueError:
        return None


def _quantities(tokens: list[_Token], language: str) -> Iterator[Fact]:
    at = 0
    while at < len(tokens):
        value, scale, end = _amount(tokens, at, language)
        if end > at:
            before = tokens[at - 1].folded or tokens[at - 1].surface if at else ""
            rest = tokens[end : end + 1 + REACH]
            if before.startswith(PERCENT) or (rest and rest[0].folded in PERCENT):
                yield "%", value
            elif unit := _unit(rest) or CURRENCIES.get(before):
                yield unit, value
            elif scale >= 1e6:
                yield "sum", value
            elif not (YEARS[0] <= value <= YEARS[1]):
                yield "figure", value
        at = max(end, at + 1)


def _amount(tokens: list[_Token], at: int, language: str) -> tuple[float, float, int]:
    """The number that begins at a token ("1 milyon 100 bin" is one), its largest scale and where it ends."""
    total, largest, smallest, end = 0.0, 0.0, 0.0, at
    while end < len(tokens) and (value := _value(tokens[end], language)) is not None:
        scale = _scale(tokens[end + 1]) if end + 1 < len(tokens) else None
        if end > at and (scale or 1.0) >= smallest:
            break
        smallest = scale or 1.0
        total, largest, end = total + value * smallest, max(largest, smallest), end + (2 if scale else 1)
        if not scale or _inflected(tokens[end - 1]):
            break
    return total, largest, end


def _inflected(scale: _Token) -> bool:
    """Does the word of a scale end its number ("milyonluk")?"""
    return scale.folded not in SCALES


def _value(token: _Token, language: str) -> float | None:
    return read_number(token.surface, language) if token.surface[0].isdigit() else NUMBER_WORDS.get(token.folded)


def _scale(token: _Token) -> float | None:
    word = token.folded
    if word in WHOLE_SCALES:
        return SCALES[word]
    found = [key for key in SCALES if key not in WHOLE_SCALES and word.startswith(key)]
    return SCALES[max(found, key=len)] if found else None


def _unit(tokens: list[_Token]) -> str | None:
    """The currency right behind a number, or what is counted within a few words."""
    for at, token in enumerate(tokens):
        if token.surface in ".!?…:;\n" or token.surface[0].isdigit():
            return None
        word = token.stem or token.surface
        for spelling, currency in CURRENCIES.items():
            if at == 0 and _is_unit(word, spelling):
                return currency
        for unit, spellings in COUNTED.items():
            if any(_is_unit(word, spelling) for spelling in spellings):
                return unit
    return None


def _is_unit(word: str, spelling: str) -> bool:
    return word == spelling or (spelling not in WHOLE_UNITS and len(spelling) > 2 and word.startswith(spelling))


def _dates(text: str, tokens: list[_Token]) -> Iterator[Fact]:
    for day, month, _ in DATE.findall(text):
        if 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
            yield "date", f"{int(month):02}-{int(day):02}"
    for one, other in pairwise(tokens):
        month, day = (other, one) if one.surface.isdecimal() else (one, other)
        if day.surface.isdecimal() and month.stem in MONTHS and 1 <= int(day.surface[:3]) <= 31:
            yield "date", f"{MONTHS[month.stem]:02}-{int(day.surface):02}"


def _file_numbers(tokens: list[_Token]) -> Iterator[Fact]:
    for at, token in enumerate(tokens):
        if CASE.fullmatch(token.surface):
            yield "number", token.surface
        elif token.surface.isdecimal() and len(token.surface) >= MIN_FILE_NUMBER:
            beside = [near.stem for near in (*tokens[max(0, at - 2) : at], *tokens[at + 1 : at + 2])]
            if any(word in LABELS for word in beside):
                yield "number", token.surface


def _places(tokens: list[_Token]) -> Iterator[Fact]:
    for token in tokens:
        province = _provinces().get(token.stem) if token.is_capital else None
        if province and (token.stem not in WORDS_TOO or len(token.folded) > len(token.stem)):
            yield "place", province


@cache
def _provinces() -> dict[str, str]:
    return {
        fold_key(way): name for name, ways in read_lookup("addresses")["provinces"].items() for way in (name, *ways)
    }


def _names(tokens: list[_Token]) -> Iterator[str]:
    """Words with a capital that neither open a sentence nor stand in a line where all words have one."""
    line: list[_Token] = []
    for token in (*tokens, _Token("\n", "", False)):
        line.append(token)
        if token.surface == "\n":
            yield from _names_of_line(line)
            line = []


def _names_of_line(line: list[_Token]) -> Iterator[str]:
    words = [token for token in line if len(token.surface) > MIN_NAME and token.folded.isalpha()]
    if words and sum(token.is_capital for token in words) >= TITLE_CASE * len(words):
        return
    for before, token in pairwise(line):
        is_name = token.is_capital and before.surface not in ".!?…:\n" and len(token.stem) >= MIN_NAME
        if is_name and token.stem not in MONTHS:
            yield token.stem


def _words(tokens: list[_Token]) -> Iterator[str]:
    for token in tokens:
        stem = token.stem[:STEM]
        if len(token.stem) >= MIN_WORD and token.stem.isalpha() and stem not in STOP:
            yield stem
