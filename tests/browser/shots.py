"""Pictures of the played demo for docs/screenshots: `python tests/browser/shots.py [FOLDER]`.

The demo is played anew in a temporary folder and its pages are served on loopback, so the pictures change only where
the pages or the demo did.
"""

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from oncu.config.load import SIGNALS, load_signal_types
from oncu.config.settings import Settings
from oncu.signals.demo.run import play_demo
from oncu.signals.demo.site import demo_sources
from oncu.signals.flow.pipeline import Catalogue
from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site
from oncu.storage.database import connect

FOLDER = Path(__file__).parents[2] / "docs/screenshots"
EVENING = datetime(2026, 9, 30, 20, 0, tzinfo=UTC)  # of the demo's last day
DESK, PHONE = (1280, 640), (375, 812)
ALERT = "first alert of the month"
SHOTS = {  # file: path and size of the window
    "bugun": ("/?days=30", DESK),
    "bugun-telefon": ("/?days=30", PHONE),
    "uyari": (ALERT, DESK),
    "musteri": ("/clients/C012", DESK),
    "riskler": ("/risks", DESK),
    "olcum": ("/olcum", (1280, 600)),
    "kaynaklar": ("/sources", DESK),
    "teklifler": ("/teklifler", DESK),
    "masa": ("/masa?view=all", DESK),
    "etiketleme": ("/etiketleme", DESK),
    "tur": ("/turler/insolvency", DESK),
}


def take_shots(folder: Path) -> None:
    """Write every picture, and that of a digest."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        demo = Path(work) / "demo"
        play_demo(demo, fresh=True, say=lambda line: None)
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with _served(demo) as address:
            for name, (path, size) in SHOTS.items():
                page = _window(browser, size)
                page.goto(address + (_first_alert(page, address) if path == ALERT else path))
                _keep(page, folder / f"{name}.png")
        page = _window(browser, (720, 800))
        page.goto(sorted(demo.glob("digest-*.html"))[0].as_uri())
        _keep(page, folder / "ozet.png")
        browser.close()


def _window(browser: Browser, size: tuple[int, int]) -> Page:
    width, height = size
    return browser.new_context(viewport={"width": width, "height": height}, locale="tr-TR").new_page()


def _keep(page: Page, file: Path) -> None:
    page.screenshot(path=file, animations="disabled")
    page.context.close()
    print(f"{file.name:<20} {file.stat().st_size / 1e3:>5.0f} kB")


def _first_alert(page: Page, address: str) -> str:
    page.goto(f"{address}/?days=30")
    return str(page.locator('a[href^="/alerts/"]').first.get_attribute("href"))


@contextmanager
def _served(demo: Path) -> Iterator[str]:
    """The demo's pages on a free port of loopback."""
    sources = {spec.name: spec for spec in demo_sources("http://127.0.0.1:1")}
    database = connect(f"sqlite:///{demo / 'oncu.db'}")
    site = Site(database, Catalogue(sources, load_signal_types(SIGNALS)), Settings(), lambda: EVENING, actor="ece")
    server = uvicorn.Server(uvicorn.Config(build_app(site), port=0, log_level="critical", lifespan="off"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)  # the server has no event to wait for
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    database.close()


if __name__ == "__main__":
    take_shots(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
