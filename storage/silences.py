"""Silences: what a person does not want to be told of for a while, and why."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, or_, select, update

from .audit import write_audit
from .database import save_new
from .identity import survivors
from .keys import key_id
from .models import silences


@dataclass(frozen=True)
class Silence:
    """What meets all of `client_id`, `type` and `source` that are given is not told before `until`."""

    id: str
    client_id: str | None
    type: str | None
    source: str | None
    until: datetime
    reason: str
    set_by: str
    set_at: datetime
    removed_at: datetime | None = None
    removed_by: str | None = None

    @property
    def subject(self) -> str:
        """What is silenced, as `client C0042, type lawsuit`."""
        parts = (("client", self.client_id), ("type", self.type), ("source", self.source))
        return ", ".join(f"{name} {value}" for name, value in parts if value)

    def is_like(self, other: "Silence") -> bool:
        """Do both say the same, in one person's name?"""
        said = ("client_id", "type", "source", "until", "reason", "set_by")
        return all(getattr(self, name) == getattr(other, name) for name in said)

    def holds(self, client_id: str, code: str, sources: Collection[str]) -> bool:
        """Is an alert of this client and type silenced? One source counts only where nobody else tells the alert."""
        return (
            self.client_id in (None, client_id)
            and self.type in (None, code)
            and (self.source is None or set(sources) == {self.source})
        )


def make_silence(
    *,
    client_id: str | None = None,
    code: str | None = None,
    source: str | None = None,
    until: datetime,
    reason: str,
    by: str,
    now: datetime,
) -> Silence:
    """A silence from now on, `code` being that of a type; the same words at the same moment are the same one."""
    silence_id = key_id("silence", client_id, code, source, by, now.isoformat())
    return Silence(silence_id, client_id, code, source, until, reason, by, now)


def save_silence(connection: Connection, silence: Silence) -> None:
    """Keep a silence, with a row in the audit trail."""
    save_new(connection, silences, [vars(silence)])
    what = f"{silence.subject} until {silence.until.isoformat()}"
    write_audit(
        connection, silence.set_by, "silence.add", what, silence.set_at, after=silence.id, reason=silence.reason
    )


def remove_silence(connection: Connection, silence: Silence, *, by: str, now: datetime) -> None:
    """End a silence before its time, with a row in the audit trail."""
    query = update(silences).where(silences.c.id == silence.id, silences.c.removed_at.is_(None))
    connection.execute(query.values(removed_at=now, removed_by=by))
    write_audit(connection, by, "silence.remove", silence.subject, now, before=silence.id)


def silences_at(connection: Connection, at: datetime) -> list[Silence]:
    """The silences in force at a moment, those that end first first; each under the client it stands for today."""
    kept = or_(silences.c.removed_at.is_(None), silences.c.removed_at > at)
    query = select(silences).where(silences.c.set_at <= at, silences.c.until > at, kept)
    return _silences(connection, query.order_by(silences.c.until, silences.c.id))


def all_silences(connection: Connection) -> list[Silence]:
    """Every silence there ever was, newest first."""
    return _silences(connection, select(silences).order_by(silences.c.set_at.desc(), silences.c.id))


def silence_of(found: Iterable[Silence], client_id: str, code: str, sources: Collection[str]) -> Silence | None:
    """The first of some silences that holds an alert back; None where none does."""
    return next((silence for silence in found if silence.holds(client_id, code, sources)), None)


def _silences(connection: Connection, query: Select[Any]) -> list[Silence]:
    merged = survivors(connection)
    rows = connection.execute(query).mappings()
    return [Silence(**{**row, "client_id": merged.get(row["client_id"], row["client_id"])}) for row in rows]
