"""A client's standing risk level: raised step by step by each episode, decaying with the type's half-life.

level(t) = 100 * (1 - product over steps of (1 - h_i / 100 * 2 ** (-(t - t_i) / half_life_i)))

Each step takes its share of what is left to 100, so the order of the steps does not matter, a second step of the same
height raises less than the first, and 100 is never passed. Two fresh steps of 40 give 64. A withdrawn step (the risk
was denied) counts no more from that moment on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from oncu.storage.signals import Step

DAYS = timezone(timedelta(hours=3))  # a day begins with Istanbul's, whatever zone the pages are shown in
INSTANT = timedelta(microseconds=1)  # a day's end is often asked for as the midnight that follows
RAISE, WITHDRAW = "raise", "withdraw"
FADED = 1.0  # of 100: what is left of a step below this is not worth a word


@dataclass(frozen=True)
class LevelStep:
    """One step as it is shown: when, by how much, why, and the level right after it."""

    at: datetime
    kind: str
    height: float
    reason: str
    level: float

    @property
    def type(self) -> str:
        """The code of the type that made the step."""
        return self.reason.partition(",")[0]


def level_at(steps: Iterable[Step], at: datetime) -> float:
    """The level of one client at a moment, 0-100, from the steps known by then."""
    known = [step for step in steps if step.known_at <= at]
    withdrawn = {step.episode_id for step in known if step.kind == WITHDRAW}
    left, today = 1.0, _day(at - INSTANT)
    for step in known:
        if step.kind == RAISE and step.episode_id not in withdrawn:
            left *= 1 - step.height / 100 * _decay(step, today)
    return 100 * (1 - left)


def trace_level(steps: Sequence[Step]) -> list[LevelStep]:
    """Every step with the level right after it, oldest first."""
    ordered = sorted(steps, key=lambda step: (step.known_at, step.id))
    return [
        LevelStep(step.known_at, step.kind, step.height, step.reason, level_at(ordered[:number], step.known_at))
        for number, step in enumerate(ordered, 1)
    ]


def faded_levels(steps: Sequence[Step]) -> list[float]:
    """The level right before every step, oldest first: what the steps before it had faded to."""
    ordered = sorted(steps, key=lambda step: (step.known_at, step.id))
    return [level_at(ordered[:number], step.known_at) for number, step in enumerate(ordered)]


def raising_steps(steps: Sequence[Step], at: datetime) -> list[LevelStep]:
    """What holds the level up at a moment: the steps that still count, oldest first, each with the level after it."""
    known = [step for step in steps if step.known_at <= at]
    withdrawn = {step.episode_id for step in known if step.kind == WITHDRAW}
    counting = [step for step in known if step.kind == RAISE and step.episode_id not in withdrawn]
    faded = {step.id for step in counting if step.height * _decay(step, _day(at - INSTANT)) < FADED}
    return trace_level([step for step in counting if step.id not in faded])


def _decay(step: Step, day: date) -> float:
    """What is left of a step on a day: all that is shown on one day shows the same level."""
    days = (day - _day(step.known_at)).days
    return float(2 ** (-max(days, 0) / step.half_life_days))


def _day(moment: datetime) -> date:
    return moment.astimezone(DAYS).date()
