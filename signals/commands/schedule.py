"""`oncu schedule` and `oncu jobs`: keep listening, and see what ran."""

import json
import signal
from threading import Event
from types import FrameType
from typing import Annotated

import typer

from oncu.config.problems import Problem
from oncu.config.settings import load_settings

from .console import load_catalogue, open_storage, read_clock, say

LOOPBACK = "127.0.0.1"


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: oncu schedule --watch-port 9108")(schedule)
    app.command(epilog="Example: oncu jobs --json")(jobs)


def schedule(
    watch_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Answer /live, /ready and /metrics on this port.")
    ] = None,
    watch_host: Annotated[str, typer.Option(help="The address for that.")] = LOOPBACK,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end.")] = False,
) -> None:
    """Keep the bank listening: crawl, read, send digests, score, retrain, erase, each at its time.

    Several may run at once, on several machines: each slot is done by one of them. SIGTERM or Ctrl-C ends it; a job
    that runs may finish within the time the settings give (schedule.stop_seconds).
    """
    from ..schedule.jobs import Office, jobs_of
    from ..schedule.keeper import keep_going
    from ..schedule.logs import log_as_json
    from ..schedule.watch import Watched
    from ..schedule.worker import Worker, worker_name

    settings = load_settings()
    catalogue = load_catalogue(settings)
    planned = jobs_of(settings)
    if not planned:
        raise Problem("all jobs are switched off (settings, schedule); give at least one a time")
    with open_storage(settings) as database:
        log_as_json()
        worker = Worker(Office(database, catalogue, settings), read_clock, worker_name())
        if once:
            ended = [worker.do(job) for job in planned]
            raise typer.Exit(1 if "failed" in ended else 0)
        watched = Watched((watch_host, watch_port), database, read_clock) if watch_port is not None else None
        if watched:
            watched.serve_in_background()
        keep_going(worker, planned, _stop_on_signals())
        if watched:
            watched.shutdown()


def jobs(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """Show each job: when it runs, how it ended last, when it was last done; exit code 1 if one failed or is late."""
    from ..schedule.jobs import Office, jobs_of
    from ..schedule.overview import as_rows, is_ill, job_lines, view_jobs
    from ..words import load_words

    settings = load_settings()
    with open_storage(settings) as database:
        views = view_jobs(Office(database, load_catalogue(settings), settings), jobs_of(settings), read_clock())
    words = load_words(settings.digest.language, settings.timezone)
    if as_json:
        say(json.dumps(as_rows(views), ensure_ascii=False, indent=2))
    else:
        for line in job_lines(views, words) or [words("jobs_none")]:
            say(line)
    if any(is_ill(view) for view in views):
        raise typer.Exit(1)


def _stop_on_signals() -> Event:
    stop = Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    return stop
