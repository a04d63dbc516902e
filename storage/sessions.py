"""Sessions in a browser and tokens of programs: only digests of their secrets are kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from .audit import write_audit
from .models import api_tokens, sessions

SECRET_BYTES = 32
SEEN_EVERY = timedelta(minutes=1)  # so that reading pages writes at most this often
HANDLE = 16  # letters of a digest: enough to tell sessions apart, nothing to come in with


@dataclass(frozen=True)
class Token:
    """A program's leave to ask in a person's name; `may_act`: also to change what that person may change."""

    person: str
    purpose: str
    may_act: bool
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Session:
    """An open session as its owner sees it; `handle`: by what it is named, of no use to come in with."""

    handle: str
    started_at: datetime
    seen_at: datetime


def start_session(connection: Connection, person: str, now: datetime) -> str:
    """The secret of a new session; it is returned once and kept nowhere."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = {"digest": _digest(secret), "person": person, "started_at": now, "seen_at": now, "ended_at": None}
    connection.execute(insert(sessions).values(**row))
    return secret


def session_person(
    connection: Connection, secret: str, now: datetime, *, idle: timedelta, longest: timedelta
) -> tuple[str, bool] | None:
    """Whose session a secret is, and whether `touch_session` is due; None where it is unknown, ended, idle or too old.

    `idle`: how long it lives unused. `longest`: how long it lives at all.
    """
    row = connection.execute(select(sessions).where(sessions.c.digest == _digest(secret))).first()
    if row is None or row.ended_at is not None or now - row.seen_at > idle or now - row.started_at > longest:
        return None
    return row.person, now - row.seen_at > SEEN_EVERY


def touch_session(connection: Connection, secret: str, now: datetime) -> None:
    """Note that a session is in use."""
    connection.execute(update(sessions).where(sessions.c.digest == _digest(secret)).values(seen_at=now))


def end_session(connection: Connection, secret: str, now: datetime) -> None:
    """End one session; one that has ended stays as it is."""
    own = sessions.c.digest == _digest(secret)
    connection.execute(update(sessions).where(own, sessions.c.ended_at.is_(None)).values(ended_at=now))


def open_sessions(
    connection: Connection, person: str, now: datetime, *, idle: timedelta, longest: timedelta
) -> list[Session]:
    """A person's sessions that are still good, the last used first."""
    kept = sessions.c.person == person, sessions.c.ended_at.is_(None)
    lasting = sessions.c.seen_at >= now - idle, sessions.c.started_at >= now - longest
    found = connection.execute(select(sessions).where(*kept, *lasting).order_by(sessions.c.seen_at.desc()))
    return [Session(row.digest[:HANDLE], row.started_at, row.seen_at) for row in found]


def handle_of(secret: str) -> str:
    """By what the session of a secret is named."""
    return _digest(secret)[:HANDLE]


def end_others(connection: Connection, person: str, secret: str, now: datetime, *, handle: str | None = None) -> int:
    """End a person's sessions beside that of a secret, or only the one of a handle. Returns how many were ended."""
    kept = [sessions.c.person == person, sessions.c.ended_at.is_(None), sessions.c.digest != _digest(secret)]
    if handle is not None:
        kept.append(sessions.c.digest.startswith(handle, autoescape=True))
    ended = connection.execute(update(sessions).where(*kept).values(ended_at=now)).rowcount
    if ended:
        write_audit(connection, person, "session.end", person, now, reason=f"{ended} sessions")
    return ended


def end_access(connection: Connection, person: str, now: datetime) -> None:
    """End every session and token of a person: they were disabled, or their password or roles changed."""
    for table in (sessions, api_tokens):
        kept = table.c.person == person, table.c.ended_at.is_(None)
        connection.execute(update(table).where(*kept).values(ended_at=now))


def add_token(connection: Connection, token: Token, *, by: str) -> str:
    """The secret of a new token, returned once; a row in the trail says who asked for it and for what."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    connection.execute(insert(api_tokens).values(**vars(token), digest=_digest(secret)))
    write_audit(connection, by, "token.add", token.person, token.created_at, reason=token.purpose)
    return secret


def token_of(connection: Connection, secret: str, now: datetime) -> Token | None:
    """The token a secret is of; None where it is unknown, ended or expired."""
    row = connection.execute(select(api_tokens).where(api_tokens.c.digest == _digest(secret))).mappings().first()
    if row is None or row["ended_at"] is not None or row["expires_at"] <= now:
        return None
    return _token(dict(row))


def touch_token(connection: Connection, secret: str, now: datetime) -> None:
    """Note that a token was used."""
    connection.execute(update(api_tokens).where(api_tokens.c.digest == _digest(secret)).values(used_at=now))


def open_tokens(connection: Connection, person: str, now: datetime) -> list[Token]:
    """The tokens of a person that can be used, oldest first."""
    query = select(api_tokens).where(api_tokens.c.person == person, api_tokens.c.ended_at.is_(None))
    query = query.where(api_tokens.c.expires_at > now).order_by(api_tokens.c.created_at)
    return [_token(dict(row)) for row in connection.execute(query).mappings()]


def end_token(connection: Connection, person: str, purpose: str, now: datetime, *, by: str) -> int:
    """End a person's tokens of one purpose. Returns how many were ended."""
    own = api_tokens.c.person == person, api_tokens.c.purpose == purpose, api_tokens.c.ended_at.is_(None)
    ended = connection.execute(update(api_tokens).where(*own).values(ended_at=now)).rowcount
    if ended:
        write_audit(connection, by, "token.end", person, now, reason=purpose)
    return ended


def _token(row: dict[str, Any]) -> Token:
    return Token(**{name: value for name, value in row.items() if name != "digest"})


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
