"""People in a browser: somebody is added and comes in, changes their password, makes a token; on a phone, for all."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from .people import StaffBank
from .test_checks import serious_faults

NEW = "mavi at çimende koşar"
LOOKS = {"tr": "light", "en": "dark"}
PAGES = {
    "aden": ("/kisiler", "/kisiler/ayse", "/portfoyler", "/izinler"),
    "oya": ("/denetim", "/hesap/neden?person=ayse&client=B0000"),
    "ayse": ("/hesap", "/hesap/parola", "/hesap/neden?client=B0000"),
}
LANGUAGES = pytest.mark.parametrize("language", ["tr", "en"])


def secret_on(page: Page) -> str:
    return page.locator(".secret code").inner_text()


@LANGUAGES
def test_somebody_is_added_comes_in_and_chooses_their_own_password(browser: Browser, staff_bank: StaffBank, language):
    admin, name = staff_bank.enter(browser, "aden"), f"yeni-{language}"
    admin.goto(staff_bank.address + f"/language/{language}?back=/kisiler")
    admin.locator("details.card summary").click()
    admin.locator("form.person input[name=name]").fill(name)
    admin.locator("input[name=role_analyst]").check()
    admin.locator("form.person button").click()
    person = browser.new_context().new_page()
    person.goto(staff_bank.address + f"/language/{language}?back=/giris")
    person.fill("input[name=name]", name)
    person.fill("input[name=password]", secret_on(admin))
    person.click(".door button")
    person.wait_for_url("**/hesap/parola")
    person.fill("input[name=old]", secret_on(admin))
    for field in ("new", "again"):
        person.fill(f"input[name={field}]", NEW)
    person.click(".door button")
    person.wait_for_url("**/hesap?yeni=parola")
    assert person.locator("[role=status]").inner_text().startswith("✔")
    person.goto(staff_bank.address + "/clients")
    assert person.url.endswith("/clients")


@LANGUAGES
@pytest.mark.parametrize("name", PAGES)
def test_pages_fit_a_phone_and_everybody(browser: Browser, staff_bank: StaffBank, name, language):
    phone = {"viewport": {"width": 320, "height": 640}, "color_scheme": LOOKS[language]}
    page = staff_bank.enter(browser, name, **phone)
    for path in PAGES[name]:
        page.goto(staff_bank.address + f"/language/{language}?back={quote(path)}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        assert serious_faults(page) == [], path


def test_the_page_of_a_client_leads_to_why_it_is_seen_and_back(browser: Browser, staff_bank: StaffBank):
    page = staff_bank.enter(browser, "ayse")
    page.goto(staff_bank.address + "/clients/B0000")
    page.get_by_role("link", name="Neden görüyorum?").click()
    assert "kendi portföyünde (ayse)" in page.locator("[role=status]").inner_text()


def test_the_keys_of_the_desk_are_switched_off_for_a_browser(browser: Browser, staff_bank: StaffBank):
    page = staff_bank.enter(browser, "ayse")
    page.goto(staff_bank.address + "/hesap")
    page.select_option("select[name=keys]", "off")
    page.locator("form[action='/hesap/tuslar'] button").click()
    page.wait_for_url("**/hesap?yeni=tuslar")
    assert page.evaluate("document.cookie.includes('keys=off')")


def test_the_trail_is_verified_with_one_button(browser: Browser, staff_bank: StaffBank):
    page = staff_bank.enter(browser, "oya")
    page.locator("form[action='/denetim/dogrula'] button").last.click()
    page.wait_for_url("**/denetim#dogrulama")
    assert "Bütün: 1–" in page.locator("#dogrulama [role=status]").inner_text()
