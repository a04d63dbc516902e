"""Which records are one firm, and which value of a field counts."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.signals.clients.firm_names import clean_website, is_firm_name, name_key, names_agree
from oncu.signals.clients.golden import NumberIndex, cluster, survive
from oncu.storage.records import FIRST, Record, Version

DAY = timedelta(days=1)
TAX = "6004108239"


def record(source: str, record_id: str, *said: tuple[datetime, dict[str, Any]]) -> Record:
    versions = tuple(Version({"legal_name": "Örnek A.Ş."} | fields, at) for at, fields in said)
    return Record(source, record_id, "C1", FIRST, "", versions[0].recorded_at, versions)


def test_value_said_last_counts_where_no_source_is_trusted_more(now: datetime) -> None:
    old, new = record("clients", "C1", (now, {"city": "Bursa"})), record("crm", "7", (now + DAY, {"city": "İzmir"}))
    golden = survive([old, new])
    assert (golden.fields["city"], golden.origins["city"]) == ("İzmir", new.key)


def test_source_named_first_wins_over_newer_ones(now: datetime) -> None:
    old, new = record("core", "C1", (now, {"city": "Bursa"})), record("crm", "7", (now + DAY, {"city": "İzmir"}))
    assert survive([old, new], ["core", "crm"]).fields["city"] == "Bursa"


def test_empty_field_never_wins(now: datetime) -> None:
    trusted, other = record("core", "C1", (now, {})), record("crm", "7", (now, {"manager": "ayse"}))
    assert survive([trusted, other], ["core"]).fields["manager"] == "ayse"


def test_number_that_fails_its_check_digit_loses(now: datetime) -> None:
    wrong, right = record("core", "C1", (now, {"tax_id": "6004108238"})), record("crm", "7", (now, {"tax_id": TAX}))
    assert survive([wrong, right], ["core"]).fields["tax_id"] == TAX


def test_source_that_changes_another_field_does_not_make_this_one_newer(now: datetime) -> None:
    steady = record("crm", "7", (now, {"city": "Bursa"}), (now + 9 * DAY, {"city": "Bursa", "sector": "gıda"}))
    moved = record("core", "C1", (now + DAY, {"city": "İzmir"}))
    assert survive([moved, steady]).fields["city"] == "İzmir"


def test_other_spelling_of_a_value_is_no_news(now: datetime) -> None:
    first, loud = record("core", "C1", (now, {"city": "Bursa"})), record("crm", "7", (now + DAY, {"city": "BURSA"}))
    assert survive([first, loud]).fields["city"] == "Bursa"


def test_short_names_and_addresses_are_collected_from_all(now: datetime) -> None:
    first = record("core", "C1", (now, {"short_names": ["Örnek"], "addresses": ["Bursa"]}))
    other = record("crm", "7", (now, {"legal_name": "Örnek Boya Ltd. Şti.", "addresses": ["Bursa", "İzmir"]}))
    golden = survive([first, other], ["core"])
    assert golden.fields["short_names"] == ("Örnek", "Örnek Boya Ltd. Şti.")
    assert golden.fields["addresses"] == ("Bursa", "İzmir")


def test_first_record_of_a_source_speaks_for_it_and_others_fill_its_gaps(now: datetime) -> None:
    first = record("core", "C1", (now, {"city": "Bursa"}))
    double = record("core", "C9", (now + DAY, {"city": "İzmir", "sector": "gıda"}))
    golden = survive([first, double])
    assert (golden.fields["city"], golden.fields["sector"]) == ("Bursa", "gıda")


@given(st.permutations(range(4)))
def test_survivors_do_not_depend_on_the_order_of_later_records(order: list[int]) -> None:
    now = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    later = [record(f"s{n}", str(n), (now + n * DAY, {"city": f"Şehir {n % 3}", "sector": f"{n}"})) for n in order]
    golden = survive([record("core", "C1", (now, {})), *later])
    assert (golden.fields["city"], golden.fields["sector"]) == ("Şehir 0", "3")


@pytest.mark.parametrize(
    ("known", "row", "basis"),
    [
        ({"tax_id": TAX}, {"tax_id": TAX}, "tax_id"),
        ({"tax_id": TAX}, {"mersis": f"0{TAX}00015"}, "tax_id"),
        ({"lei": "X1"}, {"lei": "X1"}, "lei"),
        ({"ticker": "KRCNT"}, {"ticker": "krcnt"}, "ticker"),
        ({"website": "https://www.ornek.example/tr"}, {"website": "ornek.example"}, "website"),
        ({"tax_id": TAX, "lei": "X1"}, {"tax_id": "5658481962", "lei": "X1"}, None),
        ({"tax_id": TAX}, {"tax_id": TAX, "legal_name": "Nehir Kimya Ltd. Şti."}, None),
        ({"website": "ornek.example"}, {"website": "ornek.example", "legal_name": "Karaçınar Lojistik A.Ş."}, None),
        ({"city": "Bursa"}, {"city": "Bursa"}, None),
    ],
)
def test_what_makes_a_row_a_known_client(known: dict[str, str], row: dict[str, str], basis: str | None) -> None:
    index = NumberIndex()
    index.add("C1", {"legal_name": "Karaçınar Tekstil A.Ş."} | known)
    found = index.find({"legal_name": "KARACINAR TEKSTİL SAN. A.Ş."} | row)
    assert (found.basis if found else None) == basis


def test_number_of_two_clients_decides_nothing() -> None:
    index = NumberIndex()
    for client_id in ("C1", "C2"):
        index.add(client_id, {"legal_name": "Karaçınar Tekstil", "tax_id": TAX})
    assert index.find({"legal_name": "Karaçınar Tekstil", "tax_id": TAX}) is None


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("Karaçınar Tekstil San. A.Ş.", "KARACINAR TEKSTİL", True),
        ("Karaçınar Tekstil A.Ş.", "Karaçınar Holding", True),
        ("Karacinar Tekstil A.Ş.", "Karacnar Tekstil A.Ş.", True),
        ("Ulu Yollar Nakliyat A.O.", "UYN", True),
        ("Karaçınar Tekstil A.Ş.", "Nehir Tekstil A.Ş.", False),
    ],
)
def test_names_of_one_number_agree_by_a_telling_word(one: str, other: str, agree: bool) -> None:
    assert names_agree(one, other) is names_agree(other, one) is agree


def test_key_of_a_name_leaves_form_and_abbreviation_out() -> None:
    assert name_key("Nehir Kimya San. ve Tic. Ltd. Şti.") == name_key("NEHİR KİMYA SANAYİ TİCARET LİMİTED ŞİRKETİ")


@pytest.mark.parametrize(("name", "is_firm"), [("Nehir Kimya", True), ("Ovalı A.Ş.", True), ("Ayşe Yılmaz", False)])
def test_a_person_is_no_firm(name: str, is_firm: bool) -> None:
    assert is_firm_name(name) is is_firm


@pytest.mark.parametrize("website", ["https://www.ornek.example/tr?a=1", "ornek.example.", "WWW.Ornek.example:443"])
def test_website_is_its_host(website: str) -> None:
    assert clean_website(website) == "ornek.example"


def test_oldest_client_stands_for_its_group() -> None:
    assert cluster([("C", "B"), ("A", "C"), ("D", "E")], ["A", "B", "C", "D", "E"]) == {"B": "A", "C": "A", "E": "D"}


@given(st.permutations([("A", "B"), ("B", "C"), ("D", "C")]))
def test_cluster_does_not_depend_on_the_order_of_decisions(pairs: list[tuple[str, str]]) -> None:
    assert cluster(pairs, ["A", "B", "C", "D"]) == {"B": "A", "C": "A", "D": "A"}
