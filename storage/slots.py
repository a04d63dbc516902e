"""Slots of jobs: each is taken by one scheduler however many there are, and taken over from one that died."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, insert, select, text, update

from .models import slots
from .walks import walk

RUNNING, DONE, FAILED = "running", "done", "failed"
PAUSES = tuple(timedelta(minutes=m) for m in (2, 5, 10, 20, 40))  # before a slot that failed is tried again
KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Slot:
    """One slot of a job. `lease_until`: how long its taker counts as alive; `said`: its last words."""

    job: str
    slot: datetime
    status: str
    taken_by: str
    taken_at: datetime
    lease_until: datetime
    finished_at: datetime | None
    tries: int
    said: str | None

    def is_dead(self, now: datetime, lease: timedelta) -> bool:
        """Whether its taker has stopped saying that it lives.

        Nobody who lives asks for more than a lease: one that reaches further is of a clock that was set back since.
        """
        return self.status == RUNNING and not now < self.lease_until <= now + 2 * lease

    def may_be_tried_again(self, now: datetime) -> bool:
        """Whether it failed, and long enough ago."""
        if self.status != FAILED or self.finished_at is None or self.tries > len(PAUSES):
            return False
        return now >= self.finished_at + PAUSES[self.tries - 1]


def take_slot(
    connection: Connection, job: str, slot: datetime, *, by: str, now: datetime, lease: timedelta, again: bool
) -> bool:
    """Take a slot; False where it was done, is being done, or another slot of the job is.

    `again`: a slot that failed is tried again after a pause that grows.
    """
    _one_at_a_time(connection, job)
    known = {one.slot: one for one in _open_slots(connection, job, slot)}
    mine = known.get(slot)
    if any(one.status == RUNNING and not one.is_dead(now, lease) for one in known.values()):
        return False
    row = {"status": RUNNING, "taken_by": by, "taken_at": now, "lease_until": now + lease, "finished_at": None}
    if mine is None:
        connection.execute(insert(slots).values(job=job, slot=slot, tries=1, **row))
        return True
    if not mine.is_dead(now, lease) and not (again and mine.may_be_tried_again(now)):
        return False
    connection.execute(update(slots).where(_is(job, slot)).values(tries=mine.tries + 1, **row))
    return True


def renew_lease(connection: Connection, job: str, slot: datetime, *, by: str, until: datetime) -> bool:
    """Say that the taker lives; False where another has taken the slot."""
    own = update(slots).where(_is(job, slot), slots.c.taken_by == by, slots.c.status == RUNNING)
    return connection.execute(own.values(lease_until=until)).rowcount == 1


def finish_slot(
    connection: Connection, job: str, slot: datetime, *, by: str, status: str, said: str, now: datetime
) -> bool:
    """Note how a slot ended; False where another has taken it meanwhile."""
    own = update(slots).where(_is(job, slot), slots.c.taken_by == by, slots.c.status == RUNNING)
    return connection.execute(own.values(status=status, said=said, finished_at=now)).rowcount == 1


def forget_slots(connection: Connection, now: datetime) -> int:
    """Remove what was done too long ago to be asked for."""
    return connection.execute(slots.delete().where(slots.c.taken_at < now - KEPT)).rowcount


def slots_since(connection: Connection, since: datetime) -> list[Slot]:
    """The slots taken since a moment, newest first."""
    query = select(slots).where(slots.c.taken_at >= since).order_by(slots.c.taken_at.desc(), slots.c.job)
    return [Slot(*row) for row in connection.execute(query)]


def last_slots(connection: Connection) -> dict[str, Slot]:
    """By job the slot taken last."""
    jobs = walk(slots.c.job)
    last = select(func.max(slots.c.slot)).where(slots.c.job == jobs.c.value).scalar_subquery()
    newest = select(jobs.c.value.label("job"), last.label("slot")).subquery()
    query = select(slots).join(newest, (newest.c.job == slots.c.job) & (newest.c.slot == slots.c.slot))
    return {row.job: Slot(*row) for row in connection.execute(query)}


def last_done_slots(connection: Connection) -> dict[str, datetime]:
    """By job when it was last done."""
    jobs = walk(slots.c.job)
    of_it = slots.c.job == jobs.c.value, slots.c.status == DONE
    last = select(func.max(slots.c.finished_at)).where(*of_it).scalar_subquery()
    return {row[0]: row[1] for row in connection.execute(select(jobs.c.value, last)) if row[1] is not None}


def _open_slots(connection: Connection, job: str, slot: datetime) -> list[Slot]:
    """The slot itself, and those of the job that somebody is at."""
    own, under_way = slots.c.slot == slot, slots.c.status == RUNNING
    queries = (select(slots).where(slots.c.job == job, one) for one in (own, under_way))  # each by an index of its own
    return list({Slot(*row) for query in queries for row in connection.execute(query)})


def _one_at_a_time(connection: Connection, job: str) -> None:
    """On PostgreSQL takers of a job wait for each other; on SQLite all writers do."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:job))"), {"job": f"oncu {job}"})


def _is(job: str, slot: datetime) -> ColumnElement[bool]:
    return (slots.c.job == job) & (slots.c.slot == slot)
