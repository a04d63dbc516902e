"""What waits for a stage: in turn, once, until the stage has seen it; and found without looking at all the rest."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from oncu.storage.alerts import alert_candidates, alerted_stories
from oncu.storage.database import Database
from oncu.storage.documents import Document, first_visits, save_documents, unread_documents
from oncu.storage.mentions import save_mentions, save_tags
from oncu.storage.waiting import COMPLAINTS, DETECT, READ, count_waiting, leave, waiting_for
from oncu.storage.withheld import told_before

from ..plans import explained

HOUR = timedelta(hours=1)


def ids(database: Database, stage: str, limit: int = 10) -> list[str]:
    with database.read() as connection:
        return waiting_for(connection, stage, limit=limit)


def test_what_was_seen_first_comes_first_until_the_stage_has_seen_it(
    tell: Callable[..., Any], database: Database, now: datetime
) -> None:
    late, early = tell("late", at=now).document.id, tell("early", at=now - HOUR).document.id
    assert [ids(database, stage) for stage in (READ, DETECT)] == [[early, late]] * 2
    assert ids(database, READ, limit=1) == [early]
    with database.write() as connection:
        leave(connection, READ, [early])
        assert count_waiting(connection, READ) == 1
    assert (ids(database, READ), ids(database, DETECT)) == ([late], [early, late])


def test_only_an_accepted_tag_of_an_accepted_mention_waits_for_detection(
    tell: Callable[..., Any], database: Database
) -> None:
    doubted = tell("doubted", accepted=False)
    with database.write() as connection:
        unsure = replace(doubted.mention, accepted=False, start=1)
        save_mentions(connection, [unsure])
        save_tags(connection, [replace(doubted.tag, mention_id=unsure.id, accepted=True)])
    assert ids(database, DETECT) == []


def test_what_was_detected_waits_again_once_a_later_reading_finds_more(
    tell: Callable[..., Any], database: Database
) -> None:
    told = tell("a")
    with database.write() as connection:
        leave(connection, DETECT, [told.document.id])
        save_tags(connection, [replace(told.tag, version="v2")])
    assert ids(database, DETECT) == [told.document.id]


@pytest.mark.parametrize(
    ("category", "quarantine", "waits"),
    [("complaint", None, True), ("social", None, True), ("news", None, False), ("complaint", "spam", False)],
)
def test_what_customers_wrote_of_a_client_waits_to_be_looked_at_as_a_complaint(
    tell: Callable[..., Any], database: Database, category: str, quarantine: str | None, waits: bool
) -> None:
    told = tell("a")
    document = replace(told.document, natural_key="b", category=category, quarantine=quarantine)
    with database.write() as connection:
        save_documents(connection, [document])
        save_mentions(connection, [replace(told.mention, document_id=document.id)])
    assert ids(database, COMPLAINTS) == [document.id] * waits


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_storing_and_alerting_look_through_no_table_that_grows_for_years(
    tell: Callable[..., Any], database: Database, now: datetime
) -> None:
    document: Document = tell("a").document
    with database.write() as connection, explained(connection) as plans:
        save_documents(connection, [replace(document, text="neu"), replace(document, source="ajans")])
        alert_candidates(connection, since=now)
        alerted_stories(connection, ["s1", "s2"])
        told_before(connection, {("C1", "lawsuit")}, since=now)
    grown = re.compile(r"SCAN (documents|texts|mentions|tags|readings|story_members|signals|alerts)\b")
    assert plans and not [line for line in plans if grown.match(line)]


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_a_run_finds_what_waits_by_index(tell: Callable[..., Any], database: Database) -> None:
    document: Document = tell("a").document
    with database.write() as connection, explained(connection) as plans:
        unread_documents(connection, limit=5)
        unread_documents(connection, limit=5, after=document)
        waiting_for(connection, DETECT, limit=5)
        count_waiting(connection, READ)
        leave(connection, READ, [document.id])
        first_visits(connection)
    assert plans and not [line for line in plans if line.startswith("SCAN") and line != "SCAN walk_source"]
    assert not [line for line in plans if "TEMP B-TREE" in line]
