"""What is told, sent or changed lately is found without looking at the years before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from oncu.storage.alerts import Alert, save_alerts
from oncu.storage.database import Database, save_new
from oncu.storage.digests import Carried, StoredDigest, find_digests, mark_sent, save_digests, updates_for
from oncu.storage.dispatches import (
    Dispatch,
    alert_moments,
    claim_due,
    count_given_up,
    mark_dispatched,
    save_dispatches,
    unsent_dispatches,
)
from oncu.storage.models import alert_updates
from oncu.storage.signals import Detected, Episode, Signal, save_detected
from oncu.storage.tallies import tally
from oncu.storage.turned_out import alerts_told

from ..plans import explained

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def alerted(tell: Callable[..., Any], database: Database, now: datetime) -> Callable[..., str]:
    """An alert of C1, or of another client, made at a moment; its id."""

    def make(key: str, at: datetime, client: str = "C1") -> str:
        told = tell(key, at=at)
        episode = Episode(f"e-{key}", client, "risk", "lawsuit", at, "live", at)
        place = (told.document.id, episode.id, told.tag.id, told.document.id, key)
        words = ("gazete", "news", "independent", "fact", 0.8, 90, None, at, at, "live", "v1")
        signal = Signal(f"s-{key}", client, "lawsuit", "risk", *place, *words)
        alert = Alert(client, "lawsuit", "risk", key, episode.id, signal.id, "ayse", 1.0, "r", "open", at)
        with database.write() as connection:
            save_detected(connection, Detected((episode,), (signal,)))
            save_alerts(connection, [alert])
        return alert.id

    return make


@pytest.fixture
def three_days(alerted: Callable[..., str], database: Database, now: datetime) -> list[str]:
    """An alert carried by each of ayse's digests of three days; burak's of the second and third carry none."""
    ids = [alerted(f"a{n}", now + n * DAY - HOUR) for n in range(3)]
    with database.write() as connection:
        for n, alert_id in enumerate(ids):
            at = now + n * DAY
            made = {"ayse": Carried([alert_id], {})} | ({"burak": Carried([], {})} if n else {})
            save_digests(connection, at.date(), made, at)
    return ids


def change(database: Database, alert_id: str, at: datetime, kind: str = "denied") -> None:
    with database.write() as connection:
        row = {"id": f"u-{alert_id[:8]}-{at:%d%H%M}", "alert_id": alert_id, "kind": kind, "known_at": at}
        signal = connection.exec_driver_sql("SELECT signal_id FROM alerts WHERE id = " + repr(alert_id)).scalar_one()
        save_new(connection, alert_updates, [row | {"signal_id": signal}])


def changed(database: Database, day: datetime) -> dict[str, list[str]]:
    """What the digests of a day say has changed, by manager."""
    with database.read() as connection:
        found = find_digests(connection, ["ayse", "burak"], day.date())
        told = updates_for(connection, list(found.values()), at=day)
    return {manager: [one.alert_id for one in rows] for manager, rows in told.items()}


def test_what_changed_since_the_digest_before_is_told_newest_first(
    three_days: list[str], database: Database, now: datetime
) -> None:
    old, young, _ = three_days
    change(database, old, now + DAY - HOUR)
    change(database, old, now + DAY + HOUR)
    change(database, young, now + DAY + 2 * HOUR)
    assert changed(database, now + 2 * DAY) == {"ayse": [young, old], "burak": []}


def test_what_changed_on_its_own_alert_is_told_once_though_it_is_recent_too(
    three_days: list[str], database: Database, now: datetime
) -> None:
    change(database, three_days[2], now + 2 * DAY - MINUTE)
    assert changed(database, now + 2 * DAY)["ayse"] == [three_days[2]]


def test_what_changed_on_its_own_alert_before_the_digest_before_is_told(
    three_days: list[str], database: Database, now: datetime
) -> None:
    change(database, three_days[2], now + HOUR)
    assert changed(database, now + 2 * DAY)["ayse"] == [three_days[2]]


def test_first_digest_tells_what_changed_on_its_own_alert_only(
    three_days: list[str], alerted: Callable[..., str], database: Database, now: datetime
) -> None:
    change(database, three_days[0], now - MINUTE)
    change(database, alerted("uncarried", now - HOUR), now - MINUTE)
    assert changed(database, now) == {"ayse": [three_days[0]]}


def test_what_a_later_digest_told_is_no_news_of_an_earlier_one(
    three_days: list[str], database: Database, now: datetime
) -> None:
    change(database, three_days[2], now + DAY - MINUTE)
    assert changed(database, now + DAY)["ayse"] == []


def test_each_manager_has_the_moment_of_the_newest_digest_before(
    three_days: list[str], database: Database, now: datetime
) -> None:
    with database.read() as connection:
        days = [find_digests(connection, ["ayse", "burak"], (now + n * DAY).date()) for n in range(3)]
    before = [{manager: digest.told_until for manager, digest in day.items()} for day in days]
    assert before == [{"ayse": None}, {"ayse": now, "burak": None}, {"ayse": now + DAY, "burak": now + DAY}]


def test_what_left_first_counts_a_step_of_a_deadline_does_not(
    three_days: list[str], database: Database, now: datetime
) -> None:
    first = three_days[0]
    sent = [(Dispatch(first, who, "mail", now, now), now + 3 * HOUR) for who in ("a", "b")]
    sent.append((Dispatch(first, "c", "mail", now, now, step="decide:lead"), now))
    with database.write() as connection:
        save_dispatches(connection, [row for row, _ in sent])
        for row, at in sent:
            mark_dispatched(connection, row.id, at)
        for digest in find_digests(connection, ["ayse"], now.date()).values():
            mark_sent(connection, digest.id, now + 4 * HOUR)
        moments = alert_moments(connection, since=now - DAY, until=now + DAY)
    assert [(one.alert_id, one.sent_at) for one in moments] == [(first, now + 3 * HOUR), (three_days[1], None)]


def test_message_that_is_too_old_to_be_sent_does_not_wait(
    three_days: list[str], database: Database, now: datetime
) -> None:
    rows = [Dispatch(three_days[0], who, "mail", at, at) for who, at in (("a", now), ("b", now - 3 * DAY))]
    with database.write() as connection:
        save_dispatches(connection, rows)
        assert tally(connection, now, oldest_message=now - 2 * DAY).messages_waiting == 1
        assert tally(connection, now, oldest_message=now - 3 * DAY).messages_waiting == 2


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_digest_looks_at_its_own_alerts_and_at_what_changed_lately(
    three_days: list[str], database: Database, now: datetime
) -> None:
    with database.read() as connection:
        found: list[StoredDigest] = list(find_digests(connection, ["ayse", "burak"], (now + DAY).date()).values())
        with explained(connection) as plans:
            updates_for(connection, found, at=now + 2 * DAY)
            updates_for(connection, [replace(one, told_until=None) for one in found], at=now + 2 * DAY)
    assert [line for line in plans if "alert_updates" in line and "known_at" in line]
    assert not [line for line in plans if "digests_manager" in line or line.startswith("SCAN digest")]
    assert not [line for line in plans if line.startswith(("SCAN alert", "SCAN digest_alerts"))]


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_digest_before_and_those_of_a_week_are_found_by_when_they_were_made(
    three_days: list[str], database: Database, now: datetime
) -> None:
    with database.read() as connection, explained(connection) as plans:
        find_digests(connection, ["ayse"], now.date())
        alerts_told(connection, ["ayse", "burak"], since=now, until=now + DAY)
    made = [line for line in plans if "(manager=? AND created_at" in line]
    assert len(made) == 2 and not [line for line in plans if line.startswith("SCAN")]
    # The newest alone is read: a join would go through all that came before.
    assert [line for line in plans if line.startswith("CORRELATED SCALAR SUBQUERY")]


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_outbox_is_looked_at_from_what_can_still_be_sent(
    three_days: list[str], database: Database, now: datetime
) -> None:
    with database.write() as connection, explained(connection) as plans:
        unsent_dispatches(connection, oldest=now)
        count_given_up(connection, since=now, oldest=now + DAY)
        claim_due(connection, now, oldest=now, latest=now + DAY, pause_of=lambda tries: HOUR)
        tally(connection, now, oldest_message=now)
    outbox = [line for line in plans if "dispatches" in line]
    assert len(outbox) == 4 and all("sent_at=? AND created_at>?" in line for line in outbox)


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_moments_of_alerts_are_read_alert_by_alert(three_days: list[str], database: Database, now: datetime) -> None:
    with database.read() as connection, explained(connection) as plans:
        alert_moments(connection, since=now, until=now + DAY)
    assert plans and not [line for line in plans if line.startswith(("SCAN", "MATERIALIZE", "CO-ROUTINE"))]
