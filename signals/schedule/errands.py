"""Long work that a person asks for on a page: a command of `oncu` in a process of its own, beside the pages.

It takes a slot like the jobs of the scheduler, so that one of a kind runs at a time wherever it was asked for, and how
it stands is read from the database.
"""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import IO

from oncu.config.schedule import When
from oncu.config.settings import Settings
from oncu.storage.database import Database
from oncu.storage.slots import RUNNING, Slot, last_slots

from .jobs import Job, Office
from .worker import Start, Worker, start_process, worker_name

BEGIN_SECONDS = 10.0  # how long a page waits for the work to have begun


@dataclass(frozen=True)
class Errand(Job):
    """A job whose slot is the moment it is asked for."""

    def slot_at(self, office: Office, now: datetime) -> datetime | None:
        """Now."""
        return now


def begin_errand(
    office: Office,
    name: str,
    words: Sequence[str],
    clock: Callable[[], datetime],
    *,
    start: Start | None = None,
) -> bool:
    """Begin work and come back while it goes on; False where work of this name is under way already."""
    begun, started = Event(), Event()

    def begin(order: Sequence[str], out: IO[bytes], err: IO[bytes]) -> "subprocess.Popen[bytes]":
        process = start(order, out, err) if start else start_process(order, out, err)
        started.set()
        begun.set()
        return process

    worker = Worker(office, clock, worker_name(), start=begin)
    errand = Errand(name, When(every=timedelta(days=1)), lambda office, now: list(words), again=False)
    Thread(target=_carry_out, args=(worker, errand, begun), daemon=True, name=f"oncu {name}").start()
    begun.wait(BEGIN_SECONDS)
    return started.is_set()


def last_errand(database: Database, name: str) -> Slot | None:
    """The newest work of a name, whoever asked for it; None before the first."""
    with database.read() as connection:
        return last_slots(connection).get(name)


def is_under_way(slot: Slot | None, settings: Settings, now: datetime) -> bool:
    """Whether somebody is at it, and has said so lately."""
    lease = timedelta(seconds=settings.schedule.lease_seconds)
    return slot is not None and slot.status == RUNNING and not slot.is_dead(now, lease)


def _carry_out(worker: Worker, errand: Errand, begun: Event) -> None:
    try:
        worker.do(errand)
    finally:
        begun.set()
