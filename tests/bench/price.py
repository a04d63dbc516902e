"""A million offers: reading, the report of `oncu price`, and what it says of a bank whose truth is known."""

import csv
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from measure import timed

from oncu.scoring.offers.columns import REQUIRED, read_offers
from oncu.scoring.offers.price_report import price_report

OFFERS, CLIENTS, CHUNK = 1_000_000, 150_000, 50_000
EXTRAS = ("decided_at", "loss_reason", "loss_reason_source", "winner", "rival_price", "floor", "n_bidders", "manager")
SLOPE = 1.2
SEED = 5


def bench_price(folder: Path) -> None:
    """Seconds and memory of `oncu price` over 1,000,000 offers; the peer is csv.reader over the same file."""
    path = folder / "offers.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*REQUIRED, *EXTRAS))
        random = np.random.default_rng(SEED)
        for begin in range(0, OFFERS, CHUNK):
            writer.writerows(invent(random, begin, CHUNK))
    bare = timed(lambda: _read_bare(path))
    start = time.perf_counter()
    offers, faults = read_offers(path)
    read = time.perf_counter()
    report = price_report(offers)
    done = time.perf_counter()
    print(f"  {len(offers)} offers, {len(faults)} bad, {path.stat().st_size / 1e6:.0f} MB")
    print(
        f"  read and checked {read - start:.1f} s ({(read - start) / bare:.1f} x bare csv.reader), "
        f"report {done - read:.1f} s"
    )
    print(f"  b {report['bid_response']['b']} (truth {SLOPE})")  # type: ignore[index]
    print(f"  rival price {report['rival_price']}")


def invent(random: np.random.Generator, first: int, n: int) -> Iterator[tuple[object, ...]]:
    """Offers whose log odds fall by 1.2 a point while managers charge keener clients more."""
    keen, cost = random.normal(0, 0.5, n), 37 + random.normal(0, 0.5, n)
    price = cost + 1.2 + 1.3 * keen + random.normal(0, 0.2, n)
    won = random.random(n) < 1 / (1 + np.exp(-(45.5 + 1.2 * keen * SLOPE - SLOPE * price)))
    rival = price + np.where(won, 1, -1) * random.exponential(0.4, n)
    known, day = random.random(n) < 0.3, random.integers(0, 700, n)
    moment = np.datetime64("2024-01-01")
    for row in range(n):
        status = "won" if won[row] else "lost"
        yield (
            *(
                f"T{first + row}",
                f"C{random.integers(CLIENTS)}",
                f"P{row % 12}",
                1_000_000 + 500 * (row % 997),
                12 * (1 + row % 8),
            ),
            *(moment + day[row], f"{price[row]:.3f}", f"{cost[row]:.3f}", status, moment + day[row] + 20),
            *("" if won[row] else "price", "" if won[row] else "manager", "" if won[row] else f"Bank {row % 9}"),
            *(f"{rival[row]:.3f}" if known[row] else "", f"{cost[row] + 0.4:.3f}", 2 + row % 4, f"M{row % 300}"),
        )


def _read_bare(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        for _ in csv.reader(file):
            pass


if __name__ == "__main__":
    bench_price(Path("/tmp"))
