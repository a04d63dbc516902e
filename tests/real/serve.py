"""The real data beside the project, served on loopback as its publishers would: feed, listing, API, pages, file."""

import html
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 200

Row = dict[str, Any]
Answer = tuple[str, bytes]


def read_lines(path: Path) -> list[Row]:
    """The rows of a JSON-lines file."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


@dataclass
class RealData:
    """What was published by a day; `today` may be moved."""

    folder: Path
    today: date = field(default=date.max)

    @cached_property
    def stream(self) -> list[Row]:
        """The headline stream, oldest first."""
        rows = read_lines(self.folder / "tr/news/stream_2026-07-08_to_08-10.jsonl")
        return sorted(rows, key=lambda row: row["zaman_utc"])

    @cached_property
    def complaints(self) -> dict[str, Row]:
        """Complaints by their own id."""
        return {row["id"]: row for row in read_lines(self.folder / "tr/complaints/complaints.jsonl")}

    @cached_property
    def notices(self) -> list[Row]:
        """Concordat notices, oldest first."""
        rows = read_lines(self.folder / "tr/registry/konkordato_notices.jsonl")
        return sorted(rows, key=lambda row: row["tarih"])

    @cached_property
    def gazette(self) -> dict[str, Path]:
        """Official Gazette pages by file name."""
        return {path.name: path for path in sorted((self.folder / "tr/registry/resmi_gazete").glob("*.htm"))}

    @property
    def stream_days(self) -> list[date]:
        """The days on which the stream was seen."""
        return sorted({seen_on(row) for row in self.stream})


def seen_on(row: Row) -> date:
    """The day a headline was seen."""
    return datetime.fromisoformat(row["zaman_utc"]).date()


def feed(data: RealData, _: Sequence[str], __: int) -> Answer:
    """The day's headlines as RSS, with the time their publisher claims."""
    items = "".join(
        f"<item><title>{html.escape(row['baslik'])}</title><link>{html.escape(row['link'])}</link>"
        f"<pubDate>{html.escape(row['yayin_zamani'])}</pubDate></item>"
        for row in data.stream
        if seen_on(row) == data.today
    )
    head = "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>stream</title>"
    return "application/rss+xml", f"{head}{items}</channel></rss>".encode()


def complaints(data: RealData, rest: Sequence[str], page: int) -> Answer:
    """A paged listing of complaints, and the page of each."""
    if rest:
        row = data.complaints[rest[0]]
        body = (
            f"<h1>{html.escape(row['title'] or '')}</h1><p class='firm'>{html.escape(row['company'])}</p>"
            f"<time>{row['date'] or ''}</time><div class='text'>{html.escape(row['text'] or '')}</div>"
        )
    else:
        ids = list(data.complaints)
        links = "".join(f"<li><a href='/complaints/{i}'>{i}</a></li>" for i in ids[(page - 1) * PAGE : page * PAGE])
        more = f"<a rel='next' href='/complaints?page={page + 1}'>next</a>" if page * PAGE < len(ids) else ""
        body = f"<ul class='list'>{links}</ul>{more}"
    return "text/html; charset=utf-8", f"<html><body>{body}</body></html>".encode()


def notices(data: RealData, _: Sequence[str], page: int) -> Answer:
    """Concordat notices as a paged JSON API."""
    shown = [row for row in data.notices if row["tarih"] <= data.today.isoformat()]
    rows = [row | {"firms": "; ".join(row.get("unvanlar") or row.get("firmalar") or [])} for row in shown]
    body = {"notices": rows[(page - 1) * PAGE : page * PAGE]}
    return "application/json", json.dumps(body, ensure_ascii=False).encode()


def gazette(data: RealData, rest: Sequence[str], _: int) -> Answer:
    """Pages of the Official Gazette as they are, in windows-1254, behind an index."""
    if rest:
        return "text/html", data.gazette[rest[0]].read_bytes()
    shown = [name for name in data.gazette if name[:8] <= data.today.strftime("%Y%m%d")]
    links = "".join(f"<li><a href='/gazette/{name}'>{name}</a></li>" for name in shown)
    return "text/html; charset=utf-8", f"<html><body><ul class='list'>{links}</ul></body></html>".encode()


def tenders(data: RealData, _: Sequence[str], __: int) -> Answer:
    """Public tenders as a file in a drop folder."""
    return "application/x-ndjson", (data.folder / "tr/registry/ekap_tenders/ekap_ihaleler.jsonl").read_bytes()


ROUTES: dict[str, Callable[[RealData, Sequence[str], int], Answer]] = {
    "stream.xml": feed,
    "complaints": complaints,
    "notices": notices,
    "gazette": gazette,
    "tenders.jsonl": tenders,
}


class RealServer(ThreadingHTTPServer):
    """The data on a free port of 127.0.0.1."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, data: RealData) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.data = data

    @property
    def netloc(self) -> str:
        """`127.0.0.1:port`."""
        return f"127.0.0.1:{self.server_port}"


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RealServer

    def do_GET(self) -> None:
        """Answer one request."""
        address = urlsplit(self.path)
        name, *rest = address.path.strip("/").split("/")
        page = int(parse_qs(address.query).get("page", ["1"])[0])
        status, (kind, body) = 404, ("text/plain", b"")
        if name in ROUTES:
            status, (kind, body) = 200, ROUTES[name](self.server.data, rest, page)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve(data: RealData) -> Iterator[RealServer]:
    """Serve the data on loopback."""
    server = RealServer(data)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
