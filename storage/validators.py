"""What a host said of a page when it was last read, so that the next visit asks only whether it changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from .database import save_over
from .keys import key_id
from .models import validators

# A page nobody has listed for so long is not asked for again; its row only takes room.
KEPT = timedelta(days=120)


@dataclass(frozen=True)
class Validator:
    """The marks of one page: its ETag and Last-Modified headers where it had any, and when it was read."""

    address: str
    etag: str | None
    last_modified: str | None
    read_at: datetime


def load_validator(connection: Connection, source: str, address: str, fingerprint: str) -> Validator | None:
    """What is known of a page read for this source under the same `fingerprint` (how the source is set)."""
    query = select(validators).where(validators.c.id == key_id("validator", source, address))
    row = connection.execute(query).one_or_none()
    if row is None or row.fingerprint != fingerprint:
        return None
    return Validator(row.address, row.etag, row.last_modified, row.read_at)


def save_validators(connection: Connection, source: str, fingerprint: str, found: Iterable[Validator]) -> None:
    """Keep the marks of pages whose documents are stored, over what was known of them."""
    rows = (
        {
            "id": key_id("validator", source, one.address),
            "source": source,
            "address": one.address,
            "fingerprint": fingerprint,
            "etag": one.etag,
            "last_modified": one.last_modified,
            "read_at": one.read_at,
        }
        for one in found
    )
    save_over(connection, validators, rows)


def forget_old_validators(connection: Connection, source: str, now: datetime) -> None:
    """Drop the marks of pages that were not read for a long time."""
    connection.execute(delete(validators).where(validators.c.source == source, validators.c.read_at < now - KEPT))
