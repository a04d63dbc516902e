"""Pages of a bank of 150,000 clients: requests a second, tails, first paint, weight, beside a page of no work."""

import multiprocessing
import shutil
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from heard import EVENING, MANAGER, fill_bank
from logins import hire_readers, print_logins
from playwright.sync_api import Page, Response, sync_playwright

from oncu.config.load import load_signal_types
from oncu.config.settings import Settings
from oncu.signals.flow.pipeline import Catalogue
from oncu.storage.database import connect, create_database

ROUNDS = 40
PAGES = {
    "no work, 50 rows": "",
    "flagged, one manager": f"/risks?manager={MANAGER}",
    "flagged, everybody": "/risks",
    "today": f"/?manager={MANAGER}",
    "600 alerts": f"/?manager={MANAGER}&days=30&all=1",
    "desk": "/masa?view=all",
    "client": "/clients/B00001",
    "search": "/clients?q=isparta+tekstil",
    "alerts as a file": f"/alerts.csv?manager={MANAGER}&days=30",
}
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]


def bench_pages(folder: Path) -> None:
    """Pages of 150,000 clients over HTTP on loopback, beside a FastAPI and Jinja page of no work."""
    url = f"sqlite:///{folder / 'pages.db'}"
    database = create_database(url)
    counts = fill_bank(database)
    database.close()
    print("  " + ", ".join(f"{n:,} {name}" for name, n in counts.items()), flush=True)
    with _running(_serve_pages, url) as pages, _running(_serve_nothing, url) as nothing:
        addresses = {name: pages + path if path else nothing for name, path in PAGES.items()}
        _print_times(addresses)
        _print_paints({name: address for name, address in addresses.items() if ".csv" not in address})
    hire_readers(url)  # from here on everybody logs in
    with _running(_serve_pages, url) as pages:
        print_logins(pages)


def _print_times(addresses: dict[str, str]) -> None:
    spent: dict[str, list[float]] = {name: [] for name in addresses}
    sizes = {}
    with httpx2.Client(timeout=120, trust_env=False) as client:
        for turn in range(ROUNDS + 2):  # the first two warm up what is kept
            for name, address in addresses.items():
                start = time.perf_counter()
                answer = client.get(address)
                passed = time.perf_counter() - start
                sizes[name] = len(answer.raise_for_status().content)
                if turn >= 2:
                    spent[name].append(passed)
    bare = statistics.median(spent["no work, 50 rows"])
    print("                              p50 ms    p95 ms  a second     ratio        kB")
    for name, times in spent.items():
        middle, tail = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        figures = f"{middle * 1e3:>9.1f} {tail * 1e3:>9.1f} {1 / middle:>9.0f} {bare / middle:>9.2f}"
        print(f"    {name:<24} {figures} {sizes[name] / 1e3:>9.0f}")


def _print_paints(addresses: dict[str, str]) -> None:
    """First contentful paint (median of 5, nothing kept by the browser) and all bytes a page loads."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("  first paint: skipped (no chromium is installed)")
        return
    print("                           paint ms   page kB")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, address in addresses.items():
            paints, weight = [], 0
            for _ in range(5):
                page = browser.new_context().new_page()
                paint, weight = _paint(page, address)
                paints.append(paint)
                page.context.close()
            print(f"    {name:<24} {statistics.median(paints):>6.0f} {weight / 1e3:>9.0f}")
        browser.close()


def _paint(page: Page, address: str) -> tuple[float, int]:
    """Milliseconds until something is seen, and bytes loaded."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(address, wait_until="networkidle")
    return page.evaluate(PAINT), sum(len(answer.body()) for answer in answers)


@contextmanager
def _running(serve: Callable[[str, int], None], url: str) -> Iterator[str]:
    """A server in a process of its own, by its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(url, port), daemon=True)
    process.start()
    try:
        _await(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.join()


def _await(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise TimeoutError(f"nothing answers on port {port}")


def _serve_pages(url: str, port: int) -> None:
    import uvicorn

    from oncu.signals.web.app import build_app
    from oncu.signals.web.site import Site

    site = Site(connect(url), Catalogue({}, load_signal_types()), Settings(), lambda: EVENING)
    uvicorn.run(build_app(site), port=port, log_level="warning")


def _serve_nothing(_: str, port: int) -> None:
    """A page of 50 rows from memory: what the frame alone costs."""
    import uvicorn
    from fastapi import FastAPI
    from fastapi.responses import HTMLResponse
    from jinja2 import Environment

    rows = [{"name": f"Kavaklı {n} Makine", "why": "Bir neden " * 8, "level": n} for n in range(50)]
    lines = "{% for r in rows %}<li><b>{{ r.level }}</b> <a href='/c/{{ r.level }}'>{{ r.name }}</a><p>{{ r.why }}</p>"
    page = Environment(autoescape=True).from_string(f"<!doctype html><h1>Deneme</h1><ol>{lines}{{% endfor %}}</ol>")
    app = FastAPI()
    app.get("/", response_class=HTMLResponse)(lambda: page.render(rows=rows))
    uvicorn.run(app, port=port, log_level="warning")
