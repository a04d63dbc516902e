"""The pages as a person meets them: on a phone, by keyboard, without JavaScript, in both languages, light and dark."""

import re
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from oncu.signals.web.app import build_app
from oncu.storage.database import Database
from oncu.storage.documents import Document, save_documents
from oncu.storage.prospects import ProspectMention, save_prospect_mentions

from .conftest import DESK, EVENING, PHONE, Served, Tab, payloads_of, site_of

ROOMS = [
    *("/?days=30", "/clients", "/clients?q=a", "/clients/C012", "/risks", "/prospects", "/nothing"),
    *("/sources", "/sources/sabahyeli", "/olcum", "/olcum/risk", "/olcum/sources", "/olcum/ranking"),
    *("/teklifler", "/teklifler/liste", "/teklifler/T-2620", "/gosterilmeyen", "/susturmalar"),
    *("/yonlendirme", "/yonlendirme/0"),
]
# Of those that are made alike one is enough, and each colour scheme is seen on every second page: axe takes seconds.
LOOKED_AT = [path for path in ROOMS if path not in ("/olcum/risk", "/olcum/sources", "/clients", "/yonlendirme/0")]


@pytest.fixture
def alert(tab: Tab) -> str:
    """The path of the first alert of the demo's last month."""
    tab.go("/?days=30")
    return str(tab.page.locator('a[href^="/alerts/"]').first.get_attribute("href"))


@pytest.mark.parametrize("language", ["tr", "en"])
@pytest.mark.parametrize("path", ROOMS)
def test_no_page_is_wider_than_a_small_phone_or_asks_a_foreign_host(tab, path, language):
    tab.page.set_viewport_size(PHONE)
    tab.go(f"/language/{language}?back={quote(path)}")
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert tab.page.evaluate(width) <= 0
    assert (tab.foreign, tab.dialogs) == ([], [])


def test_the_page_of_an_alert_fits_a_small_phone(tab, alert):
    tab.page.set_viewport_size(PHONE)
    tab.go(alert)
    assert tab.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(
    ("path", "scheme"), [(path, ("light", "dark")[place % 2]) for place, path in enumerate([*LOOKED_AT, "alert"])]
)
def test_no_serious_fault_of_accessibility(tab, alert, path, scheme):
    tab.page.emulate_media(color_scheme=scheme)
    tab.go(alert if path == "alert" else path)
    tab.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = Axe().run(tab.page).response["violations"]
    serious = [
        (fault["id"], fault["nodes"][0]["html"]) for fault in found if fault["impact"] in ("serious", "critical")
    ]
    assert serious == []


@pytest.mark.parametrize("path", [path for path in ROOMS if path != "/nothing"])
def test_the_console_stays_silent(tab, path):
    tab.go(path)
    assert tab.said == []


def test_the_quoted_sentence_stands_in_the_document_with_the_name_marked(tab, demo_database: Database):
    tab.go("/?days=30")
    with demo_database.read() as connection:
        texts = connection.exec_driver_sql("SELECT title || char(10) || body FROM texts").scalars().all()
    joined = "\n".join(texts)
    quotes = tab.page.locator("blockquote").all_inner_texts()
    assert len(quotes) >= 5
    assert all(quote.strip("“”…") in joined for quote in quotes)
    assert tab.page.locator("blockquote mark").count() >= 5


def test_a_link_to_a_source_says_where_it_leads_and_opens_apart(tab):
    tab.go("/?days=30")
    links = tab.page.locator('a[target="_blank"]')
    assert links.count() >= 5
    for link in links.all():
        assert urlsplit(link.get_attribute("href")).hostname == link.inner_text()
        assert "noopener" in link.get_attribute("rel")


def test_everything_can_be_reached_by_keyboard(tab):
    tab.go("/?days=30")
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.className") == "skip"
    seen = []
    for _ in range(40):
        tab.page.keyboard.press("Tab")
        seen.append(tab.page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.name"))
    assert {"/", "/clients", "/risks", "/sources", "/prospects", "/olcum", "/teklifler", "/gosterilmeyen"} <= set(seen)
    assert {"/yonlendirme", "q", "manager", "side", "days"} <= set(seen)


def test_it_works_without_javascript(browser, served):
    context = browser.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    page.goto(served + "/")
    page.select_option("select[name=days]", "30")
    page.locator("form.filters button").click()
    assert page.url.endswith("days=30") and page.locator("article.card").count() >= 3
    page.fill("input[name=q]", "toruntay")
    page.locator("form.find button").click()
    page.locator(".found a").first.click()
    assert "Toruntay" in page.title()
    context.close()


def test_switching_the_language_keeps_place_and_filters(tab):
    tab.go("/?days=30&side=risk")
    tab.page.locator(".languages a").click()
    assert tab.page.url.endswith("/?days=30&side=risk")
    assert tab.page.locator("h1").inner_text() == "Whom to call today?"
    assert not re.search(r"\b(web|col|side|status)_\w+", tab.page.locator("body").inner_text())


@pytest.mark.parametrize("typed", ["isparta", "ISPARTA", "Isparta", "İsparta"])
def test_search_takes_any_case(tab, typed, demo_database):
    tab.go(f"/clients?q={quote(typed)}")
    plain = {link.get_attribute("href") for link in tab.page.locator(".found a").all()}
    tab.go("/clients?q=isparta")
    assert plain == {link.get_attribute("href") for link in tab.page.locator(".found a").all()}


@pytest.fixture
def hostile(shared: Path, database: Database, monkeypatch: pytest.MonkeyPatch):
    """Pages over a database whose firms are called like the payloads of the lists."""
    texts = payloads_of(shared)
    document = Document(source="liste", natural_key="1", title="Liste", text="", first_seen_at=EVENING)
    rows = [
        ProspectMention(text, None, text[:40], f"p{number}", document.id, "insolvency", text, EVENING, "1")
        for number, text in enumerate(texts)
    ]
    with database.write() as connection:
        save_documents(connection, [document])
        save_prospect_mentions(connection, rows)
    monkeypatch.setattr("oncu.signals.web.pages.prospects.MOST", len(texts))
    running = Served(build_app(site_of(database)))
    running.start()
    yield running.address, texts
    running.stop()


@pytest.mark.shared
def test_no_payload_of_the_lists_fires(browser, hostile):
    address, texts = hostile
    context = browser.new_context(viewport=DESK)
    tab = Tab(context.new_page(), address)
    tab.watch()
    tab.go("/prospects")
    assert tab.page.locator("tbody tr").count() > 2_000
    for text in texts[::97]:
        tab.go(f"/clients?q={quote(text.encode('utf-8', 'replace'))}")
    assert (tab.dialogs, tab.foreign, tab.said) == ([], [], [])
    context.close()


@pytest.mark.shared
def test_the_same_payloads_fire_where_nothing_tames_them(browser, shared, tmp_path):
    """The control: the test above would notice."""
    raw = tmp_path / "raw.html"
    raw.write_text("<!doctype html><meta charset=utf-8>" + "\n".join(payloads_of(shared)[:400]), "utf-8")
    context = browser.new_context(viewport=DESK)
    tab = Tab(context.new_page(), "http://nowhere.invalid")
    tab.watch()
    tab.page.goto(raw.as_uri(), wait_until="commit")
    tab.page.wait_for_timeout(2_000)
    assert tab.dialogs or tab.foreign
    context.close()
