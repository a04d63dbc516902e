"""What share came true, at each horizon, beside what would have come anyway."""

from collections.abc import Iterator

import numpy as np

from oncu.scoring.estimates.intervals import Rate, unknown_rate
from oncu.scoring.judge.base_rate import base_rate, lift
from oncu.scoring.judge.conversion import conversion, incidence, is_mature, share_converted
from oncu.scoring.judge.excess import Excess, excess
from oncu.scoring.judge.recall import recall

from .case import Case
from .figures import ENOUGH, Label, Number, Remark, Row, Table, of_rate, plain_number, unless_few

STEPS = 24  # points of a curve
COUNTED = ("episodes", "mature", "open", "echoes", "barred")


def headline(case: Case, horizon: int | None = None) -> Row:
    """The numbers of one horizon, the headline's by default."""
    days = case.terms.horizon if horizon is None else horizon
    ends, until = case.ends_within(days), case.until(case.ends_within(days), horizon=days)
    if case.is_early(days):
        return Row(Label("days", str(days)), tuple(one.early(until) for one in _numbers(case, days)))
    note = Remark(f"score_few_{case.side}", {"n": ends}) if ends < ENOUGH else None
    return Row(Label("days", str(days)), unless_few(_numbers(case, days), len(case.episodes), until), note)


def horizon_table(case: Case) -> Table:
    """Conversion at each horizon beside the naive share it corrects, and what comparable clients did."""
    rows = tuple(headline(case, days) for days in case.terms.horizons)
    remarks = [] if case.exposure is not None else [Remark("score_needs_exposure")]
    return Table("horizons", case.side, rows, tuple(remarks))


def count_table(case: Case) -> Table:
    """How many episodes there are to judge by, and what was left out."""
    followed, days = case.followed, case.terms.horizon
    mature = int(is_mature(followed.days, followed.cause, days).sum())
    counts = len(case.episodes), mature, int((followed.cause == 0).sum()), case.evidence.echoes, case.barred_signals
    numbers = tuple(plain_number(key, "count", value) for key, value in zip(COUNTED, counts, strict=True))
    remarks = (Remark("score_barred", {"sources": ", ".join(case.barred)}),) if case.barred else ()
    return Table("counts", case.side, (Row(Label("side", case.side), numbers),), remarks)


def curve_table(case: Case) -> Table:
    """The cumulative incidence by day, with the matched clients' and the number still followed."""
    if not case.ends_within(max(case.terms.horizons)):
        return Table("curve", case.side, (), (Remark("score_no_end_yet"),))
    return Table("curve", case.side, tuple(_curve(case)), chart="curve", shown=STEPS + 1)


def recall_number(case: Case, horizon: int) -> Number:
    """The share of outcomes that a signal came before."""
    spells = case.evidence.spells
    found = None if spells is None else recall(case.episodes, case.evidence.outcomes, spells, horizon)
    return of_rate("recall", "share", found, horizon=horizon)


def _numbers(case: Case, days: int) -> Iterator[Number]:
    episodes, followed, controls = case.episodes, case.followed, case.controls
    converted = conversion(followed.days, followed.cause, episodes.client, days) if len(episodes) else None
    base = None if controls is None else base_rate(controls, days)
    ratio, above = None, Excess(unknown_rate(0), unknown_rate(0))
    if converted is not None and controls is not None:
        ratio = lift(converted, base, episodes=episodes, followed=followed, controls=controls, horizon=days)
        above = excess(episodes, followed, controls, days) or above
    yield of_rate("conversion", "share", converted, horizon=days)
    naive = share_converted(followed.days, followed.cause, days)
    yield plain_number("naive_share", "share", naive, n=len(episodes), horizon=days)
    yield of_rate("base_rate", "share", base, horizon=days)
    yield of_rate("lift", "times", ratio, horizon=days)
    yield of_rate("excess", "points", above.risk, horizon=days)
    yield of_rate("attributable", "count", above.attributable, horizon=days)
    yield recall_number(case, days)


def _curve(case: Case) -> Iterator[Row]:
    followed, controls = case.followed, case.controls
    last = min(int(followed.days.max()), max(case.terms.horizons))
    own = incidence(followed.days, followed.cause)
    others = None if controls is None else incidence(controls.days, controls.cause, controls.weight)
    for day in np.unique(np.linspace(0, last, STEPS + 1).astype(int)).tolist():
        share = conversion(followed.days, followed.cause, case.episodes.client, day) if day else Rate(0.0, 0.0, 0.0, 0)
        n = int(own.at_risk[min(day, len(own.at_risk) - 1)])
        yield Row(
            Label("days", str(day)),
            (
                Number("curve", "share", own.sale_by(day), share.low, share.high, n, day),
                plain_number("curve_base", "share", None if others is None else others.sale_by(day), horizon=day),
            ),
        )
