"""Coming in: a name and a password, a lock after guesses, and Bugün at once; who has no account sees nothing."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from ..signals.staff import PASSWORD
from .people import StaffBank

LANGUAGES = pytest.mark.parametrize("language", ["tr", "en"])
SAID = {"tr": ("Giriş yap", "yanlış", "Çıkış", "Bugün"), "en": ("Log in", "wrong", "Log out", "Today")}
LOCKED = {"tr": "burak", "en": "ceren"}  # one each: the lock outlasts the test


def at_the_door(browser: Browser, bank: StaffBank, language: str, back: str = "/") -> Page:
    page = browser.new_context().new_page()
    page.said = []  # type: ignore[attr-defined]
    page.on("console", lambda message: page.said.append(message.text))  # type: ignore[attr-defined]
    page.goto(bank.address + f"/language/{language}?back=" + quote(back))
    return page


def try_password(page: Page, name: str, password: str, language: str) -> None:
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", password)
    page.get_by_role("button", name=SAID[language][0]).click()


@LANGUAGES
def test_a_wrong_password_is_refused_and_the_right_one_leads_to_the_morning(
    browser: Browser, staff_bank: StaffBank, language
):
    page = at_the_door(browser, staff_bank, language, "/risks")
    assert "/giris?back=/risks" in page.url and page.locator("nav").count() == 0
    _, wrong, out, _ = SAID[language]
    try_password(page, "ayse", "yanlis-parola-1", language)
    assert wrong in page.locator("[role=alert]").inner_text()
    try_password(page, "ayse", PASSWORD, language)
    assert page.url.endswith("/risks") and page.get_by_role("button", name=out).count() == 1
    page.get_by_role("button", name=out).click()
    page.goto(staff_bank.address + "/")
    assert "/giris" in page.url


@LANGUAGES
def test_a_login_lands_on_bugun_without_a_word_in_the_console(browser: Browser, staff_bank: StaffBank, language):
    page = at_the_door(browser, staff_bank, language)
    try_password(page, "ayse", PASSWORD, language)
    assert page.url == staff_bank.address + "/"
    assert page.locator("nav [aria-current=page]").inner_text() == SAID[language][3]
    assert page.locator("section.alert").count() > 0
    assert page.said == []  # type: ignore[attr-defined]


@LANGUAGES
def test_after_five_wrong_passwords_the_right_one_does_not_open_until_the_lock_ends(
    browser: Browser, staff_bank: StaffBank, language
):
    page, name = at_the_door(browser, staff_bank, language), LOCKED[language]
    for _ in range(5):
        try_password(page, name, "yanlis-parola-1", language)
    try_password(page, name, PASSWORD, language)
    assert SAID[language][1] in page.locator("[role=alert]").inner_text()
    staff_bank.now += timedelta(minutes=16)
    try_password(page, name, PASSWORD, language)
    assert page.url == staff_bank.address + "/"
