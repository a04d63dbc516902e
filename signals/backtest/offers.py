"""Offers accepted or not, in the order in which they were made: what still holds when times change."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from scipy.special import expit

from oncu.config.backtest_offers import OffersBacktest
from oncu.config.problems import Problem
from oncu.scoring.estimates.shares import share_of
from oncu.scoring.judge.leakage import Leak, assert_features_known
from oncu.scoring.judge.tables import BoolArray, FloatArray, IntArray
from oncu.scoring.offers.acceptance import (
    change_within,
    first_alarm,
    following_chances,
    join_columns,
    log_odds_of,
    slices,
    step_columns,
    try_pulls,
    value_columns,
)
from oncu.scoring.offers.drift import TOLERATED
from oncu.scoring.ranks.log_loss import gain_in_log_loss, log_loss
from oncu.scoring.ranks.ranking import auroc

from .archive import Archive, read_archive
from .result import Block, Cell, Progress, Result

MODELS = ("model", "auc", "log_loss", "gain_in_loss")
PARTS = ("part", "offers", "accepted")
DRIFT = ("feature", "change", "kept")
PULLS = ("pull", "loss_forward", "chosen")
MONITOR = ("learnt_parts", "alarm_after", "alarm_part")
PLAIN_PULL = 1.0

Features = Mapping[str, FloatArray]


def judge_offers(spec: OffersBacktest, folder: Path, progress: Progress) -> Result:
    """Run it. Raises Problem for data that is not there or cannot be read, or offers that all end alike."""
    _check_features(spec)
    offers = read_archive(spec.offers, folder)
    accepted = np.array([bool(re.search(spec.accepted, said)) for said in offers["result"]], dtype=bool)
    part = slices(len(offers), spec.parts)
    teaches = part < spec.judged_from - 1
    if any(len(set(accepted[rows].tolist())) < 2 for rows in (teaches, ~teaches)):
        raise Problem(f"{spec.name}.yml: accepted: all offers on one side of the cut end alike; look at the pattern")
    features = _features(spec, offers, teaches)
    moved = {name: change_within(own, part, spec.judged_from - 1) for name, own in features.items()}
    progress("choose", 1, 2)
    return Result(
        name=spec.name,
        kind=spec.kind,
        title=spec.title,
        side=spec.side,
        as_of=None,
        horizon_days=None,
        split=f"1 – {int(teaches.sum())} → {len(offers)}",
        blocks=tuple(_blocks(spec, offers, features, moved, accepted)),
        caveats=tuple(spec.caveats),
        labels=spec.labels,
    )


def _check_features(spec: OffersBacktest) -> None:
    """Refuse features by the names of what only the decision reveals."""
    try:
        assert_features_known([*spec.words, *spec.numbers])
    except Leak as leak:
        raise Problem(f"{spec.name}.yml: words: {leak}; leave them out") from None


def _features(spec: OffersBacktest, offers: Archive, teaches: BoolArray) -> dict[str, FloatArray]:
    """By name the columns of each feature."""
    words = {name: value_columns(offers[name]) for name in spec.words}
    steps = {name: step_columns(_numbers(offers, name), spec.edges.get(name), teaches) for name in spec.numbers}
    return words | steps


def _numbers(offers: Archive, name: str) -> FloatArray:
    found = np.array(offers.numbers(name), dtype=np.float64)
    if np.isnan(found).any():
        row = offers["row"][int(np.isnan(found).argmax())]
        raise Problem(f"row {row}, column {name}: is empty; fill it, or name the column under words")
    return found


def _blocks(
    spec: OffersBacktest, offers: Archive, features: Features, moved: Mapping[str, float], accepted: BoolArray
) -> Iterator[Block]:
    part, cut = slices(len(offers), spec.parts), spec.judged_from - 1
    stable = [name for name, change in moved.items() if change <= TOLERATED]
    if not stable:
        raise Problem(f"{spec.name}.yml: words: every feature marks the season; name some that do not")
    design = join_columns(features, stable)
    tried = try_pulls(design, accepted, part, judged_from=cut, delay=spec.delay)
    odds = log_odds_of(design, accepted, part < cut, tried[0].pull)
    every = log_odds_of(_plain(spec, offers, features), accepted, part < cut, PLAIN_PULL)
    chances = {
        "stable": expit(odds),
        "following": following_chances(odds, accepted, spec.delay),
        "plain_all": expit(every),
        "constant": np.full(len(part), accepted[part < cut].mean()),
    }
    yield Block("models", MODELS, tuple(_models(chances, accepted, part >= cut)))
    yield Block("by_part", PARTS, tuple(_by_part(accepted, part)))
    yield Block("drift", DRIFT, tuple((name, change, name in stable) for name, change in moved.items()))
    alarms = (first_alarm(design, accepted, part, one, tried[0].pull) for one in spec.watched)
    yield Block("monitor", MONITOR, tuple((a.learnt, a.after, _counted(a.slice)) for a in alarms))
    yield Block("pulls", PULLS, tuple((one.pull, one.loss, one is tried[0]) for one in tried))


def _plain(spec: OffersBacktest, offers: Archive, features: Features) -> FloatArray:
    """All features as they come: what a model looks like that does not ask which of them will last."""
    numbers = [_numbers(offers, name)[:, None] for name in spec.numbers]
    return np.hstack([*numbers, *(features[name] for name in spec.words)])


def _models(chances: Mapping[str, FloatArray], accepted: BoolArray, judged: BoolArray) -> Iterator[tuple[Cell, ...]]:
    """Each model on the judged offers; `gain_in_loss` is that over the constant share of the teaching part."""
    happened, constant = accepted[judged], chances["constant"][judged]
    for name, chance in chances.items():
        own = chance[judged]
        gain = None if name == "constant" else gain_in_log_loss(own, constant, happened)
        yield name, auroc(own, happened), log_loss(own, happened), gain


def _by_part(accepted: BoolArray, part: IntArray) -> Iterator[tuple[Cell, ...]]:
    for one in range(int(part.max()) + 1):
        own = accepted[part == one]
        yield one + 1, len(own), share_of(int(own.sum()), len(own))


def _counted(place: int | None) -> int | None:
    return None if place is None else place + 1
