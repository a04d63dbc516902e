"""What a person says of two clients: read at once, remembered for ever, taken back without a trace in what happened."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from oncu.config.problems import Problem
from oncu.signals.clients.doubles import double_lines, find_doubles
from oncu.signals.clients.unite import call_different, call_same, change_names, split
from oncu.signals.words import load_words
from oncu.storage.audit import find_broken_link
from oncu.storage.clients import Client, load_clients
from oncu.storage.database import Database
from oncu.storage.heard import signals_known
from oncu.storage.names import add_name
from oncu.storage.outcomes import load_exposure, load_outcomes, save_exposure, save_outcomes
from oncu.storage.signals import load_steps, managers_with_clients

DAY = timedelta(days=1)


@dataclass
class Desk:
    """Decisions in order, an hour between two."""

    database: Database
    now: datetime

    def _later(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now

    def same(self, one: str, other: str) -> str:
        return call_same(self.database, one, other, self._later(), by="ayse", note="aynı adres", order=())

    def different(self, one: str, other: str) -> None:
        call_different(self.database, one, other, self._later(), by="ayse", order=())

    def split(self, one: str, other: str) -> str:
        return split(self.database, one, other, self._later(), by="ayse", order=())

    def clients(self) -> dict[str, Client]:
        with self.database.read() as connection:
            return {client.client_id: client for client in load_clients(connection)}


@pytest.fixture
def desk(bank, now: datetime) -> Desk:
    return Desk(bank.database, now)


def test_later_client_becomes_the_earlier_one(bank, desk: Desk, now: datetime) -> None:
    bank.now = now + DAY
    bank.add_clients({"client_id": "A0", "legal_name": "Simya Boya A.Ş.", "city": "Bursa", "manager": "burak"})
    assert desk.same("A0", "C1") == "C1"
    assert "A0" not in desk.clients()
    assert (desk.clients()["C1"].city, desk.clients()["C1"].aliases) == ("Bursa", ("Simya İlaç", "Simya Boya A.Ş."))


def test_split_restores_both(bank, desk: Desk) -> None:
    before = desk.clients()
    desk.same("C1", "C2")
    assert desk.split("C2", "C1") == "same"
    assert desk.clients() == before


def test_merges_in_a_row_have_one_survivor_and_come_apart_one_by_one(desk: Desk) -> None:
    desk.same("C3", "C2")
    desk.same("C2", "C1")
    assert set(desk.clients()) == {"C1"}
    desk.split("C1", "C2")
    assert set(desk.clients()) == {"C1", "C2"}


def test_every_id_goes_on_naming_the_survivor(desk: Desk) -> None:
    desk.same("C3", "C2")
    desk.same("C3", "C1")
    assert set(desk.clients()) == {"C1"}


def test_no_is_remembered_and_contradicts_a_later_yes(desk: Desk) -> None:
    desk.different("C1", "C3")
    desk.same("C1", "C2")
    with pytest.raises(Problem, match=r"ayse said on 2026-03-02 that C1 and C3 are different; take that back first"):
        desk.same("C2", "C3")


def test_no_that_was_taken_back_no_longer_counts(desk: Desk) -> None:
    desk.different("C1", "C3")
    assert desk.split("C1", "C3") == "different"
    assert desk.same("C1", "C3") == "C1"


def test_nothing_decided_is_nothing_to_take_back(desk: Desk) -> None:
    with pytest.raises(Problem, match="nothing was decided of C1 and C3"):
        desk.split("C1", "C3")


@pytest.mark.parametrize("other", ["C9", "C1"])
def test_pair_must_be_two_clients(desk: Desk, other: str) -> None:
    with pytest.raises(Problem, match="no client has the id 'C9'|are one client already"):
        desk.same("C1", other)


def test_every_decision_is_in_the_audit_trail(bank, desk: Desk) -> None:
    desk.same("C1", "C2")
    desk.split("C1", "C2")
    assert bank.rows("SELECT actor, action, object, reason FROM audit") == [
        ("ayse", "clients same", "C1 C2", "aynı adres"),
        ("ayse", "clients undecided", "C1 C2", None),
    ]
    with bank.database.read() as connection:
        assert find_broken_link(connection) is None


def test_outcomes_of_both_are_the_survivors_and_one_told_twice_is_one(bank, desk: Desk, now: datetime) -> None:
    row = {"kind": "sale", "occurred_at": now, "recorded_at": now}
    with bank.database.write() as connection:
        save_outcomes(connection, [row | {"client_id": "C1"}, row | {"client_id": "C2"}], now)
        save_outcomes(connection, [row | {"client_id": "C2", "kind": "exit"}], now)
    desk.same("C1", "C2")
    with bank.database.read() as connection:
        found = sorted((o.client_id, o.kind) for o in load_outcomes(connection, now))
    assert found == [("C1", "exit"), ("C1", "sale")]
    desk.split("C1", "C2")
    with bank.database.read() as connection:
        assert [o.client_id for o in load_outcomes(connection, now)] == ["C1", "C2", "C2"]


@pytest.mark.parametrize(
    ("periods", "joined"),
    [
        ([("C1", 2020, 2022), ("C2", 2021, 2024)], [(2020, 2024)]),
        ([("C1", 2020, None), ("C2", 2021, 2024)], [(2020, None)]),
        ([("C1", 2020, 2021), ("C2", 2023, None)], [(2020, 2021), (2023, None)]),
    ],
)
def test_overlapping_exposure_of_one_firm_is_one_period(bank, desk: Desk, now: datetime, periods, joined) -> None:
    rows = [{"client_id": c, "from": date(a, 1, 1), "to": date(b, 1, 1) if b else None} for c, a, b in periods]
    with bank.database.write() as connection:
        save_exposure(connection, rows, now)
    desk.same("C1", "C2")
    with bank.database.read() as connection:
        found = load_exposure(connection, now)
    assert [(e.begin.year, e.until.year if e.until else None) for e in found] == joined


def test_signals_levels_and_digest_of_a_merged_client_are_the_survivors(bank, desk: Desk, now: datetime) -> None:
    bank.see("Nehir Kimya iflas davası açtı")
    bank.see("Nehir Kimya konkordato ilan etti")
    bank.run()
    desk.same("C3", "C1")
    with bank.database.read() as connection:
        assert {signal.client_id for signal in signals_known(connection, as_of=now)} == {"C1"}
        assert set(load_steps(connection, at=now, client_ids=["C1"])) == {"C1"}
        assert managers_with_clients(connection) == ["ayse"]
    cards = bank.digest(now + DAY / 2).cards
    assert [(card.client_id, card.client) for card in cards] == [("C1", "Simya İlaç Sanayi A.Ş.")]


def test_story_told_of_the_merged_client_alerts_no_second_time(bank, desk: Desk, now: datetime) -> None:
    bank.see("Nehir Kimya konkordato ilan etti")
    assert bank.run().alerts == 1
    desk.same("C3", "C1")
    bank.see("Nehir Kimya konkordato ilan etti: ayrıntılar", at=now + DAY)
    assert bank.run(now + DAY).alerts == 0
    assert bank.rows("SELECT DISTINCT client_id FROM mentions ORDER BY 1") == [("C1",), ("C3",)]


def test_name_a_person_gave_a_merged_client_is_the_survivors(bank, desk: Desk, now: datetime) -> None:
    with bank.database.write() as connection:
        add_name(connection, "C2", "Parlakçı", now)
    desk.same("C1", "C2")
    assert "Parlakçı" in desk.clients()["C1"].aliases


def test_what_a_person_says_of_names_survives_the_next_list(bank, desk: Desk, now: datetime) -> None:
    change_names(bank.database, "C1", add=["Simyacı"], remove=["Simya İlaç"], now=now, by="ayse")
    bank.add_clients({"client_id": "C1", "legal_name": "Simya İlaç Sanayi A.Ş.", "short_names": ("Simya İlaç", "Sİ")})
    assert desk.clients()["C1"].aliases == ("Simyacı", "Sİ")
    assert desk.clients()["C1"].removed_aliases == ("Simya İlaç",)


def test_name_is_removed_however_it_is_spelt(bank, desk: Desk, now: datetime) -> None:
    change_names(bank.database, "C1", add=(), remove=["SİMYA İLAÇ"], now=now, by="ayse")
    assert desk.clients()["C1"].aliases == ()


def test_name_that_was_removed_may_be_added_again(bank, desk: Desk, now: datetime) -> None:
    change_names(bank.database, "C1", add=(), remove=["Simya İlaç"], now=now, by="ayse")
    change_names(bank.database, "C1", add=["Simya İlaç"], remove=(), now=now + DAY, by="ayse")
    assert (desk.clients()["C1"].aliases, desk.clients()["C1"].removed_aliases) == (("Simya İlaç",), ())


def test_same_word_on_a_name_twice_is_once(bank, now: datetime) -> None:
    for days in (0, 1):
        change_names(bank.database, "C1", add=["Simyacı"], remove=["Sİ"], now=now + days * DAY, by="ayse")
    assert bank.rows("SELECT count(*) FROM audit") == [(2,)]


def test_name_without_letters_is_refused(bank, now: datetime) -> None:
    with pytest.raises(Problem, match="has no letters"):
        change_names(bank.database, "C1", add=["…"], remove=(), now=now, by="ayse")


@pytest.fixture
def with_double(bank) -> Callable[[], list[tuple[str, str]]]:
    like = {"legal_name": "Nehir Kimya Ltd. Şti.", "city": "Adana"}
    bank.add_clients(
        like | {"client_id": "C3"}, like | {"client_id": "D1", "legal_name": "Nehir Kimya Limited Şirketi"}
    )

    def find() -> list[tuple[str, str]]:
        return [(d.one.client_id, d.other.client_id) for d in find_doubles(bank.database, minimum=0.3, limit=9).shown]

    return find


def test_like_names_are_proposed_until_a_person_has_decided(desk: Desk, with_double) -> None:
    assert [set(pair) for pair in with_double()] == [{"C3", "D1"}]
    desk.different("C3", "D1")
    assert with_double() == []


def test_no_said_of_one_that_was_merged_since_still_holds(desk: Desk, with_double) -> None:
    desk.different("C1", "D1")
    desk.same("C1", "C3")
    assert with_double() == []


def test_pair_is_shown_with_both_sides_and_its_reason(bank, with_double) -> None:
    words = load_words("tr", "Europe/Istanbul")
    lines = double_lines(find_doubles(bank.database, minimum=0.3, limit=9), words)
    assert lines[0].startswith("1 olası çift (4 müşteri karşılaştırıldı)")
    assert "aynı ad" in lines[2] and lines[2].startswith("%")
    assert {"C3", "D1"} <= set(lines[3].split())


def test_no_pair_is_said_with_how_many_were_compared(bank) -> None:
    doubles = find_doubles(bank.database, minimum=0.3, limit=9)
    assert double_lines(doubles, load_words("en", "Europe/Istanbul")) == [
        "No possible double: 3 clients were compared."
    ]
