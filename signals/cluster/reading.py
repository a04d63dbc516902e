"""Batches read by workers and given back in order. A worker, the network or the scheduler may go; nothing is lost.

This process holds each batch until it has what was found in it, so whatever a cluster forgets is sent again.
"""

from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from distributed import Future, KilledWorker

from oncu.config.problems import Problem
from oncu.config.settings import Settings

from ..flow.batches import Batch, Found, join_found
from ..flow.read import Reader
from .connect import AGAIN_SECONDS, FIRST_SECONDS, Connect, Lost, losing, open_cluster
from .kit import Kit, pack_reader, versions
from .worker import Missing, Standing, install, look, read

IN_FLIGHT = 2  # batches a worker: one is read, one waits beside it
PIECES = 8  # a batch that ends processes is read in so many parts
LOOK_SECONDS = 5.0  # how often one who waits asks whether there are workers
SAME = "install the same on every host: pip install 'oncu[cluster]'"
TRIES = 5  # losses of the connection, or answers of workers without a reader, before anything was read again


def read_far(
    batches: Iterable[Batch], reader: Reader, now: datetime, settings: Settings
) -> Generator[tuple[Batch, Found], None, None]:
    """Read batches with the workers of the settings; each is given back, in order, with what was found in it.

    A batch whose reading ended three processes is read in ever smaller parts, and the document that does it is given
    back as unread. Raises Problem where the cluster does not answer, does not come back, has no workers or other code.
    """
    with open_cluster(settings) as connect:
        crew = Crew(connect, pack_reader(reader), now, settings.cluster)
        try:
            yield from read_by(crew, batches)
        finally:
            crew.close()


def read_by(crew: "Crew", batches: Iterable[Batch]) -> Generator[tuple[Batch, Found], None, None]:
    """Read batches with a crew that is ready; few are asked for before they can be read."""
    waiting = iter(batches)
    while True:
        while crew.has_room() and (batch := next(waiting, None)):
            crew.send(batch)
        if not crew.flights:
            return
        yield crew.receive()


def count_workers(settings: Settings) -> int:
    """How many workers are ready to read, all with this code. Raises Problem, also where there is none."""
    with open_cluster(settings) as connect, connect(FIRST_SECONDS) as client:
        seen = client.run(look, "", on_error="return")
        for address, standing in seen.items():
            check_worker(address, standing)
    if not seen:
        raise _no_workers(settings.cluster)
    return len(seen)


@dataclass
class Flight:
    """A batch that was sent out; no future where sending it failed."""

    batch: Batch
    future: "Future[Found | Missing] | None" = None


class Crew:
    """The workers of a cluster and the batches they have; `receive` gives these back in the order they were sent."""

    def __init__(self, connect: Connect, kit: Kit, now: datetime, where: str | None = None) -> None:
        self.flights: deque[Flight] = deque()
        self._connect = connect
        self._kit = kit
        self._now = now
        self._where = where
        self._tries = 0  # since something was read
        self._client = connect(FIRST_SECONDS)
        try:
            self._begin()
        except Lost:
            self._again()

    def close(self) -> None:
        """Leave the cluster; what it still reads is of no use."""
        with suppress(Lost), losing():
            self._client.close(timeout=LOOK_SECONDS)

    def has_room(self) -> bool:
        """Are there fewer batches out than the workers can do with?"""
        while True:
            try:
                return len(self.flights) < IN_FLIGHT * self._count_workers()
            except Lost:
                self._again()

    def send(self, batch: Batch) -> None:
        """Send a batch out."""
        self.flights.append(flight := Flight(batch))
        try:
            self._submit(flight)
        except Lost:
            self._again()

    def receive(self) -> tuple[Batch, Found]:
        """The batch that was sent first, and what was found in it."""
        return self.flights[0].batch, self._land()

    def _land(self) -> Found:
        """What was found in the batch in front, which is out no more."""
        while True:
            flight = self.flights[0]
            try:
                found = self._await(flight)
                if isinstance(found, Missing):
                    self._count_try()
                    self._equip()
                    self._submit(flight)
                    continue
            except Lost:
                self._again()
                continue
            except KilledWorker:
                self.flights.popleft()
                return self._read_in_parts(flight.batch)
            self.flights.popleft()
            self._tries = 0
            return found

    def _await(self, flight: Flight) -> Found | Missing:
        """Wait for a batch. Raises Lost, KilledWorker, Problem without workers, and what its reading raised."""
        if flight.future is None:
            raise Lost("not sent")
        alone = 0.0
        while not _is_done(flight.future):
            alone = 0.0 if self._count_workers() else alone + LOOK_SECONDS
            if alone >= AGAIN_SECONDS:
                raise _no_workers(self._where)
        if flight.future.status == "error":
            flight.future.result()
        with losing():
            found: Found | Missing = flight.future.result()
        return found

    def _read_in_parts(self, batch: Batch) -> Found:
        """Read a batch that ended processes, so that only the document that does it is left unread."""
        if len(batch) == 1:
            return Found(unread=tuple(batch))
        size = ceil(len(batch) / PIECES)
        return join_found(self._read_alone(batch[start : start + size]) for start in range(0, len(batch), size))

    def _read_alone(self, part: Batch) -> Found:
        """Read a part with nothing of ours beside it, which a process that ends would be blamed on as well."""
        for flight in self.flights:
            with suppress(Lost, KilledWorker):  # both are seen to when it is this one's turn
                self._await(flight)
        self.flights.appendleft(flight := Flight(part))
        with suppress(Lost):
            self._submit(flight)
        return self._land()

    def _again(self) -> None:
        """Connect again and send out again whatever is out."""
        while True:
            self._count_try()
            self.close()
            try:
                self._client = self._connect(AGAIN_SECONDS)
                self._begin()
                for flight in self.flights:
                    self._submit(flight)
            except Lost:
                continue
            except Problem as problem:
                raise Problem(f"{problem}; what was read is stored, and the next oncu run goes on from there") from None
            return

    def _begin(self) -> None:
        """Give the workers that are there what they need. Raises Problem where none comes in a while."""
        try:
            self._client.wait_for_workers(1, timeout=AGAIN_SECONDS)
        except TimeoutError:
            raise _no_workers(self._where) from None
        self._equip()

    def _equip(self) -> None:
        """Make sure that all workers run this code and have the reader. Raises what kept one from making it."""
        with losing():
            seen = self._client.run(look, self._kit.key, on_error="return")
        for address, standing in seen.items():
            check_worker(address, standing)
        bare = [address for address, one in seen.items() if isinstance(one, Standing) and not one.is_ready]
        if bare:
            with losing():
                made = self._client.run(install, self._kit, workers=bare, on_error="return")
            for failed in made.values():
                if isinstance(failed, Exception) and not isinstance(failed, OSError):  # that is, it did not just go
                    raise failed

    def _submit(self, flight: Flight) -> None:
        with losing():
            flight.future = self._client.submit(read, self._kit.key, flight.batch, self._now, pure=False)

    def _count_workers(self) -> int:
        with losing():
            return sum(self._client.nthreads().values())

    def _count_try(self) -> None:
        self._tries += 1
        if self._tries > TRIES:
            where = self._where or "of this machine"
            raise Problem(f"cluster {where}: {TRIES} tries came to nothing; look at its logs, and who else reads there")


def _no_workers(where: str | None) -> Problem:
    if where is None:
        return Problem("the workers of this machine ended and do not start again; perhaps worker_mb is too little")
    return Problem(f"cluster {where}: has no workers; start some: dask worker {where}")


def _is_done(future: "Future[Found | Missing]") -> bool:
    """Wait a little for a batch. Raises Lost where nobody works on it any more."""
    try:
        future.exception(timeout=LOOK_SECONDS)
    except TimeoutError:
        return False
    except CancelledError as error:
        raise Lost(str(error)) from error
    return True


def check_worker(address: str, standing: Standing | Exception) -> None:
    """Does a worker run this code? One that went meanwhile is no matter. Raises Problem."""
    if isinstance(standing, (ImportError, AttributeError)):
        raise Problem(f"worker {address}: has no oncu of this version ({standing}); {SAME}")
    if isinstance(standing, Standing):
        here = versions()
        for name, there in standing.versions.items():
            if there != here.get(name):
                raise Problem(f"worker {address}: runs {name} {there}, here is {here.get(name)}; {SAME}")
