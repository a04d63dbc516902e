"""Prospects: how often they were heard of is counted, and only of some is it read what was heard."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from oncu.storage.database import Database
from oncu.storage.prospects import (
    Hearing,
    ProspectMention,
    heard_of,
    hearings,
    link_to_clients,
    prospects_version,
    save_prospect_mentions,
)

from ..plans import explained

HOUR = timedelta(hours=1)


@pytest.fixture
def hear(tell: Callable[..., Any], database: Database, now: datetime) -> Callable[..., str]:
    """A firm heard of in a document of its own; the id of the prospect."""

    def save(name: str, key: str, at: datetime = now) -> str:
        document = tell(key, at=at).document
        mention = ProspectMention(name, None, None, name, document.id, "lawsuit", "w", at, "v1")
        with database.write() as connection:
            save_prospect_mentions(connection, [mention])
        return mention.prospect_id

    return save


def test_each_prospect_has_how_often_it_was_heard_of_and_when_last(
    hear: Callable[..., str], database: Database, now: datetime
) -> None:
    often, once = hear("Ova A.Ş.", "a", now + HOUR), hear("Kaya A.Ş.", "b")
    hear("Ova A.Ş.", "c")
    with database.read() as connection:
        assert hearings(connection) == {often: Hearing(2, now + HOUR), once: Hearing(1, now)}


def test_what_was_heard_is_read_of_those_asked_for_oldest_first(
    hear: Callable[..., str], database: Database, now: datetime
) -> None:
    wanted, _ = hear("Ova A.Ş.", "a", now + HOUR), hear("Kaya A.Ş.", "b")
    hear("Ova A.Ş.", "c")
    with database.read() as connection:
        assert [(one.prospect_id, one.known_at) for one in heard_of(connection, [wanted])] == [
            (wanted, now),
            (wanted, now + HOUR),
        ]


def test_version_differs_once_one_is_heard_of_again_or_becomes_a_client(
    hear: Callable[..., str], database: Database, now: datetime
) -> None:
    def version() -> tuple[int, int]:
        with database.read() as connection:
            return prospects_version(connection)

    found = [version()]
    prospect_id = hear("Ova A.Ş.", "a")
    found.append(version())
    hear("Ova A.Ş.", "b")
    found.append(version())
    with database.write() as connection:
        link_to_clients(connection, {prospect_id: "C1"}, now)
    found.append(version())
    assert len(set(found)) == 4 and version() == found[-1]


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_counting_reads_an_index_and_no_document(hear: Callable[..., str], database: Database) -> None:
    prospect_id = hear("Ova A.Ş.", "a")
    with database.read() as connection:
        with explained(connection) as counted:
            hearings(connection)
            prospects_version(connection)
        with explained(connection) as read:
            heard_of(connection, [prospect_id])
    assert not [line for line in counted if "documents" in line or "TEMP B-TREE" in line]
    assert all("INDEX" in line for line in counted)
    assert read and not [line for line in read if line.startswith("SCAN")]
