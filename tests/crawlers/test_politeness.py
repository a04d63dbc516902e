"""A trace of what hosts are asked, as it is sent: never twice within the delay that is theirs.

TRACE_SECONDS=60 makes it the long trace of docs/trust.md; -s prints the figures.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from oncu.config.settings import CrawlSettings
from oncu.crawlers.downloader import PoliteDownloader
from oncu.crawlers.run import crawl
from oncu.storage.database import Database, create_database

from .conftest import item, make_spec, page, rss
from .loopback import Answer, Asked, Behave, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRACE_SECONDS = float(os.environ.get("TRACE_SECONDS", "3"))
DELAY = 0.5
# Timers of an event loop may be early by so much.
EARLY = 0.01
LISTING = {"item": "li", "link": "a", "fields": {"title": "h1"}}
LINKS = "".join(f"<li><a href='/d/{n}'>x</a></li>" for n in range(500))


def host(crawl_delay: str = "", *, status: int = 200, redirects: bool = False) -> Behave:
    """A listing of 500 pages and a feed, and what the host's robots.txt and its pages answer."""

    def behave(asked: Asked) -> Answer:
        if asked.path == "/robots.txt":
            return Answer(f"User-agent: *\nCrawl-delay: {crawl_delay}".encode() if crawl_delay else b"")
        if asked.path.startswith("/d/") and redirects:
            return Answer(b"", 302, {"Location": asked.path.replace("/d/", "/e/")})
        if asked.path.startswith("/d/"):
            return Answer(page("<h1>Haber</h1>"), status)
        return Answer(page(LINKS) if asked.path == "/liste" else rss(item(1)))

    return behave


# How a host behaves, and the least seconds between two requests to it.
HOSTS = {
    "plain": (host(), DELAY),
    "wants more": (host("0.9"), 0.9),
    "wants less": (host("0.1"), DELAY),
    "fails": (host(status=503), DELAY),
    "redirects": (host(redirects=True), DELAY),
}


@dataclass(frozen=True)
class Trace:
    delay: float
    moments: list[float]

    @property
    def gaps(self) -> list[float]:
        return [later - sooner for sooner, later in zip(self.moments, self.moments[1:], strict=False)]


@contextmanager
def noting_what_is_sent() -> Iterator[dict[str, list[float]]]:
    """When each host was sent a request: the host's own clock would count what a busy machine did to it on its way."""
    sent: dict[str, list[float]] = {}

    def note(self: PoliteDownloader, host: str, note_sent: Callable[..., None] = PoliteDownloader.note_sent) -> None:
        sent.setdefault(host, []).append(time.monotonic())
        note_sent(self, host)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PoliteDownloader, "note_sent", note)
        yield sent


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Trace]]:
    """What each host was asked in one crawl of all of them, two sources a host."""
    database = create_database(f"sqlite:///{tmp_path_factory.mktemp('trace') / 'oncu.db'}")
    with ExitStack() as stack:
        sites = {
            name: stack.enter_context(serving(behave, f"127.0.0.{n}"))
            for n, (name, (behave, _)) in enumerate(HOSTS.items(), 2)
        }
        specs = []
        for n, site in enumerate(sites.values()):
            specs.append(make_spec(f"liste-{n}", site.url("/liste"), reader="listing", listing=LISTING))
            specs.append(make_spec(f"rss-{n}", site.url("/rss")))
        settings = CrawlSettings(
            delay_seconds=DELAY,
            visit_seconds=TRACE_SECONDS,
            allow_private=[site.place for site in sites.values()],
            process="inside",
        )
        with noting_what_is_sent() as sent:
            crawl(specs, settings, str(database.engine.url), NOW)
        traces = {name: Trace(HOSTS[name][1], sent[site.place.partition(":")[0]]) for name, site in sites.items()}
        assert {name: len(site.asked) for name, site in sites.items()} == {n: len(t.moments) for n, t in traces.items()}
    database.close()
    yield traces


@pytest.mark.parametrize("name", HOSTS)
def test_host_is_never_asked_twice_within_its_delay(traces: dict[str, Trace], name: str) -> None:
    trace = traces[name]
    lasted = trace.moments[-1] - trace.moments[0]
    print(f"\n{name}: {len(trace.moments)} requests in {lasted:.1f} s, at least {min(trace.gaps):.3f} s apart", end=" ")
    assert len(trace.moments) > TRACE_SECONDS / trace.delay / 2
    assert min(trace.gaps) > trace.delay - EARLY


def test_page_another_host_sent_us_to_waits_its_turn_at_its_own(database: Database) -> None:
    def send_away(asked: Asked) -> Answer:
        return Answer(b"", 404) if asked.path == "/robots.txt" else Answer(b"", 302, {"Location": target.url("/rss")})

    with ExitStack() as stack:
        target = stack.enter_context(serving(host("0.4"), "127.0.0.2"))
        senders = [stack.enter_context(serving(send_away, f"127.0.0.{n}")) for n in range(3, 7)]
        specs = [make_spec(f"s{n}", site.url("/rss")) for n, site in enumerate(senders)]
        places = [site.place for site in (target, *senders)]
        settings = CrawlSettings(delay_seconds=0, allow_private=places, process="inside")
        with noting_what_is_sent() as sent:
            results = crawl(specs, settings, str(database.engine.url), NOW)
    assert {result.status for result in results} == {"ok"}
    assert len(sent["127.0.0.2"]) == 5
    assert min(Trace(0.4, sent["127.0.0.2"]).gaps) > 0.4 - EARLY
