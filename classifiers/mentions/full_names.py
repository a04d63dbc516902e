"""Full names read from a text: behind a name the end of a client's legal name, other trade words, and a legal form."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..firms.names import Alias, expand, is_common, name_words, spellings
from ..text import Folded
from .name_index import Owner
from .places import BREAK, SUFFIX, WORD, Hit, read_ending

CAPITALISED_FORMS = frozenset(("inc", "ltd", "co", "corp", "plc", "koop"))
FORM_GAP = re.compile(r"[\s.,'’\-]*")

Tail = tuple[str, ...]  # trade words, written out: ("sanayi", "ve", "ticaret")


class Named(NamedTuple):
    """The clients of a spelling, and by the trade words their legal name has behind it those it has in full."""

    owners: tuple[Owner, ...]
    full: Mapping[Tail, tuple[Owner, ...]]

    def of(self, hit: Hit) -> tuple[Owner, ...]:
        """The clients of a hit of this spelling."""
        return self.full[hit.legal] if hit.legal else self.owners


def by_tail(owners: Sequence[Owner]) -> Named:
    """The owners of a spelling, sorted by the trade words behind it."""
    full: dict[Tail, tuple[Owner, ...]] = {}
    for owner in owners:
        parsed = owner.parsed
        if parsed.sector_words and owner.alias.text in spellings(parsed.core):
            name = parsed.without_form
            tail = tuple(map(expand, parsed.sector_words))
            full[tail] = (*full.get(tail, ()), owner._replace(alias=Alias(name, "legal", is_common(name))))
    return Named(tuple(owners), full)


def complete(hit: Hit, named: Named, text: str, folded: Folded) -> Hit:
    """The hit with all that belongs to the name behind it: the end of the legal name, other trade words, a form."""
    said = folded.text[hit.end :].split(" ", 1 + max(map(len, named.full), default=0))[1:] if named.full else []
    for tail in sorted(named.full, key=len, reverse=True):
        words = said[: len(tail)]
        if len(words) == len(tail) and tuple(map(expand, words[:-1])) == tail[:-1]:
            end = hit.end + sum(map(len, words)) + len(words)
            if expand(words[-1]) == tail[-1]:
                return _extend(hit._replace(end=end, stop=end, legal=tail), text, folded)
            rest = words[-1].removeprefix(tail[-1])
            if rest != words[-1] and read_ending(rest, softened=False):
                end -= len(rest)
                return hit._replace(end=end, stop=end, legal=tail, ending="attached")
    return _extend(hit, text, folded)


@cache
def may_go_on() -> NDArray[np.bool_]:
    """By the first two letters of the word behind a name whether it can be a trade word or a legal form."""
    table = np.zeros((256, 256), dtype=bool)
    words = name_words()
    short = (short for short, long in words.abbreviations.items() if long in words.trade)
    for word in (*words.trade, *short, *words.forms):
        table[ord(word[0]), ord(word[1:2] or " ")] = True
    return table


def _extend(hit: Hit, text: str, folded: Folded) -> Hit:
    """The hit with the trade words and legal form that follow it ("… San. ve Tic. Ltd. Şti.")."""
    tail: list[str] = []
    at = hit.end
    while form_word := WORD.match(folded.text, at + 1):
        form, stop = _form_at(at, text, folded)
        if form:
            return hit._replace(stop=stop, tail=tuple(tail), form=form)
        if expand(form_word[0]) not in name_words().trade or _is_broken(text, folded, at):
            break
        tail.append(expand(form_word[0]))
        at = form_word.end()
    return hit._replace(tail=tuple(tail))


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
