"""`make bench`: speed and memory, each beside a named peer measured in the same run.

Every measure runs in a process of its own, so that its peak memory is its own. Figures wander with the machine; the
ratios are what to compare. `tests/bench/run.py NAME …` runs only the measures named.
"""

import multiprocessing
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from backtests import bench_backtests, bench_bank_offers, bench_bids
from clients import bench_clients
from cluster import bench_cluster
from complaints import bench_complaints
from coverage import bench_coverage
from crawl import bench_crawl
from digests import bench_digests
from evaluate import bench_evaluate
from extract import bench_extract
from feeds import bench_feeds
from growth import bench_growth
from imports import bench_import
from labelling import bench_labelling
from measure import SHARED
from pages import bench_pages
from pipeline import bench_bank, bench_day, bench_pipeline
from poison import bench_poison, bench_pool
from price import bench_price
from reads import bench_reads
from resolve import bench_resolve
from scan import bench_recall, bench_scan
from score import bench_score
from start import bench_start
from stories import bench_stories
from storing import bench_store
from surge import bench_surge
from tags import bench_tags

MEASURES: dict[str, Callable[[Path], None]] = {
    "pipeline": bench_pipeline,
    "bank": bench_bank,
    "scan": bench_scan,
    "recall": bench_recall,
    "import": bench_import,
    "clients": bench_clients,
    "cluster": bench_cluster,
    "crawl": bench_crawl,
    "extract": bench_extract,
    "feeds": bench_feeds,
    "day": bench_day,
    "poison": bench_poison,
    "pool": bench_pool,
    "resolve": bench_resolve,
    "stories": bench_stories,
    "score": bench_score,
    "surge": bench_surge,
    "complaints": bench_complaints,
    "tags": bench_tags,
    "evaluate": bench_evaluate,
    "coverage": bench_coverage,
    "price": bench_price,
    "bids": bench_bids,
    "bank-offers": bench_bank_offers,
    "backtests": bench_backtests,
    "digests": bench_digests,
    "pages": bench_pages,
    "store": bench_store,
    "reads": bench_reads,
    "growth": bench_growth,
    "start": bench_start,
    "labelling": bench_labelling,
}
NEED_SHARED = (
    "pipeline",
    "bank",
    "scan",
    "recall",
    "extract",
    "clients",
    "tags",
    "complaints",
    "backtests",
    "bids",
    "bank-offers",
)


def main(names: list[str]) -> None:
    """Run the measures of these names, or all of them, and print one block each."""
    if unknown := set(names) - MEASURES.keys():
        sys.exit(f"no measure named {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}")
    for name in names or MEASURES:
        if name in NEED_SHARED and not SHARED.is_dir():
            print(f"\n{name}: skipped (the real data is not beside this clone)")
            continue
        print(f"\n{name}: {(MEASURES[name].__doc__ or '').splitlines()[0]}", flush=True)
        process = multiprocessing.get_context("spawn").Process(target=_run, args=(name,))
        process.start()
        process.join()
        if process.exitcode:
            sys.exit(f"{name} failed")


def _run(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        MEASURES[name](Path(folder))
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
