"""The crawling process: one job on standard input, one line of JSON a finished source on standard output.

A process of its own, because a Twisted reactor starts only once in a process. Its input stays open as long as the
caller lives: when it closes, the caller is gone and so are we.
"""

import json
import os
import sys
import threading
from typing import Any, TextIO, cast
from urllib.parse import urlsplit

from scrapy.crawler import AsyncCrawlerProcess

from oncu.storage.database import open_database

from .guard import Reactor, guard_connections
from .job import Job
from .policy import scrapy_settings
from .spiders.sources import SourcesSpider
from .visit import SourceResult, SourceVisit


def run_job(job: Job, output: TextIO) -> None:
    """Crawl all sources of a job at once and print each result as its source ends."""

    def finished(result: SourceResult) -> None:
        print(json.dumps(result.to_json()), file=output, flush=True)

    database = open_database(job.database_url)
    visits = {spec.name: SourceVisit(spec, database, job.now) for spec in job.specs}
    for visit in visits.values():
        visit.begin()
    process = AsyncCrawlerProcess(scrapy_settings(job.settings))
    process.crawl(SourcesSpider, visits=visits, finished=finished)
    from twisted.internet import reactor  # there is none before the process has chosen it

    ports = {port for spec in job.specs if (port := urlsplit(spec.url).port)}
    guard_connections(cast(Reactor, reactor), job.settings.allow_private, ports)
    process.start()
    database.close()


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
