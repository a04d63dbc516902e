"""A site on loopback that answers by a function and remembers what it was asked."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: str
    at: float


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Behave = Callable[[Asked], Answer]


class Loopback(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, behave: Behave, host: str) -> None:
        super().__init__((host, 0), _Handler)
        self.behave = behave
        self.asked: list[Asked] = []

    @property
    def place(self) -> str:
        return f"{self.server_address[0]}:{self.server_port}"

    def url(self, path: str) -> str:
        return f"http://{self.place}{path}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    def handle_error(self, request: object, client_address: object) -> None:
        """A crawler that hangs up is no error here."""


class _Handler(BaseHTTPRequestHandler):
    server: Loopback
    wbufsize = 65536

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body, time.monotonic())
        self.server.asked.append(asked)
        answer = self.server.behave(asked)
        self.send_response(answer.status)
        for name, value in ({"Content-Length": str(len(answer.body))} | dict(answer.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    do_POST = do_GET  # noqa: N815 - http.server's name

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serving(behave: Behave, host: str = "127.0.0.1") -> Iterator[Loopback]:
    site = Loopback(behave, host)
    thread = Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()


def pages(by_path: Mapping[str, Answer | bytes]) -> Behave:
    """A site of fixed pages; everything else is not found."""

    def behave(asked: Asked) -> Answer:
        found = by_path.get(asked.path, Answer(b"not here", 404))
        return found if isinstance(found, Answer) else Answer(found)

    return behave
