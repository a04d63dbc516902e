"""A real browser on the pages of the played demo, served over loopback."""

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, Request, sync_playwright

from oncu.config.load import SIGNALS, load_signal_types
from oncu.config.settings import Settings
from oncu.signals.demo.run import play_demo
from oncu.signals.demo.site import demo_sources
from oncu.signals.flow.pipeline import Catalogue
from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site
from oncu.storage.database import Database, connect, create_database

from ..signals.staff import hire
from .bank import EVENING as BANK_EVENING
from .bank import bank_catalogue, seed_bank
from .people import STAFF, StaffBank, copy_database

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
EVENING = datetime(2026, 9, 30, 20, 0, tzinfo=UTC)  # of the demo's last day


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium; the tests are skipped, and say so, where it is not installed.

    It ends with its module: as long as it is open an event loop runs, beside which no other test could run its own.
    """
    if CHROMIUM is None:
        pytest.skip("no chromium is installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@dataclass
class Served:
    """An application on a free port of loopback."""

    app: FastAPI
    address: str = ""
    server: uvicorn.Server = field(init=False)

    def start(self) -> None:
        self.server = uvicorn.Server(uvicorn.Config(self.app, port=0, log_level="critical", lifespan="off"))
        threading.Thread(target=self.server.run, daemon=True).start()
        while not self.server.started:
            time.sleep(0.01)  # the server has no event to wait for
        port = self.server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        self.server.should_exit = True


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The database of the played demo."""
    folder = tmp_path_factory.mktemp("demo")
    play_demo(folder, fresh=True, say=lambda line: None)
    opened = connect(f"sqlite:///{folder / 'oncu.db'}")
    yield opened
    opened.close()


def site_of(database: Database) -> Site:
    """The pages over a database, on the evening of the demo's last day."""
    sources = {spec.name: spec for spec in demo_sources("http://127.0.0.1:1")}
    return Site(database, Catalogue(sources, load_signal_types(SIGNALS)), Settings(), lambda: EVENING)


@pytest.fixture(scope="session")
def bank_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A bank of 2,000 clients, three managers and 600 alerts; what tests change in it stays."""
    opened = create_database(f"sqlite:///{tmp_path_factory.mktemp('bank') / 'oncu.db'}")
    seed_bank(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def bank_served(bank_database: Database) -> Iterator[str]:
    """The address of the bank's pages, on the evening of its last Monday; changes are signed by ece."""
    site = Site(bank_database, bank_catalogue(), Settings(), lambda: BANK_EVENING, actor="ece")
    running = Served(build_app(site))
    running.start()
    yield running.address
    running.stop()


@pytest.fixture(scope="module")
def staff_bank(bank_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaffBank]:
    """The bank of each module is its own copy, so that what its tests change stays in it."""
    path = tmp_path_factory.mktemp("staff") / "oncu.db"
    copy_database(bank_database, path)
    bank = StaffBank(connect(f"sqlite:///{path}"))
    for name, roles in STAFF.items():
        hire(bank.database, BANK_EVENING - timedelta(days=30), name, *roles, team="kuzey")
    running = Served(build_app(Site(bank.database, bank_catalogue(), Settings(), bank.clock)))
    running.start()
    bank.address = running.address
    yield bank
    running.stop()
    bank.database.close()


@pytest.fixture
def bank_tab(browser: Browser, bank_served: str) -> Iterator["Tab"]:
    """A fresh tab on the bank's pages."""
    context = browser.new_context(viewport=DESK)
    made = Tab(context.new_page(), bank_served)
    made.watch()
    yield made
    context.close()


@pytest.fixture(scope="session")
def served(demo_database: Database) -> Iterator[str]:
    """The address of the demo's pages."""
    running = Served(build_app(site_of(demo_database)))
    running.start()
    yield running.address
    running.stop()


@dataclass
class Tab:
    """A page with what it did behind the reader's back: dialogs, foreign requests, what the console said."""

    page: Page
    address: str
    dialogs: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        self.page.on("request", self._note)
        self.page.on("console", lambda message: self.said.append(message.text))

    def _note(self, request: Request) -> None:
        place = urlsplit(request.url)
        if place.scheme in ("http", "https") and place.netloc != urlsplit(self.address).netloc:
            self.foreign.append(request.url)

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page


@pytest.fixture
def tab(browser: Browser, served: str) -> Iterator[Tab]:
    """A fresh tab at desk width."""
    context = browser.new_context(viewport=DESK)
    made = Tab(context.new_page(), served)
    made.watch()
    yield made
    context.close()


def payloads_of(shared: Path) -> list[str]:
    """Every hostile text of the lists beside the project."""
    import json

    listed = json.loads((shared / "corpora/DOMPurify/payloads.json").read_text("utf-8"))
    found = [item["payload"] for item in listed]
    for file in sorted((shared / "corpora/PayloadsAllTheThings/XSS Injection/Intruders").glob("*.txt")):
        found += file.read_text("utf-8", errors="replace").splitlines()
    return list(dict.fromkeys(text for text in found if text.strip()))
