"""Twenty minutes of a busy day: 150,000 clients, 20,000 documents from two hundred feeds of which one in twenty comes
and goes. Memory stays flat, nothing is left waiting, no file stays open (ONCU_SOAK_MINUTES, ONCU_SOAK_CLIENTS: for a
shorter one)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import linear_regression
from threading import Thread

import pytest

from oncu.storage.clients import save_clients
from oncu.storage.database import Database, connect, create_database
from oncu.storage.waiting import READ, count_waiting

from ..catalogue import source_file

MINUTES = float(os.environ.get("ONCU_SOAK_MINUTES", "20"))
CLIENTS = int(os.environ.get("ONCU_SOAK_CLIENTS", "150000"))
FEEDS, DOCUMENTS = 200, int(1_000 * MINUTES)
FLAPPING = 20  # one feed in so many answers every other minute only
SHOWN = 40  # entries a feed shows
DRAIN = 300  # seconds for what is left when the papers fall silent
LOOK = 2  # seconds between two looks at the processes


def _words(text: str) -> list[str]:
    return text.split()


FIRST = _words(
    "Pelit Nergis Taşkale Ulubük Sumaklı Kutupay Soytaş Mavikanat Çakılözü Yelkovan Ardıçlı Kızılbağ Gümüşdere"
)
SECOND = _words(
    "Ova Dere Tepe Kaya Pınar Bağ Göl Irmak Yayla Çayır Koru Vadi Kıyı Ada Burun Körfez Boğaz Geçit Ocak Harman"
)
TRADES = _words(
    "Kimya Döküm Plastik Tekstil Ambalaj Makine Gıda Seramik Mobilya Kablo Boya Cam Deri Halı Un Yağ Süt Vana"
)
NEWS = (
    "{} yeni fabrika kuruyor",
    "{} tazminat davasını kaybetti",
    "{} konkordato ilan etti",
    "{} yıl sonu yemeği verdi",
)
SETTINGS = """\
database_url: sqlite:///{folder}/oncu.db
sources: {folder}/sources
cache_folder: {folder}/cache
crawl: {{delay_seconds: 0, author_salt: s, allow_private: ["127.0.0.1:{port}"]}}
schedule: {{crawl: 1m, read: 1m, digest: off, score: off, retention: off, train: off}}
"""


def client_name(number: int) -> str:
    """A name of three words, another for each of the clients."""
    first, rest = FIRST[number % len(FIRST)], number // len(FIRST)
    second, rest = SECOND[rest % len(SECOND)], rest // len(SECOND)
    return f"{first} {second}{rest // len(TRADES) or ''} {TRADES[rest % len(TRADES)]}"


class Papers(ThreadingHTTPServer):
    """Two hundred feeds that tell what happened until now; a document is due at its share of the minutes."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Feed)
        self.began = time.monotonic()

    @property
    def due(self) -> int:
        """How many documents are out."""
        return min(DOCUMENTS, int((time.monotonic() - self.began) / (60 * MINUTES) * DOCUMENTS))

    def feed(self, number: int) -> bytes | None:
        """What one feed shows now; None where it is not there."""
        passed = time.monotonic() - self.began
        if number % FLAPPING == 0 and int(passed / 60) % 2 and passed < 60 * MINUTES:
            return None
        own = range(number, self.due, FEEDS)[-SHOWN:]
        return f'<rss version="2.0"><channel><title>y</title>{"".join(map(_item, own))}</channel></rss>'.encode()


def _item(number: int) -> str:
    title = NEWS[number % len(NEWS)].format(client_name(number * 7919 % CLIENTS))
    at = format_datetime(datetime.now(UTC) - timedelta(minutes=1))
    link = f"https://yayin.example/{number}"
    text = f"Haber {number}. Ayrıntılar {number * 31 % 997} numaralı ekte."
    parts = {"title": title, "link": link, "pubDate": at, "description": text}
    return f"<item>{''.join(f'<{name}>{part}</{name}>' for name, part in parts.items())}</item>"


class _Feed(BaseHTTPRequestHandler):
    server: Papers

    def do_GET(self) -> None:
        name = self.path.strip("/").removesuffix(".rss")
        body = self.server.feed(int(name)) if name.isdigit() else None
        self.send_response(200 if body else 404 if not name.isdigit() else 503)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@dataclass
class Soak:
    """What was seen: of the scheduler its memory (MB) and open files at each look, of its jobs the peak of each."""

    database: Database
    memory: list[tuple[float, float]] = field(default_factory=list)  # documents out, MB
    files: list[int] = field(default_factory=list)
    peaks: dict[int, tuple[str, float]] = field(default_factory=dict)  # by process: job, MB
    left: int = 0

    def look(self, scheduler: int, documents: int) -> None:
        """Look at the scheduler and at the jobs it has begun."""
        self.memory.append((documents, _megabytes(scheduler)))
        self.files.append(_open_files(scheduler))
        for child in _children(scheduler):
            words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            job = next((word.decode() for word in words if word in (b"crawl", b"run")), "")
            _, peak = self.peaks.get(child, (job, 0.0))
            self.peaks[child] = job, max(peak, _megabytes(child))

    def pending(self) -> int:
        """How many documents wait to be read."""
        with self.database.read() as connection:
            return count_waiting(connection, READ)


def _megabytes(process: int) -> float:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, IndexError):
        return 0.0


def _open_files(process: int) -> int:
    """How many files are open, without those of the database: its connections are kept, up to a limit of their own."""
    found = 0
    for file in Path(f"/proc/{process}/fd").iterdir():
        with suppress(OSError):  # it was closed meanwhile
            found += "oncu.db" not in str(file.readlink())
    return found


def _children(process: int) -> list[int]:
    """Those that any of its threads has begun."""
    found: list[int] = []
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += map(int, thread.read_text().split())
        except OSError:  # the thread ended meanwhile
            continue
    return found


@pytest.fixture(scope="module")
def soak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Soak]:
    """The minutes, gone by."""
    folder = tmp_path_factory.mktemp("soak")
    papers = Papers()
    Thread(target=papers.serve_forever, daemon=True).start()
    install(folder, papers.server_port)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ONCU_")}
    command = [sys.executable, "-m", "oncu.signals.cli", "schedule"]
    with (folder / "log").open("wb") as log:
        scheduler = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        found = Soak(connect(f"sqlite:///{folder / 'oncu.db'}"))
        try:
            watch(found, papers, scheduler.pid)
        finally:
            scheduler.send_signal(signal.SIGTERM)
            scheduler.wait(60)
    papers.shutdown()
    yield found
    found.database.close()


def install(folder: Path, port: int) -> None:
    """A bank of so many clients, and the feeds it reads."""
    (folder / "sources").mkdir()
    for number in range(FEEDS):
        text = source_file(f"yayın {number}", f"http://127.0.0.1:{port}/{number}.rss")
        (folder / "sources" / f"yayin-{number}.yml").write_text(text, "utf-8")
    (folder / "oncu.yml").write_text(SETTINGS.format(folder=folder, port=port), "utf-8")
    database = create_database(f"sqlite:///{folder / 'oncu.db'}")
    columns = dict.fromkeys(("manager", "limit", "balance", "city"))
    with database.write() as connection:
        names = ((f"K{n}", client_name(n)) for n in range(CLIENTS))
        rows = [
            columns | {"client_id": key, "legal_name": f"{name} A.Ş.", "short_names": (name,)} for key, name in names
        ]
        save_clients(connection, rows, datetime.now(UTC))
    database.close()


def watch(soak: Soak, papers: Papers, scheduler: int) -> None:
    """Look every few seconds until all is told and read, or the time to drain is over."""
    papers.began = time.monotonic()
    end = papers.began + 60 * MINUTES
    while time.monotonic() < end:
        soak.look(scheduler, papers.due)
        time.sleep(LOOK)
    while time.monotonic() < end + DRAIN and (stored(soak) < DOCUMENTS or soak.pending()):
        time.sleep(LOOK)
    soak.left = soak.pending()


def stored(soak: Soak) -> int:
    with soak.database.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM documents").scalar())


def test_everything_told_was_stored_and_read(soak: Soak) -> None:
    assert stored(soak) == DOCUMENTS
    assert soak.left == 0


def test_memory_of_the_scheduler_is_flat(soak: Soak) -> None:
    settled = soak.memory[len(soak.memory) // 4 :]
    slope = linear_regression([documents / 1_000 for documents, _ in settled], [size for _, size in settled]).slope
    print(f"\n  scheduler: {settled[-1][1]:.0f} MB, {slope:+.2f} MB per 1,000 documents")
    assert slope < 1


@pytest.mark.parametrize("job", ["crawl", "run"])
def test_jobs_do_not_grow_from_slot_to_slot(soak: Soak, job: str) -> None:
    peaks = [peak for name, peak in soak.peaks.values() if name == job and peak > 100]
    assert len(peaks) >= 2
    third = max(1, len(peaks) // 3)
    early, late = max(peaks[:third]), max(peaks[-third:])
    print(f"\n  {job}: {len(peaks)} times, peak {early:.0f} MB at first, {late:.0f} MB at last")
    assert late < early * 1.1 + 50


def test_no_file_stays_open(soak: Soak) -> None:
    """How many are open goes up and down with the jobs that run; one that is left open lifts the least."""
    quarter = len(soak.files) // 4
    early, late = (min(soak.files[place * quarter :][:quarter]) for place in (1, 3))
    print(f"\n  scheduler: {early} files open at least in the second quarter, {late} in the last")
    assert late <= early
