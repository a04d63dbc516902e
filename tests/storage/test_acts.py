"""What people wrote down: kept like an import's rows, taken back from a moment on, counted by manager."""

from datetime import datetime, timedelta

import pytest

from oncu.storage.acts import (
    Contacts,
    acts_of,
    contacts_made,
    contacts_of,
    own_act,
    take_back_act,
    take_back_offer,
    write_act,
    write_offer,
    writer_of_offer,
)
from oncu.storage.clients import save_clients
from oncu.storage.database import Database
from oncu.storage.outcomes import load_actions, load_offers, offer_of_id, open_offers, save_actions

DAY = timedelta(days=1)
OFFER = dict.fromkeys(
    (
        *("signal_id", "floor", "list_price", "decided_at", "loss_reason", "loss_reason_source", "winner"),
        *("rival_price", "rival_price_source", "n_bidders", "delta_randomised", "approver_discretion", "rivals"),
    )
) | {"client_id": "C1", "product": "kredi", "amount": 1e6, "tenor_months": 12.0, "price": 40.0, "cost": 38.0}


@pytest.fixture
def clients(database: Database, now: datetime) -> Database:
    """Two clients of two managers."""
    rows = [{"client_id": f"C{n}", "legal_name": f"Örnek {n} A.Ş.", "manager": f"m{n}"} for n in (1, 2)]
    with database.write() as connection:
        save_clients(connection, rows, now)
    return database


def act(client: str, at: datetime, kind: str = "visit", signal: str | None = None) -> dict[str, object]:
    return {"client_id": client, "kind": kind, "acted_at": at, "signal_id": signal, "note": None, "amount": None}


def offer(number: str, at: datetime, **more: object) -> dict[str, object]:
    known = {"offer_id": number, "offered_at": at, "status": "open", "manager": "m1", "signal_led": False}
    return OFFER | known | more


def test_act_taken_back_is_there_for_whoever_looks_at_an_earlier_moment(clients: Database, now: datetime) -> None:
    with clients.write() as connection:
        key = write_act(connection, act("C1", now), by="ayse", now=now)
        assert own_act(connection, key, "burak") is None
        take_back_act(connection, key, by="ayse", now=now + DAY)
        assert own_act(connection, key, "ayse") is None
        assert [len(acts_of(connection, "C1", now + days * DAY)) for days in (0, 2)] == [1, 0]
        assert [len(load_actions(connection, now + days * DAY)) for days in (0, 2)] == [1, 0]


def test_act_of_a_file_has_no_writer_and_cannot_be_taken_back_by_one(clients: Database, now: datetime) -> None:
    with clients.write() as connection:
        save_actions(connection, [act("C1", now)], now)
        (found,) = acts_of(connection, "C1", now)
        assert found.made_by is None and own_act(connection, found.id, "ayse") is None


def test_contacts_are_counted_by_manager_with_a_reason_and_without(clients: Database, now: datetime) -> None:
    with clients.write() as connection:
        rows = [act("C1", now - DAY, signal="s"), act("C1", now - 2 * DAY), act("C2", now - DAY, "call")]
        rows += [act("C1", now - 40 * DAY), act("C1", now - DAY, "limit_cut")]
        for row in rows:
            write_act(connection, row, by="x", now=now)
        assert contacts_made(connection, since=now - 30 * DAY, until=now) == [
            Contacts("m1", "visit", 1, 1),
            Contacts("m2", "call", 0, 1),
        ]
        assert contacts_of(connection, "C1", at=now) == [Contacts("m1", "visit", 1, 2)]


def test_open_offers_come_oldest_first_until_their_end_is_told(clients: Database, now: datetime) -> None:
    with clients.write() as connection:
        for number, days in (("A", 1), ("B", 3)):
            write_offer(connection, offer(number, now - days * DAY), by="ayse", now=now)
        assert [one.offer_id for one in open_offers(connection, now)] == ["B", "A"]
        before = offer("B", now - 3 * DAY)
        ended = before | {"status": "won", "decided_at": now}
        write_offer(connection, ended, by="ayse", now=now + DAY, before=before)
        assert [one.offer_id for one in open_offers(connection, now + DAY)] == ["A"]
        assert writer_of_offer(connection, "B") == ("ayse", now)


def test_offer_taken_back_takes_its_meeting_along(clients: Database, now: datetime) -> None:
    with clients.write() as connection:
        write_offer(connection, offer("A", now), by="ayse", now=now)
        write_act(connection, act("C1", now, "offer") | {"note": "A"}, by="ayse", now=now)
        take_back_offer(connection, "A", by="ayse", now=now + DAY)
        assert (load_offers(connection, now + DAY), load_actions(connection, now + DAY)) == ([], [])
        assert offer_of_id(connection, "A", now + DAY) is None and writer_of_offer(connection, "A") is None
        assert len(load_offers(connection, now)) == 1


@pytest.mark.sqlite_only("its plans")
def test_lists_are_found_by_their_indexes(clients: Database) -> None:
    offers = "FROM offers WHERE status = 'open' ORDER BY offered_at"
    made = "FROM actions WHERE kind IN ('visit', 'call') AND acted_at > '2026-01-01'"
    with clients.read() as connection:
        for query in (offers, made):
            plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT * {query}").fetchall())
            assert "USING INDEX" in plan and "SCAN" not in plan
