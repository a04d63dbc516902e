"""The append-only trail: every change a person or an import makes, each row chained to the one before by its hash."""

import hashlib
from datetime import UTC, datetime

from sqlalchemy import Connection, Row, insert, select

from .models import audit

GENESIS = "0" * 64


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
    last = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
    row = {"seq": seq, "at": now, "actor": actor, "action": action, "object": subject}
    row |= {"before_digest": before, "after_digest": after, "reason": reason, "previous_hash": previous}
    connection.execute(insert(audit).values(**row, hash=_hash(row)))


def find_broken_link(connection: Connection) -> int | None:
    """The `seq` of the first row that was changed, removed or reordered; None where the trail is whole."""
    previous, expected = GENESIS, 1
    for row in connection.execute(select(audit).order_by(audit.c.seq)):
        if row.seq != expected or row.previous_hash != previous or row.hash != _hash(_as_dict(row)):
            return int(row.seq)
        previous, expected = row.hash, expected + 1
    return None


def _as_dict(row: Row[tuple[object, ...]]) -> dict[str, object]:
    return {key: value for key, value in row._mapping.items() if key != "hash"}


def _hash(row: dict[str, object]) -> str:
    at = row["at"]
    assert isinstance(at, datetime)
    parts = [str(value) for key, value in sorted(row.items()) if key != "at"]
    return hashlib.sha256("\x1f".join([at.astimezone(UTC).isoformat(), *parts]).encode()).hexdigest()
