"""The true chances of what a client does by a horizon, in closed form, from the numbers the bank was drawn with."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..judge.tables import FloatArray, IntArray


@dataclass(frozen=True)
class Course:
    """Of the stories that come true by themselves, `by_day[d]` is the share that do within d days (0 to 1)."""

    by_day: FloatArray

    def through(self, day: IntArray | int) -> FloatArray:
        """The share through a day; 1 after the last."""
        return np.asarray(self.by_day[np.minimum(day, len(self.by_day) - 1)])


def course_of(half_life: float, told_days: int) -> Course:
    """Chances a day that halve every `half_life` days, cut off when the story is no longer told."""
    chance = 0.5 ** (np.arange(told_days) / half_life)
    return Course(np.concatenate([[0.0], np.cumsum(chance) / chance.sum()]))


def incidence_by(
    horizon: int, base: FloatArray, leaving: float, *, comes_true: FloatArray, course: Course, age: IntArray | int = 0
) -> FloatArray:
    """Chance of the foretold end within `horizon` days of each row, before its client leaves.

    `base`: hazard a day without a story. `comes_true`: chance that the row's story comes true by itself, seen from the
    story's first day. `age`: days the story is old already, without an end so far. Nobody has ended through day d with
    chance (1 - c G(d)) (1 - base)^d, and nobody has left with (1 - leaving)^d; on one day the end comes before leaving.
    Base .01 and no story, horizon 1 -> .01; comes_true 1 and all on day 1 -> 1.
    """
    return expected(np.full(len(base), horizon), base, leaving, comes_true=comes_true, course=course, age=age)[0]


def expected(
    watched: IntArray, base: FloatArray, leaving: float, *, comes_true: FloatArray, course: Course, age: IntArray | int
) -> tuple[FloatArray, FloatArray]:
    """`incidence_by` with each row watched for its own number of days, and the days at risk to expect in them."""
    ends, days = np.zeros(len(base)), np.zeros(len(base))
    longest = int(watched.max(initial=0))
    steps = _daily(longest, base, leaving, comes_true=comes_true, course=course, age=age)
    for day, (chance, at_risk) in enumerate(steps, 1):
        ends += np.where(day <= watched, chance, 0.0)
        days += np.where(day <= watched, at_risk, 0.0)
    return ends, days


def mean_curve(
    horizon: int, base: FloatArray, leaving: float, *, comes_true: FloatArray, course: Course, weight: IntArray
) -> FloatArray:
    """The weighted mean of `incidence_by` over the rows, by day 0 ... horizon."""
    daily = _daily(horizon, base, leaving, comes_true=comes_true, course=course, age=0)
    return np.cumsum([0.0, *(np.average(chance, weights=weight) for chance, _ in daily)])


def _daily(
    horizon: int, base: FloatArray, leaving: float, *, comes_true: FloatArray, course: Course, age: IntArray | int
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Each row's chance to end, and to be at risk, on day 1, 2, ... horizon."""
    start = 1 - comes_true * course.through(age)
    before, alone, stays = np.ones(len(base)), np.ones(len(base)), 1.0
    for day in range(1, horizon + 1):
        alone = alone * (1 - base)
        after = (1 - comes_true * course.through(np.asarray(age) + day)) / start * alone
        yield (before - after) * stays, before * stays
        before, stays = after, stays * (1 - leaving)
