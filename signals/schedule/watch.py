"""What a watcher asks a scheduler: is it alive, is it ready, and how does the bank's listening go, in numbers."""

import json
import logging
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from oncu.config.problems import Problem
from oncu.storage.database import Database
from oncu.storage.slots import last_done_slots, last_slots
from oncu.storage.tallies import Tally, tally

from ..flow.urgent import GIVE_UP

TEXT = "text/plain; version=0.0.4; charset=utf-8"
log = logging.getLogger(__name__)


class Watched(ThreadingHTTPServer):
    """Answers /live, /ready and /metrics; it says nothing of any client."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], database: Database, clock: Callable[[], datetime]) -> None:
        """Listen on an address; port 0 takes a free one. Raises Problem where it is taken."""
        try:
            super().__init__(address, _Answers)
        except OSError as error:
            raise Problem(
                f"port {address[1]} of {address[0]} cannot be opened ({error.strerror}); take another"
            ) from None
        self.database, self.clock = database, clock

    def serve_in_background(self) -> None:
        """Answer until `shutdown`."""
        Thread(target=self.serve_forever, daemon=True).start()


class _Answers(BaseHTTPRequestHandler):
    server: Watched

    def do_GET(self) -> None:
        pages = {"/live": self._live, "/ready": self._ready, "/metrics": self._metrics}
        page = pages.get(self.path)
        status, kind, body = page() if page else (404, TEXT, b"not here\n")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing: a watcher asks every few seconds."""

    def _live(self) -> tuple[int, str, bytes]:
        return 200, TEXT, b"alive\n"

    def _ready(self) -> tuple[int, str, bytes]:
        try:
            with self.server.database.read() as connection:
                done = last_done_slots(connection)
        except Problem as problem:
            log.error("not ready", extra={"problem": str(problem)})
            return 503, "application/json", b'{"ready": false, "database": "cannot be used"}\n'
        said = {"ready": True, "last_done": {job: at.isoformat() for job, at in sorted(done.items())}}
        return 200, "application/json", json.dumps(said).encode() + b"\n"

    def _metrics(self) -> tuple[int, str, bytes]:
        try:
            return 200, TEXT, metrics_of(self.server.database, self.server.clock())
        except Problem as problem:
            log.error("no metrics", extra={"problem": str(problem)})
            return 503, TEXT, b""


def metrics_of(database: Database, now: datetime) -> bytes:
    """The numbers in the format of Prometheus."""
    with database.read() as connection:
        jobs, done = last_slots(connection), last_done_slots(connection)
        counts = tally(connection, now, oldest_message=now - GIVE_UP)
    registry = CollectorRegistry()
    age = Gauge("oncu_job_last_done_seconds", "Seconds since a job was last done", ["job"], registry=registry)
    failed = Gauge("oncu_job_failed", "1 where the last slot of a job failed", ["job"], registry=registry)
    for job, slot in jobs.items():
        failed.labels(job).set(slot.status == "failed")
        if job in done:
            age.labels(job).set((now - done[job]).total_seconds())
    for name, help_text in Tally.MEANINGS.items():
        Gauge(f"oncu_{name}", help_text, registry=registry).set(getattr(counts, name))
    return generate_latest(registry)
