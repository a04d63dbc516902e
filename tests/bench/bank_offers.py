"""Backtest O: which bank offers are accepted, when the times change (UCI bank marketing, time order, no `duration`)."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from measure import SHARED
from numpy.typing import NDArray
from sklearn.metrics import log_loss, roc_auc_score

from oncu.scoring.estimates.logistic import fit_logistic
from oncu.scoring.offers.drift import TOLERATED, change_of_shares, follow_level, watch_level

FILE = SHARED / "data/en/uci_bank_offers/offers_first80.csv"
WORDS = ("job", "marital", "education", "default", "housing", "loan", "contact", "poutcome", "month", "day_of_week")
NUMBERS = ("age", "previous", "campaign", "emp.var.rate", "cons.price.idx", "cons.conf.idx", "euribor3m", "nr.employed")
EDGES = {"age": (25, 30, 40, 50, 60), "previous": (1, 2), "campaign": (2, 3, 4)}
JUDGED = 8  # of ten tenths of the file the first that is judged
RIDGES, MEMORY, DELAY = (10.0, 100.0, 1000.0), 300.0, 200  # an outcome is known 200 offers (over a day) later
Floats = NDArray[np.float64]


def bench_bank_offers(folder: Path) -> None:
    """Backtest O: AUC and log-loss on the last fifth, the features that survive drift, the monitor's first alarm."""
    rows = read_rows()
    accepted = np.array([row["y"] == "yes" for row in rows])
    tenth = np.arange(len(rows)) * 10 // len(rows)
    print("  accepted by tenth (%) " + " ".join(f"{100 * accepted[tenth == one].mean():.1f}" for one in range(10)))
    features = {name: indicators(rows, name, tenth < JUDGED) for name in (*WORDS, *NUMBERS)}
    moved = {name: drift_of(found, tenth) for name, found in features.items()}
    stable = [name for name, change in moved.items() if change <= TOLERATED]
    print("  change of shares inside the training part: " + ", ".join(f"{n} {c:.2f}" for n, c in moved.items()))
    print(f"  features that stay: {', '.join(stable)}")
    judged = tenth >= JUDGED
    show("constant training rate", accepted[judged], np.full(judged.sum(), accepted[~judged].mean()))
    every = score(np.column_stack([plain_numbers(rows), *(features[name] for name in WORDS)]), accepted, ~judged, 1.0)
    show("plain logit, all features", accepted[judged], expit(every)[judged])
    design = np.column_stack([features[name] for name in stable])
    ridge = choose(design, accepted, tenth)
    odds = score(design, accepted, ~judged, ridge)
    show(f"stable features, pull {ridge:g}", accepted[judged], expit(odds)[judged])
    followed = follow_level(odds, accepted, memory=MEMORY, delay=DELAY)
    show(f"the same, level following {DELAY} offers late", accepted[judged], followed[judged])
    show_monitor(design, accepted, tenth, ridge)


def read_rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        del row["duration"]  # known only after the call
    return rows


def indicators(rows: Sequence[dict[str, str]], name: str, train: NDArray[np.bool_]) -> Floats:
    """A column for each value of a feature; a number by its edges, the economy's by the fifths of the training part."""
    if name in WORDS:
        values = np.array([row[name] for row in rows])
        return np.stack([values == one for one in sorted(set(values.tolist()))], axis=1).astype(float)
    numbers = np.array([float(row[name]) for row in rows])
    edges = EDGES.get(name) or tuple(np.unique(np.quantile(numbers[train], (0.2, 0.4, 0.6, 0.8))).tolist())
    which = np.searchsorted(edges, numbers, side="right")
    return (which[:, None] == np.arange(len(edges) + 1)).astype(float)


def plain_numbers(rows: Sequence[dict[str, str]]) -> Floats:
    return np.array([[float(row[name]) for name in (*NUMBERS, "pdays")] for row in rows])


def drift_of(columns: Floats, tenth: NDArray[np.int64]) -> float:
    """How much a feature's shares changed between the halves of the training part."""
    return change_of_shares(
        columns[tenth < JUDGED // 2].sum(axis=0), columns[(tenth >= 4) & (tenth < JUDGED)].sum(axis=0)
    )


def score(design: Floats, accepted: NDArray[np.bool_], train: NDArray[np.bool_], ridge: float) -> Floats:
    """Log odds of every row by a logit learnt on the training rows, columns standardised on them."""
    spread = design[train].std(axis=0)
    kept = spread > 0
    scaled = (design[:, kept] - design[train][:, kept].mean(axis=0)) / spread[kept]
    full = np.column_stack([np.ones(len(design)), scaled])
    return np.asarray(full @ fit_logistic(full[train], accepted[train].astype(float), ridge=ridge).coefficients)


def choose(design: Floats, accepted: NDArray[np.bool_], tenth: NDArray[np.int64]) -> float:
    """The pull with the least log-loss (level following), forward over tenths 5 to 8 of the training part."""
    losses = {}
    for ridge in RIDGES:
        found = [_forward(design, accepted, tenth, one, ridge) for one in range(4, JUDGED)]
        losses[ridge] = float(np.mean(found))
        print(f"    pull {ridge:>4g}: forward log-loss {losses[ridge]:.4f}")
    return min(losses, key=lambda one: losses[one])


def show_monitor(design: Floats, accepted: NDArray[np.bool_], tenth: NDArray[np.int64], ridge: float) -> None:
    """A model learnt on the first tenths, watched from then on: where does the alarm ring?"""
    for learnt in (3, 5, JUDGED):
        odds = score(design, accepted, tenth < learnt, ridge)
        later = tenth >= learnt
        alarm = watch_level(expit(odds)[later], accepted[later]).alarm_at
        first = int(later.argmax())
        place = (
            "never" if alarm is None else f"after {alarm + 1} offers, in tenth {10 * (first + alarm) // len(tenth) + 1}"
        )
        print(f"  monitor of the model of tenths 1 to {learnt}: alarm {place}")


def show(name: str, accepted: NDArray[np.bool_], chance: Floats) -> None:
    auc = roc_auc_score(accepted, chance)
    print(f"  {name:<46} AUC {auc:.3f}  log-loss {log_loss(accepted, np.clip(chance, 1e-6, 1 - 1e-6)):.4f}")


def expit(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -500, 500))))


def _forward(design: Floats, accepted: NDArray[np.bool_], tenth: NDArray[np.int64], one: int, ridge: float) -> float:
    known = tenth <= one
    odds = score(design[known], accepted[known], tenth[known] < one, ridge)
    now = tenth[known] == one
    return float(log_loss(accepted[known][now], follow_level(odds, accepted[known], memory=MEMORY, delay=DELAY)[now]))


if __name__ == "__main__":
    bench_bank_offers(Path())
