"""What the bank tells us, saved by key and read as of a moment: what was recorded later does not exist."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from oncu.storage.changes import Changes
from oncu.storage.clients import save_clients
from oncu.storage.database import Database
from oncu.storage.outcomes import (
    load_actions,
    load_exposure,
    load_offers,
    load_outcomes,
    load_relations,
    save_actions,
    save_exposure,
    save_offers,
    save_outcomes,
    save_relations,
)

DAY = timedelta(days=1)
AT = datetime(2026, 1, 10, tzinfo=UTC)
OFFER = {"offer_id": "O1", "client_id": "C1", "product": "loan", "amount": 9.0, "tenor_months": 12.0, "offered_at": AT}
OFFER |= {"price": 41.0, "cost": 38.0, "status": "won", "decided_at": AT + 5 * DAY}
SAVED = {
    "relations": (save_relations, load_relations, {"client_id": "C1", "other_id": "X", "kind": "parent"}, "share"),
    "outcomes": (save_outcomes, load_outcomes, {"client_id": "C1", "kind": "sale", "occurred_at": AT}, "amount"),
    "offers": (save_offers, load_offers, OFFER, "floor"),
    "exposure": (save_exposure, load_exposure, {"client_id": "C1", "from": date(2025, 1, 1)}, "region"),
    "actions": (save_actions, load_actions, {"client_id": "C1", "kind": "visit", "acted_at": AT}, "propensity"),
}


@pytest.fixture
def bank(database: Database, now: datetime) -> Database:
    """A database with one client."""
    with database.write() as connection:
        save_clients(connection, [{"client_id": "C1", "legal_name": "Örnek"}], now)
    return database


def save(bank: Database, function: Callable[..., Changes], row: dict[str, object], now: datetime) -> Changes:
    with bank.write() as connection:
        return function(connection, [row], now)


@pytest.mark.parametrize("kind", SAVED)
def test_row_is_new_then_unchanged_then_updated(bank: Database, now: datetime, kind: str) -> None:
    function, _, row, column = SAVED[kind]
    found = [save(bank, function, row | {column: value}, now + DAY) for value in (None, None, 0.5)]
    assert found == [Changes(new=1), Changes(unchanged=1), Changes(updated=1)]


@pytest.mark.parametrize("kind", SAVED)
def test_what_was_recorded_later_does_not_exist(bank: Database, now: datetime, kind: str) -> None:
    function, load, row, _ = SAVED[kind]
    save(bank, function, row, now)
    with bank.read() as connection:
        assert [len(load(connection, moment)) for moment in (now - DAY, now)] == [0, 1]


@pytest.mark.parametrize("kind", SAVED)
def test_first_recording_counts_after_an_update(bank: Database, now: datetime, kind: str) -> None:
    function, load, row, column = SAVED[kind]
    for days, value in enumerate((None, 0.5)):
        save(bank, function, row | {column: value}, now + days * DAY)
    with bank.read() as connection:
        assert len(load(connection, now)) == 1


def test_outcomes_of_one_day_differ_by_subtype_and_initiator_only(bank: Database, now: datetime) -> None:
    row = {"client_id": "C1", "kind": "application", "occurred_at": AT, "subtype": None, "initiator": "bank"}
    changes = [{}, {"occurred_at": AT + DAY / 2}, {"subtype": "leasing"}, {"initiator": "client"}]
    found = [save(bank, save_outcomes, row | change, now) for change in changes]
    assert [one.new for one in found] == [1, 0, 1, 1]


def test_end_of_exposure_after_the_moment_is_not_known(bank: Database, now: datetime) -> None:
    end = now.date() + 30 * DAY
    save(bank, save_exposure, {"client_id": "C1", "from": date(2025, 1, 1), "to": end}, now)
    with bank.read() as connection:
        found = [load_exposure(connection, moment)[0].until for moment in (now, now + 31 * DAY)]
    assert found == [None, end]


def test_offer_decided_after_the_moment_is_open(bank: Database) -> None:
    save(bank, save_offers, OFFER | {"winner": "Örnek Bank"}, AT)
    with bank.read() as connection:
        found = [load_offers(connection, moment)[0] for moment in (AT, AT + 5 * DAY)]
    assert [(offer.status, offer.winner) for offer in found] == [("open", None), ("won", "Örnek Bank")]
