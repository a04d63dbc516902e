"""The append-only trail: every change a person or an import makes, each row chained to the one before by its hash.

The last link stands in a row of its own, so that rows cut off the end are missed too, and two programs that write at
once on PostgreSQL wait for each other. Whoever keeps `trail_end` elsewhere finds even a trail rewritten from the start.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from .models import audit, audit_head

GENESIS = "0" * 64
PART = 10_000  # rows read at a time


@dataclass(frozen=True)
class TrailEnd:
    """The newest link: its number, 0 where there is none yet, and its hash."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True)
class TrailRow:
    """One line of the trail as people read it."""

    seq: int
    at: datetime
    actor: str
    action: str
    object: str
    reason: str | None


def write_audit(
    connection: Connection,
    actor: str,
    action: str,
    subject: str,
    now: datetime,
    *,
    before: str | None = None,
    after: str | None = None,
    reason: str | None = None,
) -> None:
    """Append one row: who did what to what, with digests of the state before and after (never the state itself)."""
    last = connection.execute(select(audit_head).with_for_update()).one()
    row: dict[str, Any] = {"seq": last.seq + 1, "at": now, "actor": actor, "action": action, "object": subject}
    row |= {"before_digest": before, "after_digest": after, "reason": reason, "previous_hash": last.hash}
    link = _hash(row)
    connection.execute(insert(audit).values(**row, hash=link))
    connection.execute(update(audit_head).values(seq=row["seq"], hash=link))


def trail_end(connection: Connection) -> TrailEnd:
    """Where the trail ends by its own account; to be kept elsewhere and given to `find_broken_link` later."""
    row = connection.execute(select(audit_head)).one()
    return TrailEnd(row.seq, row.hash)


def find_broken_link(
    connection: Connection, kept: TrailEnd | None = None, tell: Callable[[int], None] = lambda done: None
) -> int | None:
    """The `seq` of the first row that was changed, removed or reordered; None where the trail is whole.

    `kept`: an end noted earlier, which must still be a link of the trail. `tell` hears how many rows were read.
    """
    previous, expected = GENESIS, 1
    for row in connection.execute(select(audit).order_by(audit.c.seq).execution_options(yield_per=PART)):
        if row.seq != expected or row.previous_hash != previous or row.hash != _hash(_as_dict(row)):
            return int(row.seq)
        if kept and kept.seq == row.seq and kept.hash != row.hash:
            return int(row.seq)
        previous, expected = row.hash, expected + 1
        if expected % PART == 0:
            tell(expected)
    ends = [trail_end(connection), *([kept] if kept else [])]
    is_cut = expected <= max(end.seq for end in ends) or ends[0].hash != previous
    return expected if is_cut else None


def trail_rows(
    connection: Connection,
    *,
    actor: str | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    limit: int | None = None,
) -> Iterator[TrailRow]:
    """Rows of the trail, newest first; `subject`: a part of what was acted on."""
    query = select(*(audit.c[field.name] for field in fields(TrailRow)))
    conditions = [
        audit.c.actor == actor if actor else None,
        audit.c.object.contains(subject, autoescape=True) if subject else None,
        audit.c.at >= since if since else None,
    ]
    query = query.where(*(one for one in conditions if one is not None)).order_by(audit.c.seq.desc()).limit(limit)
    for row in connection.execute(query.execution_options(yield_per=PART)):
        yield TrailRow(*row)


def _as_dict(row: Row[tuple[object, ...]]) -> dict[str, object]:
    return {key: value for key, value in row._mapping.items() if key != "hash"}


def _hash(row: dict[str, object]) -> str:
    at = row["at"]
    assert isinstance(at, datetime)
    parts = [str(value) for key, value in sorted(row.items()) if key != "at"]
    return hashlib.sha256("\x1f".join([at.astimezone(UTC).isoformat(), *parts]).encode()).hexdigest()
