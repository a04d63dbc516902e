"""A whole line on loopback: two papers, a bank's installation in a folder, a mail server, and runs that are killed."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from oncu.config.load import SIGNALS
from oncu.storage.clients import save_clients
from oncu.storage.database import create_database

from ..catalogue import source_file
from .mailbox import Mailbox
from .told import PAPERS, TYPES, Event, events, feed, firms

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
MANAGERS = ("ayse", "burak", "ceren")
WHOLE = (("crawl",), ("run",), ("digests", "--send"))
RULES = """\
rules:
  - {name: all, title: {tr: Hepsi, en: All}, whom: [owner], channel: [digest, mail], deadline: 30d}
"""
SETTINGS = """\
database_url: sqlite:///{folder}/oncu.db
sources: {folder}/sources
signals: {folder}/signals
routing: {folder}/routing.yml
cache_folder: {folder}/cache
models_folder: {folder}/models
crawl: {{delay_seconds: 0, author_salt: s, process: inside, allow_private: ["127.0.0.1:{port}"]}}
mail: {{host: 127.0.0.1, port: {mail_port}, starttls: false, sender: oncu@bank.example, timeout_seconds: 10,
  recipients: {{ayse: ayse@bank.example, burak: burak@bank.example, ceren: ceren@bank.example}}}}
review: {{decide_within: 30d}}
schedule: {{crawl: 1m, read: 1m, digest: "08:00", score: off, retention: off, train: off,
  remind: off}}
"""


class Papers(ThreadingHTTPServer):
    """The feeds of all papers; `shown` is how many of the events they have told by now."""

    daemon_threads = True

    def __init__(self, all_events: list[Event]) -> None:
        super().__init__(("127.0.0.1", 0), _Feed)
        self.all_events, self.shown = all_events, 0

    def page(self, path: str) -> bytes | None:
        """What stands at an address."""
        paper = path.strip("/").removesuffix(".rss")
        base = f"http://127.0.0.1:{self.server_port}"
        return feed(paper, self.all_events[: self.shown], base, START) if paper in PAPERS else None


class _Feed(BaseHTTPRequestHandler):
    server: Papers

    def do_GET(self) -> None:
        body = self.server.page(self.path)
        mark = f'"{blake2b(body or b"", digest_size=8).hexdigest()}"'
        status = 404 if body is None else 304 if self.headers.get("If-None-Match") == mark else 200
        sent = body if status == 200 and body else b""
        self.send_response(status)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("ETag", mark)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@dataclass
class Line:
    """One bank that listens, and everything around it."""

    folder: Path
    papers: Papers
    box: Mailbox
    mother: "subprocess.Popen[str]"
    kills: int = 0

    def tell(self, more: int) -> None:
        """Let the papers tell so many events more."""
        self.papers.shown += more

    def run(
        self,
        words: Sequence[Sequence[str]] = WHOLE,
        *,
        at: datetime,
        step: str | None = None,
        seconds: float | None = None,
        copies: int = 1,
    ) -> list[int]:
        """Run commands in so many processes at once, killed at a step or after so much computing; how each ended."""
        order = {"folder": str(self.folder), "words": [list(some) for some in words], "at": at.isoformat()}
        order |= {"step": step, "seconds": seconds, "copies": copies}
        assert self.mother.stdin and self.mother.stdout
        self.mother.stdin.write(json.dumps(order) + "\n")
        self.mother.stdin.flush()
        line = self.mother.stdout.readline()
        if not line:
            raise AssertionError(f"the mother process ended: {self.said}")
        ended = list(json.loads(line))
        self.kills += sum(code < 0 for code in ended)
        return ended

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        with sqlite3.connect(self.folder / "oncu.db", timeout=30) as connection:
            return connection.execute(query).fetchall()

    @property
    def said(self) -> str:
        """What the commands printed."""
        return (self.folder / "line.log").read_text(encoding="utf-8")


@contextmanager
def open_line(folder: Path, count: int, mother: "subprocess.Popen[str]") -> Iterator[Line]:
    """A line whose papers will tell so many events."""
    told = events(count)
    with ExitStack() as stack:
        papers = stack.enter_context(Papers(told))
        Thread(target=papers.serve_forever, daemon=True).start()
        stack.callback(papers.shutdown)
        box = stack.enter_context(Mailbox())
        install(folder, told, papers.server_port, box.port)
        yield Line(folder, papers, box, mother)


def install(folder: Path, told: list[Event], site_port: int, mail_port: int) -> None:
    """The files and the database of a bank whose clients the events happen to."""
    for name in ("sources", "signals"):
        (folder / name).mkdir()
    for paper in PAPERS:
        text = source_file(paper, f"http://127.0.0.1:{site_port}/{paper}.rss")
        (folder / "sources" / f"{paper}.yml").write_text(text, encoding="utf-8")
    for code in TYPES:
        shutil.copy(SIGNALS / f"{code}.yml", folder / "signals")
    (folder / "routing.yml").write_text(RULES, encoding="utf-8")
    text = SETTINGS.format(folder=folder, port=site_port, mail_port=mail_port)
    (folder / "oncu.yml").write_text(text, encoding="utf-8")
    database = create_database(f"sqlite:///{folder}/oncu.db")
    with database.write() as connection:
        save_clients(connection, clients_of(len(told)), START)
    database.close()


def clients_of(count: int) -> list[dict[str, Any]]:
    """The rows of the clients to whom so many events happen."""
    return [client_of(n, *firm) for n, firm in enumerate(firms(-(-count // len(TYPES))))]


def client_of(number: int, client_id: str, name: str) -> dict[str, Any]:
    """The row of a client, of one of three managers in turn."""
    row = {"client_id": client_id, "legal_name": f"{name} Sanayi A.Ş.", "short_names": (name,)}
    return row | {"manager": MANAGERS[number % len(MANAGERS)], "limit": None, "balance": None, "city": None}


@contextmanager
def begin_mother() -> Iterator["subprocess.Popen[str]"]:
    """A process with everything loaded, for any number of lines."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("ONCU_")}
    process = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("mother.py"), *TYPES],
        env=known | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
