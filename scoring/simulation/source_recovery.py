"""Held against the truth, source by source: precision, lift, and whether the order is the right one."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from ..estimates.intervals import Rate
from ..judge.asof import day_of
from ..judge.evidence import Evidence
from ..judge.tables import FloatArray
from ..sources.foresight import group_table
from ..sources.league import Standing, league_of
from ..sources.sightings import Sightings, sightings_of
from .bank import Bank
from .chances import expected
from .recovery import MERGE_DAYS, Found, gather
from .side import Side
from .stories import SCORED_AT
from .truth import chances
from .wishes import START


@dataclass(frozen=True)
class OrderFound:
    """Rank correlation with the true precision: of the raw shares, and of the shrunk ones; over `sources` sources."""

    raw: float
    shrunk: float
    top_raw: float
    top_shrunk: float
    sources: int


def recover_sources(bank: Bank, name: str) -> list[Found]:
    """Precision of each source, in the league and in `oncu evaluate`'s groups, and its lift, on one side."""
    side, evidence = bank.told[name].side, gather(bank, name)
    standings = _league(bank, name)
    precision, lift = _true_precision(side, sightings_of(evidence), evidence.signals.groups)
    own = [one for one in standings if one.telling.weight == 1]
    league = [_row(f"{name}: source precision (league)", precision[one.key], one.precision, one) for one in own]
    lifts = [_row(f"{name}: source lift (hazards)", lift[one.key], one.lift, one) for one in own if one.key in lift]
    return [*league, *(one for one in lifts if one.high is not None), *_in_evaluate(side, evidence)]


def _in_evaluate(side: Side, evidence: Evidence) -> list[Found]:
    first, name = _first_source_precision(side), f"{side.name}: source precision (evaluate)"
    groups = group_table(
        evidence.episodes, evidence.followed, evidence.signals, evidence.outcomes, horizon=SCORED_AT, by="source"
    )
    seen = [(first[one.key], one.precision, one.raw_rate) for one in groups if one.key in first]
    return [Found(name, true, p.value, p.low, p.high, raw) for true, p, raw in seen if p.value is not None]


def order_found(bank: Bank, name: str, top: int = 10) -> OrderFound:
    """How well the league orders the sources by their true precision, beside their raw shares.

    `top_raw` and `top_shrunk`: the mean true precision of the first ten of each order.
    """
    side, evidence = bank.told[name].side, gather(bank, name)
    truth, _ = _true_precision(side, sightings_of(evidence), evidence.signals.groups)
    judged = [one for one in _league(bank, name) if one.record.raw_rate is not None and one.telling.weight == 1]
    true, raw, shrunk = np.array([[truth[s.key], s.record.raw_rate or 0.0, s.precision.value or 0.0] for s in judged]).T
    return OrderFound(
        raw=float(spearmanr(raw, true).statistic),
        shrunk=float(spearmanr(shrunk, true).statistic),
        top_raw=_mean_of_top(raw, true, top),
        top_shrunk=_mean_of_top(shrunk, true, top),
        sources=len(judged),
    )


def _league(bank: Bank, name: str) -> tuple[Standing, ...]:
    return league_of(
        gather(bank, name), horizon=SCORED_AT, merge_days=MERGE_DAYS, by="source", random=np.random.default_rng(0)
    )


def _true_precision(side: Side, seen: Sightings, groups: list[str]) -> tuple[dict[str, float], dict[str, float]]:
    """By source: the true precision of its sightings, and their true ratio of hazards as they were watched.

    (Clients of evidence are numbered in the order of their ids, which is that of the bank.)
    """
    stories, start = side.stories, seen.seen.start - day_of(START)
    row = np.searchsorted(stories.client, seen.seen.client)
    age = start - stories.day[row]
    base, true = side.base[row], stories.averted[row]
    leaving, course = side.people.leaving, side.course
    whole = np.full(len(row), SCORED_AT)
    watched = np.minimum(side.wishes.days - 1 - start, SCORED_AT)
    chance, _ = expected(whole, base, leaving, comes_true=true, course=course, age=age)
    ends, days = expected(watched, base, leaving, comes_true=true, course=course, age=age)
    members = [(groups[one], seen.seen.group == one) for one in np.unique(seen.seen.group).tolist()]
    precision = {key: float(chance[mine].mean()) for key, mine in members}
    usual = base * days
    return precision, {key: float(ends[mine].sum() / usual[mine].sum()) for key, mine in members if usual[mine].sum()}


def _first_source_precision(side: Side) -> dict[str, float]:
    """By source: the true precision of the episodes it told first."""
    chance, source = chances(side, side.stories.averted, SCORED_AT), side.stories.source
    return {
        side.outlets.name[one]: float(np.average(chance[source == one], weights=side.weight[source == one]))
        for one in np.unique(source).tolist()
    }


def _row(name: str, truth: float, seen: Rate, one: Standing) -> Found:
    raw = one.raw_lift.value if seen is one.lift else one.record.raw_rate
    return Found(name, truth, seen.value or 0.0, seen.low, seen.high, raw)


def _mean_of_top(score: FloatArray, true: FloatArray, top: int) -> float:
    return float(true[np.argsort(-score, kind="stable")[:top]].mean())
