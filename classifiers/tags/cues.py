"""Cue patterns: a mini-language on folded text, compiled so that a text is read once whatever the number of types.

The words of a pattern are separated by spaces and match whole words of folded text ([a-z0-9 ], see `text.fold`):

* `kapasite*`          a stem: any ending
* `devret+`            a verb: devretti, devredecek, devredilmesi, but not devir (see `endings`)
* `otel:`              a noun as such or as the object: otel, oteli, otellerini, but not otelde
* `(sat|devret)*`      a choice, each with any ending; `(iptal et*|feshet*)` alternatives may be several words
* `({site}|marka)*`    all words of a class of `config/lookups/word_classes.yml`
* `yeni?`              may be missing
* `~2`                 up to two words of any kind
* `#`                  a word that begins with a digit
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from oncu.config.specs import Cue, SignalSpec

from ..lookups import read_lookup
from .endings import ANY, split_word

TOKEN = re.compile(
    r" *(?:~(?P<gap>[0-9]+)|(?:\((?P<choice>[^()]*)\)|(?P<word>[a-z0-9]+|#))(?P<stem>[*+:]?)(?P<optional>\??))(?= |$)"
)
ALTERNATIVE = re.compile(r"#|[a-z0-9]+[*+:]?(?: [a-z0-9]+[*+:]?)*")
LONGEST_GAP = 9


@dataclass(frozen=True)
class Part:
    """One place of a pattern: the alternatives that may stand there (`kapasite*`), or a gap of up to `gap` words."""

    alternatives: tuple[str, ...] = ()
    optional: bool = False
    gap: int = 0


@dataclass(frozen=True)
class CueHit:
    """A cue found in a sentence: folded offsets of its words, and the ending its last stem took there."""

    type: str
    cue: Cue
    start: int
    end: int
    ending: str


@dataclass(frozen=True)
class _Rule:
    type: str
    cue: Cue
    pattern: re.Pattern[str]
    near: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]


def parse_pattern(pattern: str) -> list[Part]:
    """Read a pattern of the mini-language; ValueError names the pattern and the character it stumbled at."""
    parts: list[Part] = []
    at = 0
    while at < len(pattern):
        found = TOKEN.match(pattern, at)
        if not found:
            raise ValueError(f"pattern {pattern!r}, character {at + 1}: {_advice(pattern[at:])}")
        parts.append(_part(found, pattern))
        at = found.end()
    if not any(part.alternatives and not part.optional for part in parts):
        raise ValueError(f"pattern {pattern!r}, character 1: needs a word that is neither a gap nor optional")
    if parts[0].gap or parts[-1].gap:
        raise ValueError(f"pattern {pattern!r}, character 1: a gap ~ at the border matches anything; remove it")
    return parts


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern for `search` on a folded sentence that ends with a space; its groups are the last ending."""
    parts = parse_pattern(pattern)
    return re.compile(r"\b" + "".join(_regex(part, is_last=part is parts[-1]) for part in parts))


def anchors(pattern: str) -> tuple[str, ...]:
    """Beginnings of words of which at least one must occur where the pattern matches: its longest required word."""
    required = [part.alternatives for part in parse_pattern(pattern) if part.alternatives and not part.optional]
    literal = [tuple(max(_words(a), key=len) for a in alternatives) for alternatives in required]
    return max((a for a in literal if "#" not in a), key=lambda a: min(map(len, a)), default=("",))


class CueIndex:
    """All cues of all types, ready to read sentences.

    One pass of a prefix tree over the sentence says which cues can match at all; only these few are tried exactly. (One
    alternation of the whole patterns would hide a cue of one type behind an overlapping cue of another.)
    """

    def __init__(self, rules: Iterable[_Rule]) -> None:
        self._by_anchor: dict[str, dict[str, list[_Rule]]] = {}
        for rule in rules:
            by_anchor = self._by_anchor.setdefault(rule.cue.language, {})
            for anchor in anchors(rule.cue.pattern):
                by_anchor.setdefault(anchor, []).append(rule)
        self._prefixes = {language: _prefix_pattern(by_anchor) for language, by_anchor in self._by_anchor.items()}

    def touches(self, folded: str, language: str) -> bool:
        """Whether any cue of the language can match anywhere in the folded text; cheap enough for every document."""
        return language in self._prefixes and self._prefixes[language].search(folded) is not None

    def find(self, sentence: str, language: str) -> list[CueHit]:
        """The first match of every cue in one folded sentence, vetoes and conditions of the cues applied."""
        padded = sentence + " "
        hits = (_match(rule, padded) for rule in self._candidates(padded, language))
        return [hit for hit in hits if hit]

    def _candidates(self, sentence: str, language: str) -> Iterator[_Rule]:
        if language not in self._prefixes:
            return
        by_anchor = self._by_anchor[language]
        seen: set[int] = set()
        for longest in {found[1] for found in self._prefixes[language].finditer(sentence)}:
            for size in range(len(longest) + 1):
                for rule in by_anchor.get(longest[:size], ()):
                    if id(rule) not in seen:
                        seen.add(id(rule))
                        yield rule


def compile_cues(specs: Mapping[str, SignalSpec]) -> CueIndex:
    """Compile the cues of all types; ValueError names the type and the pattern that is not in the mini-language."""
    return CueIndex(_compile_rule(code, cue) for code, spec in specs.items() for cue in spec.cues)


def _compile_rule(code: str, cue: Cue) -> _Rule:
    try:
        near = tuple(compile_pattern(p) for p in cue.near)
        unless = tuple(compile_pattern(p) for p in cue.unless)
        return _Rule(code, cue, compile_pattern(cue.pattern), near, unless)
    except ValueError as error:
        raise ValueError(f"{code}: {error}") from None


def _match(rule: _Rule, padded: str) -> CueHit | None:
    found = rule.pattern.search(padded)
    if not found or any(p.search(padded) for p in rule.unless):
        return None
    if rule.near and not any(p.search(padded) for p in rule.near):
        return None
    ending = found[found.lastindex] if found.lastindex else ""
    return CueHit(rule.type, rule.cue, found.start(), len(padded[: found.end()].rstrip()), ending)


def _part(found: re.Match[str], pattern: str) -> Part:
    if found["gap"]:
        if not 0 < int(found["gap"]) <= LONGEST_GAP:
            raise ValueError(f"pattern {pattern!r}, character {found.start('gap') + 1}: write ~1 to ~{LONGEST_GAP}")
        return Part(gap=int(found["gap"]))
    if found["word"] == "#":
        return Part(("#",), bool(found["optional"]))
    words = [found["word"]] if found["word"] else list(_choice(found["choice"]))
    for word in words:
        if not ALTERNATIVE.fullmatch(word):
            place = found.start("choice") + 1
            raise ValueError(f"pattern {pattern!r}, character {place}: in the choice, {word!r}: {_advice(word)}")
    ending = found["stem"]
    whole = tuple(word if word[-1] in "*+:" else word + ending for word in words)
    return Part(whole, bool(found["optional"]))


def _choice(choice: str) -> Iterator[str]:
    """The alternatives of a choice, with the words of the classes it names."""
    classes = read_lookup("word_classes")
    for word in map(str.strip, choice.split("|")):
        yield from classes.get(word[1:-1], (word,)) if word.startswith("{") else (word,)


def _advice(rest: str) -> str:
    signs = "folded words a-z 0-9, stem*, verb+, object:, (a|b), ({class}), word?, ~2 and #"
    return f"cannot read {rest.strip()[:12]!r}; use {signs}"


def _words(alternative: str) -> list[str]:
    """The beginnings of the words of an alternative."""
    return [split_word(word)[0] for word in alternative.split()]


def _regex(part: Part, *, is_last: bool) -> str:
    if part.gap:
        return f"(?:[a-z0-9]+ ){{0,{part.gap}}}"
    choice = "|".join(_alternative(a, is_last) for a in part.alternatives)
    return f"(?:(?:{choice}) )" + ("?" if part.optional else "")


def _alternative(alternative: str, is_last: bool) -> str:
    if alternative == "#":
        return "[0-9]" + ANY
    *first, last = map(split_word, alternative.split(" "))
    words = [f"{stem}(?:{ending})" for stem, ending in first]
    open_ending = "(" if is_last else "(?:"
    return " ".join([*words, f"{last[0]}{open_ending}{last[1]})"])


def _prefix_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """A prefix tree as one expression: at each word border the longest of the words that begins there."""
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return re.compile(r"\b(" + _tree_regex(tree) + ")")


def _tree_regex(tree: dict[str, Any]) -> str:
    branches = [letter + _tree_regex(node) for letter, node in sorted(tree.items()) if letter]
    if not branches:
        return ""
    whole = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    return f"(?:{whole})?" if "" in tree else whole
