"""The rules in the browser: checked, tried on the past, put in force with a reason, gone back to."""

import pytest
from fastapi.testclient import TestClient

from oncu.config.routing import ROUTING
from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site

SHIPPED = ROUTING.read_text(encoding="utf-8")
ONE_RULE = """\
rules:
  - name: all
    title: {tr: Hepsi, en: All}
    whom: [owner]
    channel: [digest]
    deadline: 48h
"""
OWN = {"sec-fetch-site": "same-origin"}


def browser_of(bank):
    site = Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now, actor="ece")
    return TestClient(build_app(site), base_url="http://oncu.test", headers=OWN, raise_server_exceptions=False)


@pytest.fixture
def browser(bank):
    bank.see("Parlak Telekom konkordato ilan etti")
    bank.run()
    return browser_of(bank)


def save(browser, text, reason="tek kural"):
    return browser.post("/yonlendirme", data={"text": text, "reason": reason}, follow_redirects=False)


def versions(bank):
    return bank.rows("SELECT number, saved_by, reason FROM routing_versions ORDER BY number")


def test_the_page_shows_the_rules_and_what_they_did(browser):
    page = browser.get("/yonlendirme").text
    assert "name: severe" in page and "Ağır risk" in page and "90 günün 1 uyarısında" in page


def test_faults_are_said_with_their_line_and_nothing_is_kept(bank, browser):
    wrong = ONE_RULE.replace("owner", "owner, nobody")
    for path, sent in (("/yonlendirme/dene", 200), ("/yonlendirme", 422)):
        answered = browser.post(path, data={"text": wrong, "reason": "deneme"})
        assert answered.status_code == sent
        assert "line 4" in answered.text and "nobody" in answered.text and "hiçbir şey değişmedi" in answered.text
    assert versions(bank) == []


def test_trying_shows_before_and_after_and_keeps_nothing(bank, browser):
    page = browser.post("/yonlendirme/dene", data={"text": ONE_RULE}).text
    assert "Deneme: son 90 günün 1 uyarısında" in page and "Hepsi" in page and "severe" in page
    assert versions(bank) == []


def test_rules_are_put_in_force_signed_and_with_a_reason(bank, browser):
    assert save(browser, ONE_RULE.replace("\n", "\r\n")).headers["location"] == "/yonlendirme"
    assert versions(bank) == [(1, "ece", "tek kural")]
    assert bank.rows("SELECT text FROM routing_versions") == [(ONE_RULE,)]
    assert "name: all" in browser.get("/yonlendirme").text


def test_rules_without_a_reason_are_refused(bank, browser):
    refused = save(browser, ONE_RULE, " ")
    assert refused.status_code == 400 and "Gerekçe yazın" in refused.text and versions(bank) == []


def test_a_version_shows_its_difference_and_can_be_put_in_force_again(bank, browser):
    save(browser, ONE_RULE)
    save(browser, ONE_RULE.replace("48h", "24h"), "daha hızlı")
    page = browser.get("/yonlendirme/2").text
    assert '<span class="removed">-    deadline: 48h</span>' in page
    assert '<span class="added">+    deadline: 24h</span>' in page
    assert browser.post("/yonlendirme/1/geri-al", follow_redirects=False).status_code == 303
    assert [row[0] for row in versions(bank)] == [1, 2, 3]
    assert "deadline: 48h" in browser.get("/yonlendirme").text


def test_a_version_that_never_was_is_not_found(browser):
    assert browser.get("/yonlendirme/7").status_code == 404
    assert browser.post("/yonlendirme/7/geri-al").status_code == 404


def test_rules_that_stand_in_a_file_are_shown_and_not_changed(bank, tmp_path):
    file = tmp_path / "routing.yml"
    file.write_text(ONE_RULE, encoding="utf-8")
    bank.set(routing=file)
    browser = browser_of(bank)
    assert "readonly" in browser.get("/yonlendirme").text
    assert save(browser, SHIPPED).status_code == 400 and versions(bank) == []
