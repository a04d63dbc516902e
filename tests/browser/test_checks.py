"""The acceptance checks of the reading room in both languages: what an alert holds, its link and quote, search, the
digest, languages and zoom, hostile titles, and work without JavaScript."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from oncu.config.settings import Settings
from oncu.signals.demo.site import demo_sources
from oncu.signals.faces.digest import DigestView, compose_digest, view_digest
from oncu.signals.faces.render import render_digest
from oncu.signals.faces.signed import Asked, sign
from oncu.signals.flow.pipeline import run_pending
from oncu.signals.web.app import build_app
from oncu.signals.words import Words, load_words
from oncu.storage.clients import save_clients
from oncu.storage.database import Database
from oncu.storage.documents import Document, save_documents

from .bank import EVENING as BANK_EVENING
from .bank import bank_catalogue, client_row, short_name
from .conftest import DESK, EVENING, Served, Tab, payloads_of, site_of

LANGUAGES = pytest.mark.parametrize("language", ["tr", "en"])
LAST_DAY = date(2026, 9, 30)  # of the demo
KEY = "k" * 40
MOST = 7  # alerts of a morning
HOSTILE = 150  # of the payloads, each the end of a headline
PARTS = ("h3 a", "blockquote mark", 'a[target="_blank"]', ".say", "details")  # of each alert, by their place


def in_language(tab: Tab, language: str, path: str = "/?days=30") -> Page:
    return tab.go(f"/language/{language}?back={quote(path)}")


def words_of(language: str) -> Words:
    return load_words(language, Settings().timezone)


def serious_faults(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]


@LANGUAGES
def test_a_morning_holds_at_most_seven_alerts_with_all_their_parts(bank_tab: Tab, language):
    alerts = in_language(bank_tab, language).locator("section.alert").all()
    words = words_of(language)
    assert 1 <= len(alerts) <= MOST
    for alert in alerts:
        text = alert.inner_text()
        assert [part for part in PARTS if not alert.locator(part).count()] == []
        said = ("why", "confidence", "record", "next_step")
        assert [key for key in said if f"{words(key)}:" not in text] == []
        assert words(f"side_{side_of(alert)}") in text and re.search(r"n=\d|\(n", text)
        assert f"{words('web_definition')}:" in alert.locator("details").first.text_content()


def side_of(alert: Locator) -> str:
    return "risk" if alert.locator("h3 .risk").count() else "opportunity"


@LANGUAGES
def test_a_link_to_a_source_opens_its_address_in_a_tab_that_cannot_reach_back(tab: Tab, language):
    tab.page.context.route("**://demo.oncu.example/**", lambda route: route.fulfill(body="Belge"))
    link = in_language(tab, language).locator('a[target="_blank"]').first
    address = link.get_attribute("href")
    with tab.page.context.expect_page() as opened:
        link.click()
    assert opened.value.url == address
    assert link.inner_text() in address and opened.value.evaluate("window.opener") is None


@LANGUAGES
def test_a_quote_is_as_in_its_document_whatever_the_language(tab: Tab, language, demo_database: Database):
    page = in_language(tab, language)
    with demo_database.read() as connection:
        texts = connection.exec_driver_sql("SELECT title || char(10) || body FROM texts").scalars().all()
    quotes = [found.strip("“”…") for found in page.locator("blockquote").all_inner_texts()]
    assert len(quotes) >= 5 and all(any(found in text for text in texts) for found in quotes)
    assert page.locator("blockquote mark").count() == len(quotes)


@LANGUAGES
@pytest.mark.parametrize("typed", ["isparta", "ISPARTA", "Isparta", "İsparta", "sahinkale seker"])
def test_search_finds_the_same_in_any_spelling(bank_tab: Tab, language, typed):
    page = in_language(bank_tab, language, f"/clients?q={quote(typed)}")
    names = page.locator(".found a").all_inner_texts()
    plain = "şahinkale şeker" if "seker" in typed else "isparta"
    bank_tab.go(f"/clients?q={quote(plain)}")
    assert names and names == page.locator(".found a").all_inner_texts()


def test_another_language_writes_numbers_and_days_its_own_way_and_keeps_filters(tab: Tab):
    page = in_language(tab, "tr", "/?days=30&side=risk")
    turkish = page.locator("main").inner_text()
    page.locator(".languages a").click()
    english = page.locator("main").inner_text()
    assert "days=30&side=risk" in page.url and page.input_value("select[name=side]") == "risk"
    assert re.search(r"\d\d\.\d\d\.2026", turkish) and not re.search(r"\d\d\.\d\d\.2026", english)
    assert re.search(r"\d,\d mn", turkish) and re.search(r"\d\.\d m", english)
    assert re.search(r"%\d", turkish) and re.search(r"\d %", english)
    page.locator(".languages a").click()
    assert page.locator("main").inner_text() == turkish


@LANGUAGES
@pytest.mark.parametrize("path", ["/?days=30", "/clients/C012", "/risks", "/olcum", "/sources", "/teklifler"])
def test_nothing_is_cut_at_twice_the_size(browser: Browser, served: str, language, path):
    context = browser.new_context(viewport={"width": DESK["width"] // 2, "height": 450}, device_scale_factor=2)
    page = in_language(Tab(context.new_page(), served), language, path)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()


@dataclass(frozen=True)
class Mailed:
    """A manager's digest as it is mailed: what it carries, and the file and text of it."""

    view: DigestView
    html: Path
    text: str


@pytest.fixture
def mailed(demo_database: Database, tmp_path: Path, language: str) -> Mailed:
    """The digest of the demo's last day in one language."""
    site, words = site_of(demo_database), words_of(language)
    sources = {spec.name: spec for spec in demo_sources("http://127.0.0.1:1")}
    found = {"types": site.catalogue.types, "sources": sources}
    view = view_digest(demo_database, "ayse.demir", LAST_DAY, site.settings, words, **found)
    file = tmp_path / "digest.html"
    file.write_text(render_digest(view, words, "html", wait_days=3), "utf-8")
    return Mailed(view, file, render_digest(view, words, "text", wait_days=3))


@LANGUAGES
@pytest.mark.parametrize("width", [600, 360])
def test_a_digest_fits_its_window_and_asks_nobody(tab: Tab, mailed: Mailed, width, language):
    tab.page.set_viewport_size({"width": width, "height": 800})
    tab.page.goto(mailed.html.as_uri())
    assert tab.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert (tab.foreign, tab.dialogs, tab.said) == ([], [], [])


@LANGUAGES
def test_both_forms_of_a_digest_tell_the_same_alerts(tab: Tab, mailed: Mailed, language):
    tab.page.goto(mailed.html.as_uri())
    shown = tab.page.locator("body").inner_text()
    told = [(card.client, alert.title) for card in mailed.view.cards for alert in card.alerts]
    assert told
    assert [one for one in told if not all(part in shown and part in mailed.text for part in one)] == []


@LANGUAGES
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_of_accessibility_in_a_digest(tab: Tab, mailed: Mailed, scheme, language):
    tab.page.emulate_media(color_scheme=scheme)
    tab.page.goto(mailed.html.as_uri())
    assert serious_faults(tab.page) == []


@LANGUAGES
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/?days=30", "/clients/C012", "/teklifler/T-2620"])
def test_no_serious_fault_of_accessibility_in_either_language(tab: Tab, path, scheme, language):
    tab.page.emulate_media(color_scheme=scheme)
    assert serious_faults(in_language(tab, language, path)) == []


@LANGUAGES
def test_a_link_of_a_digest_answers_by_its_button_alone(tab: Tab, language, demo_database: Database, monkeypatch):
    monkeypatch.setenv("ONCU_LINK_KEY", KEY)
    ids = [link.get_attribute("href") for link in tab.go("/?days=30").locator('h3 a[href^="/alerts/"]').all()]
    alert = str(ids[("tr", "en").index(language)]).rsplit("/", 1)[1]
    with demo_database.read() as connection:
        query = f"SELECT id FROM alerts WHERE id LIKE '{alert}%'"
        alert = connection.exec_driver_sql(query).scalar_one()
    path = f"/yanit/{sign(Asked('ayse.demir', alert, 'right'), KEY, EVENING)}"
    before = answers(demo_database, alert)
    page = in_language(tab, language, path)
    opened = answers(demo_database, alert)
    page.locator("button.main").click()
    once = answers(demo_database, alert)
    page.request.post(tab.address + path, headers={"sec-fetch-site": "same-origin"})
    assert (opened - before, once - before, answers(demo_database, alert) - before) == (0, 1, 1)
    assert page.locator("[role=status]").count() == 1


@LANGUAGES
def test_a_link_that_is_too_old_says_so(tab: Tab, language, monkeypatch):
    monkeypatch.setenv("ONCU_LINK_KEY", KEY)
    old = sign(Asked("ayse.demir", "a" * 20, "right"), KEY, EVENING - timedelta(days=15))
    said = in_language(tab, language, f"/yanit/{old}").locator(".empty").inner_text()
    assert said == words_of(language)("web_answer_expired", days=14)


def answers(database: Database, alert: str) -> int:
    with database.read() as connection:
        return connection.exec_driver_sql(f"SELECT count(*) FROM reviews WHERE alert_id = '{alert}'").scalar_one()


@LANGUAGES
def test_a_reader_without_javascript_reads_and_answers(browser: Browser, bank_served: str, language):
    context = browser.new_context(viewport=DESK, java_script_enabled=False, base_url=bank_served)
    page = context.new_page()
    manager, words = {"tr": "ceren", "en": "burak"}[language], words_of(language)
    page.goto(f"/language/{language}?back={quote(f'/?days=30&manager={manager}')}")
    new = page.locator("section.alert").filter(has=page.locator(".state.new"))
    new.first.locator("h3 a[data-open]").click()
    page.locator("#work").get_by_role("button", name=words("desk_accept"), exact=True).click()
    assert "/alerts/" in page.url and page.locator("#work .state").inner_text() == words("desk_state_accepted")
    context.close()


@pytest.fixture
def hostile_titles(shared: Path, database: Database) -> Iterator[tuple[str, Path]]:
    """Pages and a digest of alerts whose headlines end in payloads, some turned around by an override."""
    texts = payloads_of(shared)
    texts = [*texts[:: len(texts) // HOSTILE], "\u202etersten \u2066yazılı"]
    catalogue, settings, at = bank_catalogue(), Settings(), BANK_EVENING - timedelta(hours=3)
    papers = [
        Document("gunluk-haber", f"h{n}", f"{short_name(n)} konkordato ilan etti {text}", text, at, at, url=text)
        for n, text in enumerate(texts)
    ]
    with database.write() as connection:
        save_clients(connection, [client_row(n) | {"manager": "ayse"} for n in range(len(texts))], at)
        save_documents(connection, papers)
    run_pending(database, catalogue, settings, at)
    compose_digest(database, "ayse", at.date(), settings, at, types=catalogue.types)
    words = words_of("tr")
    view = view_digest(database, "ayse", at.date(), settings, words, types=catalogue.types, sources=catalogue.sources)
    file = Path(database.address.removeprefix("sqlite:///")).with_name("digest.html")
    file.write_text(render_digest(view, words, "html", wait_days=3), "utf-8")
    running = Served(build_app(site_of(database)))
    running.start()
    yield running.address, file
    running.stop()


@pytest.mark.shared
def test_no_headline_fires_or_turns_its_neighbours_around(browser: Browser, hostile_titles):
    address, digest = hostile_titles
    context = browser.new_context(viewport=DESK)
    tab = Tab(context.new_page(), address)
    tab.watch()
    seen = 0
    for language in ("tr", "en"):
        for number in range(1, 6):
            page = in_language(tab, language, f"/?days=30&all=1&page={number}")
            seen += page.locator("section.alert").count()
            assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.locator("body").inner_text())
    tab.page.goto(digest.as_uri())
    assert tab.page.locator("blockquote").count() >= 1 and seen >= HOSTILE
    assert (tab.dialogs, tab.foreign, tab.said) == ([], [], [])
    context.close()
