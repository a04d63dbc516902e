"""Firms that are no clients: kept with what was heard, joined where they are one, linked when they become clients."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from oncu.signals.clients.gather import describe_prospects, prospect_lines
from oncu.signals.clients.prospects import Firm, firms_of_row
from oncu.signals.clients.view import describe_client
from oncu.signals.imports.clients import link_prospects
from oncu.signals.words import load_words
from oncu.storage.prospects import load_prospects

DAY = timedelta(days=1)
TAX = "6004108239"
FIRM = "Karaçınar Tekstil Sanayi A.Ş."


@pytest.fixture
def notice(bank, make_source) -> Callable[..., None]:
    """A row of a register of insolvencies, read."""
    provenance = {"type": "insolvency", "status": "announced"}
    bank.sources = {"sicil": make_source("sicil", category="registry", origin="authority", provenance=provenance)}

    def see(firm: str, *, at: datetime | None = None, **fields: str) -> None:
        bank.see(f"Dosya {bank.seen}", "Mühlet verildi.", source="sicil", fields={"firm": firm, **fields}, at=at)
        bank.run(at)

    return see


def shown(bank) -> list[tuple[str, str | None, str | None, int, dict[str, int]]]:
    found = describe_prospects(bank.database, limit=9)["shown"]
    return [(firm["name"], firm["tax_id"], firm["city"], firm["times"], firm["types"]) for firm in found]


def test_firm_of_a_row_that_is_no_client_is_kept(bank, notice) -> None:
    notice(FIRM, tax_id=TAX, city="Bursa")
    assert shown(bank) == [(FIRM, TAX, "Bursa", 1, {"insolvency": 1})]


def test_client_is_no_prospect(bank, notice) -> None:
    notice("Simya İlaç Sanayi A.Ş.")
    assert shown(bank) == []


def test_of_several_firms_of_a_row_only_strangers_are_prospects(bank, notice) -> None:
    notice(f"Simya İlaç Sanayi A.Ş.;{FIRM}")
    assert [firm[0] for firm in shown(bank)] == [FIRM]


@pytest.mark.parametrize(
    ("fields", "firms"),
    [
        ({"firm": FIRM, "tax_id": TAX}, [Firm(FIRM, TAX, None)]),
        ({"firm": "Ayşe Yılmaz", "tax_id": "10000000146"}, []),
        ({"firm": "Ayşe Yılmaz"}, []),
        ({"firm": "Ovalı", "tax_id": TAX}, [Firm("Ovalı", TAX, None)]),
        ({"firm": FIRM, "tax_id": "6004108238"}, [Firm(FIRM, None, None)]),
        ({"firm": f"{FIRM};Nehir Gıda", "tax_id": f"{TAX};"}, [Firm(FIRM, TAX, None), Firm("Nehir Gıda", None, None)]),
        ({"tax_id": TAX}, []),
    ],
)
def test_people_and_broken_numbers_are_left_out(fields: dict[str, str], firms: list[Firm]) -> None:
    assert list(firms_of_row(fields)) == firms


def test_subject_of_a_strong_signal_is_kept(bank) -> None:
    bank.see("Karaçınar Tekstil A.Ş. konkordato ilan etti", "Karaçınar Tekstil A.Ş. konkordato ilan etti.")
    bank.run()
    assert [(firm[0], list(firm[4])) for firm in shown(bank)] == [("Karaçınar Tekstil A.Ş", ["insolvency"])]


def test_text_about_a_client_tells_of_no_prospect(bank) -> None:
    bank.see("Simya İlaç ile Karaçınar Tekstil A.Ş. konkordato ilan etti")
    bank.run()
    assert shown(bank) == []


def test_spellings_of_one_name_are_one_prospect(bank, notice) -> None:
    notice("KARAÇINAR TEKSTİL SAN. ANONİM ŞİRKETİ")
    notice(FIRM, tax_id=TAX)
    assert [(firm[1], firm[3]) for firm in shown(bank)] == [(TAX, 2)]


def test_name_that_may_be_two_firms_is_neither(bank, notice) -> None:
    for number in ({"tax_id": TAX}, {"tax_id": "5658481962"}, {}):
        notice(FIRM, **number)
    assert sorted((firm[1] or "", firm[3]) for firm in shown(bank)) == [("", 1), ("5658481962", 1), (TAX, 1)]


def test_heard_most_comes_first_and_reads_in_the_users_language(bank, notice) -> None:
    notice("Ovalı Maden A.Ş.")
    notice(FIRM, city="Bursa")
    notice(FIRM, city="Bursa")
    found, titles = describe_prospects(bank.database, limit=1), {"insolvency": "İflas ve konkordato"}
    lines = prospect_lines(found, load_words("tr", "Europe/Istanbul"), titles)
    assert lines[:3] == [
        "Müşteri olmayan 2 firma duyuldu; en çok duyulan 1 firma:",
        f"{FIRM} (Bursa)",
        "    2 kez, son 02.03.2026: İflas ve konkordato 2",
    ]


def test_nobody_heard_of_is_said(bank) -> None:
    found = describe_prospects(bank.database, limit=9)
    assert prospect_lines(found, load_words("en", "Europe/Istanbul"), {}) == ["No firm was heard of that is no client."]


@pytest.mark.parametrize(
    ("row", "is_linked"),
    [
        ({"legal_name": "Karaçınar Tekstil San. A.Ş.", "city": "BURSA"}, True),
        ({"legal_name": "Karaçınar Dokuma", "tax_id": TAX}, True),
        ({"legal_name": FIRM, "city": "İzmir"}, False),
        ({"legal_name": "Karaçınar Gıda A.Ş.", "city": "Bursa"}, False),
    ],
)
def test_prospect_that_becomes_a_client_is_linked(bank, notice, now: datetime, row, is_linked: bool) -> None:
    notice(FIRM, city="Bursa", **({"tax_id": TAX} if "tax_id" in row else {}))
    bank.add_clients({"client_id": "N1", "tax_id": None} | row)
    with bank.database.write() as connection:
        link_prospects(connection, now + DAY)
        linked = [(p.client_id, p.linked_at) for p in load_prospects(connection, linked=True)]
    assert linked == ([("N1", now + DAY)] if is_linked else [])


def test_what_was_heard_before_is_shown_and_is_no_signal(bank, notice, now: datetime) -> None:
    notice(FIRM)
    bank.add_clients({"client_id": "N1", "legal_name": FIRM})
    with bank.database.write() as connection:
        link_prospects(connection, now + DAY)
    heard = describe_client(bank.database, "N1")["heard_before"]
    assert [(h["type"], h["source"], h["known_at"]) for h in heard] == [("insolvency", "sicil", now)]
    assert (shown(bank), bank.run(now + DAY).signals) == ([], 0)


def test_reading_again_hears_nothing_twice(bank, notice) -> None:
    notice(FIRM)
    with bank.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM readings WHERE stage = 'read'")
        connection.exec_driver_sql(
            "INSERT INTO waiting (stage, first_seen_at, document_id) SELECT 'read', first_seen_at, id FROM documents"
        )
    bank.run()
    assert bank.rows("SELECT count(*) FROM prospect_mentions") == [(1,)]
