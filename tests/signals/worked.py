"""A small bank that heard of its clients, with people who log in: seeded once a module, copied for each test."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from oncu.config.settings import Settings
from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site
from oncu.storage.alerts import Alert, load_alerts
from oncu.storage.database import Database, connect

from .conftest import CLIENTS, Bank
from .staff import SAME_SITE, hire, log_in

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NEWS = (
    "Rakibi, Simya İlaç'a patent davası açtı",
    "Parlak Telekom konkordato ilan etti",
    "Nehir Kimya yeni fabrika kuruyor",
)
STAFF = {
    "ayse": ("manager",),
    "burak": ("manager",),
    "lale": ("lead",),
    "rana": ("risk",),
    "nil": ("analyst",),
    "rauf": ("researcher",),
}


@dataclass
class Worked:
    """The bank's pages; `now` is their clock, which tests move."""

    bank: Bank
    now: datetime = NOW + timedelta(hours=1)

    @cached_property
    def site(self) -> Site:
        return Site(self.database, self.bank.catalogue, Settings(), lambda: self.now)

    @cached_property
    def app(self) -> FastAPI:
        return build_app(self.site)

    @property
    def database(self) -> Database:
        return self.bank.database

    def enter(self, name: str, language: str = "tr") -> TestClient:
        """A browser in which a person has logged in."""
        browser = TestClient(self.app, base_url="http://oncu.test", headers=SAME_SITE, follow_redirects=False)
        browser.cookies.set("lang", language)
        return log_in(browser, name)

    def alert_of(self, client_id: str) -> tuple[str, Alert]:
        """The one alert of a client."""
        ((key,),) = self.bank.rows(f"SELECT id FROM alerts WHERE client_id = '{client_id}'")
        with self.database.read() as connection:
            return key, load_alerts(connection, [key])[key]

    def run(self) -> None:
        """Read and alert whatever is pending, at the clock of the pages."""
        self.bank.run(self.now)

    def said(self, command: str) -> Any:
        return self.bank.rows(command)


@contextmanager
def worked_copy(path: Path, folder: Path) -> Iterator[Worked]:
    """A copy of a seeded bank."""
    shutil.copy(path, folder / "oncu.db")
    database = connect(f"sqlite:///{folder / 'oncu.db'}")
    made = Worked(Bank(database, NOW, Settings()))
    yield made
    made.site.wall.close()
    database.close()


def seed_worked(path: Path) -> None:
    """Fill an empty database with clients, an alert of each, and the staff."""
    database = connect(f"sqlite:///{path}")
    bank = Bank(database, NOW, Settings())
    bank.add_clients(*CLIENTS)
    for title in NEWS:
        bank.see(title)
    bank.run()
    for name, roles in STAFF.items():
        hire(database, NOW - timedelta(days=30), name, *roles, team="kuzey" if name in ("ayse", "lale") else None)
    database.close()
