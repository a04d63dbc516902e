"""Pages of long lists read what they show, and the rest at most once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from oncu.signals.offers.ledger import read_ledger
from oncu.storage.documents import Document, save_documents
from oncu.storage.outcomes import save_offers
from oncu.storage.prospects import ProspectMention, link_to_clients, save_prospect_mentions

from .programs import program_of

DAY = timedelta(days=1)
EMPTY = dict.fromkeys(
    (
        *("signal_id", "floor", "list_price", "loss_reason", "loss_reason_source", "winner", "rival_price"),
        *("rival_price_source", "n_bidders", "delta_randomised", "approver_discretion", "manager", "signal_led"),
        *("rivals", "decided_at"),
    )
)


@contextmanager
def asked(worked: Any, table: str) -> Iterator[list[tuple[str, Any]]]:
    """What is asked of a table here, before the wall and behind it, each with its values."""
    found: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if f"FROM {table}" in statement:
            found.append((statement, parameters))

    engines = (worked.database.engine, worked.site.wall.engine)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def hear(worked: Any, name: str, times: int) -> str:
    """A firm that is no client, heard of so often; the id of the prospect."""
    at = worked.now - DAY
    documents = [Document("sicil", f"{name} {n}", name, "", at, at) for n in range(times)]
    found = [ProspectMention(name, None, "Bursa", name, one.id, "insolvency", "w", at, "v1") for one in documents]
    with worked.database.write() as connection:
        save_documents(connection, documents)
        save_prospect_mentions(connection, found)
    return found[0].prospect_id


def firms(worked: Any, query: str = "") -> list[tuple[str, int]]:
    rows = program_of(worked, "nil").get(f"/prospects{query}").json()["items"]
    return [(row["name"], row["documents"]) for row in rows]


def offered(worked: Any, n: int, **said: Any) -> None:
    at = worked.now - 9 * DAY
    base = {"client_id": "C1", "product": "kredi", "amount": 1e6, "tenor_months": 12.0, "price": 41.0, "cost": 38.0}
    base |= {"offered_at": at, "recorded_at": at, "status": "open", **said}
    with worked.database.write() as connection:
        save_offers(connection, [EMPTY | base | {"offer_id": f"T{one:03}"} for one in range(n)], at)


def test_what_was_heard_is_read_of_the_firms_that_are_shown(worked: Any) -> None:
    hear(worked, "Ova Maden A.Ş.", 3)
    hear(worked, "Kaya Demir A.Ş.", 2)
    with asked(worked, "prospect_mentions") as found:
        assert firms(worked, "?limit=1&cursor=1") == [("Kaya Demir A.Ş.", 2)]
    assert [len(values) for statement, values in found if "documents" in statement] == [1]


def test_firms_are_joined_once_for_all_who_look(worked: Any) -> None:
    hear(worked, "Ova Maden A.Ş.", 3)
    firms(worked)
    with asked(worked, "prospects") as found:
        assert "Ova Maden" in worked.enter("ayse").get("/prospects").text and firms(worked)
    assert not [statement for statement, _ in found if "count" not in statement]


def test_firm_heard_of_again_or_that_became_a_client_is_seen_at_once(worked: Any) -> None:
    gone = hear(worked, "Ova Maden A.Ş.", 3)
    assert firms(worked) == [("Ova Maden A.Ş.", 3)]
    hear(worked, "Kaya Demir A.Ş.", 4)
    assert [name for name, _ in firms(worked)] == ["Kaya Demir A.Ş.", "Ova Maden A.Ş."]
    with worked.database.write() as connection:
        link_to_clients(connection, {gone: "C1"}, worked.now)
    assert [name for name, _ in firms(worked)] == ["Kaya Demir A.Ş."]


@pytest.mark.parametrize("path", ["/teklifler", "/teklifler/liste", "/teklifler/T050"])
def test_page_of_offers_reads_the_rows_it_shows(worked: Any, path: str) -> None:
    offered(worked, 60, status="lost" if "T050" in path else "open")
    with asked(worked, "offers") as found:
        assert worked.enter("rana").get(path).status_code == 200
    rows = [statement for statement, _ in found if "offers.product" in statement]
    assert rows and all("LIMIT" in statement or "offer_id = ?" in statement for statement in rows)


def test_pages_of_offers_hold_all_of_them_once_and_say_how_many(worked: Any) -> None:
    offered(worked, 60)
    browser = worked.enter("rana")
    pages = [browser.get(f"/teklifler/liste?page={n}").text for n in (1, 2, 3)]
    assert [page.count('href="/teklifler/T0') for page in pages] == [50, 10, 10] and "60" in pages[0]
    assert (browser.get("/teklifler").text.count('href="/teklifler/T0'), "(60)" in browser.get("/teklifler").text) == (
        6,
        True,
    )


def test_offers_of_a_program_come_part_by_part(worked: Any) -> None:
    offered(worked, 5)
    asking = program_of(worked, "rana")
    parts = [asking.get(f"/offers?limit=3{cursor}").json() for cursor in ("", "&cursor=3", "&cursor=9")]
    assert [[one["offer_id"] for one in part["items"]] for part in parts] == [
        ["T004", "T003", "T002"],
        ["T001", "T000"],
        [],
    ]
    assert [(part["next"], part["total"]) for part in parts] == [("3", 5), (None, 5), (None, 5)]


def test_address_that_no_database_can_be_asked_for_names_no_offer(worked: Any) -> None:
    offered(worked, 1)
    browser = worked.enter("rana")
    assert browser.get("/teklifler/T000%00").status_code == 404
    assert "/teklifler/T000" not in browser.get("/teklifler/liste?manager=%00").text


def test_ledger_of_offers_reads_the_signals_that_led_to_them(worked: Any) -> None:
    signals = dict(worked.said("SELECT client_id, id FROM signals"))
    offered(worked, 1, signal_id=signals["C1"])
    with asked(worked, "signals") as found:
        ledger = read_ledger(worked.database, worked.now.date())
    assert ledger.offers.groups["signal_type"].names == ("lawsuit",)
    assert [values for _, values in found] == [(signals["C1"],)]


def test_signal_of_a_client_that_got_no_led_offer_leads_to_none(worked: Any) -> None:
    signals = dict(worked.said("SELECT client_id, id FROM signals"))
    offered(worked, 1, signal_id=signals["C2"])
    assert "signal_type" not in read_ledger(worked.database, worked.now.date()).offers.groups
