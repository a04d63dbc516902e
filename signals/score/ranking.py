"""Do the probabilities put the right ones first, and do they mean what they say?"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

import numpy as np

from oncu.scoring.estimates.monitor import watch_precision
from oncu.scoring.judge.tables import BoolArray, FloatArray, IntArray
from oncu.scoring.ranks.bands import band_table
from oncu.scoring.ranks.brier import brier_at
from oncu.scoring.ranks.calibration import calibration_line, corp, reliability
from oncu.scoring.ranks.discrimination import auc_at
from oncu.scoring.ranks.ranking import auroc, average_precision, gini
from oncu.scoring.ranks.usefulness import crossing, decision_curve, usefulness

from .case import Case
from .figures import ENOUGH, Label, Number, Remark, Row, Table, of_rate, plain_number, unless_few

THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.5)
WATCHED = 40  # labels; the first half says what was promised, the second is watched
DRAWS, DRAWS_OF_MANY, MANY = 200, 40, 50_000
SEED = 21


@dataclass(frozen=True)
class Labelled:
    """Episodes with a probability whose whole horizon has passed, in the order in which it had.

    Not in the order in which the ends came: what comes true is known early, what does not only at the horizon, so the
    first labels would flatter.
    """

    probability: FloatArray
    is_case: BoolArray
    client: IntArray

    @property
    def cases(self) -> int:
        """How many clients' ends were foretold."""
        return len(np.unique(self.client[self.is_case]))


def labelled(case: Case) -> Labelled:
    """The rows that ranking and calibration are judged on."""
    horizon, episodes = case.terms.horizon, case.episodes
    chosen = np.flatnonzero(case.whole_cohort(horizon) & ~np.isnan(episodes.probability))
    order = chosen[np.lexsort((episodes.client[chosen], episodes.start[chosen]))]
    return Labelled(episodes.probability[order], case.came_true(horizon)[order], episodes.client[order])


def ranking_table(case: Case, rows: Labelled) -> Table:
    """Areas, average precision, Brier and CORP in one line."""
    numbers = unless_few(_numbers(case, rows), rows.cases, case.until(rows.cases, horizon=case.terms.horizon))
    return Table("ranking", case.side, (Row(Label("side", case.side), numbers),))


def reliability_table(case: Case, rows: Labelled) -> Table:
    """What happened at each probability given (in hundredths), with its band."""
    if rows.cases < ENOUGH:
        return Table("reliability", case.side, (), (too_early(case, rows),))
    said = np.round(rows.probability, 2)
    draws = DRAWS if len(said) < MANY else DRAWS_OF_MANY
    curve = reliability(said, rows.is_case, rows.client, np.random.default_rng(SEED), draws)
    counts = np.unique(said, return_counts=True)[1].tolist()
    columns = (curve.probability, curve.happened, curve.low, curve.high)
    points = zip(*(column.tolist() for column in columns), counts, strict=True)
    lines = tuple(
        Row(Label("said", f"{said:.2f}"), (Number("happened", "share", share, low, high, n, case.terms.horizon),))
        for said, share, low, high, n in points
    )
    return Table("reliability", case.side, lines, chart="reliability", shown=101)


def bands_table(case: Case, rows: Labelled) -> Table:
    """Bands of probability: said, happened, and whether the difference is more than chance."""
    if not len(rows.client):
        return Table("bands", case.side, (), (too_early(case, rows),))
    found = band_table(rows.probability, rows.is_case, two_sided=case.side == "opportunity")
    lines = tuple(
        Row(
            Label("band", f"{one.low:.2f}–{one.high:.2f}"),
            unless_few(
                (
                    plain_number("said", "share", one.expected, n=one.observed.n),
                    of_rate("happened", "share", one.observed, horizon=case.terms.horizon),
                    plain_number("band_p", "chance", one.p, n=one.observed.n),
                    plain_number("band_q", "chance", one.q, n=one.observed.n),
                ),
                one.observed.n,
            ),
        )
        for one in found
    )
    return Table("bands", case.side, lines)


def usefulness_table(case: Case, rows: Labelled) -> Table:
    """At each threshold what flagging is worth, beside flagging all and flagging none."""
    if rows.cases < ENOUGH:
        return Table("usefulness", case.side, (), (too_early(case, rows),))
    curve = decision_curve(rows.probability, rows.is_case, np.array(THRESHOLDS))
    return Table("usefulness", case.side, tuple(_useful_row(rows, *line) for line in curve.tolist()))


def monitor_table(case: Case, rows: Labelled) -> Table:
    """Has precision fallen since the first half of the labels? May be looked at every day."""
    half = len(rows.is_case) // 2
    promised = float(rows.is_case[:half].mean()) if half else 0.0
    if len(rows.is_case) < WATCHED or not 0 < promised < 1:
        return Table(
            "monitor", case.side, (), (Remark("score_monitor_early", {"n": len(rows.is_case), "of": WATCHED}),)
        )
    watch = watch_precision(rows.is_case[half:], promised)
    numbers = (
        plain_number("promised", "share", promised, n=half),
        plain_number("since", "share", float(rows.is_case[half:].mean()), n=len(rows.is_case) - half),
        plain_number("watch_p", "chance", watch.p, n=len(rows.is_case) - half),
    )
    alarm = Remark("score_alarm" if watch.alarm_at is not None else "score_no_alarm")
    return Table("monitor", case.side, (Row(Label("side", case.side), numbers),), (alarm,))


def _numbers(case: Case, rows: Labelled) -> Iterator[Number]:
    horizon, followed, episodes = case.terms.horizon, case.followed, case.episodes
    area = auroc(rows.probability, rows.is_case)
    yield of_rate("auroc", "score", area, horizon=horizon)
    value = None if area is None or area.value is None else gini(area.value)
    yield plain_number("gini", "score", value, n=len(rows.is_case), horizon=horizon)
    open_too = auc_at(episodes.probability, followed.days, followed.cause, episodes.client, horizon)
    yield of_rate("auc_ipcw", "score", open_too, horizon=horizon)
    yield of_rate("average_precision", "score", average_precision(rows.probability, rows.is_case), horizon=horizon)
    brier = brier_at(episodes.probability, followed.days, followed.cause, episodes.client, horizon)
    yield of_rate("brier", "score", None if brier is None else brier.score, horizon=horizon)
    yield plain_number("brier_scaled", "score", None if brier is None else brier.scaled, horizon=horizon)
    parts = corp(rows.probability, rows.is_case)
    for name in ("miscalibration", "discrimination", "uncertainty"):
        value = None if parts is None else getattr(parts, name)
        yield plain_number(name, "score", value, n=len(rows.is_case), horizon=horizon)
    line = calibration_line(rows.probability, rows.is_case)
    yield of_rate("in_the_large", "score", None if line is None else line.in_the_large, horizon=horizon)
    yield of_rate("slope", "score", None if line is None else line.slope, horizon=horizon)


def _useful_row(rows: Labelled, threshold: float, model: float, everyone: float) -> Row:
    found = crossing(rows.probability >= threshold, rows.is_case)
    relative = usefulness(found, 1 - threshold).relative
    numbers = (
        plain_number("flagged", "count", found.hits + found.false_alarms, n=len(rows.is_case)),
        plain_number("hit_rate", "share", found.hit_rate, n=rows.cases),
        plain_number("net_benefit", "score", model, n=len(rows.is_case)),
        plain_number("net_benefit_all", "score", everyone, n=len(rows.is_case)),
        plain_number("usefulness", "score", None if isnan(relative) else relative, n=len(rows.is_case)),
    )
    return Row(Label("threshold", f"{threshold:.2f}"), numbers)


def too_early(case: Case, rows: Labelled) -> Remark:
    """That too few ends were foretold to say anything, with the day expected."""
    until = case.until(rows.cases, horizon=case.terms.horizon)
    return Remark("score_too_early" if until else "score_too_early_open", {"n": rows.cases, "until": until})
