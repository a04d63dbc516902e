"""Crawl inside this process: a Twisted reactor in a thread of its own, started by the first crawl and used by all.

A reactor cannot be started twice in a process, so it is never stopped: it ends with the process. What it may connect to
is a matter of each crawl, so crawls of one process wait for each other.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from queue import SimpleQueue
from typing import Any, cast

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.utils.reactor import is_asyncio_reactor_installed, is_reactor_installed

from oncu.config.problems import Problem
from oncu.storage.database import open_database

from .engine import begin_visits, guard_job
from .guard import Reactor
from .job import Job
from .policy import scrapy_settings
from .spiders.sources import SourcesSpider
from .visit import SourceResult

_one_at_a_time = threading.Lock()


class ReactorTaken(Problem):
    """Another part of the process has started a reactor of its own."""


def crawl_inside(job: Job) -> Iterator[SourceResult]:
    """Crawl all sources of a job at once; each result as its source ends.

    Raises ReactorTaken where the process already has a reactor that is not ours.
    """
    results: SimpleQueue[SourceResult | None] = SimpleQueue()
    with _one_at_a_time:
        future = asyncio.run_coroutine_threadsafe(_crawl(job, partial(_put_all, results)), start_loop())
        future.add_done_callback(lambda _: results.put(None))
        try:
            while result := results.get():
                yield result
            future.result()
        finally:
            future.cancel()  # has no effect on a crawl that is done


@cache
def start_loop() -> asyncio.AbstractEventLoop:
    """The event loop of the reactor that all crawls of this process share; started when it is first asked for."""
    if is_reactor_installed():
        raise ReactorTaken("this process runs a Twisted reactor of its own; set crawl.process to child")
    from twisted.internet import asyncioreactor

    loop = asyncio.new_event_loop()
    asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
    from twisted.internet import reactor

    assert is_asyncio_reactor_installed()
    run = cast(Any, reactor).run
    threading.Thread(target=run, kwargs={"installSignalHandlers": False}, daemon=True, name="crawl").start()
    return loop


def _put_all(results: "SimpleQueue[SourceResult | None]", found: Sequence[SourceResult]) -> None:
    for result in found:
        results.put(result)


async def _crawl(job: Job, finished: Callable[[Sequence[SourceResult]], None]) -> None:
    from twisted.internet import reactor

    connect = cast(Any, reactor).connectTCP
    database = open_database(job.database_url)
    try:
        guard_job(cast(Reactor, reactor), job)
        runner = AsyncCrawlerRunner(scrapy_settings(job.settings))
        await runner.crawl(SourcesSpider, **begin_visits(job, database, finished))
    finally:
        cast(Any, reactor).connectTCP = connect
        database.close()
