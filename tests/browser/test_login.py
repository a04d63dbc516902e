"""Coming in: a name and a password, a lock after guesses, and Bugün at once; who has no account sees nothing."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from ..signals.staff import PASSWORD
from .people import StaffBank

LANGUAGES = pytest.mark.parametrize("language", ["tr", "en"])
SAID = {"tr": ("Giriş yap", "yanlış", "Çıkış"), "en": ("Log in", "wrong", "Log out")}


@LANGUAGES
def test_a_wrong_password_is_refused_and_the_right_one_leads_to_the_morning(
    browser: Browser, staff_bank: StaffBank, language
):
    page = browser.new_context().new_page()
    page.goto(staff_bank.address + f"/language/{language}?back=" + quote("/risks"))
    assert "/giris?back=/risks" in page.url and page.locator("nav").count() == 0
    do, wrong, out = SAID[language]
    page.fill("input[name=name]", "ayse")
    page.fill("input[name=password]", "yanlis-parola-1")
    page.get_by_role("button", name=do).click()
    assert wrong in page.locator("[role=alert]").inner_text()
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name=do).click()
    assert page.url.endswith("/risks") and page.get_by_role("button", name=out).count() == 1
    page.get_by_role("button", name=out).click()
    page.goto(staff_bank.address + "/")
    assert "/giris" in page.url
