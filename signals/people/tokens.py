"""Tokens of programs that ask in a person's name."""

from datetime import datetime, timedelta

from oncu.storage.database import Database
from oncu.storage.people import Person, find_person
from oncu.storage.sessions import SEEN_EVERY, Token, add_token, end_token, token_of, touch_token

from .accounts import known_person


def make_token(database: Database, name: str, purpose: str, days: int, *, may_act: bool, by: str, now: datetime) -> str:
    """The secret of a new token; an older one of the same purpose ends. Raises Problem."""
    with database.write() as connection:
        known_person(connection, name)
        end_token(connection, name, purpose, now, by=by)
        return add_token(connection, Token(name, purpose, may_act, now, now + timedelta(days=days)), by=by)


def person_of_token(database: Database, secret: str, now: datetime) -> tuple[Person, Token] | None:
    """Whose token a secret is; None where it is unknown, ended, expired, or the person may not come in."""
    with database.read() as connection:
        token = token_of(connection, secret, now)
        person = find_person(connection, token.person) if token else None
    if token is None or person is None or not person.is_active:
        return None
    if token.used_at is None or now - token.used_at > SEEN_EVERY:
        with database.write() as connection:
            touch_token(connection, secret, now)
    return person, token
