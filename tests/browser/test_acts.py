"""Writing down what was done as a person does it: on a phone, without JavaScript, in both languages."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from .conftest import PHONE
from .people import StaffBank

LANGUAGES = pytest.mark.parametrize("language", ["tr", "en"])
PLACES = ("/clients/{client}", "/alerts/{alert}", "/teklifler/acik", "/eylemler?days=365", "/arastirma")
OFFER = {"product": "Yatırım kredisi", "amount": "bin", "tenor_months": "36", "price": "42", "cost": "39"}
OURS = re.compile(r"\b(acts?|leads?|col|web|past)_[a-z_]+\b")


def alert_of(bank: StaffBank, manager: str, place: int = 0) -> tuple[str, str]:
    """An alert of a manager and its client."""
    with bank.database.read() as connection:
        query = f"SELECT id, client_id FROM alerts WHERE manager = '{manager}' ORDER BY id LIMIT 1 OFFSET {place}"
        row = connection.exec_driver_sql(query).one()
        return row.id, row.client_id


def enter(browser: Browser, bank: StaffBank, name: str, language: str, *, javascript: bool = False) -> Page:
    """A person at the phone, without JavaScript unless said otherwise."""
    page = bank.enter(browser, name, viewport=PHONE, java_script_enabled=javascript)
    page.goto(f"{bank.address}/language/{language}?back=/hesap")
    return page


def open_form(page: Page, end: str) -> None:
    """Open the box with the form that is sent to an address."""
    page.locator(f"details:has(form[action$='{end}']) > summary").first.click()


@LANGUAGES
def test_visit_is_written_down_at_an_alert_and_taken_back(browser: Browser, staff_bank: StaffBank, language):
    alert, client = alert_of(staff_bank, "ayse")
    page = enter(browser, staff_bank, "ayse", language)
    page.goto(f"{staff_bank.address}/alerts/{alert}")
    open_form(page, "/eylem")
    form = page.locator("form[action$='/eylem']").first
    form.locator("textarea").fill("Fabrikayı gezdik")
    form.locator("button.main").click()
    assert page.url.endswith(f"/alerts/{alert}#eylemler")
    assert "✔" in page.locator("#eylemler [role=status]").inner_text()
    assert page.locator("#eylemler .written a").first.get_attribute("href") == f"/alerts/{alert}"
    page.goto(f"{staff_bank.address}/clients/{client}")
    page.locator("#eylemler .written button").first.click()
    assert "Fabrikayı gezdik" not in page.locator("#eylemler").inner_text()


@LANGUAGES
def test_offer_is_made_and_its_loss_told(browser: Browser, staff_bank: StaffBank, language):
    _, client = alert_of(staff_bank, "burak", 3)
    number = f"T-{language}"
    page = enter(browser, staff_bank, "burak", language)
    page.goto(f"{staff_bank.address}/clients/{client}")
    open_form(page, "/teklif")
    form = page.locator("form[action$='/teklif']")
    for name, value in (OFFER | {"offer_id": number}).items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("button.main").click()
    assert page.locator("[name=amount][aria-invalid]").input_value() == "bin"
    assert page.locator("[name=product]").input_value() == "Yatırım kredisi"
    page.locator("[name=amount]").fill("2500000")
    page.locator("form[action$='/teklif'] button.main").click()
    page.goto(f"{staff_bank.address}/teklifler/{number}")
    end = page.locator("form.closing")
    assert not end.locator("[name=winner]").is_visible()
    end.locator("input[value=lost]").check()
    end.locator("[name=loss_reason]").select_option("price")
    end.locator("[name=winner]").fill("Sarnıç Bank")
    end.locator("button.main").click()
    assert "Sarnıç Bank" in page.locator("main").inner_text()


@LANGUAGES
def test_lead_goes_from_the_analyst_to_a_verdict(browser: Browser, staff_bank: StaffBank, language):
    alert, _ = alert_of(staff_bank, "ceren", 0 if language == "tr" else 1)
    page = enter(browser, staff_bank, "ali", language)
    page.goto(f"{staff_bank.address}/alerts/{alert}")
    open_form(page, f"/arastirma/{alert}")
    page.locator(".lead-box textarea").fill("Davanın tutarı ne?")
    page.locator(".lead-box button").click()
    page = enter(browser, staff_bank, "arda", language)
    page.goto(f"{staff_bank.address}/arastirma")
    page.locator(f"form[action='/arastirma/{alert}'] button").click()
    page.locator("button[value=investigated]").click()
    page.locator("textarea").fill("Karşılık ayrılmamış")
    page.locator("button[value=confirmed]").click()
    assert page.locator("ol.documents li").count() == 4 and page.locator("#karar").count() == 0
    page.goto(f"{staff_bank.address}/arastirma")
    assert "Karşılık ayrılmamış" in page.locator("main").inner_text()


@LANGUAGES
def test_pages_fit_a_phone_with_every_form_open_and_have_all_their_words(
    browser: Browser, staff_bank: StaffBank, language
):
    alert, client = alert_of(staff_bank, "ayse")
    for name, places in (("levent", PLACES[:-1]), ("ali", PLACES[1:2]), ("arda", PLACES[-1:])):
        page = enter(browser, staff_bank, name, language, javascript=True)
        for place in places:
            page.goto(staff_bank.address + place.format(client=client, alert=alert))
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert (place, wide, OURS.findall(page.locator("main").inner_text())) == (place, 0, [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_of_accessibility(browser: Browser, staff_bank: StaffBank, scheme):
    alert, client = alert_of(staff_bank, "ayse")
    found = []
    for name, places in (("levent", PLACES[:-1]), ("arda", PLACES[-1:])):
        page = staff_bank.enter(browser, name, color_scheme=scheme)
        for place in places:
            page.goto(staff_bank.address + place.format(client=client, alert=alert))
            page.evaluate(
                "document.querySelectorAll('#eylemler details, .bid details').forEach(one => one.open = true)"
            )
            found += [
                (place, one["id"], one["nodes"][0]["html"])
                for one in Axe().run(page).response["violations"]
                if one["impact"] in ("serious", "critical")
            ]
    assert found == []
