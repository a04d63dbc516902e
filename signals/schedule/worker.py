"""Do one slot of one job: take it, run its command in a process of its own, keep the lease, note how it ended."""

import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import IO

from oncu.config.problems import Problem
from oncu.storage.database import Database
from oncu.storage.slots import DONE, FAILED, finish_slot, forget_slots, renew_lease, take_slot

from .jobs import Job, Office

COMMAND = (sys.executable, "-P", "-m", "oncu.signals.cli")
LOOK_SECONDS = 0.2  # how often a process is looked at
RENEWALS = 4  # in the time of a lease
SAID_LETTERS = 500
INTERRUPTED = "interrupted"

log = logging.getLogger(__name__)
Start = Callable[[Sequence[str], IO[bytes], IO[bytes]], "subprocess.Popen[bytes]"]


def start_process(words: Sequence[str], out: IO[bytes], err: IO[bytes]) -> "subprocess.Popen[bytes]":
    """Run `oncu` with some words in a process of its own."""
    return subprocess.Popen([*COMMAND, *words], stdin=subprocess.DEVNULL, stdout=out, stderr=err)


@dataclass(frozen=True)
class Worker:
    """One scheduler among perhaps several; `name` tells it from the others. `stopping` ends what runs."""

    office: Office
    clock: Callable[[], datetime]
    name: str
    stopping: Event = field(default_factory=Event)
    start: Start = start_process

    @property
    def database(self) -> Database:
        """Where slots are noted."""
        return self.office.database

    @property
    def lease(self) -> timedelta:
        """How long a sign of life is good for."""
        return self.office.lease

    def do(self, job: Job) -> str | None:
        """Do the slot of a job that is due now; how it ended, or None where there was none to do.

        A database that cannot be reached is said and tried again with the next slot.
        """
        try:
            return self._do(job)
        except Problem as problem:
            log.error("job could not be noted", extra={"job": job.name, "problem": str(problem)})
            return None

    def tidy(self) -> None:
        """Remove notes of slots that nobody asks for any more."""
        try:
            with self.database.write() as connection:
                forget_slots(connection, self.clock())
        except Problem as problem:
            log.error("old slots stay", extra={"problem": str(problem)})

    def _do(self, job: Job) -> str | None:
        now = self.clock()
        slot = job.slot_at(self.office, now)
        if slot is None or self.stopping.is_set():
            return None
        words = job.words(self.office, now)
        if not words:
            return None
        with self.database.write() as connection:
            taken = take_slot(connection, job.name, slot, by=self.name, now=now, lease=self.lease, again=job.again)
        if not taken:
            return None
        log.info("job began", extra={"job": job.name, "slot": slot.isoformat()})
        status, said = self._run(job, slot, words)
        ended = self.clock()
        with self.database.write() as connection:
            kept = finish_slot(connection, job.name, slot, by=self.name, status=status, said=said, now=ended)
        seconds = round((ended - now).total_seconds(), 1)
        told = {"job": job.name, "slot": slot.isoformat(), "status": status, "seconds": seconds}
        log.log(logging.INFO if status == DONE else logging.ERROR, "job ended", extra=told | {"said": said})
        return status if kept else None

    def _run(self, job: Job, slot: datetime, words: Sequence[str]) -> tuple[str, str]:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = self.start(words, out, err)
            try:
                reason = self._watch(process, job, slot)
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
            said = _last_line(err) or _last_line(out)
        if reason:
            return FAILED, reason
        return (DONE if process.returncode == 0 else FAILED), said or f"exit code {process.returncode}"

    def _watch(self, process: "subprocess.Popen[bytes]", job: Job, slot: datetime) -> str:
        """Wait for the process and say that it lives; why it was ended before its time, if it was."""
        renewed = self.clock()
        while True:
            try:
                process.wait(timeout=LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                if self.stopping.is_set():
                    return self._end(process)
                if timedelta() <= self.clock() - renewed < self.lease / RENEWALS:  # or the clock was set back
                    continue
                renewed = self.clock()
                if not self._renew(job, slot):
                    process.terminate()
                    return "another scheduler took it over"
                continue
            return ""

    def _end(self, process: "subprocess.Popen[bytes]") -> str:
        """Let it finish for a while, then end it; what it had saved stays, and the next slot goes on."""
        try:
            process.wait(timeout=self.office.settings.schedule.stop_seconds)
        except subprocess.TimeoutExpired:
            process.terminate()
            return INTERRUPTED
        return ""

    def _renew(self, job: Job, slot: datetime) -> bool:
        try:
            with self.database.write() as connection:
                return renew_lease(connection, job.name, slot, by=self.name, until=self.clock() + self.lease)
        except Problem as problem:  # the database may come back before the lease ends
            log.error("lease could not be renewed", extra={"job": job.name, "problem": str(problem)})
            return True


def worker_name() -> str:
    """A name no other scheduler has: host, process, and a part drawn at random."""
    return f"{os.uname().nodename}:{os.getpid()}:{os.urandom(3).hex()}"


def _last_line(file: IO[bytes]) -> str:
    file.seek(0, os.SEEK_END)
    size = file.tell()
    file.seek(max(0, size - 20_000))
    lines = file.read().decode("utf-8", "replace").splitlines()
    return next((line.strip()[:SAID_LETTERS] for line in reversed(lines) if any(map(str.isalnum, line))), "")
