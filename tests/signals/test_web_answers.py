"""Answers to alerts: from the pages and from signed links, kept once, read by labels, names and the scoreboard."""

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
    bank.see("Parlak Telekom konkordato ilan etti")
    bank.run()
    site = Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now, actor="ayse")
    return TestClient(build_app(site), base_url="http://oncu.test", headers=OWN, raise_server_exceptions=False)


@pytest.fixture
def alert(bank, browser):
    return bank.rows("SELECT id FROM alerts WHERE type = 'insolvency'")[0][0]


def reviews(bank):
    return bank.rows("SELECT reviewer, verdict, reason FROM reviews ORDER BY reviewed_at, id")


def answer(browser, alert, value, back="/"):
    return browser.post(f"/alerts/{alert}/answer", data={"answer": value, "back": back}, follow_redirects=False)


def test_an_answer_is_kept_with_the_name_of_who_gave_it_and_leads_back(bank, browser, alert):
    gone = answer(browser, alert, "wrong_type", "/?days=30")
    assert (gone.status_code, gone.headers["location"]) == (303, "/?days=30")
    assert reviews(bank) == [("ayse", "dismissed", "wrong_type")]
    assert bank.rows("SELECT actor, action, after_digest FROM audit WHERE action LIKE 'alert.%'") == [
        ("ayse", "alert.answer", "wrong_type")
    ]


def test_the_same_answer_twice_is_one_and_another_replaces_it(bank, browser, alert):
    for value in ("right", "right", "old"):
        bank.now += timedelta(minutes=1)
        answer(browser, alert, value)
    assert [row[1:] for row in reviews(bank)] == [("accepted", None), ("dismissed", "old")]
    assert 'value="old" aria-pressed="true"' in browser.get(f"/alerts/{alert}").text


@pytest.mark.parametrize(
    ("value", "holds", "noise"), [("right", ("insolvency",), None), ("wrong_firm", (), "wrong_company")]
)
def test_answers_teach_what_labels_teach(bank, browser, alert, value, holds, noise):
    answer(browser, alert, value)
    with bank.database.read() as connection:
        [label] = load_decisions(connection)
    assert (label.holds, label.noise, label.asked) == (holds, noise, ("insolvency",))


@pytest.mark.parametrize("value", ["", "perhaps", "accepted"])
def test_what_is_no_answer_is_refused(bank, browser, alert, value):
    assert answer(browser, alert, value).status_code == 400
    assert reviews(bank) == []


def test_an_answer_to_an_alert_that_is_none_is_not_found(browser):
    assert answer(browser, "0" * 32, "right").status_code == 404


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb"])
def test_an_answer_leads_to_no_other_site(browser, alert, back):
    assert answer(browser, alert, "right", back).headers["location"] == f"/alerts/{alert}"


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
    assert "<form" not in browser.get(address).text.partition("<main")[2]


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
    sent = browser.post(f"/alerts/{alert}/answer", content=body, headers={"content-type": kind})
    assert sent.status_code == status
