"""How each client ended on a side: by itself, because a story came true, by leaving, or not yet."""

from dataclasses import dataclass

import numpy as np

from ..judge.tables import BoolArray, IntArray
from .population import BASE_HAZARD, FOREVER, Population
from .stories import Stories
from .wishes import Wishes


@dataclass(frozen=True)
class Ends:
    """One entry a client: the day of the foretold end (FOREVER: none while the bank is watched)."""

    day: IntArray

    @property
    def ended(self) -> BoolArray:
        return self.day < FOREVER


def draw_ends(
    side: str, wishes: Wishes, people: Population, stories: Stories, random: np.random.Generator
) -> tuple[Ends, Stories]:
    """The ends, and the stories whose clients were still at risk when they began."""
    alone = people.joined + random.geometric(BASE_HAZARD[side] * people.ease)
    kept = stories.where(alone[stories.client] > stories.day)
    day = alone.copy()
    told = np.flatnonzero(kept.truth)
    client = kept.client[told]
    day[client] = np.minimum(day[client], kept.day[told] + kept.truth[told])
    return Ends(np.where((day <= people.left) & (day < wishes.days), day, FOREVER)), kept
