"""From the name in a signal to the firm of an outcome: literally, or as the resolver does, with holdings as kin."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from oncu.classifiers.firms.resolve import SAME, Candidate, FirmRecord, build_resolver
from oncu.classifiers.text import fold_key
from oncu.config.backtest_specs import LinkSpec

from .archive import Archive

CANDIDATES = 5


@dataclass(frozen=True)
class Link:
    """A signal's row and part taken to an outcome (its position), and why."""

    row: str
    part: str
    outcome: int
    score: float
    reason: str


def link_names(signals: Archive, outcomes: Archive, spec: LinkSpec) -> list[Link]:
    """Each signal with the outcomes whose firm it names, in the order of the signals."""
    ways = {"contains": _contained, "exact": _equal, "resolver": _resolved}
    return list(ways[spec.by](signals, outcomes, spec))


def _contained(signals: Archive, outcomes: Archive, spec: LinkSpec) -> Iterator[Link]:
    """Firms whose folded name and city both stand in the whole text of the signal."""
    firms = list(zip(map(fold_key, outcomes["name"]), map(fold_key, outcomes.get("city")), strict=True))
    whole = signals.get("whole") if "whole" in signals.columns else signals["name"]
    for row, part, text in zip(signals["row"], signals["part"], map(fold_key, whole), strict=True):
        if part == "0":
            named = (n for n, (name, city) in enumerate(firms) if name in text and city in text)
            yield from (Link(row, part, n, 1.0, "name and city in the text") for n in named)


def _equal(signals: Archive, outcomes: Archive, spec: LinkSpec) -> Iterator[Link]:
    """Firms whose folded name is the signal's, and whose columns of `agree` are too."""
    firms: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for n, key in enumerate(_keys(outcomes, spec)):
        firms[key].append(n)
    for row, part, key in zip(signals["row"], signals["part"], _keys(signals, spec), strict=True):
        yield from (Link(row, part, n, 1.0, "same name") for n in firms.get(key, ()))


def _keys(archive: Archive, spec: LinkSpec) -> list[tuple[str, ...]]:
    return list(zip(*(map(fold_key, archive.get(column)) for column in ("name", *spec.agree)), strict=True))


def _resolved(signals: Archive, outcomes: Archive, spec: LinkSpec) -> Iterator[Link]:
    """The likeliest firm that contradicts nothing; failing that, the one kin by name in the same town."""
    resolver = build_resolver(_firms(outcomes, spec))
    kin = _Kin(outcomes, spec)
    places, theirs = list(_places(signals, spec)), list(_places(outcomes, spec))
    answers = resolver.candidates_of(_firms(signals, spec), limit=CANDIDATES)
    for n, found in enumerate(answers):
        best = next((c for c in found if _is_likely(c, spec, places[n], theirs[int(c.record_id)])), None)
        row, part = signals["row"][n], signals["part"][n]
        if best:
            yield Link(row, part, int(best.record_id), best.score, best.reason)
        elif (relative := kin.of(signals, n)) is not None:
            yield Link(row, part, relative, spec.least, "kin: same name but for words of a holding, same town")


class _Kin:
    """Firms by town and by their name without the words that a holding is called otherwise by."""

    def __init__(self, firms: Archive, spec: LinkSpec) -> None:
        self._spec = spec
        self._found: dict[tuple[str, ...], set[int]] = defaultdict(set)
        self._words = frozenset(map(fold_key, spec.kin_words))
        for n in range(len(firms)):
            self._found[self._key(firms, n)].add(n)

    def of(self, signals: Archive, n: int) -> int | None:
        """The one kin firm; None where there is none, or more than one."""
        key = self._key(signals, n)
        found = self._found.get(key, set()) if self._words and key[0] else set()
        return next(iter(found)) if len(found) == 1 else None

    def _key(self, archive: Archive, n: int) -> tuple[str, ...]:
        named = [word for word in fold_key(archive["name"][n]).split() if word not in self._words]
        town = (fold_key(archive.get(column)[n]) for column in ("city", *self._spec.agree))
        return " ".join(sorted(set(named))), *town


def _firms(archive: Archive, spec: LinkSpec) -> list[FirmRecord]:
    towns = zip(archive.get("city"), *(archive.get(column) for column in spec.agree), strict=True)
    return [
        FirmRecord(str(n), name, city=" ".join(fold_key(word) for word in town).strip() or None)
        for n, (name, town) in enumerate(zip(archive["name"], towns, strict=True))
    ]


def _places(archive: Archive, spec: LinkSpec) -> Iterator[tuple[str, ...]]:
    """The columns that must not contradict each other, folded."""
    if not spec.agree:
        return iter([()] * len(archive))
    return zip(*(map(fold_key, archive.get(column)) for column in spec.agree), strict=True)


def _is_likely(candidate: Candidate, spec: LinkSpec, mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether nothing contradicts it; where a column is not known, the name alone must be sure."""
    if any(one != other for one, other in zip(mine, theirs, strict=True) if one and other):
        return False
    return candidate.score >= (spec.least if all((*mine, *theirs)) else SAME)


def firms_linked(links: Iterable[Link]) -> Mapping[str, set[int]]:
    """By row of the signals the outcomes it was taken to."""
    found: dict[str, set[int]] = defaultdict(set)
    for link in links:
        found[link.row].add(link.outcome)
    return found
