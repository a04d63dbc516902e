"""What was not shown: its list, silences, and the random part people judge."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from oncu.signals.web.app import build_app
from oncu.signals.web.recall import estimate_recall
from oncu.signals.web.site import Site
from oncu.storage.labels import load_decisions

LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def browser(bank):
    site = Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now, actor="ece")
    return TestClient(build_app(site), base_url="http://oncu.test", headers=OWN, raise_server_exceptions=False)


@pytest.fixture
def withheld(bank):
    """A lawsuit that is too weak for an alert."""
    bank.set(alerts={"min_priority": 0.99})
    bank.see(LAWSUIT)
    bank.run()
    return bank


@pytest.fixture
def drawn(monkeypatch):
    """The whole of what was withheld is offered for judging."""
    monkeypatch.setattr("oncu.signals.web.pages.unshown.audit_slice", lambda rows, day: list(rows))


def signal_of(bank):
    return bank.rows("SELECT signal_id FROM withheld")[0][0]


def test_what_was_withheld_stands_there_with_its_reason(withheld, browser):
    page = browser.get("/gosterilmeyen").text
    assert "Simya İlaç Sanayi A.Ş." in page and "eşiğin altında (" in page


@pytest.mark.parametrize(("query", "n"), [("", 1), ("?kind=muted", 0), ("?manager=ayse", 1), ("?manager=burak", 0)])
def test_it_is_filtered_by_its_address_and_taken_home(withheld, browser, query, n):
    lines = browser.get(f"/gosterilmeyen.csv{query}").content.decode("utf-8-sig").splitlines()
    assert len(lines) == n + 1


def test_a_case_is_asked_without_the_reason_it_was_left_out(withheld, browser, drawn):
    card = browser.get("/gosterilmeyen").text.partition('id="denetim"')[2].partition("</section>")[0]
    assert "patent davası" in card and "eşiğin" not in card.partition('class="alert"')[2]


def test_a_judgement_is_kept_signed_and_not_asked_again(withheld, browser, drawn):
    gone = browser.post(f"/gosterilmeyen/{signal_of(withheld)}", data={"answer": "right"}, follow_redirects=False)
    assert gone.headers["location"] == "/gosterilmeyen#denetim"
    with withheld.database.read() as connection:
        [label] = load_decisions(connection)
    assert (label.labeller, label.holds, label.asked) == ("ece", ("lawsuit",), ("lawsuit",))
    assert "Sorulacak bir şey kalmadı" in browser.get("/gosterilmeyen").text


def test_a_signal_that_was_not_withheld_cannot_be_judged(bank, browser):
    bank.see(LAWSUIT)
    bank.run()
    [[signal]] = bank.rows("SELECT id FROM signals")
    browser.post(f"/gosterilmeyen/{signal}", data={"answer": "right"})
    assert bank.rows("SELECT * FROM decisions") == []


def test_the_share_told_follows_from_both_samples():
    audited, answered = ["right"] * 5 + ["old"] * 45, ["right"] * 80 + ["wrong_firm"] * 20
    found = estimate_recall(audited, answered, withheld=1_000, alerts=400)
    assert found is not None and found.told is not None
    assert found.missed == pytest.approx(100)
    assert found.told.value == pytest.approx(320 / 420)
    assert found.told.low < found.told.value < found.told.high


@pytest.mark.parametrize(("audited", "answered", "known"), [(19, 50, (False, False)), (20, 19, (True, False))])
def test_nothing_is_estimated_from_fewer_than_twenty_answers(audited, answered, known):
    found = estimate_recall(["old"] * audited, ["right"] * answered, withheld=100, alerts=100)
    assert (found is not None, bool(found and found.told)) == known


def test_the_estimate_is_shown_with_its_interval_once_twenty_were_judged(bank, browser, drawn, monkeypatch):
    monkeypatch.setattr("oncu.signals.web.pages.unshown.LEAST", 1)
    monkeypatch.setattr("oncu.signals.web.recall.LEAST", 1)
    bank.set(alerts={"min_priority": 0.99})
    bank.see(LAWSUIT)
    bank.run()
    browser.post(f"/gosterilmeyen/{signal_of(bank)}", data={"answer": "right"})
    page = browser.get("/gosterilmeyen").text
    assert "Gösterilmesi gerekenlerin payı" in page and "%100" in page and "n=1" in page


def silence(browser, **more):
    fields = {"client": "C1", "type": "lawsuit", "until": "2026-03-31", "reason": "Bilinen dava"}
    return browser.post("/susturmalar", data=fields | more, follow_redirects=False)


def test_a_silence_holds_an_alert_back_and_is_removed_again(bank, browser):
    bank.see(LAWSUIT)
    bank.run()
    assert "Simya" in browser.get("/").text
    assert silence(browser, back="/clients/C1").headers["location"] == "/clients/C1"
    assert "Simya" not in browser.get("/").text and "1 uyarı bekletiliyor" in browser.get("/").text
    page = browser.get("/susturmalar").text
    assert "Bilinen dava" in page and "31.03.2026" in page
    [[key]] = bank.rows("SELECT id FROM silences")
    bank.now += timedelta(hours=1)
    assert browser.post(f"/susturmalar/{key}/kaldir", follow_redirects=False).status_code == 303
    assert "Simya" in browser.get("/").text
    assert [row[0] for row in bank.rows("SELECT action FROM audit WHERE action LIKE 'silence%' ORDER BY seq")] == [
        "silence.add",
        "silence.remove",
    ]


@pytest.mark.parametrize(
    "more", [{"reason": ""}, {"until": "yarın"}, {"until": "2020-01-01"}, {"client": "X9"}, {"client": "", "type": ""}]
)
def test_a_silence_that_cannot_be_is_refused(bank, browser, more):
    assert silence(browser, **more).status_code == 400
    assert bank.rows("SELECT * FROM silences") == []


def test_the_pages_of_an_alert_and_of_a_client_offer_to_silence_it(bank, browser):
    bank.see(LAWSUIT)
    bank.run()
    [[alert]] = bank.rows("SELECT id FROM alerts")
    for path in (f"/alerts/{alert}", "/clients/C1"):
        assert 'action="/susturmalar"' in browser.get(path).text
