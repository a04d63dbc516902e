"""Where a name stands in a text: its right edge, the legal form behind it, and what is around it."""

import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Literal

from ..firms.names import expand, name_words
from ..text import Folded, fold_key

Ending = Literal["", "attached", "softened"]
Casing = Literal["capital", "upper", "lower", "mixed"]
Style = Literal["sentence", "title", "upper", "lower"]

# Turkish case and copula endings on folded text (ı = i, ö = o, ü = u, so harmony has two vowels each). "-li" and "-lik"
# are left out: they make other words of a name (Denizli).
CASES = r"(?:n?[iu]n|[ynsi]?[iu]|[yn]?[ae]|n?[dt][ae](?:n|ki(?:ler(?:i|in|e)?)?)?|y?l[ae]|n?c[ae])"
SUFFIX = rf"(?:l[ae]r(?:[iu]n?)?)?{CASES}?(?:d[iu]r|t[iu]r|y?d[iu]|ym[iu]s)?"
SUFFIX_WORD = re.compile(SUFFIX)
MIN_INFLECTED = (
    4  # letters of a name that may carry a suffix without an apostrophe ("Koçu" is a word, "Arçeliki" is none)
)
MAX_SUFFIX = 12
APOSTROPHES = "'’‘`´ʼ′＇"
DOTTED_FORM_ENDS = frozenset(("s", "o", "sti", "inc", "ltd", "co", "corp", "koop", "a", "v", "p", "c", "r", "l"))
CAPITALISED_FORMS = frozenset(("inc", "ltd", "co", "corp", "plc", "koop"))
BREAK = re.compile(r"""[,;:!?\n()\[\]"“”«»|…]|\s[-–—]\s|(?<=[^\W\d_]{4})\.\s""")
FORM_GAP = re.compile(r"[\s.,'’\-]*")
WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f\u00ad])*")
NEXT_WORD = re.compile(rf"[ \u00a0]({WORD.pattern})")
PREVIOUS_WORD = re.compile(rf"({WORD.pattern})[ \u00a0]$")


@dataclass(frozen=True, slots=True)
class Hit:
    """A name in folded text: [start, end) is the alias, [start, stop) with the tail words and legal form behind it.

    `key` is the number of the spelling in the name index.
    """

    start: int
    end: int
    stop: int
    key: int
    ending: Ending
    tail: tuple[str, ...] = ()
    form: str | None = None


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


def extend(hit: Hit, text: str, folded: Folded) -> Hit:
    """The hit with the trade words and legal form that follow it ("… San. ve Tic. Ltd. Şti.")."""
    if hit.ending:
        return hit
    tail: list[str] = []
    at = hit.end
    while form_word := WORD.match(folded.text, at + 1):
        form, stop = _form_at(at, text, folded)
        if form:
            return Hit(hit.start, hit.end, stop, hit.key, hit.ending, tuple(tail), form)
        if expand(form_word[0]) not in name_words().trade or _is_broken(text, folded, at):
            break
        tail.append(expand(form_word[0]))
        at = form_word.end()
    return Hit(hit.start, hit.end, hit.end, hit.key, hit.ending, tuple(tail), None)


def _form_at(at: int, text: str, folded: Folded) -> tuple[str | None, int]:
    """The class of the legal form after folded offset `at` and where it ends."""
    match = _form_pattern().match(folded.text, at)
    if not match:
        return None, at
    start, end = folded.span(match.start(1), match.end(1))
    if not FORM_GAP.fullmatch(text, folded.span(0, at)[1], start) or not _is_form_written(text[start:end], match[1]):
        return None, at
    return name_words().forms[match[1]], match.end(1)


def _is_form_written(surface: str, form: str) -> bool:
    """Short forms are also words ("as", "co", "se"): they count in the letters of a form only."""
    if " " in form or len(form) > 3 or "ş" in surface.casefold():
        return True
    return surface[0].isupper() if form in CAPITALISED_FORMS else surface.isupper()


@cache
def _form_pattern() -> re.Pattern[str]:
    forms = sorted(name_words().forms, key=len, reverse=True)
    return re.compile(rf" ({'|'.join(forms)})(?:{SUFFIX})(?= |$)")


def _is_broken(text: str, folded: Folded, at: int) -> bool:
    """Is there punctuation between the word that ends at folded offset `at` and the next?"""
    gap = text[folded.span(0, at)[1] : folded.span(at + 1, at + 1)[0]]
    return BREAK.search(gap) is not None


@dataclass(frozen=True)
class Place:
    """A hit seen in its text; offsets `start`, `end` are code points of the text, suffix outside."""

    text: str
    folded: Folded
    hit: Hit

    @cached_property
    def start(self) -> int:
        return self.folded.span(self.hit.start, self.hit.start)[0]

    @cached_property
    def end(self) -> int:
        end = self.folded.span(self.hit.start, self.hit.stop)[1]
        last = self.folded.text[self.hit.start : self.hit.stop].rsplit(" ", 1)[-1]
        is_dotted = self.hit.form and last in DOTTED_FORM_ENDS and self.text[end : end + 1] == "."
        return end + 1 if is_dotted else end

    @cached_property
    def surface(self) -> str:
        return self.text[self.start : self.end]

    @cached_property
    def name(self) -> str:
        """The surface without tail words and form."""
        return self.text[self.start : self.folded.span(self.hit.start, self.hit.end)[1]]

    @cached_property
    def line(self) -> tuple[int, int]:
        end = self.text.find("\n", self.end)
        return self.text.rfind("\n", 0, self.start) + 1, len(self.text) if end < 0 else end

    @cached_property
    def casing(self) -> Casing:
        words = [w for w in WORD.findall(self.name) if w.lower() not in ("ve", "and", "of", "the", "de")]
        if all(w.isupper() or w.isdigit() for w in words) and len(self.name) > 1:
            return "upper"
        if all(not w[0].islower() or w[1:2].isupper() for w in words):
            return "capital"
        return "lower" if all(w[0].islower() for w in words) else "mixed"

    @cached_property
    def style(self) -> Style:
        """How the line is written, the name itself left out."""
        start, end = self.line
        words = WORD.findall(self.text[start : self.start][-300:] + self.text[self.end : end][:300])
        long = [w for w in words if len(w) > 3 and not w[0].isdigit()]
        capitals = sum(w[0].isupper() for w in long)
        if capitals >= 0.7 * len(long) >= 1.4 and sum(w.isupper() for w in long) >= 0.7 * len(long):
            return "upper"
        if capitals >= 0.75 * len(long) >= 2.25:
            return "title"
        return "sentence" if any(w[0].isupper() for w in words) else "lower"

    @cached_property
    def opens(self) -> bool:
        """Does the name open a sentence, where every word has its capital?"""
        before = self.text[max(0, self.start - 6) : self.start].rstrip(" \t\"'“”‘’«*([-–—•#")
        return self.start < 7 and not before or before.endswith((".", "!", "?", "\n", ":", "…", "|"))

    @cached_property
    def suffix(self) -> Literal["", "apostrophe", "attached"]:
        if self.hit.ending:
            return "attached"
        if self.text[self.end : self.end + 1] not in tuple(APOSTROPHES):
            return ""
        word = WORD.match(self.text, self.end + 1)
        return "apostrophe" if word and SUFFIX_WORD.fullmatch(fold_key(word[0])) else ""

    @cached_property
    def case_ending(self) -> str:
        """The folded letters of the suffix, "" without one."""
        if not self.suffix:
            return ""
        start = self.end + (self.suffix == "apostrophe")
        word = WORD.match(self.text, start)
        return fold_key(word[0]) if word else ""

    @cached_property
    def next_word(self) -> str:
        """The word right behind, "" after a suffix or punctuation."""
        match = NEXT_WORD.match(self.text, self.end)
        return match[1] if match and not self.suffix else ""

    @cached_property
    def previous_word(self) -> str:
        """The word right before, "" after punctuation."""
        match = PREVIOUS_WORD.search(self.text[max(0, self.start - 40) : self.start])
        return match[1] if match else ""

    @cached_property
    def previous_opens(self) -> bool:
        before = self.text[: max(0, self.start - len(self.previous_word) - 1)].rstrip(" \t\"'“‘(*-")
        return not before or before.endswith((".", "!", "?", "\n", ":"))

    @cached_property
    def is_broken(self) -> bool:
        """Is there punctuation inside the name which no name has?"""
        return BREAK.search(self.name) is not None

    @cached_property
    def is_source_tag(self) -> bool:
        """Is the name only the outlet at the end of a headline (" - Örnek Haber")?"""
        start, end = self.line
        if self.start < start + 15 or not re.search(r"\s[-–—|]\s$", self.text[self.start - 3 : self.start]):
            return False
        rest = WORD.findall(self.text[self.end : end]) if end - self.end < 25 else ["rest"]
        return len(rest) < 3 and not self.suffix and all(word[0].isupper() or word in ("com", "tr") for word in rest)
