"""How far a backfill has come: the pages it has still to read, so that a killed one goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from .database import save_over
from .keys import key_id
from .models import backfills


@dataclass(frozen=True)
class Progress:
    """One backfill: its source and how that is set, its window, and the pages still to read; none means it is done."""

    source: str
    fingerprint: str
    start: datetime
    end: datetime
    pending: Sequence[Mapping[str, Any]]
    started_at: datetime


def load_progress(connection: Connection, begun: Progress) -> Progress:
    """The same backfill as far as it had come; `begun` itself where it is new, or was done and begins again."""
    row = connection.execute(select(backfills).where(backfills.c.id == _id(begun))).one_or_none()
    return replace(begun, pending=row.pending, started_at=row.started_at) if row and row.pending else begun


def save_progress(connection: Connection, progress: Progress, now: datetime) -> None:
    """Note what is left, over what was noted before."""
    row = {
        "id": _id(progress),
        "source": progress.source,
        "window_start": progress.start,
        "window_end": progress.end,
        "pending": list(progress.pending),
        "started_at": progress.started_at,
        "saved_at": now,
    }
    save_over(connection, backfills, [row])


def _id(progress: Progress) -> str:
    window = progress.start.astimezone(UTC).isoformat(), progress.end.astimezone(UTC).isoformat()
    return key_id("backfill", progress.source, progress.fingerprint, *window)
