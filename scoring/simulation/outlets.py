"""The sources: who tells, how often, how truly, how late, and who only repeats."""

from dataclasses import dataclass

import numpy as np

from ..judge.tables import FloatArray, IntArray
from .wishes import Wishes

CATEGORIES = {"news": 0.14, "registry": 0.32, "complaint": 0.2, "social": 0.07}  # mean skill
LIKENESS = 15.0  # a source's skill is Beta(mean * 15, (1 - mean) * 15)
REPEATERS = 0.15  # share of sources that never tell first


@dataclass(frozen=True)
class Outlets:
    """One entry a source. `skill`: the chance that a story it brings comes true by itself; `volume` and `appetite`:
    shares of the stories told first and repeated; `latency`: mean days from publication to being known; `cost`: money.
    """

    name: list[str]
    category: IntArray
    skill: FloatArray
    volume: FloatArray
    appetite: FloatArray
    latency: FloatArray
    cost: FloatArray

    def __len__(self) -> int:
        return len(self.name)


def draw_outlets(wishes: Wishes, random: np.random.Generator) -> Outlets:
    """Sources of four categories, few of which tell most; every seventh only repeats."""
    n = wishes.sources
    category = np.arange(n) % len(CATEGORIES)
    mean = np.array(list(CATEGORIES.values()))[category]
    repeats = np.arange(n) % round(1 / REPEATERS) == n % round(1 / REPEATERS)
    volume = np.where(repeats, 0.0, random.lognormal(0, 1.2, n))
    appetite = np.where(repeats, 3.0, 1.0) * random.lognormal(0, 0.7, n)
    kinds = list(CATEGORIES)
    return Outlets(
        name=[f"{kinds[kind]}-{number:03d}" for number, kind in enumerate(category.tolist(), 1)],
        category=category,
        skill=random.beta(mean * LIKENESS, (1 - mean) * LIKENESS),
        volume=volume / volume.sum(),
        appetite=appetite / appetite.sum(),
        latency=random.gamma(2.0, 0.15, n),
        cost=np.round(random.lognormal(6, 0.8, n)),
    )
