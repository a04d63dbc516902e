"""Ölçüm and Teklifler: what a published report shows, and what to do while there is none."""

from datetime import timedelta
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from oncu.signals.offers.keep import publish_pages
from oncu.signals.score.judging import judge
from oncu.signals.score.keep import read_report
from oncu.signals.score.ledger import read_ledger
from oncu.signals.score.report import report_of
from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site
from oncu.storage.outcomes import save_exposure, save_offers, save_outcomes

DAY = timedelta(days=1)
PLAIN = dict.fromkeys(
    (
        *("signal_id", "floor", "list_price", "loss_reason", "loss_reason_source", "winner", "rival_price"),
        *("rival_price_source", "n_bidders", "delta_randomised", "approver_discretion", "manager", "signal_led"),
        "rivals",
    )
)


def outcome(client, at):
    base = dict.fromkeys(("subtype", "amount", "currency", "initiator", "note"))
    return base | {"client_id": client, "kind": "sale", "occurred_at": at, "recorded_at": at, "competing": False}


def exposure(client, begin):
    base = {"client_id": client, "from": begin.date(), "to": None, "sector": "metal", "size_band": None}
    return base | {"region": None, "recorded_at": begin}


def offer(number, now, **more):
    at = now - (40 - number) * DAY
    base = {"offer_id": f"T{number}", "client_id": "C1", "product": "kredi", "amount": 1e6, "tenor_months": 12.0}
    base |= {"offered_at": at, "price": 41.0 + number / 10, "cost": 38.0, "status": "lost", "decided_at": at + DAY}
    return PLAIN | base | {"recorded_at": at} | more


@pytest.fixture
def told(bank, now):
    """A bank that heard of six plants 200 days ago, five of which became sales, and made some offers."""
    old = now - 200 * DAY
    names = ("Alya", "Bora", "Cevher", "Duru", "Efes", "Fidan")
    rows = [{"client_id": f"P{n}", "legal_name": f"{name} Metal A.Ş."} for n, name in enumerate(names)]
    bank.add_clients(*rows)
    for name in names:
        bank.see(f"{name} Metal yeni fabrika kuruyor", at=old)
    bank.run(old)
    with bank.database.write() as connection:
        save_outcomes(connection, [outcome(f"P{n}", old + (20 + n) * DAY) for n in range(5)], now)
        save_exposure(connection, [exposure(f"P{n}", old - 100 * DAY) for n in range(6)], old)
        reasons = ({"loss_reason": "price", "winner": "Sarnıç Bank", "rival_price": 40.0}, {"status": "won"})
        save_offers(connection, [offer(n, now, **reasons[n % 2]) for n in range(12)], now)
        save_offers(connection, [offer(30, now, status="open", decided_at=None, floor=39.0, list_price=46.0)], now)
    return bank


@pytest.fixture
def published(told, now):
    report = report_of(judge(read_ledger(told.database, now.date())), told.database)
    publish_pages(told.database, report, "Europe/Istanbul", now)
    return report


def browser_of(bank, at=None):
    site = Site(bank.database, bank.catalogue, bank.settings, lambda: at or bank.now)
    return TestClient(build_app(site), base_url="http://oncu.test", raise_server_exceptions=False)


@pytest.fixture
def browser(told, published):
    return browser_of(told)


def test_before_a_score_was_published_the_page_says_what_to_run(bank):
    page = browser_of(bank).get("/olcum").text
    assert "oncu score --publish" in page and "<table" not in page


def test_the_page_answers_the_four_questions_first(browser, published):
    page = browser.get("/olcum").text
    assert page.count('class="big"') == 4
    assert page.index('class="big"') < page.index("<table")
    assert "%83" in page  # five of six


def test_figures_on_the_page_are_those_of_the_report(told, browser, published):
    kept = read_report(told.database, "score", until=told.now.date())
    assert kept is not None
    assert kept.answers == published.answers and kept.sections == published.sections
    assert kept.remarks == published.remarks


def test_a_report_of_a_later_day_is_not_shown_earlier(told, published, now):
    assert "oncu score --publish" in browser_of(told, now - DAY).get("/olcum").text


def test_what_rests_on_fewer_than_five_is_said_to_be_early(browser):
    assert "henüz erken" in browser.get("/olcum?by=type&side=opportunity").text


@pytest.mark.parametrize(("query", "groups"), [("by=type", ["Yeni tesis ve kapasite"]), ("by=source", ["gazete"])])
def test_the_table_can_be_grouped_and_taken_home(browser, query, groups):
    rows = list(load_workbook(BytesIO(browser.get(f"/olcum.xlsx?{query}&side=opportunity").content)).active)
    assert [row[0].value for row in rows[1:]] == groups
    titles = [cell.value for cell in rows[0]]
    signals, share = (rows[1][titles.index(title)].value for title in ("Sinyal", "Gerçekleşen pay"))
    assert signals == 6 and share == pytest.approx(5 / 6)


def test_every_section_has_a_page_and_a_file(browser, published):
    for section in published.sections:
        assert browser.get(f"/olcum/{section.key}").status_code == 200
        lines = browser.get(f"/olcum/{section.key}.csv").content.decode("utf-8-sig").splitlines()
        numbers = sum(len(row.numbers) for table in section.tables for row in table.rows)
        assert len(lines) == numbers + 1


def test_charts_bring_no_style_of_their_own(browser):
    for path in ("/olcum", "/olcum/opportunity", "/teklifler"):
        page = browser.get(path).text
        assert "<svg" in page and "style=" not in page and "<style" not in page


@pytest.mark.parametrize("path", ["/olcum/none", "/olcum/none.csv", "/teklifler/none", "/olcum.exe"])
def test_what_is_not_in_a_report_is_not_found(browser, path):
    assert browser.get(path).status_code == 404


def test_lost_offers_are_told_by_reason_and_winner(browser):
    page = browser.get("/teklifler").text
    assert "Sarnıç Bank" in page and "fiyat" in page and page.count('class="big"') == 4
    assert "Sarnıç Bank" in browser.get("/teklifler.csv").content.decode("utf-8-sig")


def test_offers_speak_the_language_of_the_reader(browser):
    browser.get("/language/en")
    assert "How often do we win?" in browser.get("/teklifler").text


@pytest.mark.parametrize(("query", "n"), [("", 13), ("?status=open", 1), ("?status=lost", 6), ("?manager=ayse", 0)])
def test_offers_are_listed_by_their_address(browser, query, n):
    lines = browser.get(f"/teklifler/liste.csv{query}").content.decode("utf-8-sig").splitlines()
    assert len(lines) == n + 1
    assert browser.get(f"/teklifler/liste{query}").text.count('href="/teklifler/T') == n


def test_an_open_offer_is_shown_on_a_line_of_prices(browser):
    page = browser.get("/teklifler/T30").text
    assert '<svg class="corridor"' in page and "Taban 39,00" in page and "Liste fiyatı 46,00" in page


def test_a_lost_offer_says_why_and_to_whom(browser):
    page = browser.get("/teklifler/T0").text
    assert "Neden kaybedildi" in page and "Sarnıç Bank" in page and "corridor" not in page
