"""What came after an alert: news of its event, a rumour that became firm, a second voice, a denial."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, exists, select

from .alerts import ENDINGS
from .changes import LOOKUP_ROWS, chunks
from .database import save_new
from .keys import key_id
from .models import alert_updates, alerts, episode_endings, signal_evidence, signals, story_members

UPDATE = ("alert_id", "signal_id", "kind")
NEWS, FIRMER, CONFIRMED = "update", "firmer", "confirmed"
STANDING = {"rumour": 0, "announced": 1, "fact": 2}
NOTED_WITHIN = timedelta(days=60)  # what no run has noted by then is no news of the event


def save_alert_updates(connection: Connection, now: datetime) -> int:
    """Note what is told anew of alerts already made; returns how many notes were new.

    That is a later signal which says something new (`firmer` where its alert rested on less than it says), the first
    source that tells the event in words of its own beside those known (`confirmed`), and the ending of the episode,
    noted by itself: the denial may stand in a later version of the article that alerted. Copies are nothing new.
    """
    rows = [tuple(row) for row in connection.execute(_news(now).union_all(_endings(now)))]
    rows += _confirmations(connection, now, {(alert_id, signal_id) for alert_id, signal_id, _ in rows})
    return save_new(connection, alert_updates, _as_rows(rows, now))


def _as_rows(found: list[tuple[Any, ...]], now: datetime) -> Iterator[dict[str, Any]]:
    for row in found:
        yield {"id": key_id("update", *row), **dict(zip(UPDATE, row, strict=True)), "known_at": now}


def _news(now: datetime) -> Select[Any]:
    first = signals.alias("first")
    is_firmer = _rank(signals.c.status) > _rank(first.c.status)
    is_noted = _is_noted(signals.c.id, NEWS, FIRMER)
    return (
        select(alerts.c.id, signals.c.id, case((is_firmer, FIRMER), else_=NEWS))
        .join(signals, signals.c.episode_id == alerts.c.episode_id)
        .join(first, first.c.id == alerts.c.signal_id)
        .where(signals.c.known_at > now - NOTED_WITHIN, signals.c.known_at > alerts.c.created_at)
        .where(signals.c.id != alerts.c.signal_id)
        .where(signals.c.status.not_in(ENDINGS), ~is_noted, ~_only_repeats() | is_firmer)
    )


def _endings(now: datetime) -> Select[Any]:
    is_noted = exists().where(
        alert_updates.c.alert_id == alerts.c.id,
        alert_updates.c.signal_id == episode_endings.c.signal_id,
        alert_updates.c.kind == episode_endings.c.kind,
    )
    return (
        select(alerts.c.id, episode_endings.c.signal_id, episode_endings.c.kind)
        .join(episode_endings, episode_endings.c.episode_id == alerts.c.episode_id)
        .where(episode_endings.c.known_at > now - NOTED_WITHIN, ~is_noted)
    )


def _confirmations(connection: Connection, now: datetime, told: set[tuple[Any, Any]]) -> list[tuple[Any, ...]]:
    """By alert that one source alone had told when it was made, the first other one that tells it in words of its own.

    `told`: alerts and signals that are noted in this round anyway.
    """
    later = _evidence().add_columns(signal_evidence.c.signal_id)
    later = later.join(story_members, story_members.c.document_id == signal_evidence.c.document_id)
    later = later.where(alerts.c.created_at > now - NOTED_WITHIN, signal_evidence.c.known_at > alerts.c.created_at)
    later = later.where(~story_members.c.is_copy, signal_evidence.c.status.not_in(ENDINGS))
    later = later.where(~_is_noted(None, CONFIRMED), ~_is_noted(signal_evidence.c.signal_id, NEWS, FIRMER))
    later = later.order_by(signal_evidence.c.known_at, signal_evidence.c.document_id)
    rows = [row for row in connection.execute(later) if (row.id, row.signal_id) not in told]
    before = _sources_before(connection, {row.id for row in rows})
    found: dict[str, tuple[Any, ...]] = {}
    for row in rows:
        known = before.get(row.id, set())
        if len(known) == 1 and row.source not in known:
            found.setdefault(row.id, (row.id, row.signal_id, CONFIRMED))
    return list(found.values())


def _sources_before(connection: Connection, alert_ids: set[str]) -> dict[str, set[str]]:
    """By alert the sources that had told it when it was made."""
    found: dict[str, set[str]] = {}
    for batch in chunks(sorted(alert_ids), LOOKUP_ROWS):
        query = _evidence().where(alerts.c.id.in_(batch), signal_evidence.c.known_at <= alerts.c.created_at)
        for alert_id, source in connection.execute(query):
            found.setdefault(alert_id, set()).add(source)
    return found


def _evidence() -> Select[Any]:
    """Each alert with the sources of the documents behind it."""
    return (
        select(alerts.c.id, signal_evidence.c.source)
        .select_from(alerts)
        .join(signals, signals.c.episode_id == alerts.c.episode_id)
        .join(signal_evidence, signal_evidence.c.signal_id == signals.c.id)
    )


def _rank(status: ColumnElement[Any]) -> ColumnElement[int]:
    return case(STANDING, value=status, else_=len(STANDING))


def _only_repeats() -> ColumnElement[bool]:
    """Did the document that gave a signal say nothing new?"""
    return exists().where(
        signal_evidence.c.signal_id == signals.c.id,
        signal_evidence.c.document_id == signals.c.document_id,
        signal_evidence.c.novelty == "repeat",
    )


def _is_noted(signal_id: ColumnElement[Any] | None, *kinds: str) -> ColumnElement[bool]:
    """Is there a note of one of these kinds on an alert, about a signal where one is given?"""
    noted = exists().where(alert_updates.c.alert_id == alerts.c.id, alert_updates.c.kind.in_(kinds))
    return noted if signal_id is None else noted.where(alert_updates.c.signal_id == signal_id)
