"""Visits that end together are stored together, and a source still fails alone."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import Connection, select

from oncu.crawlers import ends
from oncu.crawlers.ends import Ends, store_ends
from oncu.crawlers.pages.page import Link
from oncu.crawlers.spiders.sources import SourcesSpider
from oncu.crawlers.visit import BATCH_CHARACTERS, SourceResult, SourceVisit, begin_runs
from oncu.storage.database import Database, RefusedValues, StorageError
from oncu.storage.documents import Document, Saved, save_by_source
from oncu.storage.models import documents, issues, runs
from oncu.storage.shapes import Issue

from .conftest import make_spec

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def document(source: str, key: str = "1", text: str = "Metin") -> Document:
    return Document(source, key, "Örnekçi Makina büyüyor", text, NOW, published_at=NOW)


def ended(database: Database, *names: str) -> list[SourceVisit]:
    """Visits that each brought one document and are done."""
    visits = [SourceVisit(make_spec(name, f"http://{name}.example/rss"), database, NOW) for name in names]
    begin_runs(database, visits)
    for visit in visits:
        visit.keep(document(visit.spec.name))
        visit.finish()
    return visits


def stored(database: Database) -> dict[str, str]:
    """The sources whose document is stored, and how their runs ended."""
    with database.read() as connection:
        found = set(connection.execute(select(documents.c.source)).scalars())
        status = {row.subject: row.status for row in connection.execute(select(runs))}
    return {name: status[name] for name in sorted(found)}


def test_what_each_of_them_brought_is_counted_for_itself(database: Database) -> None:
    store_ends(database, ended(database, "bir"))
    again, new = SourceVisit(make_spec("bir", "http://bir.example/rss"), database, NOW), ended(database, "iki")
    again.keep(document("bir"))
    again.keep(document("bir", "2"))
    again.finish()
    results = store_ends(database, [again, *new])
    assert [result.saved for result in results] == [Saved(new=1, seen=1), Saved(new=1)]
    assert stored(database) == {"bir": "done", "iki": "done"}


@pytest.mark.parametrize("error", [RefusedValues("the database refuses these values"), ValueError("lone surrogate")])
def test_source_whose_documents_are_refused_fails_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(connection: Connection, batch: Iterable[Document]) -> dict[str, Saved]:
        kept = list(batch)
        if any(one.source == "bozuk" for one in kept):
            raise error
        return save_by_source(connection, kept)

    monkeypatch.setattr(ends, "save_by_source", refuse)
    results = store_ends(database, ended(database, "bir", "bozuk", "iki"))
    assert [result.status for result in results] == ["ok", "failed", "ok"]
    assert str(error) in results[1].issues[-1].problem
    assert stored(database) == {"bir": "done", "iki": "done"}


def test_database_that_cannot_be_written_is_tried_once_for_all(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Any] = []

    def fail(connection: Connection, batch: Iterable[Document]) -> dict[str, Saved]:
        tried.append(batch)
        raise StorageError("database is locked")

    visits = ended(database, "bir", "iki")
    monkeypatch.setattr(ends, "save_by_source", fail)
    results = store_ends(database, visits)
    assert [(r.status, r.saved, r.issues[-1].kind) for r in results] == [("failed", Saved(), "storage")] * 2
    assert len(tried) == 1


def test_issues_are_stored_with_the_end_of_their_run(database: Database) -> None:
    [visit] = ended(database, "bir")
    other = SourceVisit(make_spec("iki", "http://iki.example/rss"), database, NOW)
    begin_runs(database, [other])
    other.report(Issue("fetch", "http://iki.example/rss", "the host answered 500"))
    other.finish()
    store_ends(database, [visit, other])
    with database.read() as connection:
        found = connection.execute(select(issues.c.source, issues.c.kind).order_by(issues.c.kind)).all()
    assert [tuple(row) for row in found] == [("iki", "fetch"), ("iki", "too-few")]


def test_few_visits_wait_and_many_do_not(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ends, "MOST_VISITS", 2)
    told: list[list[str]] = []

    def finished(results: Iterable[SourceResult]) -> None:
        told.append([result.source for result in results])

    async def end_three() -> None:
        waiting = Ends(database, finished)
        for visit in ended(database, "bir", "iki", "son"):
            waiting.add(visit)
        assert told == [["bir", "iki"]]
        waiting.store()

    asyncio.run(end_three())
    assert told == [["bir", "iki"], ["son"]]


def test_visit_that_waits_is_stored_when_its_time_has_come(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ends, "WAIT_SECONDS", 0)

    async def end_one() -> SourceResult:
        told: asyncio.Future[SourceResult] = asyncio.get_running_loop().create_future()
        Ends(database, lambda results: told.set_result(results[0])).add(ended(database, "bir")[0])
        return await asyncio.wait_for(told, 10)

    assert asyncio.run(end_one()).status == "ok"
    assert stored(database) == {"bir": "done"}


def test_all_first_pages_are_open_before_one_of_them_can_end_the_visit(database: Database) -> None:
    visit = SourceVisit(make_spec("bir", "http://bir.example/rss"), database, NOW)
    spider: Any = SourcesSpider({"bir": visit}, ends=Mock(), reader=Mock(), permits=Mock())
    next(spider._begin(visit, [Link("http://bir.example/1"), Link("http://bir.example/2")]))
    assert visit.open_pages == 2


def test_long_documents_are_stored_before_they_fill_the_memory(database: Database) -> None:
    visit = SourceVisit(make_spec("uzun", "http://uzun.example/rss"), database, NOW)
    visit.keep(document("uzun", "1", "a" * (BATCH_CHARACTERS // 2)))
    kept = len(visit.rest)
    visit.keep(replace(document("uzun", "2"), text="b" * (BATCH_CHARACTERS // 2)))
    assert (kept, visit.rest, len(stored_keys(database))) == (1, [], 2)


def stored_keys(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(select(documents.c.natural_key)).scalars())
