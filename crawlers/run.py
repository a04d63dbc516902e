"""Crawl sources from any program: the work is done in a child process that ends with its caller."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO

from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.storage.database import Database, open_database
from oncu.storage.documents import Saved
from oncu.storage.runs import Issue, finish_run, save_issues, start_run

from .job import Job
from .visit import STAGE, VERSION, SourceResult

COMMAND = [sys.executable, "-P", "-m", "oncu.crawlers.engine"]

Progress = Callable[[SourceResult], None]


def crawl(
    specs: Sequence[SourceSpec],
    settings: CrawlSettings,
    database_url: str,
    now: datetime,
    *,
    progress: Progress | None = None,
) -> list[SourceResult]:
    """Visit every source once and store what it has; results in the order of `specs`.

    `now` is the crawler's clock: what is stored was first seen then. `progress` is called as each source ends. A source
    that fails does so alone; what was stored before an interruption stays, and the next crawl completes it.
    Raises StorageError when the database cannot be opened.
    """
    database = open_database(database_url)
    try:
        if not specs:
            return []
        results = {}
        with tempfile.TemporaryFile("w+") as log:
            for result in _visit_all(Job(tuple(specs), settings, database_url, now), log):
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
