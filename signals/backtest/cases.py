"""Cases that end one way or the other, judged by what was known when each began; the earlier ones teach."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from oncu.classifiers.outcomes.history import Features, count_words
from oncu.classifiers.outcomes.model import Trial, choose_strength, fit_outcome_model
from oncu.classifiers.text import fold_key
from oncu.config.backtest_specs import CasesBacktest
from oncu.config.problems import Problem
from oncu.scoring.estimates.shares import ratio_of_shares, share_of
from oncu.scoring.ranks.ranking import auroc, compare_auroc

from .archive import Archive, read_archive
from .result import Block, Cell, Progress, Result

RANKINGS = ("ranking", "auc", "gain", "p")
GROUPS = ("attribute", "worth", "cases", "ended", "share", "lift")
SETS = ("set", "cases", "ended", "share", "expected")
CHOICES = ("penalty", "with_words", "auc_folds", "chosen")
WEIGHTS = ("feature", "weight")
FEWEST = 15  # cases of a value below which its share says nothing
SHOWN_WEIGHTS = 15
OURS = "model"
QUARTERS = ("lowest quarter", "second quarter", "third quarter", "highest quarter")

Flags = NDArray[np.bool_]
Reals = NDArray[np.float64]


def judge_cases(spec: CasesBacktest, folder: Path, progress: Progress) -> Result:
    """Run it. Raises Problem for data that is not there, cannot be read, or ends in no two ways on either side."""
    cases = _decided(spec, read_archive(spec.cases, folder))
    ended = np.array([bool(re.search(spec.foretold, result)) for result in cases["result"]])
    teaches = np.array([began[:10] < spec.split.isoformat() for began in cases["began_at"]])
    for name, part in (("before", teaches), ("from", ~teaches)):
        if len(set(ended[part].tolist())) < 2:
            raise Problem(f"{spec.name}.yml: split: {name} {spec.split} all cases end alike; choose another day")
    progress("choose", 1, 2)
    return Result(
        name=spec.name,
        kind=spec.kind,
        title=spec.title,
        side=spec.side,
        as_of=max(cases["began_at"])[:10],
        horizon_days=None,
        split=f"{min(cases['began_at'])[:10]} – {spec.split} → {max(cases['began_at'])[:10]}",
        blocks=_blocks(spec, cases, ended, teaches),
        caveats=tuple(spec.caveats),
    )


def _decided(spec: CasesBacktest, cases: Archive) -> Archive:
    """The cases that ended one way or the other."""
    return cases.where([bool(re.search(f"{spec.foretold}|{spec.other}", result)) for result in cases["result"]])


def _blocks(spec: CasesBacktest, cases: Archive, ended: Flags, teaches: Flags) -> tuple[Block, ...]:
    features = describe_cases(cases, spec.texts, spec.numbers)
    trials = choose_strength(features.where(teaches), ended[teaches])
    model = fit_outcome_model(features.where(teaches), ended[teaches], trials[0].strength)
    expected = model.probabilities(features)
    sets = (_set("taught", ended, expected, teaches), _set("judged", ended, expected, ~teaches))
    rankings = _rankings(spec, cases, model.logits(features), ended, teaches, trials[0])
    return (
        Block("rankings", RANKINGS, tuple(rankings)),
        Block("case_sets", SETS, sets),
        Block("groups", GROUPS, tuple(_groups(spec, cases, ended))),
        Block("choices", CHOICES, tuple(_choice(trial, trial is trials[0]) for trial in trials)),
        Block("weights", WEIGHTS, tuple(model.strongest(SHOWN_WEIGHTS))),
    )


def describe_cases(cases: Archive, texts: Sequence[str], numbers: Sequence[str]) -> Features:
    """One row a case: the words of its texts, each after the name of its column, and its numbers."""
    said = [
        " ".join(f"{name} {word}" for name in texts for word in fold_key(row[name]).split()) for row in cases.rows()
    ]
    words, vocabulary = count_words(said)
    columns = [read_numbers(cases[name]) for name in numbers]
    table = np.column_stack(columns) if columns else np.zeros((len(cases), 0))
    _, firm = np.unique(np.array([fold_key(name) for name in cases.get("name")]), return_inverse=True)
    group = firm.astype(np.int64) if "name" in cases.columns else np.full(len(cases), -1, dtype=np.int64)
    return Features(cases["case_id"], group, tuple(numbers), table, words, vocabulary)


def read_numbers(cells: Sequence[str]) -> Reals:
    """The first number of each cell, NaN where there is none: "1,028,036 TL" → 1028036."""
    found = (re.search(r"\d[\d,]*(?:\.\d+)?", cell) for cell in cells)
    return np.array([float(match[0].replace(",", "")) if match else np.nan for match in found])


def _rankings(
    spec: CasesBacktest, cases: Archive, ours: Reals, ended: Flags, teaches: Flags, chosen: Trial
) -> Iterator[tuple[Cell, ...]]:
    """The model and each baseline on the judged cases, then what suspect columns would have pretended."""
    judged = ~teaches
    yield OURS, auroc(ours[judged], ended[judged]), None, None
    for name in spec.baselines:
        score = _share_before(cases, name, ended, teaches)
        gain = compare_auroc(ours[judged], score[judged], ended[judged])
        area = auroc(score[judged], ended[judged])
        yield name, area, gain.gain if gain else None, gain.p if gain else None
    for name in spec.suspects:
        leaky = describe_cases(cases, (*spec.texts, name), spec.numbers)
        model = fit_outcome_model(leaky.where(teaches), ended[teaches], chosen.strength)
        yield f"{OURS} + {name} (leak)", auroc(model.logits(leaky)[judged], ended[judged]), None, None


def _share_before(cases: Archive, name: str, ended: Flags, teaches: Flags) -> Reals:
    """The share of teaching cases with the same value (or quarter of the values) that ended, drawn to that of all."""
    values = np.array(_values(cases, name))
    usual = ended[teaches].mean()
    score = np.full(len(values), usual)
    for value in np.unique(values):
        same = values == value
        score[same] = (ended[same & teaches].sum() + 10 * usual) / ((same & teaches).sum() + 10)
    return score


def _values(cases: Archive, name: str) -> list[str]:
    """A column's values folded; numbers as the quarter of all they stand in."""
    numbers = read_numbers(cases[name])
    if np.isnan(numbers).mean() > 0.5:
        return [fold_key(cell) or "–" for cell in cases[name]]
    edges = np.nanquantile(numbers, [0.25, 0.5, 0.75])
    return [QUARTERS[place] for place in np.searchsorted(edges, np.nan_to_num(numbers))]


def _groups(spec: CasesBacktest, cases: Archive, ended: Flags) -> Iterator[tuple[Cell, ...]]:
    """What ends how often: each value of the attributes with enough cases, over the cases of the other values."""
    for name in spec.groups:
        values = np.array(_values(cases, name))
        for value in sorted(set(values.tolist()), key=lambda one: (-int((values == one).sum()), one)):
            same = values == value
            if same.sum() >= FEWEST:
                hits, n = int(ended[same].sum()), int(same.sum())
                lift = ratio_of_shares(hits, n, int(ended[~same].sum()), int((~same).sum()))
                yield name, value, n, hits, share_of(hits, n), lift


def _set(name: str, ended: Flags, expected: Reals, chosen: Flags) -> tuple[Cell, ...]:
    n, hits = int(chosen.sum()), int(ended[chosen].sum())
    return name, n, hits, share_of(hits, n), float(expected[chosen].mean())


def _choice(trial: Trial, is_chosen: bool) -> tuple[Cell, ...]:
    return trial.strength.penalty, trial.strength.with_words, trial.area, is_chosen
