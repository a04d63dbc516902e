"""How well the matcher knows a client on sentences made to mislead it; floors in floors.json only rise."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from oncu.classifiers.learned.evaluate import brier
from oncu.classifiers.mentions.matcher import build_matcher
from oncu.classifiers.mentions.mention import Mention

sys.path.insert(0, str(Path(__file__).parent))
from mention_set import Counts, Row, count_by, is_right, load_clients, load_rows, reliability, text_of
from raise_floors import load_floors

FLOORS = {name: steps[-1]["floor"] for name, steps in load_floors().items()}


@dataclass(frozen=True)
class Judged:
    """What the matcher says of one half."""

    rows: Sequence[Row]
    found: Sequence[Sequence[Mention]]
    counts: Mapping[str, Counts]

    @property
    def pairs(self) -> list[tuple[float, bool]]:
        """(probability, is it right) of every mention shown."""
        both = zip(self.rows, self.found, strict=True)
        return [(mention.probability, is_right(mention, row)) for row, found in both for mention in found]

    @property
    def brier(self) -> float:
        chances, holds = zip(*self.pairs, strict=True)
        return brier(np.array(chances), np.array(holds))


def judge(half: str) -> Judged:
    rows = load_rows(half)
    found = build_matcher(load_clients()).find_all([text_of(row) for row in rows])
    return Judged(rows, found, count_by(lambda row: ("all", row["difficulty"], f"· {row['class']}"), rows, found))


@pytest.fixture(scope="module")
def judged() -> Judged:
    return judge("judge")


@pytest.mark.parametrize("group", ["all", "easy", "ambiguous"])
def test_f1_on_the_closed_half_stays_above_its_floor(judged: Judged, group: str) -> None:
    assert judged.counts[group].f1 >= FLOORS[f"mentions, closed half: F1 of {group}"]


def test_probabilities_on_the_closed_half_stay_as_true_as_they_were(judged: Judged) -> None:
    assert 1 - judged.brier >= FLOORS["mentions, closed half: 1 - Brier"]


def test_no_probability_is_certain(judged: Judged) -> None:
    assert all(0.01 <= mention.probability <= 0.99 for found in judged.found for mention in found)


def test_f1_on_the_open_half_stays_above_its_floor() -> None:
    assert judge("dev").counts["all"].f1 >= FLOORS["mentions, open half: F1"]


def table(half: str) -> str:
    """Figures by class and difficulty, and what probabilities were worth, for people."""
    judged = judge(half)
    lines = [f"{half:<22} right wrong missed      P      R     F1"]
    for name, c in sorted(judged.counts.items()):
        scores = f"{c.precision:6.3f} {c.recall:6.3f} {c.f1:6.3f}"
        lines.append(f"{name:<22} {c.right:>5} {c.wrong:>5} {c.missed:>6} {scores}")
    lines.append(f"Brier {judged.brier:.4f} over {len(judged.pairs)} mentions shown; said, true, n:")
    lines += [f"  {some.said:.2f}  {some.true:.2f}  {some.n}" for some in reliability(judged.pairs)]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table("dev"), table("judge"), sep="\n\n")
