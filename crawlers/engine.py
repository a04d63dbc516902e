"""The crawling process: one job on standard input, one line of JSON a finished source on standard output.

A process of its own, because a Twisted reactor starts only once in a process. Its input stays open as long as the
caller lives: when it closes, the caller is gone and so are we.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, TextIO, cast
from urllib.parse import urlsplit

from scrapy.crawler import AsyncCrawlerProcess

from oncu.storage.database import Database, open_database

from .ends import Ends
from .guard import Reactor, guard_connections
from .job import Job
from .permits import Permits
from .policy import scrapy_settings
from .quarantine import Quarantine
from .reading import PageReader
from .spiders.sources import SourcesSpider
from .visit import SourceResult, SourceVisit, begin_runs


def run_job(job: Job, output: TextIO) -> None:
    """Crawl all sources of a job at once and print each result as its source ends."""

    def finished(results: Sequence[SourceResult]) -> None:
        output.writelines(json.dumps(result.to_json()) + "\n" for result in results)
        output.flush()

    database = open_database(job.database_url)
    process = AsyncCrawlerProcess(scrapy_settings(job.settings))
    process.crawl(SourcesSpider, **begin_visits(job, database, finished))
    from twisted.internet import reactor  # there is none before the process has chosen it

    guard_job(cast(Reactor, reactor), job)
    process.start()
    database.close()


def begin_visits(job: Job, database: Database, finished: Callable[[Sequence[SourceResult]], None]) -> dict[str, Any]:
    """What the spider works with: a visit for each source, where they end, the reader of their pages, the permits."""
    visits = {
        spec.name: SourceVisit(
            spec,
            database,
            job.now,
            window=job.window,
            drop_folder=job.settings.drop_folder,
            salt=job.settings.author_salt,
            max_seconds=job.settings.visit_seconds,
        )
        for spec in job.specs
    }
    begin_runs(database, visits.values())
    return {
        "visits": visits,
        "ends": Ends(database, finished),
        "reader": PageReader(Quarantine(database, job.now)),
        "permits": Permits(database, job.settings.user_agent, job.now),
    }


def guard_job(reactor: Reactor, job: Job) -> None:
    """Let a reactor connect to what this job may reach."""
    ports = {port for spec in job.specs if (port := urlsplit(spec.url).port)}
    guard_connections(reactor, job.settings.allow_private, ports)


def main() -> None:
    """Read the job, keep standard output for results alone, end with the caller."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    line = sys.stdin.readline()
    threading.Thread(target=_end_with_caller, args=(sys.stdin,), daemon=True).start()
    run_job(Job.from_json(line), output)


def _end_with_caller(stream: Any) -> None:
    stream.read()
    os._exit(1)


if __name__ == "__main__":
    main()
