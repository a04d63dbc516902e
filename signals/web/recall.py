"""How much of what deserved to be told was told, judged from a random part of what was withheld."""

from collections.abc import Iterable
from dataclasses import dataclass

from oncu.scoring.estimates.intervals import Rate, rate, wilson
from oncu.storage.feedback import ANSWERS

LEAST = 20  # judgements, below which nothing is estimated


@dataclass(frozen=True)
class Heard:
    """Shares with 95 % intervals: of what was withheld, what should have been told; and of all that should, what was.

    `missed` is that share as a number of cases; `told` is None until enough alerts were answered.
    """

    wrongly_withheld: Rate
    missed: float
    told: Rate | None


def estimate_recall(audited: Iterable[str], answered: Iterable[str], *, withheld: int, alerts: int) -> Heard | None:
    """From answers to withheld news drawn at random and to alerts; None below 20 answers to withheld news.

    told = right alerts / (right alerts + wrongly withheld news). 5 of 50 right among 1,000 withheld, 80 of 100 right
    among 400 alerts: 320 / (320 + 100) = .76.
    """
    lost = _right_share(audited)
    if lost is None or lost.value is None or lost.low is None or lost.high is None:
        return None
    right = _right_share(answered)
    told = _told(right, lost, withheld, alerts) if right else None
    return Heard(lost, lost.value * withheld, told)


def _told(right: Rate, lost: Rate, withheld: int, alerts: int) -> Rate | None:
    """The interval takes the worst of both ends, so it is rather too wide than too narrow."""
    values = (right.value, right.low, right.high, lost.value, lost.low, lost.high)
    if any(value is None for value in values):
        return None
    told, told_low, told_high, gone, gone_low, gone_high = (value or 0.0 for value in values)
    shares = (
        _share(told * alerts, gone * withheld),
        _share(told_low * alerts, gone_high * withheld),
        _share(told_high * alerts, gone_low * withheld),
    )
    return rate(*shares, lost.n)


def _share(told: float, lost: float) -> float:
    return told / (told + lost) if told + lost else 0.0


def _right_share(answers: Iterable[str]) -> Rate | None:
    known = [answer for answer in answers if answer in ANSWERS]
    hits = sum(answer == "right" for answer in known)
    return rate(hits / len(known), *wilson(hits, len(known)), len(known)) if len(known) >= LEAST else None
