"""A small web on loopback: every reader's kind of site, and some hostile ones."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

import pytest

from oncu.config.specs import SourceSpec

Pages = dict[str, tuple[int, str, bytes]]


class Site(ThreadingHTTPServer):
    """Serves `pages` (path → status, content type or redirect, body), notes every request."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, pages: Pages) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.pages = pages
        self.asked: list[str] = []
        self.lock = Lock()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A crawler that hangs up is no error here."""

    def url(self, path: str) -> str:
        return f"http://{self.place}{path}"


class _Answer(BaseHTTPRequestHandler):
    server: Site
    wbufsize = 65536

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, kind, body = self.server.pages.get(self.path, (404, "text/plain", b"not here"))
        self.send_response(status)
        if status in (301, 302):
            self.send_header("Location", kind)
        elif kind == "endless":
            self.end_headers()
            self._send_without_end()
            return
        else:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _send_without_end(self) -> None:
        while True:  # until the crawler hangs up, as it should
            self.wfile.write(b"<p>daha</p>" * 10_000)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serving(pages: Pages) -> Iterator[Site]:
    site = Site(pages)
    thread = Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()


MakeSpec = Callable[..., SourceSpec]


def make_spec(name: str, url: str, **more: object) -> SourceSpec:
    """A source with everything that does not matter filled in."""
    base = {
        "name": name,
        "title": name,
        "publisher": "Deneme",
        "category": "news",
        "origin": "independent",
        "reader": "feed",
        "url": url,
        "every": "1h",
        "terms": "public",
        "personal_data": "none",
        "expect": {"documents": {"min": 1, "max": 100}},
    }
    return SourceSpec.model_validate(base | more)


@pytest.fixture
def spec() -> MakeSpec:
    return make_spec


def rss(*items: str) -> bytes:
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>{''.join(items)}</channel></rss>".encode()


def item(number: int, *, title: str = "", text: str = "", date: str = "02.03.2026 08:00", author: str = "") -> str:
    return (
        f"<item><guid isPermaLink='false'>g{number}</guid><link>http://haber.example/{number}</link>"
        f"<title>{title or f'Haber {number}'}</title>"
        f"<description><![CDATA[{text or f'<p>Metin {number}</p>'}]]></description><pubDate>{date}</pubDate>"
        + (f"<author>{author}</author>" if author else "")
        + "</item>"
    )


def page(body: str, *, charset: str = "utf-8") -> bytes:
    return f"<html><head><meta charset='{charset}'><title>s</title></head><body>{body}</body></html>".encode(charset)


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
