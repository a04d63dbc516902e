"""`oncu evaluate` on 1,000,000 signals of 150,000 clients, and its curve beside lifelines and scikit-survival."""

import multiprocessing
import resource
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from oncu.scoring.judge.columns import read_exposure, read_outcomes, read_signals
from oncu.scoring.judge.conversion import conversion
from oncu.scoring.judge.evaluate import evaluate
from oncu.scoring.judge.evidence import gather_evidence
from oncu.scoring.judge.tables import IntArray, Signals
from oncu.scoring.simulation.bank import Bank, simulate
from oncu.scoring.simulation.wishes import Wishes
from oncu.scoring.simulation.write import write_bank
from oncu.scoring.sources.league import league

SIGNALS, CLIENTS, HORIZON, SIDE = 1_000_000, 150_000, 90, "opportunity"
WISHES = Wishes(clients=CLIENTS, signalled=0.9, copies=10.0, offers=0)
ROUNDS = 3
Curve = Callable[[IntArray, IntArray], float]


def bench_evaluate(folder: Path) -> None:
    """Seconds and memory of judging 1,000,000 signals; the curve alone beside lifelines and scikit-survival."""
    maker = multiprocessing.get_context("spawn").Process(target=_write, args=(folder / "bank",))
    maker.start()  # a process of its own: its memory is not the judge's
    maker.join()
    tables, spent = _timed(lambda: _read(folder / "bank"))
    signals, outcomes, exposure = tables
    print(f"  {len(signals):,} signals, {CLIENTS:,} clients, {len(outcomes):,} outcomes")
    print(f"  reading the three CSV files      {spent:6.1f} s of computing, peak {_peak():,.0f} MB so far")
    chosen = {"side": SIDE, "as_of": WISHES.as_of}
    report, spent = _timed(lambda: evaluate(*tables, **chosen, horizon_days=HORIZON))
    print(f"  evaluate                         {spent:6.1f} s of computing, peak {_peak():,.0f} MB so far")
    standings, spent = _timed(lambda: league(*tables, **chosen, horizon_days=HORIZON))
    print(
        f"  league of {len(standings)} sources             {spent:6.1f} s of computing, peak {_peak():,.0f} MB so far"
    )
    evidence = gather_evidence(*tables, **chosen)
    followed, client = evidence.followed, evidence.episodes.client
    _compare(followed.days, followed.cause, client)


def _compare(days: IntArray, cause: IntArray, client: IntArray) -> None:
    """The incidence at the horizon by each library, on the same episodes; medians of three, in turns."""
    own: Curve = lambda days, cause: float(conversion(days, cause, client, HORIZON).value or 0.0)  # noqa: E731
    sides = {"Öncü, with its interval": own, "lifelines Aalen-Johansen": _lifelines, "scikit-survival": _sksurv}
    spent: dict[str, list[float]] = {name: [] for name in sides}
    value = {}
    for _ in range(ROUNDS):
        for name, curve in sides.items():
            try:
                value[name], seconds = _timed(lambda curve=curve: curve(days, cause))
            except ImportError:
                continue
            spent[name].append(seconds)
    base = float(np.median(spent["Öncü, with its interval"]))
    for name, found in spent.items():
        seconds = float(np.median(found)) if found else 0.0
        told = f"{value[name]:.6f} in {seconds:8.3f} s, {seconds / base:7.1f} times" if found else "not installed"
        print(f"  incidence at {HORIZON} days of {len(days):,} episodes, {name:<25} {told}")


def _lifelines(days: IntArray, cause: IntArray) -> float:
    """Ties are broken by random jitter, so the last digits differ from run to run."""
    from lifelines import AalenJohansenFitter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = AalenJohansenFitter(calculate_variance=False, seed=1).fit(days, cause, event_of_interest=1)
    curve = fitted.cumulative_density_
    return float(curve[curve.index <= HORIZON].iloc[-1, 0])


def _sksurv(days: IntArray, cause: IntArray) -> float:
    from sksurv.nonparametric import cumulative_incidence_competing_risks

    times, curves = cumulative_incidence_competing_risks(cause, days)
    return float(curves[1][np.searchsorted(times, HORIZON, side="right") - 1])


def _write(folder: Path) -> None:
    bank = simulate(WISHES)
    kept = _some(bank)
    write_bank(replace(bank, signals=_chosen(bank, kept), published_at=bank.published_at[kept]), folder)


def _some(bank: Bank) -> IntArray:
    """A million rows of one side (its rows stand first), drawn by lot."""
    count = sum(side == SIDE for side in bank.signals.side)
    if count < SIGNALS:
        raise SystemExit(f"the bank has {count:,} {SIDE} signals only; ask for more copies")
    return np.sort(np.random.default_rng(1).permutation(count)[:SIGNALS])


def _chosen(bank: Bank, kept: IntArray) -> Signals:
    return Signals(**{name: _pick(column, kept) for name, column in vars(bank.signals).items()})


def _pick(column: object, kept: IntArray) -> object:
    return column[kept] if isinstance(column, np.ndarray) else [column[row] for row in kept.tolist()]  # type: ignore[index]


def _read(folder: Path) -> tuple:
    return (
        read_signals(folder / "signals.csv"),
        read_outcomes(folder / f"outcomes-{SIDE}.csv"),
        read_exposure(folder / "exposure.csv"),
    )


def _timed(work: Callable) -> tuple:
    start = time.process_time()
    found = work()
    return found, time.process_time() - start


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
