"""Stored pages served again: every site of every fixture at an address of its own, all on loopback, in one thread."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.crawlers.run import crawl
from oncu.crawlers.visit import SourceResult
from oncu.signals.listening.sources import expected_documents
from oncu.storage.database import Database
from oncu.storage.documents import documents_of

DROPPED = "drop://files/"


@dataclass(frozen=True)
class Answer:
    """One stored page: where it was, its Content-Type, its bytes."""

    url: str
    content_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Case:
    """One visit to try: a source, the address it is visited at, and the pages that are there."""

    name: str
    spec: SourceSpec
    url: str
    pages: Sequence[Answer]


@dataclass(frozen=True)
class Visited:
    """How a visit ended and what it stored, as `expected.json` writes it."""

    result: SourceResult
    documents: list[Mapping[str, Any]]

    @property
    def kinds(self) -> list[str]:
        return sorted({issue.kind for issue in self.result.issues})

    @property
    def problems(self) -> str:
        return "; ".join(f"{issue.kind}: {issue.problem}" for issue in self.result.issues)


def read_case(folder: Path, spec: SourceSpec) -> tuple[Case, dict[str, Any]]:
    """A fixture folder: its pages, and what is expected of them."""
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    pages = [Answer(p["url"], p["content_type"], (folder / p["file"]).read_bytes()) for p in expected["pages"]]
    return Case(f"{folder.parent.name}-{folder.name}", spec, expected["url"], pages), expected


def visit(cases: Sequence[Case], database: Database, drop: Path, now: datetime) -> dict[str, Visited]:
    """Crawl all cases at once, over HTTP on loopback; their real hosts are never asked."""
    with serve(cases) as places:
        specs = [_local(case, places, drop) for case in cases]
        settings = CrawlSettings(
            delay_seconds=0, allow_private=sorted(urlsplit(p).netloc for p in places.values()), drop_folder=drop
        )
        results = crawl(specs, settings, str(database.engine.url), now)
    with database.read() as connection:
        stored = {r.source: expected_documents(documents_of(connection, r.source, limit=10**6)) for r in results}
    back = {local: real.partition(" ")[2] for real, local in places.items()}
    return {r.source: Visited(r, json.loads(_renamed(json.dumps(stored[r.source]), back))) for r in results}


@contextmanager
def serve(cases: Sequence[Case]) -> Iterator[dict[str, str]]:
    """Serve the pages; the local origin of each `case real-origin`."""
    places: dict[str, str] = {}
    ready, loop = Event(), asyncio.new_event_loop()

    async def start() -> None:
        for case in cases:
            web = [page for page in case.pages if not page.url.startswith(DROPPED)]
            sites = {origin: _Site() for page in [*web, Answer(case.url, "", b"")] if (origin := origin_of(page.url))}
            for origin, site in sites.items():
                server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
                port = server.sockets[0].getsockname()[1]
                places[f"{case.name} {origin}"] = f"http://127.0.0.1:{port}"
            names = {origin: places[f"{case.name} {origin}"] for origin in sites}
            for page in web:
                sites[origin_of(page.url)].add(page, names)
        ready.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(start())
        loop.run_forever()

    thread = Thread(target=run, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield places
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


class _Site:
    """The pages of one origin; asked again for one, it gives the next page stored for that address, then the last."""

    def __init__(self) -> None:
        self.pages: dict[str, list[tuple[str, bytes]]] = {}
        self.asked: dict[str, int] = {}

    def add(self, page: Answer, names: Mapping[str, str]) -> None:
        body = page.body
        for real, local in names.items():
            body = body.replace(real.encode(), local.encode())
        self.pages.setdefault(path_of(page.url), []).append((page.content_type, body))

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        path = head.split(" ", 2)[1]
        sent = [line for line in head.lower().split("\r\n") if line.startswith("content-length:")]
        if sent:
            await reader.readexactly(int(sent[0].partition(":")[2]))
        found = self.pages.get(path)
        if found is None:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        else:
            number = self.asked[path] = self.asked.get(path, -1) + 1
            kind, body = found[min(number, len(found) - 1)]
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n".encode())
            writer.write(b"Connection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()


def origin_of(url: str) -> str:
    """Scheme and host of a web address; empty for a drop."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else ""


def path_of(url: str) -> str:
    """What a browser asks a host for."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _local(case: Case, places: Mapping[str, str], drop: Path) -> SourceSpec:
    """The source at its address on loopback, or with its files in the drop folder."""
    if case.spec.is_dropped:
        folder = drop / case.name
        folder.mkdir(parents=True)
        for page in case.pages:
            (folder / page.url.rpartition("/")[2]).write_bytes(page.body)
        url = f"drop:{case.name}/*"
    else:
        origin = origin_of(case.url)
        url = case.url.replace(origin, places[f"{case.name} {origin}"], 1)
    return case.spec.model_copy(update={"name": case.name, "url": url, "enabled": True} | _local_detail(case, places))


def _local_detail(case: Case, places: Mapping[str, str]) -> dict[str, Any]:
    """The reader of an API whose details are at an address of the source's file, with that address on loopback."""
    api = case.spec.api
    if not (api and api.detail and api.detail.url):
        return {}
    origin = origin_of(api.detail.url)
    url = api.detail.url.replace(origin, places[f"{case.name} {origin}"], 1)
    return {"api": api.model_copy(update={"detail": api.detail.model_copy(update={"url": url})})}


def _renamed(text: str, names: Mapping[str, str]) -> str:
    for found, wanted in names.items():
        text = text.replace(found, wanted)
    return text
