"""What ran, what failed, what is late, and what comes next."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from oncu.storage.slots import DONE, FAILED, Slot, last_done_slots, last_slots

from ..words import Words
from .jobs import Job, Office

LATE = timedelta(minutes=10)  # after a slot began without anybody taking it
NEVER, WAITING, LATE_STATE, DEAD = "never", "waiting", "late", "dead"


@dataclass(frozen=True)
class JobView:
    """One job: its plan, what became of the slot taken last, when it was last done, and the next slot.

    `state`: never, running, dead (its scheduler stopped), done, failed or late.
    """

    name: str
    plan: str
    state: str
    slot: datetime | None
    said: str | None
    tries: int
    last_done_at: datetime | None
    next_at: datetime


def view_jobs(office: Office, jobs: Sequence[Job], now: datetime) -> list[JobView]:
    """Every job that is not switched off."""
    with office.database.read() as connection:
        last, done = last_slots(connection), last_done_slots(connection)
    views = []
    for job in jobs:
        slot = last.get(job.name)
        views.append(
            JobView(
                name=job.name,
                plan=str(job.when),
                state=_state(office, job, slot, now),
                slot=slot.slot if slot else None,
                said=slot.said if slot else None,
                tries=slot.tries if slot else 0,
                last_done_at=done.get(job.name),
                next_at=job.when.next_slot(now, office.zone),
            )
        )
    return views


def _state(office: Office, job: Job, slot: Slot | None, now: datetime) -> str:
    if slot is None:
        return NEVER
    if slot.is_dead(now, office.lease):
        return DEAD
    is_late = slot.status == DONE and _is_late(office, job, slot, now) and bool(job.words(office, now))
    return LATE_STATE if is_late else slot.status


def _is_late(office: Office, job: Job, slot: Slot, now: datetime) -> bool:
    """Whether a slot after the last one began, and nobody took it for too long."""
    due = job.slot_at(office, now) if job.is_of_its_day else job.when.next_slot(slot.slot, office.zone)
    return due is not None and due > slot.slot and now - due > LATE


def is_ill(view: JobView) -> bool:
    """Whether somebody should look at it."""
    return view.state in (FAILED, LATE_STATE, DEAD)


def job_lines(views: Sequence[JobView], words: Words) -> list[str]:
    """A line a job, and under one that is ill what it said last."""
    lines = []
    for view in views:
        done = words.moment(view.last_done_at) if view.last_done_at else "–"
        state = words(f"job_{view.state}")
        lines.append(
            words("job_line", name=view.name, state=state, plan=view.plan, done=done, next=words.moment(view.next_at))
        )
        if is_ill(view) and view.said:
            lines.append(f"    {view.said}")
    return lines


def as_rows(views: Sequence[JobView]) -> list[dict[str, object]]:
    """The same for a program."""
    return [
        {key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(view).items()}
        for view in views
    ]
