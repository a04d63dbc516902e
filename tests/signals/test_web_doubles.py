"""İkizler: pairs side by side, what a person says of them, and that it can be taken back."""

import threading

import pytest

from oncu.signals.clients.doubles import find_doubles, keep_doubles
from oncu.signals.clients.unite import call_different
from oncu.storage.clients import load_clients
from oncu.storage.identity import load_decisions

from .processes import Ended
from .staff import enter_as, hire

TWINS = (
    {"client_id": "D1", "legal_name": "Kumluca Lastik Sanayi A.Ş.", "tax_id": "1234567890", "city": "Antalya"},
    {"client_id": "D2", "legal_name": "Kumluca Lastik San. A.Ş.", "tax_id": "1234567890", "city": "Burdur"},
    {"client_id": "E1", "legal_name": "Zambak Mermer Ltd. Şti.", "city": "Afyon", "manager": "burak"},
    {"client_id": "E2", "legal_name": "Zambak Mermer Limited Şirketi", "city": "Afyon", "manager": "ayse"},
)
COLUMNS = dict.fromkeys(("tax_id", "city", "manager", "website"))


@pytest.fixture
def listed(bank):
    """A bank with two pairs that may be one firm, found by a search."""
    bank.add_clients(*(COLUMNS | row for row in TWINS))
    look(bank)
    hire(bank.database, bank.now, "ece", "analyst")
    hire(bank.database, bank.now, "ayse", "manager")
    return bank


def look(bank):
    keep_doubles(bank.database, find_doubles(bank.database, minimum=0.3, limit=99), bank.now)


@pytest.fixture
def enter(bank):
    def come(name="ece"):
        return enter_as(bank, name)

    return come


def pair_of(page):
    return page.text.split('name="cift" value="')[1].split('"')[0]


def say(browser, verdict, **more):
    given = {"cift": pair_of(browser.get("/ikizler")), "karar": verdict} | more
    return browser.post("/ikizler/karar", data=given)


def clients(bank):
    with bank.database.read() as connection:
        return {client.client_id for client in load_clients(connection)}


def verdicts(bank):
    with bank.database.read() as connection:
        return {pair: row["verdict"] for pair, row in load_decisions(connection).items()}


def test_the_likeliest_pair_stands_side_by_side(listed, enter):
    page = enter().get("/ikizler").text
    assert "Kumluca Lastik Sanayi A.Ş." in page and "Kumluca Lastik San. A.Ş." in page and "Zambak" not in page
    assert "2 çift bekliyor" in page and "02.03.2026" in page
    assert page.count("≠") == 2 and "1234567890" in page


def test_no_money_is_shown(listed, enter):
    assert "limit" not in enter().get("/ikizler").text


def test_same_makes_them_one_and_the_next_pair_is_asked(listed, enter):
    page = say(enter(), "same", **{"not": "aynı vergi no"})
    assert "Zambak" in page.text.split('id="pair"')[1].split("</section>")[0] and "1 çift bekliyor" in page.text
    assert clients(listed) >= {"D1", "E1", "E2"} and "D2" not in clients(listed)
    assert listed.rows("SELECT decided_by, reason FROM decisions") == [("ece", "aynı vergi no")]


def test_different_is_never_found_again(listed, enter):
    say(enter(), "different")
    look(listed)
    assert verdicts(listed) == {("D1", "D2"): "different"} and "1 çift bekliyor" in enter().get("/ikizler").text


@pytest.mark.parametrize("verdict", ["same", "different"])
def test_a_decision_is_taken_back_from_the_history(listed, enter, verdict):
    browser = enter()
    say(browser, verdict)
    page = browser.post("/ikizler/geri", data={"one": "D1", "other": "D2"})
    assert "Kumluca" in page.text.split('id="pair"')[1] and "2 çift bekliyor" in page.text
    assert verdicts(listed) == {} and {"D1", "D2"} <= clients(listed)
    assert "geri alındı:" in page.text and "/ikizler/geri" not in page.text


def test_a_pair_that_is_put_off_waits_elsewhere_with_its_reason_and_decides_nothing(listed, enter):
    browser = enter()
    page = say(browser, "skipped", neden="ask")
    assert "Zambak" in page.text.split('id="pair"')[1].split("</section>")[0] and "ertelenen 1 çift" in page.text
    assert "yöneticisine sorulacak" in page.text and verdicts(listed) == {}
    off = browser.get("/ikizler?atlanan=1").text
    assert "Kumluca" in off.split('id="pair"')[1].split("</section>")[0]
    page = browser.post("/ikizler/geri", data={"one": "D1", "other": "D2"})
    assert "2 çift bekliyor" in page.text and "yeniden ele alındı:" in page.text


def test_putting_off_does_not_undo_what_a_colleague_decided_meanwhile(listed, enter):
    browser = enter()
    pair = pair_of(browser.get("/ikizler"))
    call_different(listed.database, "D1", "D2", listed.now, by="can", order=())
    browser.post("/ikizler/karar", data={"cift": pair, "karar": "skipped", "neden": "later"})
    assert verdicts(listed) == {("D1", "D2"): "different"}


def test_what_contradicts_is_said_and_nothing_changes(listed, enter):
    browser = enter()
    pair = pair_of(browser.get("/ikizler"))
    call_different(listed.database, "D1", "D2", listed.now, by="can", order=())
    page = browser.post("/ikizler/karar", data={"cift": pair, "karar": "same"})
    assert page.status_code == 409 and 'role="alert"' in page.text and "D2" in clients(listed)


def test_the_search_runs_beside_the_pages(listed, enter, monkeypatch):
    asked = []
    monkeypatch.setattr("oncu.signals.schedule.errands.start_process", lambda words, *_: asked.append(words) or Ended())
    enter().post("/ikizler/ara")
    for thread in threading.enumerate():
        if thread.name == "oncu doubles":
            thread.join(30)
    assert asked == [["clients", "duplicates", "--save"]]
    assert listed.rows("SELECT job, status FROM slots") == [("doubles", "done")]


def test_before_the_first_search_the_page_says_to_search(bank, enter):
    hire(bank.database, bank.now, "ece", "analyst")
    assert "Henüz aranmadı. Aramayı başlatın" in enter().get("/ikizler").text


def test_the_command_keeps_what_it_finds_for_the_page(oncu, bank, monkeypatch):
    bank.add_clients(*(COLUMNS | row for row in TWINS))
    monkeypatch.setenv("ONCU_DATABASE_URL", bank.database.engine.url.render_as_string(hide_password=False))
    assert oncu("clients", "duplicates", "--limit", 1).code == 0
    assert bank.rows("SELECT count(*) FROM doubles") == [(0,)]
    assert oncu("clients", "duplicates", "--limit", 1, "--save").code == 0
    assert bank.rows("SELECT one, other FROM doubles ORDER BY score DESC") == [("D1", "D2"), ("E1", "E2")]


def test_pairs_are_taken_home(listed, enter):
    assert "D1;Kumluca Lastik Sanayi A.Ş.;D2" in enter().get("/ikizler.csv").text


def test_a_pair_nobody_found_is_not_there(listed, enter):
    assert enter().get("/ikizler?cift=nothing").status_code == 404
    assert enter().post("/ikizler/karar", data={"cift": "nothing", "karar": "same"}).status_code == 404


def test_a_verdict_that_does_not_exist_is_refused(listed, enter):
    assert say(enter(), "maybe").status_code == 400


def test_doubles_are_for_analysts(listed, enter):
    assert enter("ayse").get("/ikizler").status_code == 403
