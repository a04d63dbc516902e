"""Digests: what a manager's day carried, what still waits for one, and what has changed since the last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, exists, func, select, update

from .database import save_new
from .identity import owner_of
from .keys import key_id
from .models import alert_updates, alerts, clients, digest_alerts, digests


@dataclass(frozen=True)
class StoredDigest:
    """What a manager's digest carries, in order, and what was counted, fixed when it was made.

    `told_until`: when the manager's digest before it was made; what changed until then was told there.
    """

    id: str
    manager: str
    alert_ids: tuple[str, ...]
    counts: Mapping[str, int]
    made_at: datetime
    told_until: datetime | None
    sent_at: datetime | None = None


def waiting_alerts(
    connection: Connection, manager: str, *, since: datetime, until: datetime, carried_by: datetime | None = None
) -> list[str]:
    """The alerts of a manager's clients made in a period that no digest has carried yet, best first.

    A client that was handed over takes its waiting alerts along. `carried_by`: of the digests only those made until
    then count, as if asked at that moment.
    """
    carrying = exists().where(digest_alerts.c.alert_id == alerts.c.id)
    if carried_by is not None:
        carrying = carrying.where(digests.c.id == digest_alerts.c.digest_id, digests.c.created_at <= carried_by)
    query = (
        select(alerts.c.id)
        .select_from(alerts)
        .join(clients, clients.c.client_id == owner_of(alerts.c.client_id))
        .where(clients.c.manager == manager, alerts.c.created_at >= since, alerts.c.created_at < until, ~carrying)
        .order_by(alerts.c.priority.desc(), alerts.c.client_id, alerts.c.type, alerts.c.event_key)
    )
    return list(connection.execute(query).scalars())


def find_digest(connection: Connection, manager: str, day: date) -> StoredDigest | None:
    """The digest that was made for a manager's day, or None."""
    found = connection.execute(select(digests).where(digests.c.manager == manager, digests.c.day == day)).first()
    if found is None:
        return None
    query = select(digest_alerts.c.alert_id).where(digest_alerts.c.digest_id == found.id).order_by(digest_alerts.c.rank)
    alert_ids = tuple(connection.execute(query).scalars())
    before = select(func.max(digests.c.created_at)).where(
        digests.c.manager == manager, digests.c.created_at < found.created_at
    )
    told_until = connection.execute(before).scalar_one_or_none()
    return StoredDigest(found.id, manager, alert_ids, found.counts, found.created_at, told_until, found.sent_at)


def save_digest(
    connection: Connection, manager: str, day: date, alert_ids: Sequence[str], counts: dict[str, int], now: datetime
) -> None:
    """Keep what a digest carries, so that no alert is carried twice."""
    digest_id = key_id("digest", manager, day.isoformat())
    row = {"id": digest_id, "manager": manager, "day": day, "created_at": now, "sent_at": None, "counts": counts}
    save_new(connection, digests, [row])
    save_new(
        connection,
        digest_alerts,
        ({"digest_id": digest_id, "alert_id": i, "rank": rank} for rank, i in enumerate(alert_ids, 1)),
    )


def mark_sent(connection: Connection, digest_id: str, now: datetime) -> None:
    """Note when a digest was last sent."""
    connection.execute(update(digests).where(digests.c.id == digest_id).values(sent_at=now))


def updates_for(connection: Connection, digest: StoredDigest, *, at: datetime) -> list[tuple[str, str, str, str]]:
    """What a digest says has changed by a moment: (alert id, client id, type, kind), newest first.

    That is everything since the digest before it on alerts the manager was told of, and everything on its own alerts.
    """
    is_untold = digest_alerts.c.digest_id == digest.id
    if digest.told_until is not None:
        is_untold = is_untold | (alert_updates.c.known_at > digest.told_until)
    query = (
        select(alerts.c.id, owner_of(alerts.c.client_id), alerts.c.type, alert_updates.c.kind)
        .select_from(alerts)
        .join(alert_updates, alert_updates.c.alert_id == alerts.c.id)
        .join(digest_alerts, digest_alerts.c.alert_id == alerts.c.id)
        .join(digests, digests.c.id == digest_alerts.c.digest_id)
        .where(digests.c.manager == digest.manager, digests.c.created_at <= digest.made_at)
        .where(alert_updates.c.known_at <= at, is_untold)
        .order_by(alert_updates.c.known_at.desc(), alert_updates.c.id)
    )
    return [tuple(row) for row in connection.execute(query)]
