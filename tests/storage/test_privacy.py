"""Masking and erasing."""

from datetime import datetime, timedelta

from sqlalchemy import select

from oncu.storage.database import Database
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
)

DAY = timedelta(days=1)


def test_a_text_is_masked_reported_erased_and_kept_away(database: Database, now: datetime) -> None:
    complaint = Document("pano", "u/ayse", "Dert", "0532", now, category="complaint", author_digest="a", url="u/ayse")
    old = Document("pano", "u/eski", "Eski", "x", now - 800 * DAY, category="complaint", author_digest="b")
    with database.write() as connection:
        save_documents(connection, [complaint, old])
        mark_read(connection, [complaint.id, old.id], "read", "1", now)
        masked = MaskedText(complaint.id, "Dert", "████", {"k": "█"})
        save_masked(connection, [complaint.id], [masked], "1", now)
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
