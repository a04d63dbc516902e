"""What all measures use: time, and turns taken so that a busy machine disturbs both sides alike."""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"


def timed(work: Callable[[], object]) -> float:
    """Seconds a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turns(things: Iterable[T], sides: Mapping[str, Callable[[T], object]], *, rounds: int) -> dict[str, float]:
    """Seconds of computing each side takes for all things once; they take turns thing by thing."""
    spent = dict.fromkeys(sides, 0.0)
    for thing in list(things) * rounds:
        for name, work in sides.items():
            start = time.process_time()
            work(thing)
            spent[name] += time.process_time() - start
    return {name: seconds / rounds for name, seconds in spent.items()}
