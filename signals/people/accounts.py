"""Accounts: adding people, letting them in, and keeping guessers out."""

import re
from collections.abc import Collection
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
)
from oncu.storage.sessions import end_access, session_person, start_session, touch_session

from .passwords import check_password, hash_password, is_password

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
LONGEST_LOCK = timedelta(hours=24)
PORTFOLIO_ROLES = ("manager",)
TEAM_ROLES = ("lead",)


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
    values = {"password": hash_password(password), "failures": 0, "locked_until": None}
    with database.write() as connection:
        known_person(connection, name)
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
    with database.write() as connection:
        person = known_person(connection, name)
        _check_person(Person(**vars(person) | {"roles": frozenset(roles)}))
        _keep_an_admin(connection, person, roles)
        change_roles(connection, name, roles, by=by, now=now)
        end_access(connection, name, now)


def let_in(database: Database, name: str, password: str, access: AccessSettings, now: datetime) -> str | None:
    """The secret of a new session, or None: wrong password, unknown, disabled or locked, without telling which.

    After `access.failures` wrong passwords in a row the name is locked, for `access.lock_minutes` first and twice as
    long each time after that, a day at most.
    """
    with database.read() as connection:
        person = find_person(connection, name)
    is_right = is_password(password, person.password if person else None)  # always computed: it must take as long
    if person is None or not person.is_active or (person.locked_until and person.locked_until > now):
        return None
    with database.write() as connection:
        if not is_right:
            _count_failure(connection, name, access, now)
            return None
        note_login(connection, name, now, how="password")
        return start_session(connection, name, now)


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


def _count_failure(connection: Transaction, name: str, access: AccessSettings, now: datetime) -> None:
    person = known_person(connection, name)  # as it is now: others may be guessing at the same time
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
