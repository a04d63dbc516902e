"""Where a name stands in a text: its right edge, and what is around it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from ..text import Folded, fold_key

Ending = Literal["", "attached", "softened"]
Casing = Literal["capital", "upper", "lower", "mixed"]
Style = Literal["sentence", "title", "upper", "lower"]
T = TypeVar("T")

# Turkish case and copula endings on folded text (ı = i, ö = o, ü = u, so harmony has two vowels each). "-li", "-lik",
# "-ci" and "-siz" are left out: they make other words of a name (Denizli). Behind an apostrophe they make none.
CASES = r"(?:n?[iu]n|[ynsi]?[iu]|[yn]?[ae]|n?[dt][ae]n?|y?l[ae]|n?c[ae])"
OF_IT = r"(?:n?[iu]n|n?[dt][ae])ki(?:ler)?(?:n?in|n?i|n?e|n?den?)?"  # "-ninkinden", "-dakiler"
COPULA = r"(?:[dt][iu]r|yd[iu][kmn]?|d[iu]|ym[iu]s|ys[ae]|yken)"
SUFFIX = rf"(?:l[ae]r(?:[iu]n?)?)?(?:{CASES}|{OF_IT})?{COPULA}?"
SUFFIX_WORD = re.compile(SUFFIX)
AFTER_APOSTROPHE = re.compile(rf"(?:l[iu]k?|c[iu]|s[iu]z)?{SUFFIX}")
MIN_INFLECTED = (
    4  # letters of a name that may carry a suffix without an apostrophe ("Koçu" is a word, "Arçeliki" is none)
)
MAX_SUFFIX = 12
APOSTROPHES = "'’‘`´ʼ′＇"
DOTTED_FORM_ENDS = frozenset(("s", "o", "sti", "inc", "ltd", "co", "corp", "koop", "a", "v", "p", "c", "r", "l"))
BREAK = re.compile(r"""[,;:!?\n()\[\]"“”«»|…]|\s[-–—]\s|(?<=[^\W\d_]{4})\.\s""")
WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f\u00ad])*")
CAPITAL = re.compile(r"(?<![^\W_])[A-ZÇĞİÖŞÜ]")  # at the beginning of a word
STYLE_REACH = 300  # code points to each side that tell how a line is written
NEXT_WORD = re.compile(rf"[ \u00a0]({WORD.pattern})")
PREVIOUS_WORD = re.compile(rf"({WORD.pattern})[ \u00a0]$")


class Hit(NamedTuple):
    """A name in folded text: [start, end) is the alias, [start, stop) with the tail words and legal form behind it.

    `key` is the number of the spelling in the name index; `legal` the trade words that end the alias with a legal name.
    """

    start: int
    end: int
    stop: int
    key: int
    ending: Ending
    tail: tuple[str, ...] = ()
    form: str | None = None
    legal: tuple[str, ...] = ()


def right_edge(folded: str, end: int, *, softened: bool) -> Ending | None:
    """How a name that ends at `end` leaves its word: alone, with a suffix attached, or not at all (None)."""
    stop = folded.find(" ", end)
    return read_ending(folded[end : stop if stop >= 0 else len(folded)], softened)


@lru_cache(maxsize=1 << 16)  # endings are few, and it is asked for every name that is met
def read_ending(rest: str, softened: bool) -> Ending | None:
    """The same from the rest of the name's word."""
    if not rest:
        return None if softened else ""
    if len(rest) > MAX_SUFFIX or not SUFFIX_WORD.fullmatch(rest):
        return None
    if softened:
        return "softened" if rest[0] in "aeiu" else None
    return "attached"


class once(Generic[T]):  # noqa: N801 (used as `property` is)
    """A property that is read once; that of functools takes a lock, which was a twentieth of judging."""

    def __init__(self, read: Callable[[Any], T]) -> None:
        self.read, self.name = read, read.__name__

    def __get__(self, place: object, kind: type | None = None) -> T:
        value: T = self.read(place)
        place.__dict__[self.name] = value
        return value


@dataclass(frozen=True)
class Place:
    """A hit seen in its text; offsets `start`, `end` are code points of the text, suffix outside."""

    text: str
    folded: Folded
    hit: Hit

    @once
    def start(self) -> int:
        return self.folded.span(self.hit.start, self.hit.start)[0]

    @once
    def end(self) -> int:
        end = self.folded.span(self.hit.start, self.hit.stop)[1]
        last = self.folded.text[self.hit.start : self.hit.stop].rsplit(" ", 1)[-1]
        is_dotted = self.hit.form and last in DOTTED_FORM_ENDS and self.text[end : end + 1] == "."
        return end + 1 if is_dotted else end

    @once
    def surface(self) -> str:
        return self.text[self.start : self.end]

    @once
    def name(self) -> str:
        """The surface without tail words and form."""
        return self.text[self.start : self.folded.span(self.hit.start, self.hit.end)[1]]

    @once
    def line(self) -> tuple[int, int]:
        end = self.text.find("\n", self.end)
        return self.text.rfind("\n", 0, self.start) + 1, len(self.text) if end < 0 else end

    @once
    def casing(self) -> Casing:
        return casing_of_name(self.name)

    @once
    def style(self) -> Style:
        """How the line is written, the name itself left out."""
        start, end = self.line
        beside = self.text[start : self.start][-STYLE_REACH:] + self.text[self.end : end][:STYLE_REACH]
        counts = sum(map(_casing_of, beside.split()))
        long, capitals, uppers, any_capital = (counts >> shift & LOW for shift in SHIFTS)
        if capitals >= 0.7 * long >= 1.4 and uppers >= 0.7 * long:
            return "upper"
        if capitals >= 0.75 * long >= 2.25:
            return "title"
        return "sentence" if any_capital else "lower"

    @once
    def is_in_lower_case(self) -> bool:
        """Is the whole line in small letters, the name left out? The same as its style, mostly known at once."""
        start, end = self.line
        if CAPITAL.search(self.text, max(start, self.start - STYLE_REACH), self.start):
            return False
        return not CAPITAL.search(self.text, self.end, min(end, self.end + STYLE_REACH)) and self.style == "lower"

    @once
    def opens(self) -> bool:
        """Does the name open a sentence, where every word has its capital?"""
        before = self.text[max(0, self.start - 6) : self.start].rstrip(" \t\"'“”‘’«*([-–—•#")
        return self.start < 7 and not before or before.endswith((".", "!", "?", "\n", ":", "…", "|"))

    @once
    def suffix(self) -> Literal["", "apostrophe", "attached"]:
        if self.hit.ending:
            return "attached"
        if self.text[self.end : self.end + 1] not in tuple(APOSTROPHES):
            return ""
        word = WORD.match(self.text, self.end + 1)
        return "apostrophe" if word and AFTER_APOSTROPHE.fullmatch(fold_key(word[0])) else ""

    @once
    def case_ending(self) -> str:
        """The folded letters of the suffix, "" without one."""
        if not self.suffix:
            return ""
        start = self.end + (self.suffix == "apostrophe")
        word = WORD.match(self.text, start)
        return fold_key(word[0]) if word else ""

    @once
    def next_word(self) -> str:
        """The word right behind, "" after a suffix or punctuation."""
        match = NEXT_WORD.match(self.text, self.end)
        return match[1] if match and not self.suffix else ""

    @once
    def previous_word(self) -> str:
        """The word right before, "" after punctuation."""
        before = self.text[max(0, self.start - 40) : self.start]
        match = PREVIOUS_WORD.search(before, before.rfind(" ", 0, -1) + 1)  # from its first letter, for speed alone
        return match[1] if match else ""

    @once
    def previous_opens(self) -> bool:
        before = self.text[: max(0, self.start - len(self.previous_word) - 1)].rstrip(" \t\"'“‘(*-")
        return not before or before.endswith((".", "!", "?", "\n", ":"))

    @once
    def is_broken(self) -> bool:
        """Is there punctuation inside the name which no name has?"""
        return BREAK.search(self.name) is not None

    @once
    def is_source_tag(self) -> bool:
        """Is the name only the outlet at the end of a headline (" - Örnek Haber")?"""
        start, end = self.line
        if self.start < start + 15 or not re.search(r"\s[-–—|]\s$", self.text[self.start - 3 : self.start]):
            return False
        rest = WORD.findall(self.text[self.end : end]) if end - self.end < 25 else ["rest"]
        return len(rest) < 3 and not self.suffix and all(word[0].isupper() or word in ("com", "tr") for word in rest)


@lru_cache(maxsize=50_000)
def casing_of_name(name: str) -> Casing:
    """How a name is written, its small words left out."""
    words = [w for w in WORD.findall(name) if w.lower() not in ("ve", "and", "of", "the", "de")]
    if all(w.isupper() or w.isdigit() for w in words) and len(name) > 1:
        return "upper"
    if all(not w[0].islower() or w[1:2].isupper() for w in words):
        return "capital"
    return "lower" if all(w[0].islower() for w in words) else "mixed"


SHIFTS = (0, 16, 32, 48)
LOW = (1 << 16) - 1
TOKEN = re.compile(r"\S+")


@lru_cache(maxsize=50_000)
def _casing_of(token: str) -> int:
    """How the words of a stretch without spaces are written: four counts in one number, so that a line is one sum.

    Of words over three letters all, those with a capital and those all in capitals; of all words those with a capital.
    """
    words = WORD.findall(token)
    long = [word for word in words if len(word) > 3 and not word[0].isdigit()]
    counts = (
        len(long),
        sum(word[0].isupper() for word in long),
        sum(word.isupper() for word in long),
        sum(word[0].isupper() for word in words),
    )
    return sum(count << shift for count, shift in zip(counts, SHIFTS, strict=True))
