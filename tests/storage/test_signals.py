"""Hits that wait for detection, signals, episodes and level steps."""

from dataclasses import replace
from datetime import timedelta

import pytest

from oncu.config.load import load_signal_types
from oncu.signals.flow.detect import Past, detect
from oncu.storage.clients import save_clients
from oncu.storage.documents import mark_read
from oncu.storage.heard import episodes_of, signals_about, signals_known, signals_of
from oncu.storage.hits import unseen_hits
from oncu.storage.identity import point_at_survivors
from oncu.storage.mentions import save_tags
from oncu.storage.signals import count_signals, load_steps, managers_with_clients, open_sides, save_detected
from oncu.storage.waiting import DETECT, leave, waiting_for

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TYPES = load_signal_types()


@pytest.fixture
def detected(database):
    """Detect whatever waits, at a moment."""

    def run(at):
        with database.write() as connection:
            ids = waiting_for(connection, DETECT, limit=100)
            hits = unseen_hits(connection, ids)
            past = Past(episodes_of(connection, ["C1"]), signals_of(connection, ["C1"]))
            found = detect(hits, past, TYPES, at, old_after=45 * DAY)
            save_detected(connection, found)
            mark_read(connection, {hit.document_id for hit in hits}, DETECT, "t", at)
            leave(connection, DETECT, ids)
        return found

    return run


def hits(database, limit=100):
    with database.read() as connection:
        return unseen_hits(connection, waiting_for(connection, DETECT, limit=limit))


def ask(database, query, *args, **more):
    with database.read() as connection:
        return query(connection, *args, **more)


def test_a_hit_is_as_sure_as_tag_and_mention_together(tell, database):
    tell("a", probability=0.8)
    assert hits(database)[0].probability == pytest.approx(0.72)


def test_what_was_not_accepted_is_no_hit(tell, database):
    tell("a", accepted=False)
    assert hits(database) == []


def test_what_was_detected_waits_no_more(tell, database, detected, now):
    tell("a")
    detected(now)
    assert hits(database) == []


def test_the_oldest_documents_come_first_however_they_were_stored(tell, database, now):
    stored = [tell(f"n{n}", at=now - n * HOUR) for n in range(12)]
    assert [hit.document_id for hit in hits(database, limit=3)] == [t.document.id for t in stored[:-4:-1]]


def test_the_surest_hit_of_a_document_comes_first(tell, database):
    told = tell("a", probability=0.6)
    with database.write() as connection:
        save_tags(connection, [replace(told.tag, type="insolvency", probability=0.9)])
    assert [hit.type for hit in hits(database)] == ["insolvency", "lawsuit"]


def test_an_episode_comes_back_with_its_newest_signal(tell, database, detected, now):
    tell("a")
    detected(now)
    tell("b", at=now + DAY)
    detected(now + DAY)
    (episode,) = ask(database, episodes_of, ["C1"])
    assert (episode.started_at, episode.last_at, episode.ended) == (now, now + DAY, False)


def test_a_denied_episode_comes_back_as_ended(tell, database, detected, now):
    tell("a")
    detected(now)
    tell("b", at=now + DAY, status="denied")
    detected(now + DAY)
    assert [episode.ended for episode in ask(database, episodes_of, ["C1"])] == [True]


def test_of_old_episodes_those_asked_for_come_back(tell, database, detected, now):
    for n, day in enumerate((0, 100, 200)):
        tell(f"{n}", at=now + day * DAY)
        detected(now + day * DAY)
    first, *_ = ask(database, signals_of, ["C1"])
    recent = ask(database, episodes_of, ["C1"], since=now + 150 * DAY)
    assert [episode.started_at for episode in recent] == [now + 200 * DAY]
    some = ask(database, episodes_of, ["C1"], since=now + 150 * DAY, also=[first.episode_id])
    assert {episode.started_at for episode in some} == {now, now + 200 * DAY}


def test_signals_are_found_by_what_they_tell(tell, database, detected, now):
    for n in range(3):
        tell(f"{n}", at=now + n * 100 * DAY)
        detected(now + n * 100 * DAY)
    first, _, last = ask(database, signals_of, ["C1"])
    assert ask(database, signals_about, ["C1"], [first.story_id, last.story_id]) == [first, last]
    assert ask(database, signals_about, ["C2"], [first.story_id]) == []
    assert ask(database, signals_of, ["C1"], since=last.known_at) == [last]


def test_signals_are_known_from_their_moment_on(tell, database, detected, now):
    tell("a")
    detected(now)
    known = [len(ask(database, signals_known, as_of=at)) for at in (now - HOUR, now)]
    assert (known, ask(database, count_signals)) == ([0, 1], {("risk", "lawsuit"): 1})


def test_steps_are_known_from_their_moment_on(tell, database, detected, now):
    tell("a")
    detected(now)
    found = [len(ask(database, load_steps, at=at).get("C1", ())) for at in (now - HOUR, now)]
    assert found == [0, 1]


def test_steps_of_other_clients_can_be_left_out(tell, database, detected, now):
    tell("a")
    detected(now)
    assert ask(database, load_steps, at=now, client_ids=["C9"]) == {}


def test_steps_of_clients_that_cannot_reach_a_level_can_be_left_out(tell, database, detected, now):
    tell("a")
    [step] = detected(now).steps
    found = [ask(database, load_steps, at=now, reaching=height) for height in (step.height, step.height + 0.1)]
    assert found == [{"C1": [step]}, {}]


def test_steps_of_merged_clients_reach_a_level_together(tell, database, detected, now):
    tell("a")
    [step] = detected(now).steps
    with database.write() as connection:
        save_clients(connection, [{"client_id": "C2", "legal_name": "Örnek Pompa A.Ş."}], now)
        point_at_survivors(connection, {"C1": "C2"})
    assert list(ask(database, load_steps, at=now, reaching=99)) == ["C2"]


def test_a_side_is_open_until_it_is_denied_or_old(tell, database, detected, now):
    tell("a")
    detected(now)
    tell("b", at=now + DAY, status="denied")
    detected(now + DAY)
    found = [ask(database, open_sides, ["C1"], at=at, days=90) for at in (now, now + DAY)]
    assert found == [{"C1": {"risk:lawsuit"}}, {}]
    assert ask(database, open_sides, ["C1"], at=now + 91 * DAY, days=90) == {}


def test_managers_are_those_who_own_a_client(tell, database):
    assert ask(database, managers_with_clients) == ["ayse"]
