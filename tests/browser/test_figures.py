"""What a page says in figures is what the database holds, what a file takes home is what the page shows, and an address
shows a colleague the same, as far as it is theirs to see."""

import csv
import io
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page

from .people import StaffBank

LANGUAGES = pytest.mark.parametrize("language", ["tr", "en"])
LIST = "/?days=30&side=risk&all=1"


def rows(bank: StaffBank, query: str) -> list[tuple[Any, ...]]:
    with bank.database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def open_in(bank: StaffBank, browser: Browser, name: str, language: str, path: str) -> Page:
    page = bank.enter(browser, name, accept_downloads=True)
    page.goto(f"{bank.address}/language/{language}")
    page.goto(bank.address + path)
    return page


def downloaded(page: Page, address: str) -> bytes:
    return page.request.get(address).body()


def number_of(text: str, language: str) -> float:
    """A number as a language writes it."""
    return float(text.replace(",", ".") if language == "tr" else text)


@LANGUAGES
def test_the_share_of_offers_won_is_that_of_the_database(browser: Browser, staff_bank: StaffBank, language):
    page = open_in(staff_bank, browser, "rana", language, "/teklifler")
    counted = dict(rows(staff_bank, "SELECT status, count(*) FROM offers GROUP BY status"))
    share = round(100 * counted["won"] / (counted["won"] + counted["lost"]))
    assert re.search(rf"%{share}\b|\b{share}\s%", page.locator("main").inner_text())
    page.goto(staff_bank.address + "/teklifler/liste?status=won")
    listed = list(csv.reader(io.StringIO(downloaded(page, export_of(page, "csv")).decode("utf-8-sig")), delimiter=";"))
    assert len(listed) - 1 == counted["won"]


def export_of(page: Page, form: str) -> str:
    return str(page.locator("a", has_text=form.upper()).first.evaluate("link => link.href"))


@LANGUAGES
def test_the_episodes_a_score_rests_on_are_those_of_the_database(browser: Browser, staff_bank: StaffBank, language):
    page = open_in(staff_bank, browser, "rana", language, "/olcum/risk")
    body = downloaded(page, staff_bank.address + "/olcum/risk.csv").decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(body), delimiter=";"))
    counts = [number_of(line[5], language) for line in lines[1:] if line[1] == lines[1][1]]
    episodes, echoes = counts[0], counts[3]
    (last,) = rows(staff_bank, "SELECT max(as_of) FROM stored_reports WHERE kind = 'score'")[0]
    query = f"SELECT count(*) FROM episodes WHERE side = 'risk' AND date(started_at) <= '{last}'"
    assert [(episodes + echoes,)] == rows(staff_bank, query)
    shown = page.locator("main").inner_text().replace(".", "").replace(",", "")
    assert re.search(rf"\b{episodes:.0f}\b", shown)


@LANGUAGES
@pytest.mark.parametrize("path", ["/olcum?by=type", LIST, "/risks", "/masa?view=all"])
def test_files_hold_the_same_rows_and_no_formula(browser: Browser, staff_bank: StaffBank, language, path):
    page = open_in(staff_bank, browser, "rana", language, path)
    plain = downloaded(page, export_of(page, "csv")).decode("utf-8-sig")
    book = load_workbook(io.BytesIO(downloaded(page, export_of(page, "xlsx"))))
    cells = list(book.active.iter_rows())
    assert len(list(csv.reader(io.StringIO(plain), delimiter=";"))) == len(cells) > 1
    assert all(cell.data_type != "f" for row in cells for cell in row)


@LANGUAGES
def test_an_address_shows_a_colleague_the_same_list_and_others_their_part(browser: Browser, staff_bank, language):
    seen, files = {}, {}
    for name in ("rana", "remzi", "ayse"):
        page = open_in(staff_bank, browser, name, language, LIST)
        seen[name] = page.locator("section.alert").evaluate_all("all => all.map(one => one.dataset.alert)")
        body = downloaded(page, staff_bank.address + "/alerts.csv?days=30&side=risk").decode("utf-8-sig")
        files[name] = list(csv.DictReader(io.StringIO(body), delimiter=";"))
        page.context.close()
    assert seen["rana"] == seen["remzi"] != [] and files["rana"] == files["remzi"]
    manager = list(files["rana"][0])[3]
    own = [row for row in files["rana"] if row[manager] == "ayse"]
    assert files["ayse"] == own and 0 < len(own) < len(files["rana"])
