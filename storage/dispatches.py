"""The outbox: what is told at once, whom over which channel, what was sent, and how long each step took."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, select, update

from .changes import LOOKUP_ROWS, chunks
from .database import save_new
from .keys import key_id
from .models import alerts, digest_alerts, digests, dispatches, signals

EVERYBODY = "*"  # the recipient of a channel that is a place, not a person
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Dispatch:
    """One alert for one recipient over one channel; `problem` is why the last try failed.

    `step`: empty where the alert itself is told, else what of its deadlines is told, as `decide:lead`.
    """

    alert_id: str
    recipient: str
    channel: str
    created_at: datetime
    next_try_at: datetime
    tries: int = 0
    sent_at: datetime | None = None
    problem: str | None = None
    step: str = ""

    @property
    def id(self) -> str:
        """The same for the same alert, recipient, channel and step, so that telling twice is telling once."""
        return key_id("dispatch", self.alert_id, self.recipient, self.channel, *filter(None, [self.step]))


@dataclass(frozen=True)
class AlertMoments:
    """When the document that alerted was published and first seen, its alert made, and first sent to anybody."""

    alert_id: str
    category: str
    source: str
    published_at: datetime | None
    first_seen_at: datetime
    alerted_at: datetime
    sent_at: datetime | None


def save_dispatches(connection: Connection, rows: Iterable[Dispatch]) -> int:
    """Put into the outbox what is not in it; returns how many were new."""
    return save_new(connection, dispatches, (vars(row) | {"id": row.id} for row in rows))


def claim_due(
    connection: Connection,
    now: datetime,
    *,
    oldest: datetime,
    latest: datetime,
    pause_of: Callable[[int], timedelta],
) -> list[Dispatch]:
    """Take what is due, oldest first, and put its next try off, so that no other sender takes it meanwhile.

    `oldest`: what was put in before is too old to be sent. `latest`: what is put off for longer is due too, for only a
    clock that was set back since can have done it. `pause_of`: how long to wait after so many tries.
    """
    is_due = (dispatches.c.next_try_at <= now) | (dispatches.c.next_try_at > latest)
    query = select(dispatches).where(is_waiting(oldest), is_due)
    query = query.order_by(dispatches.c.created_at, dispatches.c.id).limit(MOST_AT_ONCE)
    found = list(connection.execute(query.with_for_update(skip_locked=True)).mappings())
    rows = [
        {"key": row["id"], "tries": row["tries"] + 1, "next_try_at": now + pause_of(row["tries"] + 1)} for row in found
    ]
    if rows:
        values = {name: bindparam(f"new_{name}", type_=dispatches.c[name].type) for name in ("tries", "next_try_at")}
        given = [{"key": r["key"], "new_tries": r["tries"], "new_next_try_at": r["next_try_at"]} for r in rows]
        connection.execute(update(dispatches).where(dispatches.c.id == bindparam("key")).values(values), given)
    return [_dispatch(row, tries=row["tries"] + 1) for row in found]


def renew_claim(connection: Connection, row: Dispatch, *, until: datetime) -> bool:
    """Hold one that was claimed until a moment; False where another sender has taken it since."""
    is_ours = (dispatches.c.id == row.id) & (dispatches.c.tries == row.tries) & dispatches.c.sent_at.is_(None)
    return connection.execute(update(dispatches).where(is_ours).values(next_try_at=until)).rowcount == 1


def mark_dispatched(connection: Connection, dispatch_id: str, now: datetime) -> None:
    """Note that one was sent."""
    _set(connection, [dispatch_id], sent_at=now, problem=None)


def note_problem(connection: Connection, dispatch_ids: Iterable[str], problem: str) -> None:
    """Note why some could not be sent."""
    _set(connection, list(dispatch_ids), problem=problem)


def is_waiting(oldest: datetime) -> ColumnElement[bool]:
    """In a query: it is not sent, and was put in since `oldest`."""
    return dispatches.c.sent_at.is_(None) & (dispatches.c.created_at >= oldest)


def unsent_dispatches(connection: Connection, *, oldest: datetime) -> list[Dispatch]:
    """What waits to be sent, oldest first; what was put in before `oldest` is not waited for any more."""
    query = select(dispatches).where(is_waiting(oldest)).order_by(dispatches.c.created_at, dispatches.c.id)
    return [_dispatch(row) for row in connection.execute(query).mappings()]


def count_given_up(connection: Connection, *, since: datetime, oldest: datetime) -> int:
    """How many were put in from a moment on, but before `oldest`, and never sent."""
    lost = dispatches.c.sent_at.is_(None) & (dispatches.c.created_at < oldest)
    query = select(func.count()).select_from(dispatches).where(lost, dispatches.c.created_at >= since)
    return connection.execute(query).scalar_one()


def dispatches_of(connection: Connection, alert_id: str) -> list[Dispatch]:
    """Who was told of an alert at once, and who is about to be."""
    query = select(dispatches).where(dispatches.c.alert_id == alert_id)
    query = query.order_by(dispatches.c.created_at, dispatches.c.channel, dispatches.c.recipient)
    return [_dispatch(row) for row in connection.execute(query).mappings()]


def steps_told(connection: Connection, alert_ids: Iterable[str]) -> set[tuple[str, str]]:
    """Of which alerts which steps of a deadline were put into the outbox."""
    found: set[tuple[str, str]] = set()
    query = select(dispatches.c.alert_id, dispatches.c.step).where(dispatches.c.step > "")
    for batch in chunks(sorted(alert_ids), LOOKUP_ROWS):
        found |= {(row[0], row[1]) for row in connection.execute(query.where(dispatches.c.alert_id.in_(batch)))}
    return found


def alert_moments(connection: Connection, *, since: datetime, until: datetime) -> list[AlertMoments]:
    """The steps of the alerts made in a period, oldest first; sent is what left first, a dispatch or a digest."""
    at_once = select(func.min(dispatches.c.sent_at)).where(dispatches.c.alert_id == alerts.c.id)
    at_once = at_once.where(dispatches.c.step == "")
    carried = digest_alerts.join(digests, digests.c.id == digest_alerts.c.digest_id)
    by_day = select(digests.c.sent_at).select_from(carried).where(digest_alerts.c.alert_id == alerts.c.id)
    query = (
        select(alerts.c.id, signals.c.category, signals.c.source, signals.c.published_at, signals.c.first_seen_at)
        .add_columns(alerts.c.created_at, at_once.scalar_subquery(), by_day.scalar_subquery())
        .join(signals, signals.c.id == alerts.c.signal_id)
        .where(alerts.c.created_at >= since, alerts.c.created_at <= until)
        .order_by(alerts.c.created_at, alerts.c.id)
    )
    return [_moments(row) for row in connection.execute(query)]


def _moments(row: Row[Any]) -> AlertMoments:
    cells: tuple[Any, ...] = tuple(row)
    alert_id, category, source, published_at, first_seen_at, alerted_at, *sent = cells
    sent_at = min((at for at in sent if at is not None), default=None)
    return AlertMoments(alert_id, category, source, published_at, first_seen_at, alerted_at, sent_at)


def _set(connection: Connection, ids: list[str], **values: object) -> None:
    connection.execute(update(dispatches).where(dispatches.c.id.in_(ids)).values(values))


def _dispatch(row: object, **changed: object) -> Dispatch:
    values = {key: value for key, value in dict(row).items() if key != "id"}  # type: ignore[call-overload]
    return Dispatch(**values | changed)
