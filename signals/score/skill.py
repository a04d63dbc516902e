"""What a flag is worth by the measures forecasters use, and what the probabilities should have been."""

from collections.abc import Iterator
from math import isfinite

import numpy as np

from oncu.scoring.estimates.intervals import Rate
from oncu.scoring.judge.tables import FloatArray
from oncu.scoring.ranks.log_loss import log_loss
from oncu.scoring.ranks.recalibrate import learn_recalibration
from oncu.scoring.ranks.usefulness import (
    Crossing,
    accuracy,
    critical_success,
    crossing,
    likelihood_ratios,
    odds_ratio,
    peirce_skill,
    posterior,
    sedi,
)

from .case import Case
from .figures import ENOUGH, Label, Number, Remark, Row, Table, Unit, of_rate, plain_number
from .ranking import THRESHOLDS, Labelled, too_early

ASKED = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
TAUGHT = 40  # labels; the first half teaches, the second says whether it helped


def skill_table(case: Case, rows: Labelled) -> Table:
    """At each threshold accuracy (crossed out: never flagging often has more of it) beside what cannot be flattered."""
    if rows.cases < ENOUGH:
        return Table("skill", case.side, (), (too_early(case, rows),))
    return Table("skill", case.side, tuple(_skill_row(rows, one) for one in THRESHOLDS))


def mended_table(case: Case, rows: Labelled) -> Table:
    """What the older half of the labels says each probability should have been, and whether that helped the newer."""
    half = len(rows.is_case) // 2
    early = rows.is_case[:half]
    if len(rows.is_case) < TAUGHT or not 0 < early.sum() < half:
        return Table("mended", case.side, (), (Remark("score_mended_early", {"n": len(rows.is_case), "of": TAUGHT}),))
    learnt = learn_recalibration(rows.probability[:half], early)
    asked = learnt(np.array(ASKED))
    columns = (column.tolist() for column in (asked.probability, asked.low, asked.high))
    points = zip(ASKED, *columns, strict=True)
    lines = tuple(Row(Label("said", f"{said:.2f}"), (_mended(ends, half),)) for said, *ends in points)
    return Table("mended", case.side, lines, tuple(_helped(rows, half, learnt(rows.probability[half:]).probability)))


def _mended(ends: list[float], n: int) -> Number:
    value, low, high = ends
    return of_rate("mended", "chance", Rate(value, low, high, n) if high > low else Rate(value, None, None, n))


def _helped(rows: Labelled, half: int, mended: FloatArray) -> Iterator[Remark]:
    later, client = rows.is_case[half:], rows.client[half:]
    said, better = (log_loss(one, later, client).value for one in (rows.probability[half:], mended))
    if said is not None and better is not None:
        yield Remark("score_mended", {"said": f"{said:.3f}", "mended": f"{better:.3f}", "n": len(later)})


def _skill_row(rows: Labelled, threshold: float) -> Row:
    found = crossing(rows.probability >= threshold, rows.is_case)
    return Row(Label("threshold", f"{threshold:.2f}"), tuple(_measures(found, len(rows.is_case))))


def _measures(found: Crossing, n: int) -> Iterator[Number]:
    plus, minus = likelihood_ratios(found)
    measures: tuple[tuple[str, Unit, float], ...] = (
        ("accuracy", "share", accuracy(found)),
        ("peirce_skill", "score", peirce_skill(found)),
        ("critical_success", "score", critical_success(found)),
        ("sedi", "score", sedi(found)),
        ("odds_ratio", "times", odds_ratio(found)),
        ("lr_plus", "times", plus),
        ("lr_minus", "times", minus),
        ("after_flag", "share", posterior(found.prevalence, plus) if isfinite(plus) else float("nan")),
    )
    for metric, unit, value in measures:
        yield plain_number(metric, unit, value if isfinite(value) else None, n=n)
