"""Which sources, categories, types and origins foretell: the league of the scoring room as tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from oncu.scoring.judge.asof import day_number, day_of
from oncu.scoring.judge.leakage import choose_signals
from oncu.scoring.judge.tables import BoolArray, Signals, TimeArray
from oncu.scoring.sources.crawl_delay import crawl_delays
from oncu.scoring.sources.league import Standing, league_of

from .case import Case, gather
from .figures import ENOUGH, Label, Number, Remark, Row, Table, of_rate, plain_number, unless_few
from .ledger import Ledger

GROUPINGS = ("source", "category", "type", "origin")
SEED = 20
MONTH = 30.44  # days


@dataclass(frozen=True)
class Told:
    """Signals with the moment each claims to be published at (NaT: none claimed)."""

    signals: Signals
    published_at: TimeArray


def leagues_of(
    case: Case, ledger: Ledger, monthly_costs: Mapping[str, float] | None = None
) -> dict[str, tuple[Standing, ...]]:
    """The league of each grouping. What was derived has no source and stands by type only; costs are by source."""
    return {by: league_by(case, ledger, by, monthly_costs) for by in GROUPINGS}


def league_by(
    case: Case, ledger: Ledger, by: str, monthly_costs: Mapping[str, float] | None = None
) -> tuple[Standing, ...]:
    """The league of one grouping, best first, without the sources that proclaim what they would be judged by."""
    told = _chosen(ledger, _not_barred(case, ledger)) if by == "type" else told_and_unbarred(case, ledger)
    return standings(case, told, by, monthly_costs if by == "source" else None)


def told_and_unbarred(case: Case, ledger: Ledger) -> Told:
    """The signals that a source has told, without those that proclaim what they would be judged by."""
    return _chosen(ledger, ledger.told & _not_barred(case, ledger))


def standings(
    case: Case, told: Told, by: str, monthly_costs: Mapping[str, float] | None = None
) -> tuple[Standing, ...]:
    """The league of one grouping, best first."""
    terms = case.terms
    return league_of(
        gather(told.signals, case.outcomes, case.exposure, case.side, terms, by=by, clients=case.clients),
        horizon=terms.horizon,
        merge_days=terms.merge_days,
        by=by,
        delays=crawl_delays(told.signals, told.published_at, side=case.side, as_of=terms.judged_to, by=by),
        costs=_costs(told.signals, terms.judged_to, monthly_costs or {}),
        random=np.random.default_rng(SEED),
    )


def league_table(case: Case, found: tuple[Standing, ...], by: str) -> Table:
    """One row a group, best first."""
    rows = tuple(Row(Label(by, one.key), tuple(_numbers(one, case.terms.horizon, by))) for one in found)
    remarks = () if rows else (Remark("score_no_signal"),)
    return Table(f"league_{by}", case.side, rows, remarks, chart="bars")


def rests_on(one: Standing) -> int:
    """What a group's rates rest on: its mature sightings, or the fewer independent trials they are worth."""
    return min(one.record.mature, one.precision.n)


def _numbers(one: Standing, horizon: int, by: str) -> Iterator[Number]:
    """What a group's sightings say is too early below five mature ones; what was counted is not."""
    mature, behind = one.record.mature, rests_on(one)
    yield from unless_few(
        (
            of_rate("foresight_precision", "share", one.precision, horizon=horizon),
            of_rate("group_lift", "times", one.lift, horizon=horizon),
            plain_number("foresight_index", "days", one.foresight, n=behind),
            plain_number("in_top_10", "chance", one.place.in_top_10, n=behind),
            plain_number("raw_rate", "share", one.record.raw_rate, n=mature, horizon=horizon),
            plain_number("group_lead", "days", one.record.median_lead, n=mature),
        ),
        mature,
    )
    yield Number("places", "count", one.place.rank, one.place.low, one.place.high, mature)
    yield plain_number("sightings", "count", one.record.sightings)
    yield plain_number("foreseen", "count", one.credit.foreseen)
    yield plain_number("shapley", "score", one.credit.shapley)
    yield plain_number("unique", "count", one.credit.unique)
    if by == "source":
        yield from _tellings(one)
    if by == "type":
        yield _half_life(one)


def _half_life(one: Standing) -> Number:
    life = one.half_life
    if life is None:
        return Number("half_life", "days", None)
    return Number("half_life", "days", life.days, life.low, life.high, life.events)


def _costs(signals: Signals, until: date, monthly: Mapping[str, float]) -> dict[str, float]:
    """What each source has cost since its first signal."""
    first: dict[str, int] = {}
    if monthly:
        for source, day in zip(signals.source, day_number(signals.known_at).tolist(), strict=True):
            first[source] = min(day, first.get(source, day))
    return {
        source: monthly[source] * max(day_of(until) - day, 0) / MONTH
        for source, day in first.items()
        if source in monthly
    }


def _tellings(one: Standing) -> Iterator[Number]:
    telling = one.telling
    if one.credit.cost is not None:
        yield plain_number("cost", "money", one.credit.cost)
        yield plain_number("cost_right", "money", _cost_right(one), n=rests_on(one))
        yield plain_number("cost_unique", "money", one.credit.cost_per_unique, n=one.credit.unique)
    yield of_rate("first_share", "share", telling.first_share)
    yield of_rate("head_start", "days", telling.head_start_days)
    yield plain_number("copied", "share", telling.copied_share)
    yield plain_number("crawl_delay", "days", telling.crawl_delay_days)


def _cost_right(one: Standing) -> float | None:
    """What a right sighting has cost; None where too few are behind the share that came true."""
    right = one.precision.value * one.record.sightings if one.precision.value and rests_on(one) >= ENOUGH else 0.0
    return one.credit.cost / right if one.credit.cost is not None and right else None


def _chosen(ledger: Ledger, kept: BoolArray) -> Told:
    if kept.all():
        return Told(ledger.signals, ledger.published_at)
    return Told(choose_signals(ledger.signals, kept), ledger.published_at[kept])


def _not_barred(case: Case, ledger: Ledger) -> BoolArray:
    barred = set(case.barred)
    return np.array([one not in barred for one in ledger.signals.source], dtype=bool)
