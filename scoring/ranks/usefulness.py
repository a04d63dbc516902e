"""Is acting on the flags better than not looking? Flagged against happened, and what both errors cost."""

from dataclasses import dataclass
from math import log, nan

import numpy as np

from ..judge.tables import BadInput, BoolArray, FloatArray


@dataclass(frozen=True)
class Crossing:
    """Flagged x happened, as counts or weights. Finley's tornadoes (1884) are 28, 72, 23, 2680."""

    hits: float
    false_alarms: float
    misses: float
    quiet: float

    @property
    def n(self) -> float:
        return self.hits + self.false_alarms + self.misses + self.quiet

    @property
    def cases(self) -> float:
        return self.hits + self.misses

    @property
    def prevalence(self) -> float:
        return _ratio(self.cases, self.n)

    @property
    def hit_rate(self) -> float:
        """P(flagged | happened)."""
        return _ratio(self.hits, self.cases)

    @property
    def false_alarm_rate(self) -> float:
        """P(flagged | did not happen)."""
        return _ratio(self.false_alarms, self.n - self.cases)


@dataclass(frozen=True)
class Usefulness:
    """Loss avoided by the flags, in the units of the loss and as a share of all that could be avoided."""

    absolute: float
    relative: float


def crossing(flagged: BoolArray, is_case: BoolArray, weight: FloatArray | None = None) -> Crossing:
    """Count flagged against happened; with `weight` (say of censoring) add weights instead."""
    cell = np.where(is_case, 0, 1) + np.where(flagged, 0, 2)  # hit, false alarm, miss, quiet
    counts = np.bincount(cell, weights=weight, minlength=4)
    return Crossing(float(counts[0]), float(counts[1]), float(counts[2]), float(counts[3]))


def accuracy(found: Crossing) -> float:
    """Share judged rightly. Shown only to be mistrusted: Finley's .966 loses to "never" with .982."""
    return _ratio(found.hits + found.quiet, found.n)


def peirce_skill(found: Crossing) -> float:
    """Hit rate minus false alarm rate (Peirce 1884): 0 for guessing, 1 for knowing. Finley's is .523."""
    return found.hit_rate - found.false_alarm_rate


def critical_success(found: Crossing) -> float:
    """Hits among all that was flagged or happened (Gilbert 1884); quiet days do not flatter it. Finley's is .228."""
    return _ratio(found.hits, found.hits + found.false_alarms + found.misses)


def sedi(found: Crossing) -> float:
    """Symmetric extremal dependence index (Ferro & Stephenson 2011), which does not vanish as events get rarer.

    (ln F - ln H - ln(1-F) + ln(1-H)) / (ln F + ln H + ln(1-F) + ln(1-H)); NaN where a rate is 0 or 1. Finley's .753.
    """
    hit, alarm = found.hit_rate, found.false_alarm_rate
    if not (0 < hit < 1 and 0 < alarm < 1):
        return nan
    logs = log(alarm), log(hit), log(1 - alarm), log(1 - hit)
    return (logs[0] - logs[1] - logs[2] + logs[3]) / sum(logs)


def odds_ratio(found: Crossing) -> float:
    """Odds of the event when flagged over those when not: hits x quiet / (misses x false alarms). Finley's 45.3."""
    return _ratio(found.hits * found.quiet, found.misses * found.false_alarms)


def likelihood_ratios(found: Crossing) -> tuple[float, float]:
    """LR+ = P(flag | event) / P(flag | none) and LR- = P(no flag | event) / P(no flag | none)."""
    hit, alarm = found.hit_rate, found.false_alarm_rate
    return _ratio(hit, alarm), _ratio(1 - hit, 1 - alarm)


def posterior(prior: float, likelihood_ratio: float) -> float:
    """Chance after a sign: posterior odds = prior odds x LR. Prior 1 % and LR 10 -> 9.2 %."""
    odds = prior / (1 - prior) * likelihood_ratio if prior < 1 else float("inf")
    return 1.0 if odds == float("inf") else odds / (1 + odds)


def usefulness(found: Crossing, weight_of_misses: float) -> Usefulness:
    """What the flags save against the better of always and never acting (Sarlin 2013; Alessi & Detken 2011).

    L(mu) = mu T1 P1 + (1-mu) T2 P2 with T1 the share of events missed, T2 that of quiet rows flagged, P1 and P2 how
    common both are; Ua = min(mu P1, (1-mu) P2) - L; Ur = Ua / that minimum (1 perfect, 0 useless, less: harmful).
    `weight_of_misses` is mu in (0, 1). NaN without both events and quiet rows.
    """
    if not 0 < weight_of_misses < 1:
        raise BadInput("weight of misses", f"found {weight_of_misses}", "expected a number between 0 and 1")
    missing, alarming = weight_of_misses * found.prevalence, (1 - weight_of_misses) * (1 - found.prevalence)
    loss = missing * (1 - found.hit_rate) + alarming * found.false_alarm_rate
    best = min(missing, alarming)
    return Usefulness(best - loss, _ratio(best - loss, best))


def net_benefit(found: Crossing, threshold: float) -> float:
    """True alarms per row, false ones charged at the odds of the threshold (Vickers & Elkin 2006).

    TP/n - FP/n * pt/(1-pt); never acting gives 0. 20 hits and 30 false alarms in 100, pt .2 -> .125.
    """
    return _ratio(found.hits - found.false_alarms * threshold / (1 - threshold), found.n)


def decision_curve(
    probability: FloatArray, is_case: BoolArray, thresholds: FloatArray, weight: FloatArray | None = None
) -> FloatArray:
    """Net benefit of flagging at each threshold; one row a threshold: the threshold, by model, by flagging all."""
    share = crossing(np.ones(len(is_case), dtype=bool), is_case, weight)
    rows = [
        (one, net_benefit(crossing(probability >= one, is_case, weight), one), net_benefit(share, one))
        for one in thresholds.tolist()
    ]
    return np.array(rows).reshape(-1, 3)


def _ratio(over: float, under: float) -> float:
    return over / under if under else nan
