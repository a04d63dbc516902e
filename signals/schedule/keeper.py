"""Keep all jobs going until told to stop: APScheduler fires them, slots make sure that each is done once."""

import logging
from collections.abc import Sequence
from threading import Event

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from oncu.config.schedule import DAYS, START, When

from .jobs import Job, Office
from .worker import Worker

LOOK_AGAIN = 15  # seconds: for slots whose taker died, that failed, or that came while the machine slept
TIDY_HOUR = 1

log = logging.getLogger(__name__)


def keep_going(worker: Worker, jobs: Sequence[Job], stop: Event) -> None:
    """Run jobs when they are due, those first that were missed, until `stop` is set; then end what runs, and return."""
    scheduler = BackgroundScheduler(
        timezone=worker.office.zone,
        executors={"default": ThreadPoolExecutor(2 * len(jobs) + 1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        trigger = trigger_of(job.when, worker.office)
        scheduler.add_job(worker.do, trigger, [job], id=job.name)
        scheduler.add_job(worker.do, IntervalTrigger(seconds=LOOK_AGAIN), [job], id=f"{job.name} again")
        scheduler.add_job(worker.do, args=[job], id=f"{job.name} at once")
    scheduler.add_job(worker.tidy, CronTrigger(hour=TIDY_HOUR, timezone=worker.office.zone), id="tidy")
    scheduler.start()
    log.info("scheduler began", extra={"jobs": {job.name: str(job.when) for job in jobs}, "name_": worker.name})
    stop.wait()
    log.info("scheduler stops", extra={"name_": worker.name})
    worker.stopping.set()
    scheduler.shutdown(wait=True)


def trigger_of(when: When, office: Office) -> BaseTrigger:
    """When APScheduler fires a job; the slot itself is computed when it does."""
    if when.every is not None:
        return IntervalTrigger(seconds=max(1, int(when.every.total_seconds())), start_date=START)
    assert when.at is not None
    day = DAYS[when.weekday] if when.weekday is not None else "*"
    return CronTrigger(day_of_week=day, hour=when.at.hour, minute=when.at.minute, timezone=office.zone)
