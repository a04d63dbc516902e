"""The pages: what they show, how they are filtered and taken home, and what they never let happen."""

from datetime import timedelta
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from oncu.signals.web.app import build_app
from oncu.signals.web.safety import HEADERS
from oncu.signals.web.site import Site
from oncu.signals.web.tables import Column, Table, csv_of, xlsx_of
from oncu.signals.words import load_words

LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
BANKRUPT = "Parlak Telekom konkordato ilan etti"
PLANT = "Nehir Kimya yeni fabrika kuruyor"
TURKISH, ENGLISH = (load_words(language, "Europe/Istanbul") for language in ("tr", "en"))


def browser_of(bank, at=None):
    site = Site(bank.database, bank.catalogue, bank.settings, lambda: at or bank.now)
    return TestClient(build_app(site), base_url="http://oncu.test", raise_server_exceptions=False)


@pytest.fixture
def heard(bank):
    """A bank that heard of all its clients."""
    for title in (LAWSUIT, BANKRUPT, PLANT):
        bank.see(title)
    bank.run()
    return bank


@pytest.fixture
def browser(heard):
    return browser_of(heard)


def test_today_shows_every_part_of_an_alert(browser):
    page = browser.get("/").text
    for part in ("Simya İlaç Sanayi A.Ş.", "RİSK", "Dava", "<mark>Simya İlaç</mark>", "Neden:", "Güven:", "Geçmiş:"):
        assert part in page
    for part in ("Ne diyebilirsiniz", "Eşleşme:", "Tanım:", "gazete"):
        assert part in page


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("manager=burak", {"Nehir"}),
        ("manager=ayse", {"Simya", "Parlak"}),
        ("side=opportunity", {"Nehir"}),
        ("side=risk&manager=ayse", {"Simya", "Parlak"}),
    ],
)
def test_today_is_filtered_by_its_address(browser, query, named):
    page = browser.get(f"/?{query}").text
    assert {name for name in ("Simya", "Parlak", "Nehir") if name in page} == named


def test_alerts_beyond_the_budget_are_counted_and_one_click_away(heard):
    heard.set(digest={"max_alerts": 1})
    browser = browser_of(heard)
    assert browser.get("/").text.count('class="alert"') == 1
    assert "2 uyarı daha" in browser.get("/").text
    assert browser.get("/?all=1").text.count('class="alert"') == 3


def test_a_period_that_is_over_shows_nothing_and_says_what_was_read(heard):
    later = browser_of(heard, heard.now + timedelta(days=3))
    assert "Bu dönemde uyarı yok" in later.get("/?days=1").text
    assert later.get("/?days=7").text.count('class="alert"') == 3


def test_before_anything_was_read_the_page_says_what_to_do(bank):
    assert "oncu crawl" in browser_of(bank).get("/").text


def test_an_alert_leads_to_its_documents_and_its_client(browser):
    address = browser.get("/?manager=burak").text.partition('href="/alerts/')[2].partition('"')[0]
    page = browser.get(f"/alerts/{address}").text
    assert PLANT in page.replace("<mark>", "").replace("</mark>", "") and 'href="/clients/C3"' in page


@pytest.mark.parametrize("path", ["/alerts/0000", "/alerts/%25", "/clients/X9", "/nothing", "/risks.exe"])
def test_what_is_not_there_is_said_plainly(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 404 and "Böyle bir sayfa yok" in answer.text


def test_an_id_that_was_merged_leads_to_the_client_of_today(heard):
    with heard.database.write() as connection:
        connection.exec_driver_sql("UPDATE clients SET merged_into = 'C1' WHERE client_id = 'C2'")
    answer = browser_of(heard).get("/clients/C2", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/clients/C1")


def test_a_clients_page_tells_its_past_in_words_as_well_as_in_the_picture(browser):
    page = browser.get("/clients/C2").text
    assert "Parlak Telekom A.Ş." in page and '<svg class="strip"' in page
    assert page.count("İflas ve konkordato") >= 3  # open, in the picture, in the table


@pytest.mark.parametrize("typed", ["simya ilac", "SİMYA İLAÇ", "Simya İlaç", "sımya ılac", "C1"])
def test_search_finds_a_client_in_any_spelling(browser, typed):
    found = browser.get("/clients", params={"q": typed}).text
    assert "Simya İlaç Sanayi A.Ş." in found and "Nehir" not in found


def test_search_knows_a_client_that_was_added_since(heard):
    browser = browser_of(heard)
    assert "Ardıç" not in browser.get("/clients?q=ardic").text
    heard.now += timedelta(hours=1)
    heard.add_clients({"client_id": "C9", "legal_name": "Ardıç Orman Ürünleri A.Ş."})
    assert "Ardıç Orman" in browser.get("/clients?q=ardic").text


def test_language_is_switched_and_the_place_kept(browser):
    answer = browser.get("/language/en?back=/risks%3Fmanager%3Dayse", follow_redirects=False)
    assert answer.headers["location"] == "/risks?manager=ayse"
    assert "Flagged clients" in browser.get("/risks").text


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_a_switch_of_language_leads_to_no_other_site(browser, back):
    answer = browser.get("/language/en", params={"back": back}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_flagged_clients_can_be_taken_home_whole(browser):
    assert "Parlak Telekom" in browser.get("/risks").text
    sheet = load_workbook(BytesIO(browser.get("/risks.xlsx").content)).active
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == ["Parlak Telekom A.Ş."]
    lines = browser.get("/risks.csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and lines[0].startswith("Düzey;Müşteri")
    assert len(browser.get("/risks.csv?manager=burak").content.decode("utf-8-sig").splitlines()) == 1


def test_sources_and_prospects_have_pages_while_there_is_nothing(browser):
    assert "Açık kaynak yok" in browser.get("/sources").text
    assert "henüz geçmedi" in browser.get("/prospects").text


@pytest.mark.parametrize("path", ["/", "/clients", "/risks", "/sources", "/prospects", "/nothing", "/static/oncu.css"])
def test_every_answer_keeps_to_itself(browser, path):
    answer = browser.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_a_change_asked_for_by_another_site_is_refused(browser):
    for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}, {}):
        assert browser.post("/", headers=headers).status_code == 403
    own = {"sec-fetch-site": "same-origin"}
    assert browser.post("/", headers=own).status_code == 405


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1:8765", 200), ("[::1]:8765", 200), ("evil.example", 421)])
def test_the_site_is_not_shown_under_a_foreign_name(heard, host, status):
    hosts = frozenset(("127.0.0.1", "localhost", "::1"))
    site = Site(heard.database, heard.catalogue, heard.settings, lambda: heard.now, hosts=hosts)
    assert TestClient(build_app(site)).get("/", headers={"host": host}).status_code == status


def test_letters_that_turn_text_around_are_taken_out(bank):
    bank.see("Simya İlaç aleyhine \u202edava\u202c açıldı")
    bank.run()
    page = browser_of(bank).get("/?days=30").text
    assert "dava" in page and "\u202e" not in page


def test_all_alerts_are_shown_a_page_at_a_time(heard, monkeypatch):
    monkeypatch.setattr("oncu.signals.web.pages.today.AT_ONCE", 2)
    browser = browser_of(heard)
    shown = [browser.get(f"/?all=1&page={number}").text.count('class="alert"') for number in (1, 2, 9)]
    assert shown == [2, 1, 1]


def test_everything_heard_of_a_client_can_be_taken_home(browser):
    lines = browser.get("/clients/C2/gecmis.csv").content.decode("utf-8-sig").splitlines()
    assert any("uyarı" in line and "İflas" in line for line in lines)
    assert browser.get("/clients/X9/gecmis.csv").status_code == 404


def test_all_clients_found_can_be_taken_home(browser):
    lines = browser.get("/clients.csv?q=simya").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and "Simya İlaç Sanayi A.Ş." in lines[1]


def test_every_alert_of_a_period_can_be_taken_home(browser):
    assert len(browser.get("/alerts.csv").content.decode("utf-8-sig").splitlines()) == 4
    assert len(browser.get("/alerts.csv?side=opportunity").content.decode("utf-8-sig").splitlines()) == 2


def test_foreign_text_is_shown_as_text(bank):
    bank.see("Simya İlaç'a <script>alert(1)</script> dava açıldı", "Simya İlaç aleyhine \u202edava açıldı.")
    bank.run()
    page = browser_of(bank).get("/").text
    assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_a_failure_shows_no_traceback(heard, monkeypatch):
    monkeypatch.setattr("oncu.signals.web.flagged.flagged_clients", lambda *_, **__: 1 / 0)
    answer = browser_of(heard).get("/risks")
    assert answer.status_code == 500 and "Traceback" not in answer.text and "ZeroDivision" not in answer.text


FORMULAS = ["=1+1", "+90 212", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_can_be_read_as_a_formula(text):
    table = Table("sources", (Column("title"),), ({"title": text},))
    cell = load_workbook(BytesIO(xlsx_of(table, TURKISH))).active["A2"]
    assert (cell.data_type, str(cell.value).strip()) == ("s", text.strip())
    assert csv_of(table, TURKISH).splitlines()[1].lstrip('"').startswith("'")


def test_numbers_stay_numbers(now):
    table = Table("sources", (Column("level", "number"), Column("since", "day")), ({"level": -12.5, "since": now},))
    assert csv_of(table, TURKISH).splitlines()[1].startswith("-12,5;")
    assert csv_of(table, ENGLISH).splitlines()[1].startswith("-12.5;")
    row = load_workbook(BytesIO(xlsx_of(table, TURKISH))).active[2]
    assert row[0].value == -12.5 and row[1].is_date


def test_an_alert_says_which_rule_took_it_whom_it_tells_and_what_to_do(browser, heard):
    [[alert]] = heard.rows("SELECT id FROM alerts WHERE type = 'insolvency'")
    page = browser.get(f"/alerts/{alert}").text
    for part in ("Kural “Ağır risk”", "müşteri yöneticisi", "Risk masası", "Haberi kaynağından doğrulayın."):
        assert part in page
