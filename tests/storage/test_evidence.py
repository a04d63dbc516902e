"""The documents behind an episode, as they were known at a moment."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from oncu.config.load import load_signal_types
from oncu.config.settings import Settings
from oncu.signals.flow.pipeline import Catalogue, run_pending
from oncu.storage.clients import save_clients
from oncu.storage.database import Database
from oncu.storage.documents import Document, save_documents
from oncu.storage.evidence import evidence_of

MINUTE = timedelta(minutes=1)
Told = Callable[[datetime], list[str]]


@pytest.fixture
def told(database: Database, now: datetime) -> Told:
    """Two papers tell of one client; the clock of the second, which crawled on another host, runs ahead."""
    with database.write() as connection:
        save_clients(connection, [{"client_id": "C1", "legal_name": "Simya İlaç Sanayi A.Ş.", "manager": "ayse"}], now)
        for paper, seen in (("gazete", now + MINUTE), ("ajans", now + 3 * MINUTE)):
            title = f"Simya İlaç Sanayi konkordato ilan etti, {paper} duyurdu"
            save_documents(connection, [Document(paper, "a", title, "", first_seen_at=seen, published_at=now)])
    types = {"insolvency": load_signal_types()["insolvency"]}
    run_pending(database, Catalogue({}, types), Settings(), now)

    def known(at: datetime) -> list[str]:
        with database.read() as connection:
            (episode,) = connection.exec_driver_sql("SELECT id FROM episodes").scalars()
            found = evidence_of(connection, [episode], at=at)
        return [item.source for item in found[episode]]

    return known


def test_only_what_was_known_by_then_is_told(told: Told, now: datetime) -> None:
    assert told(now + MINUTE) == ["gazete"]
    assert told(now + 3 * MINUTE) == ["ajans", "gazete"]


def test_what_a_clock_that_ran_ahead_noted_is_told_all_the_same(told: Told, now: datetime) -> None:
    assert told(now - MINUTE) == ["gazete"]
