"""How long before the bad end: forward from the signal, backward from the end, and in time to act."""

import numpy as np

from oncu.scoring.estimates.intervals import rate, wilson
from oncu.scoring.judge.conversion import incidence
from oncu.scoring.judge.leadtime import lead_time, quantile
from oncu.scoring.judge.tables import IntArray
from oncu.scoring.judge.timeliness import AHEAD, actionable_recall, backward_leads, lead_quantiles, timeliness_score

from .case import Case
from .figures import ENOUGH, Label, Number, Remark, Row, Table, of_rate, plain_number, unless_few

QUANTILES = (0.1, 0.25, 0.5)
EDGES = (1, 8, 31, 61, 91, 181)  # days of warning at which a bar begins; below the first: missed


def forward_row(case: Case) -> Row:
    """From the signal on: the days by which a tenth, a quarter and half of all ends to be seen have come."""
    days, cause, client = case.followed.days, case.followed.cause, case.episodes.client
    found = lead_time(days, cause, client)
    median = Number("lead_median", "days", found.median, found.low, found.high, found.n)
    if not found.n:
        return Row(Label("row", "forward"), (median.early(None),))
    curve = incidence(days, cause)
    shares = [plain_number(f"lead_q{100 * one:.0f}", "days", quantile(curve, one), n=found.n) for one in QUANTILES[:-1]]
    horizon = case.terms.horizon
    lost = plain_number("time_lost", "days", float(curve.sale[: horizon + 1].sum()), n=len(days), horizon=horizon)
    numbers = (*shares, median, lost)
    early = tuple(one.early(case.until(found.n)) for one in numbers)
    return Row(Label("row", "forward"), numbers if found.n >= ENOUGH else early)


def lead_table(case: Case) -> Table:
    """Both views: forward counts open episodes, backward counts the ends nobody warned of."""
    lead = _backward(case)
    return Table("lead_time", case.side, (forward_row(case), _backward_row(case, lead)), (Remark("score_two_views"),))


def histogram_table(case: Case) -> Table:
    """How many ends were warned of how many days before."""
    lead = _backward(case)
    bars = np.bincount(np.searchsorted(EDGES, lead, side="right"), minlength=len(EDGES) + 1).tolist()
    names = ["missed", *(f"lead_{low}_{high - 1}" for low, high in zip(EDGES[:-1], EDGES[1:], strict=True)), "lead_181"]
    rows = tuple(
        Row(Label("row", name), (plain_number("ends", "count", count, n=len(lead)), _share(count, len(lead))))
        for name, count in zip(names, bars, strict=True)
    )
    return Table("lead_histogram", case.side, rows if len(lead) else (), _nobody(lead), chart="histogram")


def actionable_table(case: Case) -> Table:
    """The share of ends warned of so many days before."""
    lead = _backward(case)
    rows = tuple(
        Row(
            Label("ahead", str(ahead)),
            unless_few((of_rate("actionable", "share", share, horizon=case.terms.horizon),), len(lead)),
        )
        for ahead, share in actionable_recall(lead, AHEAD)
    )
    return Table("actionable", case.side, rows if len(lead) else (), _nobody(lead), chart="bars")


def _backward(case: Case) -> IntArray:
    if case.evidence.spells is None:
        return np.zeros(0, dtype=np.int64)
    return backward_leads(case.episodes, case.evidence.outcomes, case.evidence.spells, case.terms.horizon).lead


def _backward_row(case: Case, lead: IntArray) -> Row:
    found, horizon = lead_quantiles(lead), case.terms.horizon
    if found is None:
        return Row(Label("row", "backward"), (Number("lead_median", "days", None, n=0).early(None),))
    false_alarms = int(np.sum(case.whole_cohort(horizon) & ~case.came_true(horizon)))
    timely = timeliness_score(lead, false_alarms, horizon)
    numbers = (
        plain_number("lead_q25", "days", found.lower, n=len(lead), horizon=horizon),
        of_rate("lead_median", "days", found.median, horizon=horizon),
        of_rate("missed", "share", found.missed, horizon=horizon),
        plain_number("timeliness", "score", timely, n=len(lead), horizon=horizon),
    )
    return Row(Label("row", "backward"), unless_few(numbers, len(lead)))


def _share(count: int, n: int) -> Number:
    low, high = wilson(count, n)
    return of_rate("ends_share", "share", rate(count / n, low, high, n) if n else None)


def _nobody(lead: IntArray) -> tuple[Remark, ...]:
    return () if len(lead) else (Remark("score_no_watched_end"),)
