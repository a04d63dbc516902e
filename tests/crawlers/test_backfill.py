"""The past of a source: all of it, once, also when the program is killed on the way."""

import json
import re
import signal
import subprocess
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.crawlers.backfill import Backfill, from_json, to_json
from oncu.crawlers.job import Job
from oncu.crawlers.pages.page import Link, Window
from oncu.crawlers.plan import days_window, first_links, refuse_backfill, split_window
from oncu.crawlers.run import COMMAND, BackfillRefused, crawl
from oncu.crawlers.visit import SourceResult
from oncu.storage.database import Database
from oncu.storage.documents import Document
from oncu.storage.models import backfills, documents, runs

from .conftest import as_json, make_spec, page
from .loopback import Answer, Asked, Loopback, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIRST = date(2026, 1, 1)
URL = "https://sicil.example/liste"


class Archive:
    """One document a day, the newest first, ten on a page: as an API with windows or pages, and as a listing."""

    def __init__(self, days: int = 120) -> None:
        self.days = [date(2026, 3, 1) - timedelta(days=n) for n in range(days)]
        self.broken: set[str] = set()
        self.wait = 0.0

    def __call__(self, asked: Asked) -> Answer:
        parts = urlsplit(asked.path)
        query = {name: value[0] for name, value in parse_qs(parts.query).items()}
        time.sleep(self.wait)
        if asked.path in self.broken:
            return Answer(b"", 500)
        if parts.path == "/gun":
            inside = [d for d in self.days if query["from"] <= d.isoformat() <= query["to"]]
            return Answer(as_json({"rows": [self.row(day) for day in inside]}))
        start = 10 * int(query.get("s", 1)) - 10
        chosen = self.days[start : start + 10]
        if parts.path == "/sayfa":
            return Answer(as_json({"rows": [self.row(day) for day in chosen]}))
        if parts.path == "/liste":
            items = "".join(f"<li><a href='/d/{day}'>x</a></li>" for day in chosen)
            return Answer(page(f"{items}<a class=n href='/liste?s={start // 10 + 2}'>eski</a>"))
        if found := re.fullmatch(r"/d/(.+)", parts.path):
            return Answer(page(f"<h1>Haber {found[1]}</h1><time>{found[1]}</time>"))
        return Answer(b"", 404)

    @staticmethod
    def row(day: date) -> dict[str, str]:
        return {"no": day.isoformat(), "t": f"İlan {day}", "gun": day.isoformat()}


FIELDS = {"key": "no", "title": "t", "published_at": "gun"}
PAGED = {"reader": "api", "api": {"items": "rows", "page": {"param": "s"}, "fields": FIELDS}}
LISTED = {
    "reader": "listing",
    "listing": {"item": "li", "link": "a", "next": "a.n", "fields": {"title": "h1", "published_at": "time"}},
}


def windowed(site: Loopback, name: str = "gun") -> SourceSpec:
    api = {"items": "rows", "fields": FIELDS}
    return make_spec(name, site.url("/gun?from={from}&to={to}"), reader="api", api=api, windows={"step_days": 5})


def backfill(
    site: Loopback, database: Database, *specs: SourceSpec, first: date = date(2026, 1, 10), hour: int = 0
) -> list[SourceResult]:
    settings = CrawlSettings(delay_seconds=0, allow_private=[site.place], process="inside")
    window = days_window(first, date(2026, 1, 31))
    url = str(database.engine.url)
    return crawl(specs, settings, url, NOW + timedelta(hours=hour), window=window)


def stored_days(database: Database, source: str) -> set[str]:
    """The days, in Istanbul, of what is stored; each document must have been first seen by our clock."""
    with database.read() as connection:
        query = select(documents.c.published_at, documents.c.first_seen_at).where(documents.c.source == source)
        rows = connection.execute(query).all()
    assert all(row.first_seen_at >= NOW for row in rows)
    return {(row.published_at + timedelta(hours=3)).date().isoformat() for row in rows}


DAYS = {(date(2026, 1, 10) + timedelta(days=n)).isoformat() for n in range(22)}


def test_every_reader_that_can_brings_exactly_the_window(database: Database) -> None:
    with serving(Archive()) as site:
        specs = [
            windowed(site),
            make_spec("sayfa", site.url("/sayfa"), **PAGED),
            make_spec("liste", site.url("/liste"), **LISTED),
        ]
        results = backfill(site, database, *specs)
        listed = [path for path in site.paths() if path.startswith("/liste")]
    assert [(r.source, r.saved.new, r.issues) for r in results] == [(s.name, 22, ()) for s in specs]
    assert [stored_days(database, spec.name) for spec in specs] == [DAYS] * 3
    assert len(listed) == 7  # the sixth holds the first day of the window, the seventh is all too old


def test_backfill_goes_on_where_a_page_did_not_come(database: Database) -> None:
    archive = Archive()
    archive.broken = {"/liste?s=4", "/d/2026-01-28"}
    with serving(archive) as site:
        spec = make_spec("liste", site.url("/liste"), **LISTED)
        [first] = backfill(site, database, spec)
        archive.broken.clear()
        asked = len(site.asked)
        [second] = backfill(site, database, spec, hour=1)
        again = [a.path for a in site.asked[asked:] if a.path.startswith("/liste")]
    assert any(issue.kind == "backfill" and "goes on" in issue.problem for issue in first.issues)
    assert second.issues == () and stored_days(database, "liste") == DAYS
    assert again[0] == "/liste?s=4"


def test_finished_backfill_that_is_asked_for_again_looks_again_and_stores_nothing_twice(database: Database) -> None:
    with serving(Archive()) as site:
        [first], [second] = (backfill(site, database, windowed(site), hour=n) for n in range(2))
    assert (first.saved.new, second.saved.new, second.saved.seen) == (22, 0, 22)
    with database.read() as connection:  # runs of their own: they say nothing of how healthy the source is
        assert connection.execute(select(runs.c.stage)).scalars().all() == ["backfill"] * 2
        assert connection.execute(select(backfills.c.pending)).scalars().all() == [[]]


def test_backfill_that_is_killed_goes_on(database: Database) -> None:
    archive = Archive()
    archive.wait = 0.05
    with serving(archive) as site:
        settings = CrawlSettings(delay_seconds=0, allow_private=[site.place])
        spec = windowed(site)
        window = days_window(FIRST, date(2026, 2, 28))
        job = Job((spec,), settings, str(database.engine.url), NOW, window)
        child = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert child.stdin
        child.stdin.write(job.to_json() + "\n")
        child.stdin.flush()
        while len(site.paths()) < 6:
            assert child.poll() is None, "it ended before it could be killed"
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
        child.communicate()
        asked = site.paths()
        [result] = crawl([spec], settings, str(database.engine.url), NOW, window=window)
        again = site.paths()[len(asked) :]
    assert len(stored_days(database, "gun")) == 59 and result.issues == ()
    assert len(again) <= 12 - len(asked) + 2  # at most the step that was under way is read twice


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({}, "a feed only holds its newest entries"),
        ({"reader": "api", "api": {"items": "rows", "fields": FIELDS}}, "next, page or cursor"),
        ({"reader": "listing", "listing": {"item": "li", "link": "a"}}, "next or page"),
    ],
)
def test_source_whose_past_cannot_be_fetched_is_refused(database: Database, more: dict[str, Any], part: str) -> None:
    spec = make_spec("s", URL, **more)
    with pytest.raises(BackfillRefused, match=f"^s: .*{part}"):
        crawl([spec], CrawlSettings(), str(database.engine.url), NOW, window=days_window(FIRST, FIRST))


@pytest.mark.parametrize(
    "more",
    [
        PAGED,
        LISTED,
        {"reader": "sitemap", "sitemap": {}},
        {"reader": "file", "file": {"format": "csv", "fields": {}}},
        {"url": URL + "?d={from}", "windows": {}},
    ],
)
def test_source_whose_past_can_be_fetched_is_not_refused(more: dict[str, Any]) -> None:
    assert refuse_backfill(make_spec("s", **({"url": URL} | more))) is None


def test_days_are_those_of_istanbul_and_the_last_belongs_to_them() -> None:
    window = days_window(FIRST, date(2026, 1, 2))
    assert (window.start, window.end) == (datetime(2025, 12, 31, 21, tzinfo=UTC), datetime(2026, 1, 2, 21, tzinfo=UTC))


def test_swapped_days_are_refused() -> None:
    with pytest.raises(ValueError, match="swap --from and --to"):
        days_window(date(2026, 1, 2), FIRST)


def test_steps_cover_the_window_without_a_gap_newest_first() -> None:
    window = days_window(FIRST, date(2026, 1, 10))
    steps = list(split_window(window, timedelta(days=4)))
    assert [later.start for later in steps[:-1]] == [earlier.end for earlier in steps[1:]]
    assert (steps[0].end, steps[-1].start, len(steps)) == (window.end, window.start, 3)


def started(database: Database, **more: Any) -> Backfill:
    spec = make_spec("s", URL, **(PAGED | more))
    begun = Backfill(spec, days_window(FIRST, date(2026, 1, 31)), database, NOW)
    assert begun.begin(first_links(spec, begun.window))
    return begun


def dated(key: str, moment: datetime | None) -> Document:
    return Document("s", key, "Ad", "", NOW, published_at=moment)


def test_document_without_a_date_is_counted_and_not_stored(database: Database) -> None:
    begun = started(database)
    assert not begun.wants(dated("1", None)) and begun.undated == 1


def test_pages_without_end_that_repeat_themselves_end(database: Database) -> None:
    begun = started(database)
    pages = 0
    link: Link | None = Link(URL)
    while link and pages < 50:
        begun.wants(dated("1", datetime(2026, 1, 20, tzinfo=UTC)))
        pages += 1
        begun.follow(Link(f"{URL}?s={pages + 1}", number=pages + 1))
        link = begun.end_step()
    assert pages == 2 and begun.left == 0


def test_link_comes_back_from_its_progress_as_it_was() -> None:
    window = Window(datetime(2026, 1, 1, tzinfo=UTC), NOW)
    link = Link(URL, "detail", 3, '{"a": 1}', window, {"title": "Ad"})
    assert from_json(json.loads(json.dumps(to_json(link)))) == link
