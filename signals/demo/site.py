"""The demo's world on loopback: a small stored site, served as it was on a given day.

One channel is one file of `config/demo/site/`; its entries become a feed, a paged listing with detail pages, or a paged
JSON API. Nothing here reads the clock: the day is `server.today`, which the demo moves from visit to visit.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from email.utils import format_datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Literal, Self, TypeVar
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, Field, ValidationError, model_validator

from oncu.config.load import HERE, ConfigError, Fault, describe_problem, load_sources, read_yaml
from oncu.config.specs import SourceSpec
from oncu.config.values import Strict, Text

DEMO = HERE / "demo"
HOST = "http://demo.oncu.example"
ISTANBUL = ZoneInfo("Europe/Istanbul")
MONTHS = ["Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık"]
NOON = time(12)  # the entries of a day are published at noon

Spec = TypeVar("Spec", bound=BaseModel)


class Entry(Strict):
    """One story, row, complaint, post or advertisement, visible from its date on."""

    slug: str = Field(pattern=r"^[a-z0-9-]+$")
    date: date
    title: str = ""
    text: str = ""
    author: Text | None = None
    fields: dict[str, Text] = {}
    links: list[Text] = []
    reprint_of: Text | None = None
    without_lead: bool = False
    closed: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.title or self.text or self.fields or self.reprint_of):
            raise ValueError("needs a title, a text, fields or reprint_of")
        return self

    @property
    def paragraphs(self) -> list[str]:
        """The text in paragraphs (an empty line parts them)."""
        return [p.strip() for p in re.split(r"\n\s*\n", self.text) if p.strip()]


class Channel(Strict):
    """One site's corner with its entries; `keep` is how many of the newest it still shows."""

    name: str
    title: Text
    kind: Literal["feed", "listing", "api", "broken"]
    language: Literal["tr", "en"] = "tr"
    encoding: Literal["utf-8", "windows-1254"] = "utf-8"
    template: Literal["row", "complaint", "classified"] | None = None
    page_size: int = Field(10, ge=1)
    keep: int = Field(50, ge=1)
    entries: list[Entry] = []

    @model_validator(mode="after")
    def _has_distinct_slugs(self) -> Self:
        slugs = [entry.slug for entry in self.entries]
        twice = sorted({slug for slug in slugs if slugs.count(slug) > 1})
        if twice:
            raise ValueError(f"entries: slug {twice[0]!r} stands twice; give each entry its own")
        if (self.kind == "listing") != (self.template is not None):
            raise ValueError("template: a listing needs one and no other kind has one")
        return self


class Site(Strict):
    """The whole stored site: its channels by name and its robots.txt."""

    channels: dict[str, Channel]
    robots: str


class DemoPlan(Strict):
    """When the demo visits the site, whose digest it prints and how it scores."""

    visit_days: list[date] = Field(min_length=1)
    manager: Text
    as_of: date
    horizon_days: int = Field(ge=1)


@dataclass(frozen=True)
class Answer:
    """What the server says: HTTP status, content type and body."""

    status: int
    content_type: str
    body: bytes


NOT_FOUND = Answer(404, "text/plain; charset=utf-8", b"not here\n")
BROKEN = Answer(500, "text/plain; charset=utf-8", b"database is down\n")


class DemoServer(ThreadingHTTPServer):
    """The site on a free port of 127.0.0.1; set `today` to serve it as of another day."""

    daemon_threads = True
    request_queue_size = 128  # the default of 5 overflows, and each lost connection waits a second

    def __init__(self, site: Site, today: date) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.site = site
        self.today = today

    @property
    def base_url(self) -> str:
        return f"http://{self.netloc}"

    @property
    def netloc(self) -> str:
        """`127.0.0.1:port`, as `crawl.allow_private` wants it."""
        return f"127.0.0.1:{self.server_port}"


class _Request(BaseHTTPRequestHandler):
    server: DemoServer

    def do_GET(self) -> None:
        given = answer(self.server.site, self.server.today, self.path)
        self.send_response(given.status)
        self.send_header("Content-Type", given.content_type)
        self.send_header("Content-Length", str(len(given.body)))
        self.end_headers()
        self.wfile.write(given.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, the name is the library's
        """Say nothing: the demo's screen belongs to the demo."""


@contextmanager
def serve(site: Site, today: date) -> Iterator[DemoServer]:
    """Serve the site on loopback as of a day; `server.base_url` is its address, `server.today` may be moved."""
    server = DemoServer(site, today)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def load_site(folder: Path = DEMO) -> Site:
    """The stored site of a folder (`site/*.yml`, `robots.txt`), reprints filled in. Raises ConfigError."""
    channels: dict[str, Channel] = {}
    faults: list[Fault] = []
    for path in sorted((folder / "site").glob("*.yml")):
        try:
            channels[path.stem] = _checked(path, Channel, {"name": path.stem})
        except ConfigError as error:
            faults += error.faults
    faults += [fault for channel in channels.values() for fault in _reprint_faults(folder, channel, channels)]
    if faults:
        raise ConfigError(faults)
    robots = (folder / "robots.txt").read_text(encoding="utf-8")
    return Site(channels={name: _with_reprints(channel, channels) for name, channel in channels.items()}, robots=robots)


def load_plan(folder: Path = DEMO) -> DemoPlan:
    """The visit days and the rest of `demo.yml`. Raises ConfigError."""
    return _checked(folder / "demo.yml", DemoPlan, {})


def demo_sources(base_url: str, folder: Path = DEMO) -> list[SourceSpec]:
    """The demo's sources, pointed at the running server. Raises ConfigError."""
    return [local(spec, base_url) for spec in load_sources(folder / "sources").values()]


def local(spec: SourceSpec, base_url: str) -> SourceSpec:
    """The source with the placeholder host of its address replaced by the server's."""
    return spec.model_copy(update={"url": spec.url.replace(HOST, base_url, 1)})


def answer(site: Site, today: date, target: str) -> Answer:
    """What the site says on a day to a request target such as `/mihver/rss.xml` or `/ilan-pazari/?sayfa=2`."""
    address = urlsplit(target)
    if address.path == "/robots.txt":
        return Answer(200, "text/plain; charset=utf-8", site.robots.encode())
    name, _, rest = address.path.strip("/").partition("/")
    channel = site.channels.get(name)
    if channel is None:
        return NOT_FOUND
    if channel.kind == "broken":
        return BROKEN
    return _channel_answer(channel, visible(channel, today), rest, parse_qs(address.query))


def visible(channel: Channel, today: date) -> list[Entry]:
    """The entries a reader of that day finds, newest first."""
    shown = [entry for entry in channel.entries if entry.date <= today]
    return sorted(shown, key=lambda entry: entry.date, reverse=True)[: channel.keep]


def _channel_answer(channel: Channel, shown: list[Entry], rest: str, query: Mapping[str, Sequence[str]]) -> Answer:
    number = _page_number(query)
    if channel.kind == "feed":
        return _xml(channel, shown) if rest == "rss.xml" else NOT_FOUND
    if channel.kind == "api":
        return _json(channel, shown, number) if rest == "api" else NOT_FOUND
    if not rest:
        return _html(channel, "listing", **_page(channel, shown, number))
    found = [entry for entry in shown if _path(channel, entry) == f"/{channel.name}/{rest}"]
    return _html(channel, str(channel.template), entry=found[0]) if found else NOT_FOUND


def _page_number(query: Mapping[str, Sequence[str]]) -> int:
    text = query.get("sayfa", ["1"])[0]
    return int(text) if re.fullmatch("[0-9]{1,6}", text) else 1


def _page(channel: Channel, shown: list[Entry], number: int) -> dict[str, Any]:
    end = number * channel.page_size
    return {"entries": shown[end - channel.page_size : end], "number": number, "has_next": end < len(shown)}


def _html(channel: Channel, template: str, **values: Any) -> Answer:
    text = _templates().get_template(f"{template}.html.j2").render(channel=channel, **values)
    # The character set is said by the page alone, as old sites do.
    return Answer(200, "text/html", text.encode(channel.encoding))


def _xml(channel: Channel, shown: list[Entry]) -> Answer:
    text = _templates().get_template("feed.xml.j2").render(channel=channel, entries=shown, home=HOST)
    return Answer(200, "application/rss+xml; charset=utf-8", text.encode())


def _json(channel: Channel, shown: list[Entry], number: int) -> Answer:
    page = _page(channel, shown, number)
    body = {"sayfa": number, "ilanlar": [_json_row(channel, entry) for entry in page["entries"]]}
    return Answer(200, "application/json", json.dumps(body, ensure_ascii=False).encode())


def _json_row(channel: Channel, entry: Entry) -> dict[str, str]:
    return {
        "ilan_no": entry.slug,
        "tarih": f"{entry.date:%d.%m.%Y}",
        "adres": _address(channel, entry),
        **entry.fields,
    }


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(DEMO / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals.update(path=_path, address=_address, turkish_date=_turkish_date, rfc822=_rfc822)
    return environment


def _path(channel: Channel, entry: Entry) -> str:
    return f"/{channel.name}/{'uye/' if entry.closed else ''}{entry.slug}"


def _address(channel: Channel, entry: Entry) -> str:
    """The entry's lasting address: the port of the loopback server changes from run to run."""
    return HOST + _path(channel, entry)


def _turkish_date(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _rfc822(day: date) -> str:
    return format_datetime(datetime.combine(day, NOON, ISTANBUL))


def _checked(path: Path, spec: type[Spec], named: dict[str, str]) -> Spec:
    try:
        return spec.model_validate({**read_yaml(path), **named})
    except ValidationError as error:
        raise ConfigError(Fault(path, *describe_problem(fault, spec)) for fault in error.errors()) from None


def _original(reference: str, channels: Mapping[str, Channel]) -> Entry | None:
    name, _, slug = reference.partition("/")
    entries = channels[name].entries if name in channels else []
    return next((entry for entry in entries if entry.slug == slug), None)


def _reprint_faults(folder: Path, channel: Channel, channels: Mapping[str, Channel]) -> list[Fault]:
    path = folder / "site" / f"{channel.name}.yml"
    references = [e.reprint_of for e in channel.entries if e.reprint_of and not _original(e.reprint_of, channels)]
    problem = "no such entry; write channel/slug of the story that is reprinted"
    return [Fault(path, "entries.reprint_of", f"{reference!r}: {problem}") for reference in references]


def _with_reprints(channel: Channel, channels: Mapping[str, Channel]) -> Channel:
    return channel.model_copy(update={"entries": [_reprinted(entry, channels) for entry in channel.entries]})


def _reprinted(entry: Entry, channels: Mapping[str, Channel]) -> Entry:
    original = _original(entry.reprint_of, channels) if entry.reprint_of else None
    if original is None:
        return entry
    paragraphs = original.paragraphs[1:] if entry.without_lead else original.paragraphs
    return entry.model_copy(update={"title": entry.title or original.title, "text": "\n\n".join(paragraphs)})
