"""Each slot is done once, however many schedulers there are, and one that was left half done is taken over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from oncu.storage.database import Database
from oncu.storage.slots import (
    DONE,
    FAILED,
    PAUSES,
    finish_slot,
    forget_slots,
    last_done_slots,
    last_slots,
    renew_lease,
    slots_since,
    take_slot,
)

LEASE = timedelta(minutes=2)
MINUTE = timedelta(minutes=1)


def take(database: Database, by: str, now: datetime, *, slot: datetime, job: str = "read", again: bool = True) -> bool:
    with database.write() as connection:
        return take_slot(connection, job, slot, by=by, now=now, lease=LEASE, again=again)


def finish(database: Database, by: str, now: datetime, *, slot: datetime, status: str = DONE) -> bool:
    with database.write() as connection:
        return finish_slot(connection, "read", slot, by=by, status=status, said="x", now=now)


def test_of_many_schedulers_one_takes_a_slot(database: Database, now: datetime) -> None:
    for minute in range(5):
        slot = now + minute * MINUTE
        with ThreadPoolExecutor(8) as pool:
            taken = list(pool.map(lambda by, at=slot: take(database, f"s{by}", at, slot=at), range(8)))
        assert sum(taken) == 1
        assert finish(database, f"s{taken.index(True)}", slot, slot=slot)
    with database.read() as connection:
        assert len(slots_since(connection, now)) == 5


def test_done_slot_is_not_done_again(database: Database, now: datetime) -> None:
    assert take(database, "a", now, slot=now)
    assert finish(database, "a", now, slot=now)
    assert not take(database, "b", now + timedelta(days=1), slot=now)


def test_slots_of_one_job_do_not_overlap(database: Database, now: datetime) -> None:
    assert take(database, "a", now, slot=now)
    assert not take(database, "b", now + MINUTE, slot=now + MINUTE)
    assert take(database, "b", now + MINUTE, slot=now, job="crawl")
    assert finish(database, "a", now + MINUTE, slot=now)
    assert take(database, "b", now + MINUTE, slot=now + MINUTE)


def test_slot_of_one_that_died_is_taken_over_and_the_dead_may_not_finish_it(database: Database, now: datetime) -> None:
    assert take(database, "a", now, slot=now)
    assert not take(database, "b", now + LEASE - MINUTE, slot=now)
    assert take(database, "b", now + LEASE, slot=now)
    assert not finish(database, "a", now + LEASE, slot=now)
    assert finish(database, "b", now + LEASE, slot=now)
    with database.read() as connection:
        assert last_slots(connection)["read"].tries == 2


def test_lease_is_renewed_by_its_owner_alone(database: Database, now: datetime) -> None:
    assert take(database, "a", now, slot=now)
    with database.write() as connection:
        assert renew_lease(connection, "read", now, by="a", until=now + 2 * LEASE)
        assert not renew_lease(connection, "read", now, by="b", until=now + 9 * LEASE)
    assert not take(database, "b", now + LEASE, slot=now)
    assert take(database, "b", now + 2 * LEASE, slot=now)


def test_failed_slot_is_tried_again_after_growing_pauses_and_not_for_ever(database: Database, now: datetime) -> None:
    at = now
    for pause in (*PAUSES, None):
        assert take(database, "a", at, slot=now)
        assert finish(database, "a", at, slot=now, status=FAILED)
        assert not take(database, "a", at, slot=now)
        at += pause or timedelta(days=1)
    assert not take(database, "a", at, slot=now)


def test_failed_slot_of_a_job_that_comes_again_soon_waits_for_the_next(database: Database, now: datetime) -> None:
    assert take(database, "a", now, slot=now, again=False)
    assert finish(database, "a", now, slot=now, status=FAILED)
    assert not take(database, "a", now + timedelta(hours=1), slot=now, again=False)
    assert take(database, "a", now + MINUTE, slot=now + MINUTE, again=False)


def test_last_done_is_known_and_what_is_long_ago_is_forgotten(database: Database, now: datetime) -> None:
    assert take(database, "a", now, slot=now)
    assert finish(database, "a", now + MINUTE, slot=now)
    with database.write() as connection:
        assert last_done_slots(connection) == {"read": now + MINUTE}
        assert forget_slots(connection, now + timedelta(days=89)) == 0
        assert forget_slots(connection, now + timedelta(days=91)) == 1
