"""The words by which a firm is told from a word, a place, a person or a product: evidence_words.yml, quick to ask."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from ..firms.names import common_words, expand
from ..text import fold_key

NO_LISTS: frozenset[str] = frozenset()
STEM = 5  # letters from which a listed word stands for all that begin with it

key_of = lru_cache(maxsize=50_000)(fold_key)  # of single words, of which texts have few


@dataclass(frozen=True, slots=True)
class Stems:
    """Lists of beginnings of words; words up to four letters count whole, or with an ending of the singular."""

    short: Mapping[str, frozenset[str]]  # form → lists
    long: Mapping[str, Sequence[tuple[str, str]]]  # first five letters → (beginning, list)

    @classmethod
    def of_lists(cls, lists: Mapping[str, Iterable[str]]) -> "Stems":
        short: dict[str, set[str]] = {}
        long: dict[str, list[tuple[str, str]]] = {}
        for name, word in ((name, word) for name, words in lists.items() for word in words):
            if len(word) < STEM:
                for ending in ("", *words_around("endings")):
                    short.setdefault(word + ending, set()).add(name)
            else:
                long.setdefault(word[:STEM], []).append((word, name))
        return cls({form: frozenset(names) for form, names in short.items()}, long)

    def of(self, word: str) -> frozenset[str]:
        """The lists that hold a beginning of a folded word."""
        long = {name for start, name in self.long.get(word[:STEM], ()) if word.startswith(start)}
        return self.short.get(word, frozenset()) | long


def is_word(text: str) -> bool:
    """Is a folded one-word name a word of everyday life?"""
    return text in words_around("words")


@lru_cache(maxsize=20_000)
def is_plain(text: str) -> bool:
    """Is every word of a folded name a word of everyday life, a place or a person's name as well?"""
    common = common_words()
    lists = (
        words_around("words"),
        words_around("places"),
        common.words,
        common.places,
        common.first_names,
        common.surnames,
    )
    return all(any(word in words for words in lists) for word in text.split())


@cache
def words_around(name: str) -> frozenset[str]:
    """One list of evidence_words.yml."""
    return frozenset(_lists()[name].split())


@lru_cache(maxsize=50_000)
def lists_of(word: str) -> frozenset[str]:
    """The lists of evidence_words.yml, as beginnings of words, that a folded word is in."""
    return _lists_as_stems().of(word)


def lists_of_all(words: Iterable[str]) -> frozenset[str]:
    """The lists that any of these words is in."""
    return NO_LISTS.union(*map(lists_of, words))


@lru_cache(maxsize=20_000)
def topics_of(sector: str, core: str, sector_words: tuple[str, ...]) -> frozenset[str]:
    """The topics of a client's trades, by the words of its name and sector."""
    named = [expand(word) for word in (*fold_key(sector).split(), *core.split()[1:], *sector_words)]
    return frozenset(topic for word in named for topic in _topics_named(word))


@lru_cache(maxsize=20_000)
def _topics_named(word: str) -> tuple[str, ...]:
    """ "cimento", "cimentoculuk" → ("cimento",)."""
    return tuple(topic for topic in _topics() if word == topic or (len(topic) > 3 and word.startswith(topic)))


@lru_cache(maxsize=50_000)
def topics_told(word: str) -> frozenset[str]:
    return _topics_as_stems().of(word)


@cache
def _lists_as_stems() -> Stems:
    return Stems.of_lists({name: words.split() for name, words in _lists().items()})


@cache
def _topics_as_stems() -> Stems:
    return Stems.of_lists({name: words.split() for name, words in _topics().items()})


@cache
def _topics() -> Mapping[str, str]:
    found: dict[str, str] = _read()["topics"]  # type: ignore[assignment]
    return found


@cache
def _lists() -> Mapping[str, str]:
    return {name: words for name, words in _read().items() if isinstance(words, str)}


@cache
def _read() -> Mapping[str, str | dict[str, str]]:
    found: dict[str, str | dict[str, str]] = yaml.safe_load(
        Path(__file__).with_name("evidence_words.yml").read_text(encoding="utf-8")
    )
    return found
