"""The history of clients known by a cut-off against what happened after it: a model beside plain ways of sorting."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from oncu.classifiers.outcomes.history import NUMBERS, Events, Features, describe_history, stack_features
from oncu.classifiers.outcomes.model import OutcomeModel, Trial, choose_strength, fit_outcome_model
from oncu.config.backtest_specs import HistoryBacktest
from oncu.config.problems import Problem
from oncu.scoring.estimates.shares import ratio_of_shares, share_of
from oncu.scoring.judge.asof import day_of
from oncu.scoring.ranks.ranking import auroc, compare_auroc

from .archive import Archive, read_archive
from .result import Block, Cell, Progress, Result

RANKINGS = ("ranking", "auc", "precision_at", "lift", "gain", "p")
CHOICES = ("penalty", "with_words", "auc_folds", "chosen")
SETS = ("set", "cut_off", "clients", "ended", "share", "expected")
WEIGHTS = ("feature", "weight")
SHOWN_WEIGHTS = 15
OURS = "model"

Flags = NDArray[np.bool_]


def replay_history(spec: HistoryBacktest, folder: Path, progress: Progress) -> Result:
    """Run it. Raises Problem for data that is not there or cannot be read."""
    unknown = sorted(set(spec.baselines) - set(NUMBERS))
    if unknown:
        there = ", ".join(NUMBERS)
        raise Problem(f"{spec.name}.yml: baselines: there is no number {unknown[0]!r}; there are {there}")
    progress("read", 0, 4)
    found = read_archive(spec.events, folder)
    events = read_events(spec, found)
    ends = _ends(events, read_archive(spec.outcomes, folder))
    *earlier, judged = spec.cut_offs
    progress("describe", 1, 4)
    taught = [_labelled(spec, events, ends, cut) for cut in earlier]
    features, ended = _labelled(spec, events, ends, judged)
    progress("choose", 2, 4)
    lesson, lesson_ended = stack_features([part for part, _ in taught]), np.concatenate([ends for _, ends in taught])
    if lesson_ended.all() or not lesson_ended.any():
        raise Problem(f"{spec.name}.yml: cut_offs: after the earlier ones all clients end alike; choose other days")
    trials = choose_strength(lesson, lesson_ended)
    model = fit_outcome_model(lesson, lesson_ended, trials[0].strength)
    progress("judge", 3, 4)
    return _result(spec, taught, features, ended, trials, model)


def read_events(spec: HistoryBacktest, found: Archive) -> Events:
    """The rows of an archive as events; clients, groups, regions and texts become numbers."""
    clients, client = _numbered(found["client_id"])
    texts, text = _numbered(found.get("text"))
    _, group = _numbered(found.get("group"))
    _, region = _numbered(found.get("region"))
    blank = texts.index("") if "" in texts else -2
    return Events(
        clients=clients,
        client=client,
        day=_days(found["known_at"]),
        value=np.array(found.numbers("value")),
        flagged=_matching(spec.flagged, found.get("flag")),
        ended=_matching(spec.ended, found.get("result")),
        group=np.where(np.array(found.get("group")) == "", -1, group),
        region=np.where(np.array(found.get("region")) == "", -1, region),
        text=np.where(text == blank, -1, text),
        texts=texts,
    )


def _labelled(spec: HistoryBacktest, events: Events, ends: dict[str, list[int]], cut: date) -> tuple[Features, Flags]:
    """The clients known by a cut-off, and whether each ended within the horizon after it."""
    features = describe_history(events, day_of(cut), spec.window_days)
    first, last = day_of(cut) + 1, day_of(cut) + spec.horizon_days
    ended = [any(first <= day <= last for day in ends.get(client, ())) for client in features.clients]
    return features, np.array(ended, dtype=bool)


def _ends(events: Events, outcomes: Archive) -> dict[str, list[int]]:
    """Days of the ends of each client: those told as outcomes and the events that are one."""
    found: dict[str, list[int]] = {}
    for client, day in zip(outcomes["client_id"], _days(outcomes["occurred_at"]).tolist(), strict=True):
        found.setdefault(client, []).append(day)
    for n in np.flatnonzero(events.ended):
        found.setdefault(events.clients[events.client[n]], []).append(int(events.day[n]))
    return found


def _result(
    spec: HistoryBacktest,
    taught: Sequence[tuple[Features, Flags]],
    features: Features,
    ended: Flags,
    trials: Sequence[Trial],
    model: OutcomeModel,
) -> Result:
    *earlier, judged = spec.cut_offs
    known = judged + timedelta(days=spec.horizon_days)
    sets = [*_sets("taught", earlier, taught, model), *_sets("judged", [judged], [(features, ended)], model)]
    choices = [(t.strength.penalty, t.strength.with_words, t.area, t is trials[0]) for t in trials]
    return Result(
        name=spec.name,
        kind=spec.kind,
        title=spec.title,
        side=spec.side,
        as_of=known.isoformat(),
        horizon_days=spec.horizon_days,
        split=f"{', '.join(map(str, earlier))} → {judged}",
        blocks=(
            Block("rankings", RANKINGS, tuple(_rankings(spec, features, ended, model))),
            Block("sets", SETS, tuple(sets)),
            Block("choices", CHOICES, tuple(choices)),
            Block("weights", WEIGHTS, tuple(model.strongest(SHOWN_WEIGHTS))),
        ),
        caveats=tuple(spec.caveats),
        labels=spec.labels,
    )


def _rankings(
    spec: HistoryBacktest, features: Features, ended: Flags, model: OutcomeModel
) -> Iterator[tuple[Cell, ...]]:
    """The model and each baseline: area with DeLong's interval, share of the first `top`, and the model's gain."""
    ours = model.logits(features)
    scores = {OURS: ours} | {name: np.nan_to_num(features.number(name), nan=-1.0) for name in spec.baselines}
    for name, score in scores.items():
        hits = _hits_at(score, ended, spec.top)
        top = min(spec.top, len(score))
        gain = None if name == OURS else compare_auroc(ours, score, ended)
        yield (
            name,
            auroc(score, ended),
            share_of(round(hits), top),
            ratio_of_shares(round(hits), top, int(ended.sum()), len(ended)),
            gain.gain if gain else None,
            gain.p if gain else None,
        )


def _hits_at(score: NDArray[np.float64], ended: Flags, top: int) -> float:
    """Ends among the first `top` by score; those tied at the last place share the places left."""
    if top >= len(score):
        return float(ended.sum())
    edge = np.partition(score, -top)[-top]
    over, tied = score > edge, score == edge
    return float(ended[over].sum() + ended[tied].mean() * (top - over.sum()))


def _sets(
    name: str, cuts: Sequence[date], sets: Sequence[tuple[Features, Flags]], model: OutcomeModel
) -> Iterator[tuple[Cell, ...]]:
    for cut, (features, ended) in zip(cuts, sets, strict=True):
        expected = float(model.probabilities(features).mean())
        yield name, str(cut), len(features), int(ended.sum()), share_of(int(ended.sum()), len(ended)), expected


def _numbered(cells: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    known = sorted(set(cells))
    number = {cell: n for n, cell in enumerate(known)}
    return known, np.fromiter(map(number.__getitem__, cells), np.int64, len(cells))


def _days(cells: Sequence[str]) -> NDArray[np.int64]:
    return np.array([cell[:10] for cell in cells], dtype="datetime64[D]").astype(np.int64)


def _matching(pattern: str | None, cells: Sequence[str]) -> Flags:
    if pattern is None:
        return np.zeros(len(cells), dtype=bool)
    found = {cell: bool(re.search(pattern, cell)) for cell in set(cells)}
    return np.fromiter(map(found.__getitem__, cells), bool, len(cells))
