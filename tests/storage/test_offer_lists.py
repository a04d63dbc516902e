"""Lists of offers: as they stood at a moment, the newest first, and no more of them than are asked for."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from oncu.storage.clients import save_clients
from oncu.storage.database import Database
from oncu.storage.offer_lists import Wanted, count_offers, newest_offers, offer_as_of, offering_managers
from oncu.storage.outcomes import load_offers, save_offers

from ..plans import explained

DAY = timedelta(days=1)
EMPTY = dict.fromkeys(
    (
        *("signal_id", "floor", "list_price", "loss_reason", "loss_reason_source", "winner", "rival_price"),
        *("rival_price_source", "n_bidders", "delta_randomised", "approver_discretion", "manager", "signal_led"),
        *("rivals", "decided_at"),
    )
)


def offer(key: str, at: datetime, **said: Any) -> dict[str, Any]:
    base = {"offer_id": key, "client_id": "C1", "product": "kredi", "amount": 1e6, "tenor_months": 12.0}
    base |= {"offered_at": at, "price": 41.0, "cost": 38.0, "status": "open", "recorded_at": at}
    return EMPTY | base | said


@pytest.fixture
def told(database: Database, now: datetime) -> Database:
    """Five offers: a pair of one day, one that was lost on the third, one recorded then, one taken back at once."""
    rows = [
        offer("b", now, manager="ayse"),
        offer("C", now),
        offer("a", now - DAY, status="lost", decided_at=now + 3 * DAY, winner="Sarnıç", manager="burak"),
        offer("d", now - 2 * DAY, recorded_at=now + 3 * DAY, manager="lale"),
        offer("e", now - 3 * DAY, manager="rana"),
    ]
    with database.write() as connection:
        save_clients(connection, [{"client_id": "C1", "legal_name": "Örnek Döküm A.Ş."}], now)
        save_offers(connection, rows, now)
        connection.exec_driver_sql("UPDATE offers SET removed_at = recorded_at WHERE offer_id = 'e'")
    return database


@pytest.mark.parametrize("status", [None, "open", "lost", "won"])
@pytest.mark.parametrize("manager", [None, "ayse", "burak"])
@pytest.mark.parametrize("days", [1, 4])
def test_part_of_a_list_is_that_part_of_all_that_was_known(
    told: Database, now: datetime, status: str | None, manager: str | None, days: int
) -> None:
    wanted = Wanted(now + days * DAY, status, manager)
    with told.read() as connection:
        known = [one for one in load_offers(connection, wanted.as_of) if status in (None, one.status)]
        listed = [newest_offers(connection, wanted, skip=skip, limit=2) for skip in (0, 2)]
        n = count_offers(connection, wanted)
    known = [one for one in known if manager in (None, one.manager)]
    expected = sorted(known, key=lambda one: (one.offered_at, one.offer_id), reverse=True)
    assert (listed, n) == ([expected[:2], expected[2:4]], len(expected))


def test_those_who_made_offers_are_named_once_they_are_recorded(told: Database, now: datetime) -> None:
    with told.read() as connection:
        assert offering_managers(connection, now + DAY) == ["ayse", "burak"]
        assert offering_managers(connection, now + 4 * DAY) == ["ayse", "burak", "lale"]


def test_one_offer_is_open_until_its_end_was_known(told: Database, now: datetime) -> None:
    with told.read() as connection:
        found = [offer_as_of(connection, "a", now + days * DAY) for days in (1, 4)]
        assert [(one.status, one.winner) for one in found if one] == [("open", None), ("lost", "Sarnıç")]
        assert [offer_as_of(connection, key, now + DAY) for key in ("d", "e", "none")] == [None] * 3


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_one_offer_is_found_by_its_id(told: Database, now: datetime) -> None:
    with told.read() as connection, explained(connection) as plans:
        offer_as_of(connection, "a", now)
    assert plans and not [line for line in plans if line.startswith("SCAN")]
