"""New passwords: one that an admin hands over, and one that people choose themselves."""

import secrets
from datetime import datetime, timedelta

from oncu.config.problems import Problem
from oncu.config.settings import AccessSettings
from oncu.storage.database import Database
from oncu.storage.people import find_person
from oncu.storage.sessions import start_session

from .accounts import count_failure, keep_password, known_person, may_try
from .passwords import check_password, is_password

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when read aloud
GROUPS, GROUP = 4, 5  # 20 letters: 99 bits


def give_temporary_password(database: Database, name: str, access: AccessSettings, *, by: str, now: datetime) -> str:
    """A new password that is good for `access.temporary_hours`, to choose another with; returned once. Raises Problem.

    What is open in the person's name ends.
    """
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
    until = now + timedelta(hours=access.temporary_hours)
    with database.write() as connection:
        known_person(connection, name)
        keep_password(connection, name, password, by=by, now=now, until=until)
    return password


def change_own_password(
    database: Database, name: str, old: str, new: str, access: AccessSettings, now: datetime
) -> str | None:
    """The secret of a new session after the old password was given again; None where that is wrong, which is counted.

    Every other session and every token of the person ends. Raises Problem for a new password that is guessed first.
    """
    with database.read() as connection:
        person = find_person(connection, name)
    is_right = is_password(old, person.password if person else None)
    if is_right:
        check_password(new, name, access.least_password)
    if is_right and new == old:
        raise Problem("the new password is the old one; take another")
    with database.write() as connection:
        if not may_try(known_person(connection, name), access, now):
            return None
        if not is_right:
            count_failure(connection, name, access, now)
            return None
        keep_password(connection, name, new, by=name, now=now)
        return start_session(connection, name, now)
