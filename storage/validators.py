"""What is known of a page since it was last read, so that the next visit asks only whether it changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from .database import batched, save_over
from .keys import key_id
from .models import validators

# A page nobody has listed for so long is not asked for again; its row only takes room.
KEPT = timedelta(days=120)
AT_ONCE = 1_000


@dataclass(frozen=True)
class Validator:
    """One page as it was when it was read for a source, which was set as its `fingerprint` says.

    The ETag and Last-Modified headers where it had any; the digest of what was read, for hosts that give neither.
    """

    source: str
    fingerprint: str
    address: str
    etag: str | None
    last_modified: str | None
    digest: str | None
    read_at: datetime


def load_validators(connection: Connection, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Validator]:
    """What is known of pages, by source and address."""
    found = {}
    for some in batched(places, AT_ONCE):
        query = select(validators).where(validators.c.id.in_([_key(*place) for place in some]))
        for row in connection.execute(query):
            fields = {name: getattr(row, name) for name in Validator.__dataclass_fields__}
            found[(row.source, row.address)] = Validator(**fields)
    return found


def save_validators(connection: Connection, found: Iterable[Validator]) -> None:
    """Keep what is known of pages whose documents are stored, over what was known of them."""
    save_over(connection, validators, ({"id": _key(one.source, one.address)} | vars(one) for one in found))


def forget_old_validators(connection: Connection, sources: Sequence[str], now: datetime) -> None:
    """Drop what is known of pages that were not read for a long time."""
    of_these = validators.c.source.in_(sources)
    connection.execute(delete(validators).where(of_these, validators.c.read_at < now - KEPT))


def _key(source: str, address: str) -> str:
    return key_id("validator", source, address)
