"""The tips about a client, found from whichever side there is less of."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from oncu.storage.access import PRIVATE_CATEGORY
from oncu.storage.clients import save_clients
from oncu.storage.database import Database
from oncu.storage.tips import SOURCE, save_tip, tips_of

from ..plans import explained

HOUR = timedelta(hours=1)


@pytest.fixture
def write(tell: Callable[..., Any], database: Database, now: datetime) -> Callable[..., str]:
    """Write a tip about a client that news names, too; its id."""
    with database.write() as connection:
        save_clients(connection, [{"client_id": "C2", "legal_name": "Başka A.Ş."}], now)
    news = [tell(f"n{n}") for n in range(3)]

    def save(key: str, client: str, at: datetime) -> str:
        fields = {"client_id": client, "written_by": "ayse", "heard_on": "2026-03-01"}
        tip = replace(news[0].document, source=SOURCE, natural_key=key, category=PRIVATE_CATEGORY, fields=fields)
        tip = replace(tip, first_seen_at=at)
        with database.write() as connection:
            save_tip(connection, tip, replace(news[0].mention, document_id=tip.id, client_id=client, known_at=at))
        return tip.id

    return save


@pytest.mark.parametrize("many", [1, 100])
def test_tips_of_a_client_come_newest_first_until_a_moment(
    write: Callable[..., str], database: Database, now: datetime, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oncu.storage.tips.MANY", many)
    early, late, _ = write("a", "C1", now), write("b", "C1", now + HOUR), write("c", "C2", now)
    with database.read() as connection:
        found = [[tip.id for tip in tips_of(connection, "C1", at)] for at in (now, now + HOUR)]
    assert found == [[early], [late, early]]


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_of_a_client_the_news_is_full_of_the_tips_alone_are_looked_at(
    write: Callable[..., str], database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oncu.storage.tips.MANY", 3, raising=False)
    write("a", "C1", now)
    with database.read() as connection, explained(connection) as plans:
        tips_of(connection, "C1", now)
    by_source = "SEARCH documents USING INDEX ix_documents_source_first_seen_at"
    assert [line for line in plans if line.startswith(by_source)]
    assert not [line for line in plans if line.startswith("SCAN")]
