"""Who wins a tender: a conditional logit chosen forward in time, beside a plain logit and the same chance for all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ..estimates.logistic import fit_logistic
from ..judge.tables import BoolArray, FloatArray
from ..ranks.log_loss import log_loss
from .choice import choice_chances, fit_choice
from .tenders import CROSSED, HISTORY, PLAIN, STRANGE, Bids, describe_bids

FOLDS = (0.4, 0.55, 0.7, 0.85, 1.0)  # shares of the teaching tenders at which forward validation cuts
PULLS = (5.0, 20.0, 50.0)


@dataclass(frozen=True)
class WidthTried:
    """A model by how many columns and how strong a pull to zero, with its log-loss on tenders later than it learnt."""

    columns: int
    pull: float
    loss: float


def equal_chances(bids: Bids) -> FloatArray:
    """Every bid of a tender the same: 1/n."""
    return 1 / bids.size


def plain_chances(bids: Bids, teaches: BoolArray) -> FloatArray:
    """A logit a bid on its own price against the others' and on their number; the chances of a tender need not add up.

    One value for each bid that does not teach.
    """
    price = np.clip(bids.from_others, -STRANGE, STRANGE)
    design = np.column_stack([np.ones(len(bids)), price, np.log(bids.size)])
    found = fit_logistic(design[teaches], bids.won[teaches].astype(np.float64))
    return np.asarray(expit(design[~teaches] @ found.coefficients))


def learnt_chances(bids: Bids, teaches: BoolArray, columns: int, pull: float) -> FloatArray:
    """Chances of the bids that do not teach, learnt from those that do; those of a tender sum to one."""
    return _chances(_lesson(bids, teaches), columns, pull)


def try_widths(bids: Bids) -> list[WidthTried]:
    """Each number of columns with each pull, best first: log-loss forward in time, within these tenders alone."""
    lessons = list(_lessons(bids))
    tried = [
        WidthTried(columns, pull, _forward_loss(lessons, columns, pull))
        for columns in (PLAIN, HISTORY, CROSSED)
        for pull in PULLS
    ]
    return sorted(tried, key=lambda one: (one.loss, one.columns, -one.pull))


def rejection_chances(bids: Bids, teaches: BoolArray) -> tuple[BoolArray, FloatArray]:
    """Which bids are judged (lost ones that do not teach), and the chance of each to have been rejected, as far as its
    price against the winner's can tell."""
    distance, lost = bids.from_winner, ~bids.won
    columns = [np.clip(distance, -2, 2), np.clip(distance, -0.3, 0.3), distance > 0, np.log(bids.size)]
    design = np.column_stack([np.ones(len(bids)), *columns]).astype(np.float64)
    found = fit_logistic(design[teaches & lost], bids.rejected[teaches & lost].astype(np.float64), ridge=1.0)
    judged = ~teaches & lost
    return judged, np.asarray(expit(design[judged] @ found.coefficients))


@dataclass(frozen=True)
class _Lesson:
    """Bids described as far as those that teach know the past, standardised on these."""

    design: FloatArray
    teaches: BoolArray
    train: Bids
    test: Bids


def _lesson(bids: Bids, teaches: BoolArray) -> _Lesson:
    design = describe_bids(bids, teaches)
    design = (design - design[teaches].mean(axis=0)) / (design[teaches].std(axis=0) + 1e-9)
    return _Lesson(design, teaches, bids.where(teaches), bids.where(~teaches))


def _lessons(bids: Bids) -> Iterator[_Lesson]:
    """What was before each cut, to be tried on what came between it and the next one."""
    cuts = np.quantile(np.unique(bids.order), FOLDS)
    cuts[-1] += 1
    for begin, end in zip(cuts[:-1], cuts[1:], strict=True):
        part = bids.where(bids.order < end)
        yield _lesson(part, part.order < begin)


def _chances(lesson: _Lesson, columns: int, pull: float) -> FloatArray:
    design = lesson.design[:, :columns]
    found = fit_choice(design[lesson.teaches], lesson.train.won, lesson.train.tender, pull)
    return choice_chances(design[~lesson.teaches], found, lesson.test.tender)


def _forward_loss(lessons: Sequence[_Lesson], columns: int, pull: float) -> float:
    found = [log_loss(_chances(one, columns, pull), one.test.won) for one in lessons]
    return sum((one.value or 0.0) * one.n for one in found) / sum(one.n for one in found)
