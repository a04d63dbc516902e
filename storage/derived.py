"""Derived signals: rows like those that were read, and what each of them follows from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from .database import save_new
from .identity import survivors
from .keys import key_id
from .models import derivations, signals, stories
from .signals import Detected, save_detected

DERIVED = "derived"  # the category and origin of what nobody wrote


@dataclass(frozen=True)
class Hop:
    """One tie of the way a risk came: the firm that is `role` to the one before it, the first to the client itself."""

    client_id: str
    role: str
    share: float | None


@dataclass(frozen=True)
class Derivation:
    """A signal that a derived one follows from; `weight` is how much it counts, `path` how it came where it did."""

    signal_id: str
    cause_id: str
    weight: float
    path: tuple[Hop, ...]
    known_at: datetime

    @property
    def id(self) -> str:
        """A signal is derived once from each other."""
        return key_id("derivation", self.signal_id, self.cause_id)


@dataclass(frozen=True)
class Founded:
    """A story of its own that a derived signal makes: nobody has told it, its newest document stands for it."""

    id: str
    first_document_id: str
    known_at: datetime


@dataclass(frozen=True)
class Derived:
    """All rows one look at the open risks gives rise to."""

    stories: tuple[Founded, ...] = ()
    detected: Detected = Detected()
    derivations: tuple[Derivation, ...] = ()


@dataclass(frozen=True)
class Cause:
    """What one derived signal follows from, with the episodes of both."""

    client_id: str
    type: str
    signal_id: str
    episode_id: str
    cause_id: str
    cause_episode_id: str
    cause_client_id: str
    cause_type: str
    cause_known_at: datetime
    weight: float
    path: tuple[Hop, ...]
    known_at: datetime


def save_derived(connection: Connection, found: Derived) -> None:
    """Keep what was derived, by key."""
    save_new(connection, stories, map(vars, found.stories))
    save_detected(connection, found.detected)
    rows = (vars(row) | {"id": row.id, "path": [vars(hop) for hop in row.path]} for row in found.derivations)
    save_new(connection, derivations, rows)


def causes_since(connection: Connection, kind: str, since: datetime) -> list[Cause]:
    """What the derived signals of a type since a moment follow from, oldest first, under the clients of today."""
    return _causes(connection, signals.c.type == kind, derivations.c.known_at >= since)


def causes_of(connection: Connection, episode_ids: Sequence[str], *, at: datetime) -> dict[str, list[Cause]]:
    """By derived episode what it follows from, as it was known at a moment; the others are not in it."""
    found: dict[str, list[Cause]] = {}
    for cause in _causes(connection, signals.c.episode_id.in_(episode_ids), derivations.c.known_at <= at):
        found.setdefault(cause.episode_id, []).append(cause)
    return found


def _causes(connection: Connection, *conditions: ColumnElement[bool]) -> list[Cause]:
    first = signals.alias("first")
    query = (
        select(
            signals.c.client_id,
            signals.c.type,
            derivations,
            signals.c.episode_id,
            first.c.episode_id.label("cause_episode_id"),
            first.c.client_id.label("cause_client_id"),
            first.c.type.label("cause_type"),
            first.c.known_at.label("cause_known_at"),
        )
        .join(signals, signals.c.id == derivations.c.signal_id)
        .join(first, first.c.id == derivations.c.cause_id)
        .where(*conditions)
        .order_by(derivations.c.known_at, first.c.known_at, derivations.c.id)
    )
    merged = survivors(connection)
    return [Cause(**_today(dict(row), merged)) for row in connection.execute(query).mappings()]


def _today(row: Mapping[str, Any], merged: Mapping[str, str]) -> dict[str, Any]:
    """A row under the clients of today, those on the way too."""
    path = tuple(Hop(**hop | {"client_id": merged.get(hop["client_id"], hop["client_id"])}) for hop in row["path"])
    ids = {name: merged.get(row[name], row[name]) for name in ("client_id", "cause_client_id")}
    return {name: value for name, value in row.items() if name != "id"} | ids | {"path": path}
