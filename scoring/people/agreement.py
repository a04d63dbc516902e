"""Do reviewers agree, and who of them is right how often? Kappa, and confusion learnt without knowing the truth."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from ..estimates.intervals import Z95, Rate, rate, unknown_rate
from ..judge.tables import BadInput, FloatArray, IntArray

STEPS, CLOSE = 1000, 1e-7


@dataclass(frozen=True)
class Reviewers:
    """What Dawid & Skene's model learnt.

    `share` of each verdict among the leads; `verdict[lead, k]` the chance that k is the truth;
    `confusion[reviewer, truth, said]`; `n[reviewer]` the reviews it rests on.
    """

    share: FloatArray
    verdict: FloatArray
    confusion: FloatArray
    n: IntArray


def fleiss_kappa(table: IntArray) -> Rate:
    """Agreement beyond chance of reviewers who need not be the same people (Fleiss 1971).

    `table[lead, verdict]` counts reviews; every lead has the same number of two or more, else BadInput.
    kappa = (P - Pe) / (1 - Pe), P the mean share of agreeing pairs, Pe the sum of squared verdict shares. 1: always
    agree; 0: as by chance. Jackknife interval over leads. [[2, 0], [0, 2]] -> 1.
    """
    if not len(table):
        return unknown_rate(0)
    reviews = np.unique(table.sum(axis=1))
    if len(reviews) != 1 or reviews[0] < 2:
        raise BadInput("reviews", f"found {reviews.tolist()} reviews a lead", "expected the same number, 2 or more")
    pairs = (np.sum(table**2, axis=1) - reviews[0]) / (reviews[0] * (reviews[0] - 1))
    totals, n = table.sum(axis=0), len(table)
    value = float(_beyond_chance(pairs.mean(), totals))
    if n < 3 or np.isnan(value):
        return Rate(None if np.isnan(value) else value, None, None, n)
    left_out = _beyond_chance((pairs.sum() - pairs) / (n - 1), totals - table)
    step = Z95 * sqrt((n - 1) * float(np.nanvar(left_out)))
    return rate(value, max(value - step, -1.0), min(value + step, 1.0), n)


def dawid_skene(lead: IntArray, reviewer: IntArray, said: IntArray) -> Reviewers:
    """True verdicts and each reviewer's errors together, by expectation-maximisation (Dawid & Skene 1979).

    One entry a review; leads, reviewers and verdicts are numbered 0, 1, ...; a reviewer may judge a lead twice.
    T[i,k] ~ share[k] * product over the reviews of i of confusion[reviewer, k, said]; shares and confusions are the
    weighted counts (even where there is nothing to count). Starts from the votes.
    """
    sizes = (int(lead.max()) + 1, int(reviewer.max()) + 1, int(said.max()) + 1)
    votes = np.zeros((sizes[0], sizes[2]))
    np.add.at(votes, (lead, said), 1.0)
    truth = votes / np.maximum(votes.sum(axis=1, keepdims=True), 1.0)
    share, confusion = _learn(truth, lead, reviewer, said, sizes)
    for _ in range(STEPS):
        before, truth = truth, _judge(share, confusion, lead, reviewer, said)
        share, confusion = _learn(truth, lead, reviewer, said, sizes)
        if np.abs(truth - before).max() < CLOSE:
            break
    return Reviewers(share, truth, confusion, np.bincount(reviewer, minlength=sizes[1]))


def _beyond_chance(agreeing: FloatArray, totals: IntArray) -> FloatArray:
    """(P - Pe) / (1 - Pe) for verdicts counted along the last axis; NaN where all verdicts are one."""
    by_chance = np.sum((totals / totals.sum(axis=-1, keepdims=True)) ** 2, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((agreeing - by_chance) / (1 - by_chance), dtype=np.float64)


def _learn(
    truth: FloatArray, lead: IntArray, reviewer: IntArray, said: IntArray, sizes: tuple[int, int, int]
) -> tuple[FloatArray, FloatArray]:
    by_said = np.zeros((sizes[1], sizes[2], sizes[2]))
    np.add.at(by_said, (reviewer, said), truth[lead])
    counts = by_said.transpose(0, 2, 1)
    total = counts.sum(axis=2, keepdims=True)
    even = np.full_like(counts, 1 / sizes[2])
    return truth.mean(axis=0), np.divide(counts, total, out=even, where=total > 0)


def _judge(share: FloatArray, confusion: FloatArray, lead: IntArray, reviewer: IntArray, said: IntArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        odds = np.tile(np.log(share), (int(lead.max()) + 1, 1))
        np.add.at(odds, lead, np.log(confusion[reviewer, :, said]))
    odds -= odds.max(axis=1, keepdims=True)
    chance = np.exp(odds)
    return np.asarray(chance / chance.sum(axis=1, keepdims=True), dtype=np.float64)
