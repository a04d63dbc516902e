"""Accounts: adding people, letting them in, and keeping guessers out."""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from oncu.config.problems import Problem
from oncu.config.settings import AccessSettings
from oncu.storage.access import ROLES
from oncu.storage.database import Database, Transaction
from oncu.storage.people import (
    Person,
    add_person,
    change_person,
    change_roles,
    find_person,
    load_people,
    note_failure,
    note_login,
    note_refusal,
)
from oncu.storage.sessions import end_access, session_person, start_session, touch_session

from .passwords import check_password, hash_password, is_password

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
LONGEST_LOCK = timedelta(hours=24)
PORTFOLIO_ROLES = ("manager",)
TEAM_ROLES = ("lead",)
DETAILS = ("display", "language", "manager", "team", "subject")


def create_person(database: Database, person: Person, password: str | None, access: AccessSettings) -> None:
    """Add a person; without a password only the bank's identity provider lets them in. Raises Problem."""
    _check_person(person)
    if password is not None:
        check_password(password, person.name, access.least_password)
    kept = Person(**vars(person) | {"password": hash_password(password) if password is not None else None})
    with database.write() as connection:
        if find_person(connection, person.name):
            raise Problem(f"there is a person {person.name!r} already; oncu users list shows everybody")
        add_person(connection, kept)


def set_password(
    database: Database, name: str, password: str, access: AccessSettings, *, by: str, now: datetime
) -> None:
    """Give a person a new password and end what is open in their name. Raises Problem."""
    check_password(password, name, access.least_password)
    with database.write() as connection:
        known_person(connection, name)
        keep_password(connection, name, password, by=by, now=now)


def keep_password(
    connection: Transaction, name: str, password: str, *, by: str, now: datetime, until: datetime | None = None
) -> None:
    """Keep the hash of a checked password, and end what is open in a person's name; `until`: how long it is good."""
    values: dict[str, Any] = {
        "password": hash_password(password),
        "password_until": until,
        "failures": 0,
        "locked_until": None,
    }
    change_person(connection, name, action="person.password", by=by, now=now, **values)
    end_access(connection, name, now)


def set_active(database: Database, name: str, *, is_active: bool, by: str, now: datetime) -> None:
    """Let a person in again, or keep them out from this moment on. Raises Problem."""
    action = "person.enable" if is_active else "person.disable"
    with database.write() as connection:
        person = known_person(connection, name)
        if not is_active:
            _keep_an_admin(connection, person, ())
            end_access(connection, name, now)
        change_person(connection, name, action=action, by=by, now=now, is_active=is_active)


def set_roles(database: Database, name: str, roles: Collection[str], *, by: str, now: datetime) -> None:
    """Give a person these roles and no others; their sessions end, so that nobody goes on with old rights."""
    with database.read() as connection:
        person = known_person(connection, name)
    change_account(database, replace(person, roles=frozenset(roles)), by=by, now=now)


def change_account(database: Database, wished: Person, *, by: str, now: datetime) -> None:
    """Give a person what `wished` has: roles, code, team, language, and what they are called, here and by the provider.

    Raises Problem. New roles end their sessions. Nobody changes by these what they see themselves.
    """
    _check_person(wished)
    with database.write() as connection:
        person = known_person(connection, wished.name)
        _keep_an_admin(connection, person, wished.roles)
        if by == person.name and sight_of(wished) != sight_of(person):
            raise Problem("nobody changes what they see themselves; ask another admin")
        told = [key for key in DETAILS if getattr(wished, key) != getattr(person, key)]
        reason = "; ".join(f"{key}: {getattr(person, key) or '-'} -> {getattr(wished, key) or '-'}" for key in told)
        values = {key: getattr(wished, key) for key in told}
        if told:
            change_person(connection, person.name, action="person.change", by=by, now=now, reason=reason, **values)
        if wished.roles != person.roles:
            change_roles(connection, person.name, wished.roles, by=by, now=now)
            end_access(connection, person.name, now)


def sight_of(person: Person) -> tuple[frozenset[str], str | None, str | None]:
    """What decides which clients a person sees."""
    return person.roles, person.manager, person.team


def unlock(database: Database, name: str, *, by: str, now: datetime) -> None:
    """Let a person try again who gave wrong passwords. Raises Problem."""
    with database.write() as connection:
        known_person(connection, name)
        change_person(connection, name, action="person.unlock", by=by, now=now, failures=0, locked_until=None)


def let_in(database: Database, name: str, password: str, access: AccessSettings, now: datetime) -> str | None:
    """The secret of a new session, or None: wrong password, unknown, disabled or locked, without telling which.

    After `access.failures` wrong passwords in a row the name is locked, for `access.lock_minutes` first and twice as
    long each time after that, a day at most. Every try takes one hash and one row of the trail, whoever it names.
    """
    with database.read() as connection:
        person = find_person(connection, name)
    is_right = is_password(password, person.password if person else None)
    with database.write() as connection:
        found = find_person(connection, name)  # as it is now: others may be guessing at the same time
        if found is None or not may_try(found, access, now):
            note_refusal(connection, found.name if found else None, now)
            return None
        if not is_right or person is None or found.password != person.password:
            count_failure(connection, name, access, now)
            return None
        note_login(connection, name, now, how="password")
        return start_session(connection, name, now)


def may_try(person: Person, access: AccessSettings, now: datetime) -> bool:
    """Whether a right password would let a person in now; where passwords are off they are the admins' last way."""
    is_over = person.password_until is not None and person.password_until <= now
    is_locked = person.locked_until is not None and person.locked_until > now
    return person.is_active and not is_over and not is_locked and (access.passwords or person.has("admin"))


def person_of_session(database: Database, secret: str, access: AccessSettings, now: datetime) -> Person | None:
    """Who is behind a session's secret; None where it has ended or the person may not come in any more."""
    idle, longest = timedelta(minutes=access.idle_minutes), timedelta(hours=access.session_hours)
    with database.read() as connection:
        found = session_person(connection, secret, now, idle=idle, longest=longest)
        person = find_person(connection, found[0]) if found else None
    if person is None or not person.is_active:
        return None
    if found and found[1]:
        with database.write() as connection:
            touch_session(connection, secret, now)
    return person


def known_person(connection: Transaction, name: str) -> Person:
    """The person of a name. Raises Problem."""
    person = find_person(connection, name)
    if person is None:
        raise Problem(f"there is no person {name!r}; oncu users list shows everybody")
    return person


def person_rows(database: Database) -> list[dict[str, Any]]:
    """Everybody as rows for a table or a program, without what nobody needs to see."""
    with database.read() as connection:
        people = load_people(connection)
    shown = ("name", "display", "team", "manager", "language", "is_active", "locked_until", "last_login_at")
    rows = []
    for person in people:
        row = {key: getattr(person, key) for key in shown}
        row["logs_in_with"] = [way for way, has in (("password", person.password), ("provider", person.subject)) if has]
        rows.append(row | {"roles": sorted(person.roles)})
    return rows


def count_failure(connection: Transaction, name: str, access: AccessSettings, now: datetime) -> None:
    """Note a wrong password, and lock the name after many."""
    person = known_person(connection, name)
    failures = person.failures + 1
    over = failures - access.failures
    lock = min(timedelta(minutes=access.lock_minutes) * 2 ** min(over, 20), LONGEST_LOCK) if over >= 0 else None
    note_failure(connection, name, failures, now + lock if lock else None, now)


def _check_person(person: Person) -> None:
    if not NAME.fullmatch(person.name):
        raise Problem(f"login name {person.name!r}: write small letters without accents, digits, dots, - and _")
    if unknown := person.roles - set(ROLES):
        raise Problem(f"no role {sorted(unknown)[0]!r}; choose among {', '.join(ROLES)}")
    if not person.roles:
        raise Problem(f"person {person.name!r} needs a role; choose among {', '.join(ROLES)}")
    if person.has(*PORTFOLIO_ROLES) and not person.manager:
        raise Problem(f"person {person.name!r} is a manager; say whose portfolio with --manager, as in the client list")
    if person.has(*TEAM_ROLES) and not person.team:
        raise Problem(f"person {person.name!r} is a lead; say of which team with --team")


def _keep_an_admin(connection: Transaction, person: Person, roles: Collection[str]) -> None:
    """The last admin stays one."""
    if not person.has("admin") or "admin" in roles:
        return
    others = (one for one in load_people(connection) if one.name != person.name and one.is_active and one.has("admin"))
    if next(others, None) is None:
        raise Problem(f"{person.name!r} is the only admin; make another one first")
