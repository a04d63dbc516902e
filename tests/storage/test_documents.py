"""Documents: stored once, edits as versions, each waits to be read once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from oncu.storage.database import Database
from oncu.storage.documents import (
    Document,
    Saved,
    count_documents,
    load_documents,
    save_documents,
    unread_documents,
)
from oncu.storage.models import documents
from oncu.storage.privacy import erase_document
from oncu.storage.waiting import READ, leave


@pytest.fixture
def document(now: datetime) -> Document:
    return Document("ornek-gazete", "a1", "Örnek Döküm büyüyor", "Yeni hat kuruyor.", now, fields={"city": "Bursa"})


def save(database: Database, *batch: Document) -> Saved:
    with database.write() as connection:
        return save_documents(connection, batch)


def versions(database: Database) -> list[int]:
    with database.read() as connection:
        return sorted(connection.execute(documents.select()).columns("version").scalars())


def pending(database: Database, limit: int = 10) -> list[Document]:
    with database.read() as connection:
        return unread_documents(connection, limit=limit)


def test_same_document_is_stored_once_with_its_first_time(database: Database, document: Document) -> None:
    later = replace(document, first_seen_at=document.first_seen_at + timedelta(days=1))
    assert (save(database, document), save(database, later)) == (Saved(new=1), Saved(seen=1))
    assert pending(database) == [document]


def test_edited_document_is_a_new_version(database: Database, document: Document) -> None:
    save(database, document)
    assert save(database, replace(document, text="Hat durduruldu.")) == Saved(changed=1)
    assert versions(database) == [1, 2]


def test_two_edits_in_one_batch_are_two_versions(database: Database, document: Document) -> None:
    edits = [document, replace(document, text="b"), replace(document, text="c")]
    assert save(database, *edits) == Saved(new=1, changed=2)
    assert versions(database) == [1, 2, 3]


def test_changed_field_is_a_new_version(database: Database, document: Document) -> None:
    save(database, document)
    assert save(database, replace(document, fields={"city": "İzmir"})) == Saved(changed=1)


def test_same_key_of_another_source_is_another_document(database: Database, document: Document) -> None:
    assert save(database, document, replace(document, source="ornek-ajans")) == Saved(new=2)


def test_no_documents_are_nothing(database: Database) -> None:
    assert save(database) == Saved()


def test_documents_after_one_are_those_seen_later_or_with_a_greater_id(database: Database, document: Document) -> None:
    later = replace(document, natural_key="z", first_seen_at=document.first_seen_at + timedelta(seconds=1))
    save(database, document, replace(document, natural_key="b"), replace(document, natural_key="c"), later)
    every = pending(database)
    with database.read() as connection:
        rest = [unread_documents(connection, limit=10, after=one) for one in every]
    assert rest == [every[n + 1 :] for n in range(4)] and every[3] == later


def test_document_comes_back_as_it_was(database: Database, document: Document) -> None:
    full = replace(document, published_at=document.first_seen_at, url="https://ornek.example/a", author_digest="x")
    save(database, full)
    with database.read() as connection:
        assert load_documents(connection, [full.id]) == {full.id: full}


def test_a_document_that_was_read_waits_no_more_also_when_it_is_found_again(
    database: Database, document: Document
) -> None:
    save(database, document)
    with database.write() as connection:
        leave(connection, READ, [document.id])
    save(database, document)
    assert pending(database) == []


def test_oldest_documents_come_first_and_at_most_the_limit(database: Database, document: Document) -> None:
    later = [
        replace(document, natural_key=f"k{n}", first_seen_at=document.first_seen_at + timedelta(n)) for n in (2, 1)
    ]
    save(database, *later, document)
    assert [found.natural_key for found in pending(database, limit=2)] == ["a1", "k1"]


def test_quarantined_and_erased_documents_are_not_read(database: Database, document: Document, now: datetime) -> None:
    save(database, replace(document, quarantine="spam"), replace(document, natural_key="a2"))
    with database.write() as connection:
        erase_document(connection, replace(document, natural_key="a2").id, now)
    assert pending(database) == []


def test_documents_are_counted_by_when_they_were_first_seen(database: Database, document: Document) -> None:
    save(database, document)
    at = document.first_seen_at
    with database.read() as connection:
        found = [
            count_documents(connection, since=at),
            count_documents(connection, until=at),
            count_documents(connection),
        ]
    assert found == [1, 0, 1]


def test_reading_is_title_line_break_text(document: Document) -> None:
    assert document.reading == "Örnek Döküm büyüyor\nYeni hat kuruyor."
    assert replace(document, text="").reading == "Örnek Döküm büyüyor"
