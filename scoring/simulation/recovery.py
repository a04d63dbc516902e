"""Held against the truth: what the estimators say of a synthetic bank beside what is true of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..estimates.causal import effect_of_acting, natural_precision
from ..estimates.halflife import half_life
from ..estimates.intervals import Rate, rate, wilson
from ..judge.asof import SALE, day_of
from ..judge.base_rate import base_rate, lift, matched_controls
from ..judge.conversion import conversion, share_converted
from ..judge.evidence import Evidence, gather_evidence
from ..judge.excess import excess
from ..judge.leadtime import lead_time
from ..judge.tables import FloatArray, IntArray
from ..ranks.discrimination import auc_at, share_below
from .bank import Bank, Told
from .side import Side
from .stories import HORIZONS, SCORED_AT
from .truth import chances, curve_of
from .wishes import START

MERGE_DAYS = 30


@dataclass(frozen=True)
class Found:
    """A number of a bank: what is true, what an estimator says with its 95 % interval, and a naive figure for it.

    `low` and `high` are None where that side is open.
    """

    name: str
    truth: float
    value: float
    low: float | None
    high: float | None
    naive: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the interval holds the truth."""
        return (self.low is None or self.low <= self.truth) and (self.high is None or self.truth <= self.high)


def recover(bank: Bank, wider: Mapping[str, Side] | None = None) -> list[Found]:
    """All judgements of a bank, both sides, sources apart (`recover_sources`).

    The truth is that of the bank's own stories, or of `wider` ones (`bank.draw_wider`): a bank is a sample of what its
    sources could have told, and that is what an interval is about.
    """
    found = []
    for name, told in bank.told.items():
        evidence, side = gather(bank, name), told.side if wider is None else wider[name]
        found += [*_rates(side, evidence), *_compared(side, evidence), *_times(side, evidence), _ranked(side, evidence)]
    return [*found, _per_mention(bank, "opportunity"), *_causal(bank)]


def gather(bank: Bank, side: str, by: str = "source") -> Evidence:
    """The evidence of one side on the bank's last day."""
    outcomes, as_of = bank.outcomes[side], bank.wishes.as_of
    return gather_evidence(bank.signals, outcomes, bank.exposure, side=side, as_of=as_of, merge_days=MERGE_DAYS, by=by)


def _rates(side: Side, evidence: Evidence) -> list[Found]:
    curve, (days, cause, client) = curve_of(side, max(HORIZONS)), _columns(evidence)
    found = {h: (conversion(days, cause, client, h), share_converted(days, cause, h)) for h in HORIZONS}
    return [_found(f"{side.name}: conversion, {h} days", curve[h], *found[h]) for h in HORIZONS]


def _compared(side: Side, evidence: Evidence) -> list[Found]:
    """Base rate, lift and excess; the naive base rate takes all clients without a signal, matched to nobody."""
    assert evidence.spells is not None
    h, (days, cause, client) = SCORED_AT, _columns(evidence)
    controls = matched_controls(
        evidence.episodes, evidence.outcomes, evidence.spells, as_of=evidence.as_of, horizon=h, merge_days=MERGE_DAYS
    )
    above, base = conversion(days, cause, client, h), base_rate(controls, h)
    ratio = lift(above, base, episodes=evidence.episodes, followed=evidence.followed, controls=controls, horizon=h)
    more = excess(evidence.episodes, evidence.followed, controls, h)
    crude = conversion(controls.days, controls.cause, controls.client, h).value or float("nan")
    curve, flat = curve_of(side, h)[h], curve_of(side, h, np.zeros(len(side.stories)))[h]
    share = above.value or 0.0
    rows = [(base, "base rate", flat, crude), (ratio, "lift", curve / flat, share / crude)]
    rows += [] if more is None else [(more.risk, "excess", curve - flat, share - crude)]
    return [_found(f"{side.name}: {what}", true, seen, naive) for seen, what, true, naive in rows if seen is not None]


def _times(side: Side, evidence: Evidence) -> list[Found]:
    """Median lead time over all that was watched, and the half-life of signals."""
    days, cause, client = _columns(evidence)
    curve = curve_of(side, int(days.max()))
    median = int(np.searchsorted(curve, curve[-1] / 2))
    seen = lead_time(days, cause, client)
    assert seen.median is not None
    ended = float(np.median(days[cause == SALE]))
    rows = [Found(f"{side.name}: median lead time", median, seen.median, seen.low, seen.high, ended)]
    fresh = half_life(days, cause, client)
    if fresh is not None:
        rows.append(Found(f"{side.name}: half-life", side.wishes.half_life, fresh.days, fresh.low, fresh.high))
    return rows


def _ranked(side: Side, evidence: Evidence) -> Found:
    """P(what ends had the higher probability than what does not); the naive area takes open episodes for failures."""
    days, cause, client = _columns(evidence)
    chance = np.repeat(chances(side, side.stories.averted, SCORED_AT), side.weight)
    score = np.repeat(np.round(side.stories.probability, 4), side.weight)
    truth = float(np.average(share_below(score, score, 1 - chance), weights=chance))
    found = auc_at(evidence.episodes.probability, days, cause, client, SCORED_AT)
    assert found is not None
    own, is_case = evidence.episodes.probability, (cause == SALE) & (days <= SCORED_AT)
    naive = float(share_below(own[is_case], own[~is_case], np.ones(int((~is_case).sum()))).mean())
    return _found(f"{side.name}: AUC", truth, found, naive)


def _per_mention(bank: Bank, name: str) -> Found:
    """The comparison nobody should make: every signal a case of its own, copies and sequels included."""
    evidence = gather(bank, name)
    start = evidence.signals.day
    row = np.searchsorted(evidence.episodes.client, evidence.signals.client)
    end = (evidence.episodes.start + evidence.followed.days)[row]
    cause = evidence.followed.cause[row]
    old_enough = (start + SCORED_AT <= evidence.as_of) & (start < end)
    hit = (cause == SALE) & (end - start <= SCORED_AT)
    hits, n = int(hit[old_enough].sum()), int(old_enough.sum())
    side = bank.told[name].side
    truth = curve_of(side, SCORED_AT)[SCORED_AT]
    return _found(f"{name}: conversion, per mention (wrong)", truth, rate(hits / n, *wilson(hits, n), n), None)


def _causal(bank: Bank) -> list[Found]:
    """Natural precision and the effect of acting, over the risk stories begun 90 days before the end or earlier."""
    told = bank.told["risk"]
    stories, last = told.side.stories, day_of(bank.wishes.as_of) - day_of(START)
    old = stories.day + SCORED_AT <= last
    came = _came_true(told)[old].astype(np.float64)
    acted, chance, client = stories.acted[old], stories.propensity[old], stories.client[old]
    natural = float(stories.probability[old].mean())
    kept = chances(told.side, stories.comes_true * (1 - told.side.wishes.effect), SCORED_AT)
    features = stories.probability[old][:, None]
    found = natural_precision(came, acted, chance, client)
    effect = effect_of_acting(came, acted, chance, client, features)
    lane = stories.held_out[old]
    watched = conversion(
        np.full(int(lane.sum()), SCORED_AT), np.where(came[lane] > 0, SALE, 0), client[lane], SCORED_AT
    )
    truth = float((kept[old]).mean()) - natural
    return [
        _found("risk: natural precision, by propensity", natural, found.natural, found.naive.value),
        *(
            [_found("risk: natural precision, hold-out", natural, watched, found.left_alone.value)]
            if lane.any()
            else []
        ),
        _found("risk: effect of acting", truth, effect.adjusted, effect.naive.value),
    ]


def _came_true(told: Told) -> IntArray:
    """Whether each story's client ended as foretold within 90 days, before leaving."""
    stories, people = told.side.stories, told.side.people
    end = told.side.ends.day[stories.client]
    return ((end - stories.day <= SCORED_AT) & (end <= people.left[stories.client])).astype(np.int64)


def _columns(evidence: Evidence) -> tuple[IntArray, IntArray, IntArray]:
    return evidence.followed.days, evidence.followed.cause, evidence.episodes.client


def _found(name: str, truth: float | FloatArray, seen: Rate, naive: float | None) -> Found:
    value = float("nan") if seen.value is None else seen.value
    return Found(name, float(truth), value, seen.low, seen.high, naive)
