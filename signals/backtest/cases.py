"""Cases that end one way or the other, judged by what was known when each began; the earlier ones teach."""

import re
from collections import Counter, defaultdict
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
from oncu.scoring.judge.asof import day_of
from oncu.scoring.judge.leakage import Split, purged_split
from oncu.scoring.ranks.ranking import auroc, compare_auroc

from .archive import Archive, read_archive
from .result import Block, Cell, Progress, Result, Said

RANKINGS = ("ranking", "auc", "gain", "p")
GROUPS = ("attribute", "worth", "cases", "ended", "share", "lift")
SETS = ("set", "cases", "ended", "share", "expected")
CHOICES = ("penalty", "with_words", "auc_folds", "chosen")
WEIGHTS = ("feature", "weight")
FEWEST = 15  # cases of a value below which its share says nothing
SHOWN_WEIGHTS = 15
OURS = "model"
NOT_SAID = "not_said"
QUARTERS = ("lowest_quarter", "second_quarter", "third_quarter", "highest_quarter")

Flags = NDArray[np.bool_]
Reals = NDArray[np.float64]


def judge_cases(spec: CasesBacktest, folder: Path, progress: Progress) -> Result:
    """Run it. Raises Problem for data that is not there, cannot be read, or ends in no two ways on either side."""
    cases = _decided(spec, read_archive(spec.cases, folder))
    ended = np.array([bool(re.search(spec.foretold, result)) for result in cases["result"]])
    parts = _split(spec, cases)
    for name, part in (("before", parts.train), ("from", parts.test)):
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
        blocks=_blocks(spec, cases, ended, parts),
        caveats=tuple(spec.caveats),
        labels=spec.labels,
    )


def _split(spec: CasesBacktest, cases: Archive) -> Split:
    """Those begun before the day teach, the others are judged; a firm with cases on both sides teaches nothing.

    When a case ended is not told, so there is no gap between the two.
    """
    began = np.array([day_of(moment.date()) for moment in cases.moments("began_at")], dtype=np.int64)
    return purged_split(began, day_of(spec.split), 0, firms_of(cases))


def firms_of(cases: Archive) -> NDArray[np.int64]:
    """A number for the firm of each case, -1 where the spec names none."""
    if "name" not in cases.columns:
        return np.full(len(cases), -1, dtype=np.int64)
    _, firm = np.unique(np.array([fold_key(name) for name in cases["name"]]), return_inverse=True)
    return firm.astype(np.int64)


def _decided(spec: CasesBacktest, cases: Archive) -> Archive:
    """The cases that ended one way or the other."""
    return cases.where([bool(re.search(f"{spec.foretold}|{spec.other}", result)) for result in cases["result"]])


def _blocks(spec: CasesBacktest, cases: Archive, ended: Flags, parts: Split) -> tuple[Block, ...]:
    features = describe_cases(cases, spec.texts, spec.numbers)
    teaches = parts.train
    trials = choose_strength(features.where(teaches), ended[teaches])
    model = fit_outcome_model(features.where(teaches), ended[teaches], trials[0].strength)
    expected = model.probabilities(features)
    sets = (_set("taught", ended, expected, teaches), _set("judged", ended, expected, parts.test))
    rankings = _rankings(spec, cases, model.logits(features), ended, parts, trials[0])
    return (
        Block("rankings", RANKINGS, tuple(rankings)),
        Block("case_sets", SETS, sets),
        Block("groups", GROUPS, tuple(_groups(spec, cases, ended))),
        Block("choices", CHOICES, tuple(_choice(trial, trial is trials[0]) for trial in trials)),
        Block("weights", WEIGHTS, tuple(model.strongest(SHOWN_WEIGHTS))),
    )


def describe_cases(cases: Archive, texts: Sequence[str], numbers: Sequence[str]) -> Features:
    """One row a case: the words of its texts, each after the name of its column, and its numbers.

    That nothing is said is a word too: no exemption tells as much as one.
    """
    said = [
        " ".join(f"{name} {word}" for name in texts for word in (fold_key(row[name]) or NOT_SAID).split())
        for row in cases.rows()
    ]
    words, vocabulary = count_words(said)
    columns = [read_numbers(cases[name]) for name in numbers]
    table = np.column_stack(columns) if columns else np.zeros((len(cases), 0))
    return Features(cases["case_id"], firms_of(cases), tuple(numbers), table, words, vocabulary)


def read_numbers(cells: Sequence[str]) -> Reals:
    """The first number of each cell, NaN where there is none: "1,028,036 TL" → 1028036."""
    found = (re.search(r"\d[\d,]*(?:\.\d+)?", cell) for cell in cells)
    return np.array([float(match[0].replace(",", "")) if match else np.nan for match in found])


def _rankings(
    spec: CasesBacktest, cases: Archive, ours: Reals, ended: Flags, parts: Split, chosen: Trial
) -> Iterator[tuple[Cell, ...]]:
    """The model and each baseline on the judged cases, then what suspect columns would have pretended."""
    teaches, judged = parts.train, parts.test
    yield OURS, auroc(ours[judged], ended[judged]), None, None
    for name in spec.baselines:
        score = _share_before(cases, name, ended, teaches)
        gain = compare_auroc(ours[judged], score[judged], ended[judged])
        area = auroc(score[judged], ended[judged])
        yield name, area, gain.gain if gain else None, gain.p if gain else None
    for name in spec.suspects:
        leaky = describe_cases(cases, (*spec.texts, name), spec.numbers)
        model = fit_outcome_model(leaky.where(teaches), ended[teaches], chosen.strength)
        yield Said("leak", {"column": name}), auroc(model.logits(leaky)[judged], ended[judged]), None, None


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
        return [fold_key(cell) or NOT_SAID for cell in cases[name]]
    edges = np.nanquantile(numbers, [0.25, 0.5, 0.75])
    return [QUARTERS[place] for place in np.searchsorted(edges, np.nan_to_num(numbers))]


def _as_written(cases: Archive, name: str) -> dict[str, str]:
    """By what `_values` gives, how it is written most often; of equally many the first in the alphabet."""
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for value, cell in zip(_values(cases, name), cases[name], strict=True):
        written[value][value if value in (*QUARTERS, NOT_SAID) else cell] += 1
    return {value: min(cells, key=lambda cell: (-cells[cell], cell)) for value, cells in written.items()}


def _groups(spec: CasesBacktest, cases: Archive, ended: Flags) -> Iterator[tuple[Cell, ...]]:
    """What ends how often: each value of the attributes with enough cases, over the cases of the other values."""
    for name in spec.groups:
        values, written = np.array(_values(cases, name)), _as_written(cases, name)
        for value in sorted(set(values.tolist()), key=lambda one: (-int((values == one).sum()), one)):
            same = values == value
            if same.sum() >= FEWEST:
                hits, n = int(ended[same].sum()), int(same.sum())
                lift = ratio_of_shares(hits, n, int(ended[~same].sum()), int((~same).sum()))
                yield name, written[value], n, hits, share_of(hits, n), lift


def _set(name: str, ended: Flags, expected: Reals, chosen: Flags) -> tuple[Cell, ...]:
    n, hits = int(chosen.sum()), int(ended[chosen].sum())
    return name, n, hits, share_of(hits, n), float(expected[chosen].mean())


def _choice(trial: Trial, is_chosen: bool) -> tuple[Cell, ...]:
    return trial.strength.penalty, trial.strength.with_words, trial.area, is_chosen
