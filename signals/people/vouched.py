"""People for whom the bank's identity provider vouches."""

import re
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any

from oncu.config.provider import OidcSettings
from oncu.storage.database import Database, Transaction
from oncu.storage.people import (
    Person,
    add_person,
    change_person,
    find_person,
    find_subject,
    note_login,
    note_refusal,
)
from oncu.storage.sessions import start_session

from .accounts import NAME
from .claims import Refused, subject_of

BY = "provider"
NO_PASSWORD = {"password": None, "password_until": None}
LONGEST_NAME, LONGEST_DISPLAY = 60, 120


def let_vouched_in(database: Database, claims: Mapping[str, Any], settings: OidcSettings, now: datetime) -> str:
    """The secret of a new session for whom the provider's checked claims name. Raises Refused.

    Who has no account gets one only where `settings.role_of_new` says in which role. That a name was locked after wrong
    passwords does not concern the provider, who asks for other proofs.
    """
    subject = subject_of(claims, settings)
    with database.write() as connection:
        person = find_subject(connection, subject)
        if person is None and settings.role_of_new:
            person = _add(connection, claims, subject, settings.role_of_new, now)
        if person is not None and person.is_active:
            if person.password_until is not None:  # nobody needs to choose a password to come in this way
                change_person(connection, person.name, action="person.password", by=BY, now=now, **NO_PASSWORD)
            note_login(connection, person.name, now, how=BY)
            return start_session(connection, person.name, now)
        note_refusal(connection, person.name if person else None, now)
    raise Refused("unknown" if person is None else "disabled")


def _add(connection: Transaction, claims: Mapping[str, Any], subject: str, role: str, now: datetime) -> Person:
    display = str(claims.get("name") or claims.get("preferred_username") or subject)[:LONGEST_DISPLAY]
    person = Person(_free_name(connection, claims, subject), display, frozenset({role}), BY, now, subject=subject)
    add_person(connection, person)
    return person


def _free_name(connection: Transaction, claims: Mapping[str, Any], subject: str) -> str:
    """A login name like the one the provider knows, and another where that is taken."""
    wished = str(claims.get("preferred_username") or claims.get("email") or subject).split("@")[0]
    plain = re.sub(r"[^a-z0-9._-]", "", wished.casefold())[:LONGEST_NAME].lstrip("._-")
    start = plain if NAME.fullmatch(plain) else "kisi"
    names = (start if number == 1 else f"{start}-{number}" for number in count(1))
    return next(name for name in names if find_person(connection, name) is None)
