"""What people say of mentions: the choices they have, which mention to ask for next, and how far they agree."""

import random
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

Queue = Literal["uncertain", "audit", "disputed"]
SHARES: Mapping[Queue, float] = {"uncertain": 0.7, "audit": 0.2, "disputed": 0.1}
DOUBLED = 0.1  # of the turns ask for a second opinion
SECOND = "second"
NONE, UNSURE, NOISE = "none", "unsure", "noise:"


class BadChoice(ValueError):
    """Choices that cannot stand together or are unknown; the text says which."""


@dataclass(frozen=True)
class Answer:
    """What one person says of one mention: the types that hold, a noise class, or that they cannot say."""

    holds: frozenset[str] = frozenset()
    noise: str | None = None
    is_unsure: bool = False

    def choices(self) -> list[str]:
        """As written in files: codes of types, `noise:CODE`, `none`, `unsure`; see `read_choices`."""
        if self.is_unsure:
            return [UNSURE]
        return sorted(self.holds) + ([NOISE + self.noise] if self.noise else []) or [NONE]


@dataclass(frozen=True)
class Pools:
    """Mentions that may be asked for, by queue, the best of each first; `second`: those that one other person has
    judged."""

    uncertain: Sequence[str] = ()
    audit: Sequence[str] = ()
    disputed: Sequence[str] = ()
    second: Sequence[str] = ()


def read_choices(choices: Collection[str], types: Collection[str], noise: Collection[str]) -> Answer:
    """An answer from its choices. Raises BadChoice."""
    given = [choice.strip() for choice in choices if choice.strip()]
    if not given:
        raise BadChoice(f"no choice; write codes of types, {NOISE}CODE, {NONE} or {UNSURE}")
    if (NONE in given or UNSURE in given) and len(set(given)) > 1:
        raise BadChoice(f"{NONE} and {UNSURE} stand alone; found {', '.join(given)}")
    noisy = [choice.removeprefix(NOISE) for choice in given if choice.startswith(NOISE)]
    holds = frozenset(c for c in given if not c.startswith(NOISE) and c not in (NONE, UNSURE))
    unknown = sorted(holds - set(types)) + sorted(set(noisy) - set(noise))
    if unknown:
        raise BadChoice(f"no type or noise class {unknown[0]!r}; oncu signals list shows the types")
    if len(noisy) > 1 or (noisy and holds):
        raise BadChoice(f"one noise class, and no type beside it; found {', '.join(given)}")
    return Answer(holds, noisy[0] if noisy else None, UNSURE in given)


def choose(
    pools: Pools, labeller: str, n: int, seed: int, *, queue: Queue | None = None, without: Collection[str] = ()
) -> list[tuple[str, Queue]]:
    """The next `n` mentions for a person, and by which queue each came.

    Of ten, seven are those the model is least certain of, two are drawn by lot (so that what it is certain of is looked
    at too) and one is a mention on which others differ. One of ten is a second opinion on what somebody has judged; it
    passes for drawn, so that nobody judges it otherwise. The same seed gives the same mentions. A queue that has no
    more gives its turn to the next one.
    """
    dice = random.Random(f"{labeller}:{seed}")
    chosen: dict[str, Queue] = {}
    while len(chosen) < n:
        gone = {*chosen, *without}
        picks = ((turn, _first(getattr(pools, turn), gone)) for turn in _turns(dice, queue))
        found = next(((turn, pick) for turn, pick in picks if pick), None)
        if found is None:
            break
        chosen[found[1]] = "audit" if found[0] == SECOND else found[0]
    return list(chosen.items())


def _turns(dice: random.Random, queue: Queue | None) -> list[Any]:
    """The pools in the order in which they are asked."""
    wanted = dice.choices(list(SHARES), list(SHARES.values()))[0]
    is_second = dice.random() < DOUBLED
    if queue:
        return [queue] if queue == "disputed" else [queue, SECOND]
    turns = [wanted, *(other for other in SHARES if other != wanted)]
    return [SECOND, *turns] if is_second else [*turns, SECOND]


def _first(pool: Sequence[str], gone: Collection[str]) -> str | None:
    return next((item for item in pool if item not in gone), None)


@dataclass(frozen=True)
class Agreement:
    """Two people on one type: how many mentions both judged, on how many they agree, and Cohen's kappa.

    kappa = (agreed - expected) / (1 - expected); None where both always said the same one thing.
    """

    first: str
    second: str
    type: str
    n: int
    agreed: float
    kappa: float | None


def agreement(answers: Mapping[str, Mapping[str, Answer]], types: Sequence[str]) -> list[Agreement]:
    """Agreement of each two people on each type that either of them saw, and on all ("all"); `answers` is by mention,
    then by labeller."""
    shared: dict[tuple[str, str], list[tuple[Answer, Answer]]] = defaultdict(list)
    for by_labeller in answers.values():
        sure = {who: answer for who, answer in by_labeller.items() if not answer.is_unsure}
        for first, second in combinations(sorted(sure), 2):
            shared[first, second].append((sure[first], sure[second]))
    found = []
    for (first, second), pairs in sorted(shared.items()):
        every: list[tuple[bool, bool]] = []
        for code in types:
            said = [(code in a.holds, code in b.holds) for a, b in pairs]
            every += said
            if any(a or b for a, b in said):
                found.append(_agreement(first, second, code, said))
        found.append(_agreement(first, second, "all", every))
    return found


def kappa(said: Sequence[tuple[bool, bool]]) -> float | None:
    """Cohen's kappa of pairs of verdicts; None where chance alone would agree always."""
    n = len(said)
    if not n:
        return None
    agreed = sum(a == b for a, b in said) / n
    first, second = sum(a for a, _ in said) / n, sum(b for _, b in said) / n
    expected = first * second + (1 - first) * (1 - second)
    return None if expected >= 1 else (agreed - expected) / (1 - expected)


def _agreement(first: str, second: str, code: str, said: Sequence[tuple[bool, bool]]) -> Agreement:
    agreed = Counter(a == b for a, b in said)[True] / len(said)
    return Agreement(first, second, code, len(said), agreed, kappa(said))


def settle(answers: Iterable[Answer]) -> Answer | None:
    """What counts as true of a mention: what most of those who were sure say; None where nobody was or they differ
    evenly."""
    counted = Counter(tuple(answer.choices()) for answer in answers if not answer.is_unsure)
    ranked = counted.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    winner = ranked[0][0]
    noise = next((c.removeprefix(NOISE) for c in winner if c.startswith(NOISE)), None)
    return Answer(frozenset(c for c in winner if not c.startswith(NOISE) and c != NONE), noise)
