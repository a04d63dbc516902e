"""The trail in the pages: who may read it, how it is searched, and what is said of one that somebody changed."""

from datetime import timedelta
from typing import get_args

import pytest
from fastapi.testclient import TestClient

from oncu.signals.review.acts import CONTACTS, GUARDS
from oncu.signals.review.leads import STEPS
from oncu.signals.review.standing import MOVES
from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site
from oncu.storage import pauses, trained
from oncu.storage.acts import MADE_WITH_OFFER
from oncu.storage.audit import trail_end, write_audit
from oncu.storage.database import connect
from oncu.storage.identity import DIFFERENT, SAME, SKIPPED, TAKEN_UP, UNDECIDED

from ..tamper import tamper
from .staff import SAME_SITE, hire, log_in

# Each is found, and the row named.
CHANGES = {
    "edited": ("UPDATE audit SET actor = 'baska' WHERE seq = 3", "3"),
    "deleted": ("DELETE FROM audit WHERE seq = 3", "4"),
    "reordered": (
        "UPDATE audit SET seq = -3 WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 4",
        "UPDATE audit SET seq = 4 WHERE seq = -3",
        "3",
    ),
}


@pytest.fixture
def kept(bank):
    """A bank with an auditor and some acts of others."""
    hire(bank.database, bank.now, "oya", "auditor")
    with bank.database.write() as connection:
        for number in range(5):
            at = bank.now + timedelta(days=number)
            write_audit(connection, "ayse", "client.view", f"C{number}", at)
        write_audit(connection, "burak", "act.visit", "C1 9f3c", bank.now, reason="q=simya&side=risk")
    return bank


@pytest.fixture
def browser(kept):
    site = Site(kept.database, kept.catalogue, kept.settings, lambda: kept.now)
    made = TestClient(build_app(site), base_url="http://oncu.test", headers=SAME_SITE, raise_server_exceptions=False)
    return log_in(made, "oya")


def rows(browser, query):
    lines = browser.get(f"/denetim.csv?{query}").content.decode("utf-8-sig").splitlines()[1:]
    return [tuple(line.split(";")[2:5]) for line in lines]


def codes():
    """What the trail calls the acts of people, where the name is made of several parts."""
    yield from (f"act.{kind}" for kind in (*CONTACTS, *GUARDS, MADE_WITH_OFFER))
    yield from (f"alert.{kind}" for kind in (*MOVES, "undo"))
    yield from (f"lead.{stage}" for stage in STEPS)
    yield from (f"model.{kind}" for kind in (*get_args(trained.Kind), "train", "compare", "refuse"))
    yield from (f"source.{kind}" for kind in get_args(pauses.Kind))
    yield from (f"clients {verdict}" for verdict in (SAME, DIFFERENT, UNDECIDED, SKIPPED, TAKEN_UP))
    yield from ("offer.make", "offer.close", "offer.take_back", "alias added", "alias removed", "forget", "import")


def test_every_act_is_told_in_words(kept, browser):
    with kept.database.write() as connection:
        for code in codes():
            write_audit(connection, "ayse", code, f"kod {code}", kept.now)
    told = rows(browser, "nesne=kod")
    assert len(told) == len(list(codes()))
    assert [code for _, did, code in told if f"kod {did}" == code] == []


@pytest.mark.parametrize(
    ("query", "status"),
    [(f"once={10**25}", 422), ("once=-1", 422), ("ilk=0001-01-01", 200), ("son=9999-12-31", 200), ("ilk=dün", 200)],
)
def test_an_address_of_another_age_is_no_failure(browser, query, status):
    assert browser.get(f"/denetim?{query}").status_code == status


def test_who_what_and_to_what_stand_there_newest_first(browser):
    page = browser.get("/denetim").text
    assert "müşteri sayfasına baktı" in page and "act.visit" in page
    assert page.index("giriş yaptı") < page.index("kişi ekledi")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kim=burak", [("burak", "ziyaret yazdı", "C1 9f3c")]),
        ("nesne=C1", [("burak", "ziyaret yazdı", "C1 9f3c"), ("ayse", "müşteri sayfasına baktı", "C1")]),
        ("ne=client.view&ilk=2026-03-05", [("ayse", "müşteri sayfasına baktı", f"C{n}") for n in (4, 3)]),
        ("ne=client.view&son=2026-03-02", [("ayse", "müşteri sayfasına baktı", "C0")]),
        ("kim=yok", []),
        ("nesne=C", []),
    ],
)
def test_it_is_filtered_by_its_address(browser, query, found):
    assert rows(browser, query) == found


def test_what_was_typed_into_a_search_is_not_shown(browser):
    page = browser.get("/denetim?kim=burak").text
    assert "q=…" in page and "simya" not in page


def test_a_long_trail_is_turned_over(browser, monkeypatch):
    monkeypatch.setattr("oncu.signals.web.pages.audit.AT_ONCE", 3)
    first = browser.get("/denetim?kim=ayse").text
    assert first.count("müşteri sayfasına baktı</td>") == 3
    after = first.partition("once=")[2].partition('"')[0]
    assert browser.get(f"/denetim?kim=ayse&once={after}").text.count("müşteri sayfasına baktı</td>") == 2


def test_a_whole_trail_is_said_to_be_whole_by_whom_and_when(browser, kept):
    assert "henüz doğrulanmadı" in browser.get("/denetim").text
    page = browser.post("/denetim/dogrula", data={"end": ""}).text
    assert "Bütün: 1–8." in page and "02.03.2026 12:00 · oya" in page
    assert kept.rows("SELECT reason FROM audit WHERE action = 'audit.verify'") == [("whole",)]


def test_a_long_trail_is_checked_in_parts(browser, monkeypatch):
    monkeypatch.setattr("oncu.signals.people.trail.PART_ROWS", 5)
    assert "Buraya kadar bütün: 1–5." in browser.post("/denetim/dogrula", data={"end": ""}).text
    assert "Bütün: 1–9." in browser.post("/denetim/dogrula", data={"end": "", "goes_on": "yes"}).text


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_row_changed_behind_the_programs_back_is_named_by_the_page(browser, kept, change):
    *statements, row = change
    with kept.database.write() as connection:
        tamper(connection, *statements)
    assert f"Bozuk: {row}. satır" in browser.post("/denetim/dogrula", data={"end": ""}).text


@pytest.mark.sqlite_only("the command reads its file")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_row_changed_behind_the_programs_back_is_named_by_the_command(oncu, english, change):
    oncu("init")
    database = connect("sqlite:///oncu.db")
    with database.write() as connection:
        for number in range(5):
            write_audit(connection, "ayse", "client.view", f"C{number}", kept_at(number))
        tamper(connection, *change[:-1])
    database.close()
    said = oncu("audit", "verify")
    assert (said.code, f"broken at row {change[-1]}:" in said.err) == (1, True)


def kept_at(number):
    from datetime import UTC, datetime

    return datetime(2026, 3, 2 + number, tzinfo=UTC)


def test_a_trail_written_anew_is_found_by_an_end_that_was_kept(browser, kept):
    with kept.database.read() as connection:
        end = str(trail_end(connection))
    assert end in browser.get("/denetim").text
    with kept.database.write() as connection:
        tamper(connection, "DELETE FROM audit", f"UPDATE audit_head SET seq = 0, hash = '{'0' * 64}'")
        for number in range(20):
            write_audit(connection, "ayse", "client.view", f"X{number}", kept.now)
    assert "Bütün" in browser.post("/denetim/dogrula", data={"end": ""}).text
    assert "Bozuk: 8. satır" in browser.post("/denetim/dogrula", data={"end": end}).text


@pytest.mark.parametrize("end", ["x", "8:abc", "٣:" + "0" * 64, "9" * 40 + ":" + "0" * 64])
def test_an_end_that_is_none_is_said_so(browser, end):
    answer = browser.post("/denetim/dogrula", data={"end": end})
    assert (answer.status_code, "NUMBER:HASH" in answer.text or "SAYI" in answer.text) == (400, True)


def test_the_trail_can_only_be_read(browser):
    paths = ("/kisiler/oya/bilgi", "/izinler", "/susturmalar", "/alerts/x/answer")
    assert {browser.post(path, data={"x": "y"}).status_code for path in paths} <= {403, 404}
