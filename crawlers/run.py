"""Crawl sources from any program: in a child process that ends with its caller, or inside the caller, by setting."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import IO

from oncu.config.problems import Problem
from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.storage.database import Database, open_database
from oncu.storage.pauses import SourceMove, paused_sources
from oncu.storage.runs import Issue, finish_run, save_issues, start_run
from oncu.storage.shapes import Saved

from .job import Job
from .pages.page import Window
from .plan import is_quiet, refuse_backfill
from .visit import STAGE, VERSION, SourceResult

COMMAND = [sys.executable, "-P", "-m", "oncu.crawlers.engine"]

Progress = Callable[[SourceResult], None]


class BackfillRefused(Problem):
    """A source whose past cannot be fetched; the text says which, why and what to do."""


def crawl(
    specs: Sequence[SourceSpec],
    settings: CrawlSettings,
    database_url: str,
    now: datetime,
    *,
    window: Window | None = None,
    progress: Progress | None = None,
) -> list[SourceResult]:
    """Visit every source once and store what it has; results in the order of `specs`.

    With a `window`, fetch what each source published in it (a backfill), going on where an earlier one was interrupted.
    A source in its quiet hours, or one that a person paused, is left alone, and its result says so.

    `now` is the crawler's clock: what is stored was first seen then. `progress` is called as each source ends. A source
    that fails does so alone; what was stored before an interruption stays, and the next crawl completes it.
    Raises StorageError when the database cannot be opened, BackfillRefused for a source whose past cannot be fetched.
    """
    if window:
        _check_backfill(specs)
    database = open_database(database_url)
    try:
        if not specs:
            return []
        results = {}
        with database.read() as connection:
            paused = paused_sources(connection)
        resting = {spec.name: why for spec in specs if (why := _why_resting(spec, paused, now))}
        awake = tuple(spec for spec in specs if spec.name not in resting)
        quiet = [_resting_result(spec, resting[spec.name]) for spec in specs if spec.name in resting]
        with tempfile.TemporaryFile("w+") as log:
            job = Job(awake, settings, database_url, now, window)
            visited = _visit_inside(job) if settings.process == "inside" else _visit_all(job, log)
            for result in chain(quiet, visited if awake else ()):
                results[result.source] = result
                if progress:
                    progress(result)
            reason = _last_line(log)
        for spec in specs:
            if spec.name not in results:
                results[spec.name] = _note_lost_visit(database, spec, now, reason)
        return [results[spec.name] for spec in specs]
    finally:
        database.close()


def _check_backfill(specs: Sequence[SourceSpec]) -> None:
    refused = [f"{spec.name}: {reason}" for spec in specs if (reason := refuse_backfill(spec))]
    if refused:
        raise BackfillRefused("\n".join(refused))


def _why_resting(spec: SourceSpec, paused: Mapping[str, SourceMove], now: datetime) -> str:
    """Why a source is left alone now; nothing where it is not."""
    if move := paused.get(spec.name):
        return f"paused by {move.moved_by} on {move.moved_at:%Y-%m-%d} ({move.reason}); resume it in the pages, Sources"
    return f"its quiet hours are {spec.quiet} (Istanbul)" if is_quiet(spec.quiet, now) else ""


def _resting_result(spec: SourceSpec, why: str) -> SourceResult:
    return SourceResult(spec.name, "quiet", Saved(), 0, (Issue("quiet", spec.url, f"not visited: {why}"),), 0.0)


def _visit_inside(job: Job) -> Iterator[SourceResult]:
    from .inside import crawl_inside  # it loads Scrapy, which a caller with a child does not need

    return crawl_inside(job)


def _visit_all(job: Job, log: IO[str]) -> Iterator[SourceResult]:
    with _child(log) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(job.to_json() + "\n")
        process.stdin.flush()
        for line in process.stdout:
            yield SourceResult.from_json(json.loads(line))
        process.wait()


@contextmanager
def _child(log: IO[str]) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8"
    )
    try:
        yield process
    finally:
        process.kill()  # has no effect on one that has ended by itself
        process.communicate()


def _last_line(log: IO[str]) -> str:
    log.seek(0)
    lines = log.read().strip().splitlines()
    return lines[-1][:300] if lines else "without a word"


def _note_lost_visit(database: Database, spec: SourceSpec, now: datetime, reason: str) -> SourceResult:
    """The result of a source whose process ended before it did."""
    issue = Issue("program", spec.url, f"the crawling process ended early: {reason}")
    with database.write() as connection:
        run_id = start_run(connection, STAGE, VERSION, now, subject=spec.name)
        save_issues(connection, [issue], now, run_id=run_id, source=spec.name)
        finish_run(connection, run_id, "failed", {"issues": 1}, now)
    return SourceResult(spec.name, "failed", Saved(), 0, (issue,), 0.0)
