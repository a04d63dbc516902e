"""The page of one source: how it is in words, what it brought last, and letting it rest."""

import pytest
from fastapi.testclient import TestClient

from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site
from oncu.storage.pauses import paused_sources

OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def browser(bank, make_source):
    bank.sources = {"gazete": make_source("gazete"), "pano": make_source("pano", category="complaint")}
    site = Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now, actor="ece")
    return TestClient(build_app(site), base_url="http://oncu.test", headers=OWN, raise_server_exceptions=False)


def pause(browser, reason, name="gazete"):
    return browser.post(f"/sources/{name}/pause", data={"reason": reason}, follow_redirects=False)


def test_a_source_shows_its_newest_documents_first_and_how_to_try_it(bank, browser):
    for number in range(12):
        bank.see(f"Haber {number:02d}", at=bank.now.replace(minute=number))
    bank.now = bank.now.replace(minute=30)
    page = browser.get("/sources/gazete").text
    shown = [f"Haber {number:02d}" in page for number in range(12)]
    assert shown == [False] * 2 + [True] * 10
    assert page.index("Haber 11") < page.index("Haber 05")
    assert "oncu sources preview gazete" in page and "henüz ziyaret edilmedi" in page


def test_private_numbers_are_masked_on_the_page_before_a_complaint_was_read(bank, browser):
    bank.see("Beni 0532 111 22 33 numarasından arayın", source="pano", category="complaint")
    page = browser.get("/sources/pano").text
    assert "111 22 33" not in page and "Beni" in page


def test_a_pause_is_signed_explained_shown_and_undone(bank, browser):
    assert pause(browser, "Sunucusu  bakımda").headers["location"] == "/sources/gazete"
    page = browser.get("/sources/gazete").text
    assert "Sunucusu bakımda" in page and "ece" in page and "Sürdür" in page
    assert 'class="state paused"' in browser.get("/sources").text
    browser.post("/sources/gazete/resume", data={})
    with bank.database.read() as connection:
        assert paused_sources(connection) == {}
    assert bank.rows("SELECT actor, action, reason FROM audit WHERE action LIKE 'source.%'") == [
        ("ece", "source.pause", "Sunucusu bakımda"),
        ("ece", "source.resume", None),
    ]


def test_a_pause_without_a_reason_is_refused_with_a_word(bank, browser):
    refused = pause(browser, "  ")
    assert refused.status_code == 400 and "Gerekçe yazın" in refused.text
    with bank.database.read() as connection:
        assert paused_sources(connection) == {}


@pytest.mark.parametrize("path", ["/sources/none", "/sources/none/pause", "/sources/none/resume"])
def test_an_unknown_source_is_not_found(browser, path):
    answered = browser.post(path, data={"reason": "x"}) if path.count("/") > 2 else browser.get(path)
    assert answered.status_code == 404
