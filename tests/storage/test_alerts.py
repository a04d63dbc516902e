"""Alerts, once for an event, and the digests that carry them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from oncu.config.load import load_signal_types
from oncu.signals.flow.detect import Past, detect
from oncu.storage.alerts import (
    Alert,
    alert_candidates,
    count_alerts,
    evidence_of,
    find_alert_ids,
    load_alerts,
    save_alerts,
)
from oncu.storage.digests import Carried, find_digests, save_digests, waiting_alerts
from oncu.storage.documents import mark_read
from oncu.storage.heard import episodes_of, signals_of
from oncu.storage.hits import unseen_hits
from oncu.storage.signals import save_detected
from oncu.storage.updates import save_alert_updates
from oncu.storage.waiting import DETECT, leave, waiting_for

from ..plans import explained

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TYPES = load_signal_types()


@pytest.fixture
def detected(database):
    """Detect whatever waits, at a moment."""

    def run(at):
        with database.write() as connection:
            ids = waiting_for(connection, DETECT, limit=100)
            hits = unseen_hits(connection, ids)
            past = Past(episodes_of(connection, ["C1"]), signals_of(connection, ["C1"]))
            save_detected(connection, detect(hits, past, TYPES, at, old_after=45 * DAY))
            mark_read(connection, {hit.document_id for hit in hits}, DETECT, "t", at)
            leave(connection, DETECT, ids)

    return run


@pytest.fixture
def alert(tell, database, detected, now):
    """The alert of one lawsuit, not saved."""
    tell("a")
    detected(now)
    with database.read() as connection:
        (found,) = alert_candidates(connection, since=now)
    values = {
        k: getattr(found, k) for k in ("client_id", "type", "side", "event_key", "episode_id", "signal_id", "manager")
    }
    return Alert(**values, priority=0.5, reason="r", state="new", created_at=now)


def candidates(database, since):
    with database.read() as connection:
        return alert_candidates(connection, since=since)


def save(database, alert):
    with database.write() as connection:
        return save_alerts(connection, [alert])


def note_updates(database, at):
    with database.write() as connection:
        return save_alert_updates(connection, at)


def waiting(database, alert, since, until):
    with database.read() as connection:
        return waiting_alerts(connection, ["ayse"], since=since, until=until)["ayse"]


def test_an_episode_without_an_alert_is_a_candidate_with_its_best_values(tell, database, detected, now):
    tell("a", probability=0.6)
    tell("b", probability=0.9)
    detected(now)
    (found,) = candidates(database, now)
    assert (found.signals, found.manager, found.probability) == (2, "ayse", pytest.approx(0.81))


def test_an_episode_that_alerted_is_no_candidate(alert, database, now):
    save(database, alert)
    assert candidates(database, now) == []


def test_an_episode_that_has_been_silent_is_no_candidate(alert, database, now):
    assert candidates(database, now + HOUR) == []


def test_an_ended_episode_is_no_candidate(alert, tell, database, detected, now):
    tell("b", at=now + HOUR, status="denied")
    detected(now + HOUR)
    assert candidates(database, now) == []


def test_an_event_alerts_once_for_ever(alert, database, now):
    again = replace(alert, priority=0.9, created_at=now + DAY)
    assert (save(database, alert), save(database, again)) == (1, 0)
    with database.read() as connection:
        assert load_alerts(connection, [alert.id]) == {alert.id: alert}


def test_another_event_cannot_alert_on_the_same_episode(alert, database):
    save(database, alert)
    assert save(database, replace(alert, event_key="other")) == 0


def test_a_later_signal_is_one_update(alert, tell, database, detected, now):
    save(database, alert)
    tell("b", at=now + HOUR)
    detected(now + HOUR)
    assert [note_updates(database, now + HOUR) for _ in range(2)] == [1, 0]


def test_a_denial_in_the_story_that_alerted_is_an_update(alert, tell, database, detected, now):
    save(database, alert)
    tell("b", at=now + HOUR, story=alert.event_key, status="denied")
    detected(now + HOUR)
    assert [note_updates(database, now + HOUR) for _ in range(2)] == [1, 0]


def test_an_alert_without_news_has_no_update(alert, database, now):
    save(database, alert)
    assert note_updates(database, now + HOUR) == 0


def test_ids_are_found_by_their_beginning(alert, database):
    save(database, alert)
    with database.read() as connection:
        found = [find_alert_ids(connection, start) for start in (alert.id[:6], alert.id[:6].upper(), "%", "_", "")]
    assert found == [[alert.id], [alert.id], [], [], []]


def test_a_whole_id_is_found_and_no_other(alert, database):
    save(database, alert)
    with database.read() as connection:
        asked = (alert.id, alert.id.upper(), f"{alert.id}0", "g" + alert.id[1:])
        found = [find_alert_ids(connection, start) for start in asked]
    assert found == [[alert.id], [alert.id], [], []]


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_ids_are_found_by_the_key(alert, database):
    save(database, alert)
    with database.read() as connection, explained(connection) as plans:
        find_alert_ids(connection, alert.id[:6])
        find_alert_ids(connection, alert.id)
    assert plans and not [line for line in plans if line.startswith("SCAN")]


def test_an_alert_waits_until_a_digest_carries_it(alert, database, now):
    save(database, alert)
    before = waiting(database, alert, now, now + HOUR)
    with database.write() as connection:
        save_digests(connection, now.date(), {"ayse": Carried(before, {})}, now)
    assert (before, waiting(database, alert, now, now + HOUR)) == ([alert.id], [])


@pytest.mark.parametrize(("since", "until"), [(HOUR, 2 * HOUR), (-HOUR, timedelta())])
def test_an_alert_of_another_time_does_not_wait(alert, database, now, since, until):
    save(database, alert)
    assert waiting(database, alert, now + since, now + until) == []


def test_a_digest_is_found_with_what_it_carries_and_when_the_one_before_was_made(alert, database, now):
    save(database, alert)
    with database.write() as connection:
        save_digests(connection, now.date(), {"ayse": Carried([], {"documents": 1})}, now)
        save_digests(connection, now.date() + DAY, {"ayse": Carried([alert.id], {"documents": 2})}, now + DAY)
        found = find_digests(connection, ["ayse"], now.date() + DAY)["ayse"]
    assert (found.alert_ids, found.counts["documents"], found.made_at, found.told_until) == (
        (alert.id,),
        2,
        now + DAY,
        now,
    )


def test_a_digest_nobody_made_is_not_found(database, now):
    with database.read() as connection:
        assert find_digests(connection, ["ayse"], now.date()) == {}


def test_evidence_is_known_from_its_moment_on(alert, tell, database, detected, now):
    tell("b", at=now + HOUR)
    detected(now + HOUR)
    with database.read() as connection:
        found = [len(evidence_of(connection, [alert.episode_id], at=at)[alert.episode_id]) for at in (now, now + HOUR)]
    assert found == [1, 2]


def test_alerts_are_counted_by_manager_and_day(alert, database, now):
    save(database, alert)
    with database.read() as connection:
        assert count_alerts(connection) == {("ayse", now.date()): 1}
