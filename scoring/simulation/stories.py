"""The stories of one side: about whom, when, by whom first, whether they come true, and whether the bank acted."""

from dataclasses import dataclass, fields

import numpy as np

from ..judge.tables import BoolArray, FloatArray, IntArray
from .chances import Course, incidence_by
from .outlets import Outlets
from .population import BASE_HAZARD, Population
from .wishes import Wishes

TYPES = {
    "opportunity": ("plant_expansion", "hiring", "export_market"),
    "risk": ("payment_distress", "lawsuit", "layoffs"),
}
HORIZONS = (30, 90, 180)
SCORED_AT = 90  # days: the horizon of the probability a signal carries
SPREAD = 0.8  # of the log odds of stories of one source
LEAST_ACTED, MOST_ACTED, KEENNESS = 0.15, 0.85, 2.0  # the bank acts more on what scores higher
ACTED_ON = {"opportunity": False, "risk": True}


@dataclass(frozen=True)
class Stories:
    """One entry a story that began while its client was at risk, by client.

    `comes_true`: its chance to come true by itself; `averted`: that chance as acting left it; `truth`: the days after
    which it did (0: never); `probability`: the true chance of the end within 90 days had nobody acted. `propensity`:
    the chance with which the bank acted, hold-out included; NaN where it never acts on this side.
    """

    client: IntArray
    day: IntArray
    source: IntArray
    type: IntArray
    second_type: IntArray
    comes_true: FloatArray
    averted: FloatArray
    truth: IntArray
    probability: FloatArray
    acted: BoolArray
    held_out: BoolArray
    propensity: FloatArray

    def __len__(self) -> int:
        return len(self.client)

    def where(self, chosen: BoolArray) -> "Stories":
        """The chosen stories."""
        return Stories(**{one.name: getattr(self, one.name)[chosen] for one in fields(self)})


def draw_stories(
    side: str, wishes: Wishes, people: Population, outlets: Outlets, course: Course, random: np.random.Generator
) -> Stories:
    """At most one story a client, on a day it is with the bank."""
    client = np.flatnonzero(random.random(len(people)) < _story_chance(wishes, people))
    last = np.minimum(people.left[client], wishes.days) - 1
    day = people.joined[client] + 1 + np.floor(random.random(len(client)) * wishes.days).astype(np.int64)
    client, day = client[day <= last], day[day <= last]
    source = random.choice(len(outlets), len(client), p=outlets.volume)
    comes_true = _tilt(outlets.skill[source], random.normal(0, SPREAD, len(client)))
    base = BASE_HAZARD[side] * people.ease[client]
    probability = incidence_by(SCORED_AT, base, people.leaving, comes_true=comes_true, course=course)
    acted, held_out, propensity = _act(side, wishes, probability, random)
    averted = comes_true * np.where(acted, 1 - wishes.effect, 1.0)
    kind = random.integers(0, len(TYPES[side]), len(client))
    return Stories(
        client=client,
        day=day,
        source=source,
        type=kind,
        second_type=np.where(random.random(len(client)) < 0.35, (kind + 1) % len(TYPES[side]), -1),
        comes_true=comes_true,
        averted=averted,
        truth=_days_to_truth(averted, course, random),
        probability=probability,
        acted=acted,
        held_out=held_out,
        propensity=propensity,
    )


def _story_chance(wishes: Wishes, people: Population) -> FloatArray:
    """Each client's chance of a story: on average `signalled`, lower where ends are frequent (confounding)."""
    weight = people.ease**-wishes.confounding
    return np.asarray(np.minimum(wishes.signalled * weight / weight.mean(), 0.95))


def _tilt(chance: FloatArray, by: FloatArray) -> FloatArray:
    odds = chance / (1 - chance) * np.exp(by)
    return np.asarray(odds / (1 + odds))


def _act(
    side: str, wishes: Wishes, probability: FloatArray, random: np.random.Generator
) -> tuple[BoolArray, BoolArray, FloatArray]:
    """Whether the bank acted, whether the story was held out by lot, and the chance of acting."""
    n = len(probability)
    held_out, lot = random.random(n) < wishes.holdout, random.random(n)
    if not ACTED_ON[side]:
        return np.zeros(n, dtype=bool), np.zeros(n, dtype=bool), np.full(n, np.nan)
    wanted = np.minimum(LEAST_ACTED + KEENNESS * probability, MOST_ACTED)
    return ~held_out & (lot < wanted), held_out, wanted * (1 - wishes.holdout)


def _days_to_truth(chance: FloatArray, course: Course, random: np.random.Generator) -> IntArray:
    """Days after which each story comes true, 0 where it does not."""
    happens = random.random(len(chance)) < chance
    day = np.searchsorted(course.by_day, random.random(len(chance)), side="right")
    return np.where(happens, np.minimum(day, len(course.by_day) - 1), 0).astype(np.int64)
