"""Answers to alerts: from the pages and from signed links, one move each, read by labels, names and the scoreboard."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from oncu.signals.faces.signed import Asked, sign
from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site
from oncu.storage.labels import load_decisions

KEY = "k" * 40
OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def browser(bank, monkeypatch):
    monkeypatch.setenv("ONCU_LINK_KEY", KEY)
    bank.see("Parlak Telekom işçileri greve çıktı")
    bank.see("Simya İlaç iflas etti")
    bank.run()
    site = Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now, actor="ayse")
    return TestClient(build_app(site), base_url="http://oncu.test", headers=OWN, raise_server_exceptions=False)


@pytest.fixture
def alert(bank, browser):
    return bank.rows("SELECT id FROM alerts WHERE type = 'strike'")[0][0]


@pytest.fixture
def severe(bank, browser):
    return bank.rows("SELECT id FROM alerts WHERE type = 'insolvency'")[0][0]


def reviews(bank):
    return bank.rows("SELECT reviewer, verdict, reason FROM reviews ORDER BY reviewed_at, id")


def move(browser, alert, value, back="/", **more):
    return browser.post(f"/alerts/{alert}/hamle", data={"move": value, "back": back} | more, follow_redirects=False)


def state_of(bank, alert):
    return bank.rows(f"SELECT state FROM alerts WHERE id = '{alert}'")[0][0]


def test_an_answer_is_kept_with_the_name_of_who_gave_it_and_leads_back(bank, browser, alert):
    gone = move(browser, alert, "dismiss:wrong_type", "/?days=30")
    assert (gone.status_code, gone.headers["location"]) == (303, "/?days=30")
    assert reviews(bank) == [("ayse", "dismissed", "wrong_type")]
    assert bank.rows("SELECT actor, action, reason FROM audit WHERE substr(action, 1, 6) = 'alert.'") == [
        ("ayse", "alert.dismiss", "wrong_type")
    ]


@pytest.mark.parametrize(
    ("value", "holds", "noise"),
    [("accept", ("strike",), None), ("dismiss:wrong_firm", (), "wrong_company")],
)
def test_answers_teach_what_labels_teach(bank, browser, alert, value, holds, noise):
    move(browser, alert, value)
    with bank.database.read() as connection:
        [label] = load_decisions(connection)
    assert (label.holds, label.noise, label.asked) == (holds, noise, ("strike",))


@pytest.mark.parametrize(
    "value", ["", "perhaps", "dismiss", "dismiss:boring", "propose", "snooze:x", "snooze:99999999999"]
)
def test_what_is_no_move_is_refused_with_what_was_typed(bank, browser, alert, value):
    refused = move(browser, alert, value, note="bunu unutma")
    assert refused.status_code == 400 and 'id="said"' in refused.text and 'value="bunu unutma"' in refused.text
    assert bank.rows("SELECT * FROM moves") == [] and reviews(bank) == []


def test_a_move_on_an_alert_that_is_none_is_not_found(browser):
    assert move(browser, "0" * 32, "accept").status_code == 404


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb"])
def test_a_move_leads_to_no_other_site(browser, alert, back):
    assert move(browser, alert, "accept", back).headers["location"] == f"/alerts/{alert}"


def link(alert, value, at, manager="burak"):
    return f"/yanit/{sign(Asked(manager, alert, value), KEY, at)}"


def test_opening_a_link_changes_nothing(bank, browser, alert):
    before = bank.tables()
    page = browser.get(link(alert, "wrong_firm", bank.now))
    assert page.status_code == 200 and page.text.count('method="post"') == 1
    assert "Yanlış firma" in page.text and "Parlak Telekom A.Ş." in page.text and "burak" in page.text
    assert bank.tables() == before


def test_the_button_of_a_link_answers_once_for_its_manager(bank, browser, alert):
    address = link(alert, "unimportant", bank.now)
    for _ in range(2):
        assert "Yanıt kaydedildi (burak)" in browser.post(address).text
    assert reviews(bank) == [("burak", "dismissed", "unimportant")]
    assert "<form" not in browser.get(address).text.partition("<main")[2].partition("</main>")[0]


def test_a_link_of_another_answer_reopens_and_decides_anew(bank, browser, alert):
    for value in ("right", "old"):
        bank.now += timedelta(minutes=1)
        browser.post(link(alert, value, bank.now))
    bank.now += timedelta(minutes=1)
    browser.post(link(alert, "right", bank.now))
    assert [row[1:] for row in reviews(bank)] == [("accepted", None), ("dismissed", "old"), ("accepted", None)]
    assert state_of(bank, alert) == "accepted"


def test_a_link_alone_dismisses_no_severe_risk(bank, browser, severe):
    page = browser.post(link(severe, "old", bank.now))
    assert state_of(bank, severe) == "dismissal_proposed" and reviews(bank) == []
    assert "Ret ikinci kişiyi bekliyor" in page.text


def test_who_proposed_by_link_is_no_second_person_in_the_pages(bank, browser, severe):
    browser.post(link(severe, "old", bank.now, manager="ayse"))
    refused = move(browser, severe, "confirm")
    assert refused.status_code == 400 and "ikinci bir kişi" in refused.text
    assert state_of(bank, severe) == "dismissal_proposed"


def test_a_link_to_what_waits_for_a_second_person_says_so(bank, browser, severe):
    browser.post(link(severe, "old", bank.now))
    refused = browser.post(link(severe, "right", bank.now))
    assert refused.status_code == 400 and "ikinci kişiyi bekliyor" in refused.text


def test_an_old_link_says_so_politely_and_changes_nothing(bank, browser, alert):
    address = link(alert, "right", bank.now - timedelta(days=15))
    for ask in (browser.get, browser.post):
        answered = ask(address)
        assert answered.status_code == 410 and "süresi dolmuş" in answered.text
    assert reviews(bank) == []


def test_a_forged_link_says_so_and_changes_nothing(bank, browser, alert):
    address = link(alert, "right", bank.now)[:-3] + "abc"
    for ask in (browser.get, browser.post):
        answered = ask(address)
        assert answered.status_code == 400 and "bizden çıkmamış" in answered.text
    assert reviews(bank) == []


def test_without_a_key_there_is_no_such_page(bank, browser, alert, monkeypatch):
    monkeypatch.delenv("ONCU_LINK_KEY")
    assert browser.get(link(alert, "right", bank.now)).status_code == 404


def test_a_link_cannot_be_used_from_another_site(bank, browser, alert):
    refused = browser.post(link(alert, "right", bank.now), headers={"sec-fetch-site": "cross-site"})
    assert refused.status_code == 403 and reviews(bank) == []


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [("application/json", b"{}", 415), ("application/x-www-form-urlencoded", b"a=" + b"x" * 300_000, 413)],
)
def test_what_is_no_form_is_refused(browser, alert, kind, body, status):
    sent = browser.post(f"/alerts/{alert}/hamle", content=body, headers={"content-type": kind})
    assert sent.status_code == status
