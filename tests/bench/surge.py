"""Complaint surges on simulated counts with known truth, beside EARS C1 on the same counts in the same run."""

import time
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from oncu.classifiers.surge import HISTORY, Panel, find_surges, fit_model

CLIENTS, DAYS, SPIKES = 150_000, 14, 75
SHAPE, RATE, SIZE = 0.35, 7.0, 3.0  # rates Gamma(.35, 7): mean .05 a day; counts negative binomial of size 3: κ = 1/3
WEEKDAYS = np.array([1.15, 1.1, 1.05, 1.05, 1.0, 0.85, 0.8])
FIRST = date(2026, 1, 5)
SEED = 17
Cells = set[tuple[int, int]]  # (day, client)


def bench_surge(folder: Path) -> None:
    """False alarms a day and recall of surges over 150,000 clients x 14 days, and the seconds it takes."""
    for spikes in (SPIKES, 0):
        panel, truth = simulate(np.random.default_rng(SEED), spikes)
        print(f"  {CLIENTS} clients, {HISTORY} days of history, {DAYS} days judged, {spikes} surges a day")
        for name, find in (("Öncü", find_own), ("EARS C1", find_c1)):
            start = time.process_time()
            found = find(panel)
            spent = time.process_time() - start
            false = len(found - truth) / DAYS
            recall = len(found & truth) / len(truth) if truth else float("nan")
            share = len(found - truth) / max(1, len(found))
            print(f"  {name:<8} {false:8.1f} false/day  share {share:.3f}  recall {recall:.3f}  {spent:.1f} s")
    model = fit_model(panel, HISTORY)
    print(f"  learnt: a {model.a:.3f} (.35)  b {model.b:.2f} (7)  κ {model.kappa:.3f} (.333)")


def simulate(random: np.random.Generator, spikes: int) -> tuple[Panel, Cells]:
    """Counts as complaint sites see them, and the (day, client) at which a surge was added.

    A surge adds a Poisson number of complaints, at least five and at least six times the root of the day's mean.
    """
    days = HISTORY + DAYS
    rates = random.gamma(SHAPE, 1 / RATE, CLIENTS)
    counts = np.empty((days, CLIENTS), np.int32)
    for day in range(days):
        mean = rates * (WEEKDAYS / WEEKDAYS.mean())[day % 7]
        counts[day] = random.poisson(random.gamma(SIZE, mean / SIZE))
    truth = set()
    for day in range(HISTORY, days):
        for client in random.choice(CLIENTS, spikes, replace=False):
            counts[day, client] += max(5, random.poisson(5 + 6 * np.sqrt(rates[client]) + 3 * rates[client]))
            truth.add((day, int(client)))
    ids = tuple(str(n) for n in range(CLIENTS))
    zeros = np.zeros(CLIENTS, np.int32)
    return Panel(ids, FIRST, counts, zeros, zeros), truth


def find_own(panel: Panel) -> Cells:
    """Alarms of `find_surges`."""
    alarms = find_surges(panel, since=panel.day(HISTORY))
    return {((alarm.date - panel.first).days, int(alarm.client_id)) for alarm in alarms}


def find_c1(panel: Panel) -> Cells:
    """EARS C1: over mean + 3.09 standard deviations of the seven days before."""
    found = set()
    for day in range(HISTORY, HISTORY + DAYS):
        before: NDArray[np.int32] = panel.counts[day - 7 : day]
        high = panel.counts[day] > before.mean(axis=0) + 3.09 * before.std(axis=0, ddof=1)
        found |= {(day, int(client)) for client in np.flatnonzero(high)}
    return found


if __name__ == "__main__":
    bench_surge(Path())
