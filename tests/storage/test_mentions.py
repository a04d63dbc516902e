"""Story membership, mentions and tags: append-only, by key."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from oncu.storage.documents import Document, save_documents
from oncu.storage.mentions import (
    StoryMember,
    recent_story_members,
    save_mentions,
    save_story_members,
    save_tags,
    stories_of_versions,
)
from oncu.storage.models import tags

from ..plans import explained

HOUR = timedelta(hours=1)


def members(database, since):
    with database.read() as connection:
        return list(recent_story_members(connection, since))


def test_a_mention_saved_again_is_the_same_row(tell, database, now):
    told = tell("a")
    later = replace(told.mention, known_at=now + HOUR, probability=0.1)
    with database.write() as connection:
        assert save_mentions(connection, [later]) == 0


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_earlier_stories_are_found_by_index_and_not_among_all_of_the_last_days(tell, database, now):
    told = tell("1")
    with database.read() as connection, explained(connection) as plans:
        stories_of_versions(connection, [("gazete", "1"), ("gazete", "2"), ("ajans", "1")], since=now - HOUR)
    with database.read() as connection:
        everywhere = stories_of_versions(connection, [(told.document.source, told.document.natural_key)], since=now)
    assert everywhere == {(told.document.source, told.document.natural_key): told.document.id}
    assert [plan for plan in plans if "natural_key=?" in plan]
    assert not [plan for plan in plans if plan.startswith(("SCAN documents", "SCAN story_members"))]


def test_another_version_of_reading_adds_its_own_rows(tell, database):
    told = tell("a")
    with database.write() as connection:
        assert save_mentions(connection, [replace(told.mention, version="v2")]) == 1


def test_a_tag_saved_again_is_the_same_row(tell, database):
    told = tell("a")
    with database.write() as connection:
        assert save_tags(connection, [replace(told.tag, probability=0.1)]) == 0


def test_a_tag_comes_back_with_what_its_sentence_states(tell, database):
    tell("a", facts={"amount": 12e6, "currency": "TRY", "places": ["Bursa"]})
    with database.read() as connection:
        assert connection.execute(select(tags.c.facts)).scalars().all() == [
            {"amount": 12e6, "currency": "TRY", "places": ["Bursa"]}
        ]


def test_a_tag_without_its_mention_is_refused(tell, database):
    told = tell("a")
    with pytest.raises(Exception, match="(?i)foreign key"), database.write() as connection:
        save_tags(connection, [replace(told.tag, mention_id="nobody")])


def test_a_probability_is_a_share(tell, database):
    told = tell("a")
    with pytest.raises(Exception, match="is_share"), database.write() as connection:
        save_mentions(connection, [replace(told.mention, start=3, probability=1.5)])


def test_a_member_comes_back_with_its_sketch_and_when_it_was_told(database, now):
    document = Document("gazete", "a", "Başlık", "", now, now - 5 * HOUR)
    member = StoryMember(document.id, document.id, 0.25, False, (1, 2**33 + 7), now)
    with database.write() as connection:
        save_documents(connection, [document])
        save_story_members(connection, [member], "v1")
    assert members(database, now) == [(member, now - 5 * HOUR)]


def test_an_undated_document_was_told_when_it_became_known(database, now):
    document = Document("gazete", "a", "Başlık", "", now)
    with database.write() as connection:
        save_documents(connection, [document])
        save_story_members(connection, [StoryMember(document.id, document.id, 0.0, False, (), now)], "v1")
    assert [told_at for _, told_at in members(database, now)] == [now]


def test_members_come_in_the_order_in_which_they_were_read(database, now):
    documents = [Document("gazete", f"n{n}", f"Başlık {n}", "", now - n * HOUR, now) for n in range(20)]
    found = [StoryMember(d.id, d.id, 0.0, False, (), now) for d in documents]
    with database.write() as connection:
        save_documents(connection, documents)
        save_story_members(connection, found, "v1")
    assert [member for member, _ in members(database, now)] == found[::-1]


def test_members_of_long_ago_are_left_out(tell, database, now):
    tell("a", at=now - HOUR)
    assert members(database, now) == []
