"""The reading room as a person works in it: answering, judging, silencing, pausing and routing, with and without
JavaScript, on a bank of 2,000 clients and 600 alerts."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from oncu.storage.database import Database

from .bank import short_name
from .conftest import DESK, PHONE, Tab

HEAVIEST = 200_000  # bytes of a page with all that it loads
ROOMS = [
    *("/?days=30", "/?days=30&all=1", "/risks", "/clients?q=sanayi", "/clients/B0002", "/sources/gunluk-haber"),
    *("/olcum", "/olcum?by=type", "/olcum/risk", "/teklifler", "/teklifler/liste", "/teklifler/T002"),
    *("/gosterilmeyen?days=90", "/susturmalar", "/yonlendirme"),
]


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


@pytest.fixture
def plain(browser: Browser, bank_served: str) -> Iterator[Page]:
    """A page without JavaScript."""
    context = browser.new_context(viewport=DESK, java_script_enabled=False, base_url=bank_served)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", ROOMS)
def test_no_page_weighs_more_than_it_may_or_asks_a_foreign_host(bank_tab: Tab, path):
    weights = []
    bank_tab.page.on("response", lambda answer: weights.append(len(answer.body())))
    bank_tab.go(path)
    bank_tab.page.wait_for_load_state("networkidle")
    assert sum(weights) < HEAVIEST
    assert (bank_tab.foreign, bank_tab.dialogs, bank_tab.said) == ([], [], [])


@pytest.mark.parametrize("language", ["tr", "en"])
@pytest.mark.parametrize("path", ROOMS)
def test_every_page_fits_a_small_phone_and_has_all_its_words(bank_tab: Tab, path, language):
    bank_tab.page.set_viewport_size(PHONE)
    bank_tab.go(f"/language/{language}?back={quote(path)}")
    assert bank_tab.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert not re.search(r"\b(web|col|side|held|answer)_\w+", bank_tab.page.locator("body").inner_text())


@pytest.mark.parametrize(
    ("path", "scheme"),
    [
        ("/gosterilmeyen?days=90", "dark"),
        ("/clients/B0002", "light"),
        ("/olcum?by=type", "dark"),
        ("/?days=30", "light"),
    ],
)
def test_no_serious_fault_of_accessibility(bank_tab: Tab, path, scheme):
    bank_tab.page.emulate_media(color_scheme=scheme)
    bank_tab.go(path)
    bank_tab.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = Axe().run(bank_tab.page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []


def test_an_answer_is_taken_without_leaving_the_page(bank_tab: Tab, bank_database: Database):
    page = bank_tab.go("/?days=30&manager=ayse")
    page.evaluate("window.stayed = true")
    alert = page.locator("section.alert").first
    key = str(alert.get_attribute("data-alert"))
    alert.get_by_text("Yanlış…").click()
    alert.get_by_role("button", name="Yanlış tür").click()
    page.locator(f'[data-alert="{key}"]').wait_for(state="detached")
    assert page.evaluate("window.stayed") is True and "Yanlış tür" in page.locator("#said").inner_text()
    assert rows(bank_database, f"SELECT reviewer, reason FROM reviews WHERE alert_id = '{key}'") == [
        ("ece", "wrong_type")
    ]
    page.reload()
    assert page.locator(f'[data-alert="{key}"]').count() == 0


def test_everything_can_be_done_without_javascript(plain: Page, bank_database: Database):
    plain.goto("/?days=30&manager=burak")
    accepted = plain.locator(".state.accepted").count()
    plain.locator(".bar button", has_text="Doğru").first.click()
    assert plain.url.endswith("/?days=30&manager=burak")
    assert plain.locator(".state.accepted").count() == accepted + 1
    plain.goto("/gosterilmeyen?days=90")
    plain.locator("#denetim .answers button", has_text="Önemsiz").first.click()
    assert len(rows(bank_database, "SELECT id FROM decisions WHERE kind = 'audit'")) == 1
    plain.goto("/sources/ilan-sicili")
    plain.fill("input[name=reason]", "Bakım var")
    plain.get_by_role("button", name="Duraklat").click()
    assert "Bakım var" in plain.locator(".warn").inner_text()
    plain.get_by_role("button", name="Sürdür").click()
    assert plain.locator(".warn").count() == 0


def test_a_client_is_silenced_from_its_page_and_heard_again(plain: Page):
    plain.goto("/clients/B0100")
    plain.locator("summary", has_text="sustur").click()
    plain.fill("form.act input[name=reason]", "Bilinen yapılandırma")
    plain.get_by_role("button", name="Sustur", exact=True).click()
    plain.goto("/susturmalar")
    assert "Bilinen yapılandırma" in plain.locator("tbody").inner_text()
    plain.get_by_role("button", name="Kaldır").click()
    assert plain.locator("tbody").count() == 0


def test_rules_are_tried_then_put_in_force(plain: Page):
    plain.goto("/yonlendirme")
    text = plain.input_value("#text")
    plain.fill("#text", text.replace("deadline: 4h", "deadline: 4 saat"))
    plain.get_by_role("button", name="Denetle ve dene").click()
    assert "line " in plain.locator(".warn").inner_text()
    plain.fill("#text", text.replace("deadline: 4h", "deadline: 2h"))
    plain.get_by_role("button", name="Denetle ve dene").click()
    assert plain.locator("#deneme").count() == 1
    plain.fill("input[name=reason]", "Daha hızlı")
    plain.get_by_role("button", name="Yürürlüğe koy").click()
    assert "deadline: 2h" in plain.input_value("#text") and "Daha hızlı" in plain.locator("main").inner_text()


@pytest.mark.parametrize(
    ("typed", "found"),
    [("ihlamurcu sut", "Ihlamurcu Süt"), ("IHLAMURCU SÜT", "Ihlamurcu Süt"), ("sahinkale seker", "Şahinkale Şeker")],
)
def test_search_finds_a_client_in_any_spelling(bank_tab: Tab, typed, found):
    assert found in {short_name(number) for number in range(2_000)}
    bank_tab.go(f"/clients?q={quote(typed)}")
    assert bank_tab.page.locator(".found a").first.inner_text().startswith(found)


def test_alerts_beyond_a_page_are_one_click_away(bank_tab: Tab):
    page = bank_tab.go("/?days=30")
    page.locator("a.button", has_text="daha göster").click()
    first = page.locator("h3 a").first.get_attribute("href")
    page.locator("a[rel=next]").click()
    assert "page=2" in page.url and page.locator("h3 a").first.get_attribute("href") != first
