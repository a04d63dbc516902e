"""Do 95 % intervals hold the truth 95 times in 100? Over synthetic banks whose truth is known.

The truth is that of the stories the same sources could have told about ten times as many clients.
"""

import multiprocessing
from collections.abc import Iterable
from pathlib import Path

from oncu.scoring.simulation.bank import draw_wider, simulate
from oncu.scoring.simulation.recovery import Found, recover
from oncu.scoring.simulation.source_recovery import OrderFound, order_found, recover_sources
from oncu.scoring.simulation.wishes import Wishes

BANKS, CLIENTS, WIDER, WORKERS = 200, 3000, 30_000, 2
FIRST_SEED = 5000


def bench_coverage(folder: Path) -> None:
    """Of 200 synthetic banks, the share in which each 95 % interval holds the truth; means beside naive figures."""
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        banks = pool.map(_judge, range(FIRST_SEED, FIRST_SEED + BANKS), chunksize=5)
    print(f"  {BANKS} banks of {CLIENTS} clients, nominal 95 %; chance alone gives 92 to 98 % of 200")
    print(f"  {'interval':<44}{'n':>7}{'covered':>9}{'truth':>9}{'found':>9}{'naive':>9}")
    for name in dict.fromkeys(found.name for bank, _ in banks for found in bank):
        _print_row(name, [found for bank, _ in banks for found in bank if found.name == name])
    orders = [order for _, order in banks]
    for what in ("raw", "shrunk"):
        spearman, top = (_mean(getattr(order, name) for order in orders) for name in (what, f"top_{what}"))
        print(f"  sources by {what:<7} precision: Spearman with the truth {spearman:.3f}, first ten truly {top:.3f}")


def _judge(seed: int) -> tuple[list[Found], OrderFound]:
    bank = simulate(Wishes(clients=CLIENTS, seed=seed, offers=0))
    sources = [*recover_sources(bank, "opportunity"), *recover_sources(bank, "risk")]
    return [*recover(bank, draw_wider(bank, WIDER)), *sources], order_found(bank, "opportunity")


def _print_row(name: str, rows: list[Found]) -> None:
    covered, truth, found = (_mean(getattr(one, key) for one in rows) for key in ("holds", "truth", "value"))
    naive = [one.naive for one in rows if one.naive is not None]
    beside = f"{_mean(naive):9.3f}" if naive else ""
    print(f"  {name:<44}{len(rows):>7}{covered:>9.1%}{truth:>9.3f}{found:>9.3f}{beside}")


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else float("nan")


if __name__ == "__main__":
    bench_coverage(Path())
