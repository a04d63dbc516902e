"""The append-only trail: every change a person or an import makes, each row chained to the one before by its hash.

The last link stands in a row of its own, so that rows cut off the end are missed too, and two programs that write at
once on PostgreSQL wait for each other. Whoever keeps `trail_end` elsewhere finds even a trail rewritten from the start.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from .models import audit, audit_head

GENESIS = "0" * 64
PART = 10_000  # rows read at a time
MOST_LETTERS = 500  # of what was acted on: the index of PostgreSQL takes no more


@dataclass(frozen=True)
class TrailEnd:
    """The newest link: its number, 0 where there is none yet, and its hash."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


BEFORE_FIRST = TrailEnd(0, GENESIS)


@dataclass(frozen=True)
class Checked:
    """How far a check came: the last whole link, the first broken one, and whether the trail was read to its end."""

    end: TrailEnd
    broken: int | None = None
    is_done: bool = True


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
    row: dict[str, Any] = {
        "seq": last.seq + 1,
        "at": now,
        "actor": actor,
        "action": action,
        "object": subject[:MOST_LETTERS],
    }
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
    return check_links(connection, kept, tell=tell).broken


def check_links(
    connection: Connection,
    kept: TrailEnd | None = None,
    *,
    start: TrailEnd = BEFORE_FIRST,
    most: int | None = None,
    tell: Callable[[int], None] = lambda done: None,
) -> Checked:
    """Check the links behind `start`, at most so many; a long trail is checked in parts, each from the last one's end.

    `kept`: an end noted earlier, which must still be a link of the trail.
    """
    last = start
    query = select(audit).where(audit.c.seq > start.seq).order_by(audit.c.seq).limit(most)
    for row in connection.execute(query.execution_options(yield_per=PART)):
        is_next = row.seq == last.seq + 1 and row.previous_hash == last.hash and row.hash == _hash(_as_dict(row))
        if not is_next or (kept and kept.seq == row.seq and kept.hash != row.hash):
            return Checked(last, broken=int(row.seq))
        last = TrailEnd(int(row.seq), row.hash)
        if last.seq % PART == 0:
            tell(last.seq)
    if most is not None and last.seq - start.seq == most and last.seq < trail_end(connection).seq:
        return Checked(last, is_done=False)
    ends = [trail_end(connection), *([kept] if kept else [])]
    is_cut = last.seq < max(end.seq for end in ends) or ends[0].hash != last.hash
    return Checked(last, broken=last.seq + 1 if is_cut else None)


def trail_rows(
    connection: Connection,
    *,
    actor: str | None = None,
    action: str | None = None,
    subject: str | None = None,
    part_of_subject: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int | None = None,
) -> Iterator[TrailRow]:
    """Rows of the trail, newest first.

    `subject`: what was acted on, or its first word; `part_of_subject` reads every row. `until`: before this moment;
    `before`: before the row of this number.
    """
    query = select(*(audit.c[field.name] for field in fields(TrailRow)))
    conditions = [
        audit.c.actor == actor if actor else None,
        audit.c.action == action if action else None,
        _is_about(connection, subject) if subject else None,
        audit.c.object.contains(part_of_subject, autoescape=True) if part_of_subject else None,
        audit.c.at >= since if since else None,
        audit.c.at < until if until else None,
        audit.c.seq < before if before else None,
    ]
    query = query.where(*(one for one in conditions if one is not None)).order_by(audit.c.seq.desc()).limit(limit)
    for row in connection.execute(query.execution_options(yield_per=PART)):
        yield TrailRow(*row)


def trail_actions(connection: Connection) -> list[str]:
    """Every kind of act that stands in the trail; each is one look into an index, however long the trail is."""
    found: list[str] = []
    query = select(func.min(audit.c.action))
    while action := connection.execute(query.where(audit.c.action > found[-1]) if found else query).scalar():
        found.append(action)
    return found


def _is_about(connection: Connection, subject: str) -> ColumnElement[bool]:
    """What was acted on is this, or begins with it as a word, in the form for which the engine has an index."""
    first_word = audit.c.object.startswith(f"{subject} ", autoescape=True)
    if connection.dialect.name == "sqlite":
        first_word = and_(audit.c.object >= f"{subject} ", audit.c.object < f"{subject}!")  # "!" comes after a space
    return or_(audit.c.object == subject, first_word)


def _as_dict(row: Row[tuple[object, ...]]) -> dict[str, object]:
    return {key: value for key, value in row._mapping.items() if key != "hash"}


def _hash(row: dict[str, object]) -> str:
    at = row["at"]
    assert isinstance(at, datetime)
    parts = [str(value) for key, value in sorted(row.items()) if key != "at"]
    return hashlib.sha256("\x1f".join([at.astimezone(UTC).isoformat(), *parts]).encode()).hexdigest()
