"""Digests: what a manager's day carried, what still waits for one, and what has changed since the last."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, exists, func, select, union, update

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


class Change(NamedTuple):
    """What changed on an alert: its id, its client as it stands today, its type, and the kind of change."""

    alert_id: str
    client_id: str
    type: str
    kind: str


@dataclass(frozen=True)
class Carried:
    """What a digest that is about to be kept carries, in order, and what was counted for it."""

    alert_ids: Sequence[str]
    counts: Mapping[str, int]


def waiting_alerts(
    connection: Connection, managers: Collection[str], *, since: datetime, until: datetime
) -> dict[str, list[str]]:
    """By manager the alerts of their clients made in a period that no digest has carried yet, best first.

    A client that was handed over takes its waiting alerts along.
    """
    carrying = exists().where(digest_alerts.c.alert_id == alerts.c.id)
    query = (
        select(clients.c.manager, alerts.c.id)
        .select_from(alerts)
        .join(clients, clients.c.client_id == owner_of(alerts.c.client_id))
        .where(clients.c.manager.in_(managers), alerts.c.created_at >= since, alerts.c.created_at < until, ~carrying)
        .order_by(alerts.c.priority.desc(), alerts.c.client_id, alerts.c.type, alerts.c.event_key)
    )
    found: dict[str, list[str]] = {manager: [] for manager in managers}
    for manager, alert_id in connection.execute(query):
        found[manager].append(alert_id)
    return found


def find_digests(connection: Connection, managers: Collection[str], day: date) -> dict[str, StoredDigest]:
    """By manager the digest that was made for a day; managers without one are not in it."""
    rows = connection.execute(select(digests).where(digests.c.manager.in_(managers), digests.c.day == day)).all()
    carried = _carried_by(connection, [row.id for row in rows])
    before = _made_before(connection, managers, day)
    return {
        row.manager: StoredDigest(
            row.id,
            row.manager,
            tuple(carried.get(row.id, ())),
            row.counts,
            row.created_at,
            before.get(row.manager),
            row.sent_at,
        )
        for row in rows
    }


def _carried_by(connection: Connection, digest_ids: Sequence[str]) -> dict[str, list[str]]:
    query = select(digest_alerts.c.digest_id, digest_alerts.c.alert_id)
    found: dict[str, list[str]] = {}
    for digest_id, alert_id in connection.execute(
        query.where(digest_alerts.c.digest_id.in_(digest_ids)).order_by(digest_alerts.c.rank)
    ):
        found.setdefault(digest_id, []).append(alert_id)
    return found


def _made_before(connection: Connection, managers: Collection[str], day: date) -> dict[str, datetime]:
    """By manager when the newest digest was made before the one of a day."""
    own = digests.alias("own")
    is_before = (digests.c.manager == own.c.manager) & (digests.c.created_at < own.c.created_at)
    before = select(func.max(digests.c.created_at)).where(is_before).correlate(own).scalar_subquery()
    query = select(own.c.manager, before).where(own.c.manager.in_(managers), own.c.day == day)
    return {manager: at for manager, at in connection.execute(query) if at is not None}


def save_digests(connection: Connection, day: date, made: Mapping[str, Carried], now: datetime) -> None:
    """Keep by manager what the digests of a day carry, so that no alert is carried twice."""
    ids = {manager: key_id("digest", manager, day.isoformat()) for manager in made}
    base = {"day": day, "created_at": now, "sent_at": None}
    save_new(
        connection,
        digests,
        (base | {"id": ids[manager], "manager": manager, "counts": dict(own.counts)} for manager, own in made.items()),
    )
    save_new(
        connection,
        digest_alerts,
        (
            {"digest_id": ids[manager], "alert_id": alert_id, "rank": rank}
            for manager, own in made.items()
            for rank, alert_id in enumerate(own.alert_ids, 1)
        ),
    )


def mark_sent(connection: Connection, digest_id: str, now: datetime) -> None:
    """Note when a digest was last sent."""
    connection.execute(update(digests).where(digests.c.id == digest_id).values(sent_at=now))


def updates_for(connection: Connection, found: Collection[StoredDigest], *, at: datetime) -> dict[str, list[Change]]:
    """By manager what their digests say has changed by a moment, newest first.

    That is everything since the digest before it on alerts the manager was told of, and everything on its own alerts.
    """
    by_manager = {digest.manager: digest for digest in found}
    query = (
        select(
            alert_updates.c.id.label("update_id"),
            digests.c.manager,
            digests.c.id.label("digest_id"),
            digests.c.created_at,
            alert_updates.c.known_at,
            alerts.c.id,
            owner_of(alerts.c.client_id).label("owner"),
            alerts.c.type,
            alert_updates.c.kind,
        )
        .select_from(alerts)
        .join(alert_updates, alert_updates.c.alert_id == alerts.c.id)
        .join(digest_alerts, digest_alerts.c.alert_id == alerts.c.id)
        .join(digests, digests.c.id == digest_alerts.c.digest_id)
        .where(alert_updates.c.known_at <= at)
    )
    # Apart, for what a digest carries and what is recent are found by different indexes; whose it is is asked below,
    # or all that these managers were ever told would be looked through.
    parts = [query.where(digest_alerts.c.digest_id.in_([digest.id for digest in found]))]
    if told := [digest.told_until for digest in found if digest.told_until is not None]:
        parts.append(query.where(alert_updates.c.known_at > min(told)))
    every = union(*parts)
    changed: dict[str, list[Change]] = {manager: [] for manager in by_manager}
    newest_first = every.order_by(every.selected_columns.known_at.desc(), "update_id")
    for _, manager, digest_id, made_at, known_at, *said in connection.execute(newest_first):
        if manager in by_manager and _is_news(by_manager[manager], digest_id, made_at, known_at):
            changed[manager].append(Change(*said))
    return changed


def _is_news(digest: StoredDigest, told_in: str, told_at: datetime, known_at: datetime) -> bool:
    """Whether a digest says what became known of an alert that an earlier digest, or it itself, told."""
    if told_in == digest.id:
        return True
    return told_at <= digest.made_at and digest.told_until is not None and known_at > digest.told_until
