"""The newest passages: in order, the best mention of a client and text, from as few documents as they take."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from oncu.storage.clients import save_clients
from oncu.storage.database import Database
from oncu.storage.mentions import save_mentions
from oncu.storage.models import documents
from oncu.storage.passages import recent_passages
from oncu.storage.privacy import erase_document

from ..plans import explained

HOUR = timedelta(hours=1)


def newest(database: Database, limit: int) -> list[str]:
    with database.read() as connection:
        return [passage.mention_id for passage in recent_passages(connection, limit=limit)]


@pytest.fixture(params=[1, 500])
def stretch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Of how many documents the first stretch is."""
    monkeypatch.setattr("oncu.storage.passages.AT_ONCE", request.param)
    size: int = request.param
    return size


def test_newest_come_first_and_those_of_one_moment_by_their_ids(
    tell: Callable[..., Any], database: Database, now: datetime, stretch: int
) -> None:
    early = [tell(f"early {n}").mention.id for n in range(4)]
    late = [tell(f"late {n}", at=now + HOUR).mention.id for n in range(3)]
    wanted = sorted(late) + sorted(early)
    assert [newest(database, n) for n in range(9)] == [wanted[:n] for n in range(9)]


def test_documents_without_a_passage_are_passed_over(
    tell: Callable[..., Any], database: Database, now: datetime, stretch: int
) -> None:
    told = [tell(str(n), at=now + n * HOUR) for n in range(6)]
    with database.write() as connection:
        erase_document(connection, told[5].document.id, now)
        quarantined = update(documents).where(documents.c.id == told[4].document.id).values(quarantine="spam")
        connection.execute(quarantined)
        connection.exec_driver_sql(f"UPDATE mentions SET accepted = FALSE WHERE id = '{told[3].mention.id}'")
    assert newest(database, 2) == [told[2].mention.id, told[1].mention.id]


def test_a_client_in_a_text_is_told_once_by_its_newest_surest_first_mention(
    tell: Callable[..., Any], database: Database, now: datetime
) -> None:
    mention = tell("a").mention
    first = replace(mention, version="v2", known_at=now + HOUR, probability=0.8)
    other = replace(first, client_id="C2")
    worse = [replace(first, probability=0.7), replace(first, start=3), replace(mention, probability=0.99, start=1)]
    with database.write() as connection:
        save_clients(connection, [{"client_id": "C2", "legal_name": "Başka A.Ş."}], now)
        save_mentions(connection, [first, other, *(replace(one, end=20 + n) for n, one in enumerate(worse))])
    assert newest(database, 9) == sorted([first.id, other.id])


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_of_what_was_ever_heard_only_the_newest_documents_are_looked_at(
    tell: Callable[..., Any], database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oncu.storage.passages.AT_ONCE", 1)
    tell("a")
    tell("b", at=now + HOUR)
    with database.read() as connection, explained(connection) as plans:
        recent_passages(connection, limit=1)
    covered = "SCAN documents USING COVERING INDEX ix_documents_first_seen_at"  # from its end, as far as needed
    tables = ("documents", "mentions", "texts", "clients", "tags")
    assert plans and not [
        line for line in plans if line.startswith(tuple(f"SCAN {name}" for name in tables)) and line != covered
    ]
