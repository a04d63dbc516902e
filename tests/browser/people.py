"""The bank of 2,000 clients with people who log in, each in a browser of their own."""

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page

from oncu.storage.database import Database

from ..signals.staff import PASSWORD
from .bank import EVENING

STAFF = {
    "ayse": ("manager",),
    "burak": ("manager",),
    "ceren": ("manager",),
    "levent": ("lead",),
    "rana": ("risk",),
    "remzi": ("risk",),
    "ali": ("analyst",),
    "aylin": ("analyst",),
    "arda": ("researcher",),
    "aden": ("admin",),
    "oya": ("auditor",),
}


@dataclass
class StaffBank:
    """The bank's pages with accounts; `now` is its clock, which tests move."""

    database: Database
    address: str = ""
    now: datetime = EVENING
    passed: timedelta = field(default_factory=timedelta)

    def clock(self) -> datetime:
        """A moment later each time it is read, so that no two acts fall together."""
        self.passed += timedelta(milliseconds=1)
        return self.now + self.passed

    def enter(self, browser: Browser, name: str, **options: object) -> Page:
        """A new browser context in which a person has logged in, at their first page."""
        page = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options)).new_page()
        return log_in(page, self.address, name)


def copy_database(database: Database, path: Path) -> None:
    """A whole copy of a SQLite database in use."""
    source = sqlite3.connect(database.engine.url.database or "")
    with source, sqlite3.connect(path) as copy:
        source.backup(copy)
    source.close()


def log_in(page: Page, address: str, name: str) -> Page:
    """Fill the login form as a person does."""
    page.goto(address + "/giris")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click(".door button")
    page.wait_for_url(lambda url: "/giris" not in url)
    return page
