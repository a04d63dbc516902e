"""Sessions and tokens end when they should, and their secrets are kept nowhere."""

from datetime import datetime, timedelta

import pytest

from oncu.storage.database import Database
from oncu.storage.models import metadata
from oncu.storage.people import Person, add_person
from oncu.storage.sessions import (
    Token,
    add_token,
    end_access,
    end_others,
    end_session,
    end_token,
    handle_of,
    open_sessions,
    open_tokens,
    session_person,
    start_session,
    token_of,
    touch_session,
    touch_token,
)

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)


@pytest.fixture
def bank(database: Database, now: datetime) -> Database:
    """A database that knows Ece."""
    with database.write() as connection:
        add_person(connection, Person("ece", "Ece", frozenset({"analyst"}), "test", now))
    return database


def person_at(bank: Database, secret: str, at: datetime) -> str | None:
    with bank.read() as connection:
        found = session_person(connection, secret, at, idle=IDLE, longest=LONGEST)
    return found[0] if found else None


def test_session_lives_while_it_is_used_and_ends_after_its_longest_life(bank: Database, now: datetime) -> None:
    with bank.write() as connection:
        secret = start_session(connection, "ece", now)
    for minutes in range(0, 12 * 60, 20):
        assert person_at(bank, secret, now + timedelta(minutes=minutes)) == "ece"
        with bank.write() as connection:
            touch_session(connection, secret, now + timedelta(minutes=minutes))
    assert person_at(bank, secret, now + LONGEST + timedelta(seconds=1)) is None


def test_unused_session_ends(bank: Database, now: datetime) -> None:
    with bank.write() as connection:
        secret = start_session(connection, "ece", now)
    assert person_at(bank, secret, now + IDLE) == "ece"
    assert person_at(bank, secret, now + IDLE + timedelta(seconds=1)) is None


def test_reading_pages_seldom_writes(bank: Database, now: datetime) -> None:
    with bank.write() as connection:
        secret = start_session(connection, "ece", now)
    with bank.read() as connection:
        due = [
            session_person(connection, secret, now + timedelta(seconds=s), idle=IDLE, longest=LONGEST) for s in (30, 61)
        ]
    assert due == [("ece", False), ("ece", True)]


def test_ended_and_unknown_sessions_are_nobodys(bank: Database, now: datetime) -> None:
    with bank.write() as connection:
        first, second = start_session(connection, "ece", now), start_session(connection, "ece", now)
        end_session(connection, first, now)
    assert [person_at(bank, secret, now) for secret in (first, second, "", "x" * 5000)] == [None, "ece", None, None]
    with bank.write() as connection:
        end_access(connection, "ece", now)
    assert person_at(bank, second, now) is None


def test_token_ends_with_its_days_its_person_or_its_purpose(bank: Database, now: datetime) -> None:
    later = now + timedelta(days=90)
    with bank.write() as connection:
        secrets = [
            add_token(connection, Token("ece", purpose, False, now, later), by="adem") for purpose in ("crm", "bi")
        ]
        touch_token(connection, secrets[0], now)
        found = token_of(connection, secrets[0], later - timedelta(seconds=1))
        assert found
        assert (found.purpose, found.used_at) == ("crm", now)
        assert token_of(connection, secrets[0], later) is None
        assert end_token(connection, "ece", "crm", now, by="adem") == 1
        assert [token_of(connection, secret, now) is None for secret in secrets] == [True, False]
        assert [[one.purpose for one in open_tokens(connection, "ece", at)] for at in (now, later)] == [["bi"], []]
        end_access(connection, "ece", now)
        assert token_of(connection, secrets[1], now) is None
        assert open_tokens(connection, "ece", now) == []


def test_no_secret_is_kept(bank: Database, now: datetime) -> None:
    with bank.write() as connection:
        secrets = [start_session(connection, "ece", now)]
        secrets.append(add_token(connection, Token("ece", "crm", False, now, now + IDLE), by="adem"))
        kept = str([connection.execute(table.select()).fetchall() for table in metadata.sorted_tables])
    assert not [secret for secret in secrets if secret in kept]


def test_open_sessions_are_told_apart_by_what_opens_nothing(bank: Database, now: datetime) -> None:
    later = now + timedelta(minutes=20)
    with bank.write() as connection:
        old, here = start_session(connection, "ece", now - timedelta(minutes=31)), start_session(connection, "ece", now)
        there = start_session(connection, "ece", later)
        found = open_sessions(connection, "ece", later, idle=IDLE, longest=LONGEST)
    assert [one.handle for one in found] == [handle_of(there), handle_of(here)]
    assert handle_of(old) not in [one.handle for one in found]
    assert person_at(bank, found[0].handle, later) is None


def test_others_end_and_the_own_session_goes_on(bank: Database, now: datetime) -> None:
    with bank.write() as connection:
        here, there, third = (start_session(connection, "ece", now) for _ in range(3))
        assert end_others(connection, "ece", here, now, handle=handle_of(there)) == 1
        assert end_others(connection, "ece", here, now, handle="%") == 0
    assert [person_at(bank, one, now) for one in (here, there, third)] == ["ece", None, "ece"]
    with bank.write() as connection:
        assert end_others(connection, "ece", here, now) == 1
        assert end_others(connection, "adem", here, now) == 0
    assert [person_at(bank, one, now) for one in (here, third)] == ["ece", None]
