"""One crawl of many sources over real HTTP, looked at from all sides."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.crawlers.job import Job
from oncu.crawlers.run import COMMAND, crawl
from oncu.crawlers.visit import SourceResult
from oncu.storage.database import Database, StorageError, create_database
from oncu.storage.documents import Document, Saved, load_documents
from oncu.storage.models import documents, issues, runs

from .conftest import Pages, Site, as_json, item, make_spec, page, rss, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HTML = "text/html"
FOOTER = "".join(f"<a href='http://{n}-bahis.example/'>canlı bahis</a>" for n in range(5))


def site_pages() -> Pages:
    return {
        "/robots.txt": (200, "text/plain", b"User-agent: *\nDisallow: /kapali/\n"),
        "/rss": (200, "application/rss+xml", rss(item(1, author="Ece Yaman"), item(2), item(3, date="02.03.2036"))),
        "/liste": (
            200,
            HTML,
            page("<li><a href='/d/1'>x</a></li><li><a href='/d/2'>x</a></li><a class=n href='/liste2'>2</a>"),
        ),
        "/liste2": (
            200,
            HTML,
            page("<li><a href='/d/3'>x</a></li><li><a href='/kapali/4'>x</a></li><a class=n href='/liste'>1</a>"),
        ),
        "/d/1": (
            200,
            HTML,
            page("<h1>Şişli'de ığdır çınarı</h1><div class=b><p>Bir</p><p>İki</p></div>", charset="windows-1254"),
        ),
        "/d/2": (200, HTML, page("<h1>İkinci</h1><div class=b>Metin</div><i>31.12.2025</i>")),
        "/d/3": (200, HTML, page(f"<h1>Rehber</h1><div class=b>deneme bonusu, güncel giriş {FOOTER}</div>")),
        "/kapali/4": (200, HTML, page("<h1>Gizli</h1>")),
        "/api?s=1": (
            200,
            "application/json",
            as_json({"rows": [{"no": 1, "firma": "Örnekçi A.Ş.", "iller": ["Bolu", "Düzce"]}]}),
        ),
        "/api?s=2": (200, "application/json", as_json({"rows": [{"no": 2, "firma": "Denemeci Ltd.", "iller": None}]})),
        "/api?s=3": (200, "application/json", as_json({"rows": []})),
        "/dosya.csv": (200, "text/csv", "no;unvan;durum\n7;Sınamacı A.Ş.;ger.\n8;Yoklamacı A.Ş.\n".encode()),
        "/bozuk": (500, "text/plain", b"down"),
        "/iceri": (302, "http://127.0.0.1:9/gizli", b""),
        "/sonsuz": (200, "endless", b""),
        "/bos": (200, "application/rss+xml", rss()),
        "/degil": (200, HTML, page("<p>giriş yapın</p>")),
    }


def sources(site: Site) -> list[SourceSpec]:
    detail = {"title": "h1", "text": "div.b", "published_at": "i::text"}
    return [
        make_spec("feed", site.url("/rss"), expect={"documents": {"min": 1, "max": 2}, "fill": {"author": 0.9}}),
        make_spec(
            "listing",
            site.url("/liste"),
            reader="listing",
            listing={"item": "li", "link": "a", "next": "a.n", "fields": detail},
        ),
        make_spec(
            "api",
            site.url("/api"),
            reader="api",
            api={"items": "rows", "page": {"param": "s"}, "fields": {"key": "no", "firm": "firma", "city": "iller"}},
            templates={"title": "{firm}: {stage} {city}"},
        ),
        make_spec(
            "file",
            site.url("/dosya.csv"),
            reader="file",
            file={"format": "csv", "fields": {"key": "no", "title": "unvan", "stage": "durum"}},
            lookups={"stage": {"ger.": "gerçekleşti"}},
        ),
        *(make_spec(name, site.url(f"/{name}")) for name in ("bozuk", "iceri", "sonsuz", "bos", "degil")),
        make_spec("kapali", site.url("/kapali/rss")),
    ]


@dataclass
class Crawled:
    results: dict[str, SourceResult]
    again: dict[str, SourceResult]
    database: Database
    site: Site
    progress: list[str]

    def documents(self, source: str) -> dict[str, Document]:
        with self.database.read() as connection:
            ids = connection.execute(select(documents.c.id).where(documents.c.source == source)).scalars().all()
            return {d.natural_key: d for d in load_documents(connection, ids).values()}

    def problems(self, source: str) -> dict[str, str]:
        return {issue.kind: issue.problem for issue in self.results[source].issues}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """Two crawls of all sources, an hour apart on the crawler's clock."""
    url = f"sqlite:///{tmp_path_factory.mktemp('crawl') / 'oncu.db'}"
    database = create_database(url)
    with serving(site_pages()) as site:
        settings = CrawlSettings(delay_seconds=0, max_bytes=200_000, allow_private=[site.place])
        seen: list[str] = []
        first = crawl(sources(site), settings, url, NOW, progress=lambda result: seen.append(result.source))
        again = crawl(sources(site)[:4], settings, url, NOW + timedelta(hours=1))
        yield Crawled({r.source: r for r in first}, {r.source: r for r in again}, database, site, seen)
    database.close()


def test_feed_entries_become_documents(crawled: Crawled) -> None:
    document = crawled.documents("feed")["g1"]
    assert (document.title, document.text, document.url) == ("Haber 1", "Metin 1", "http://haber.example/1")


def test_claimed_date_is_read_in_istanbul_and_first_seen_is_the_crawlers_clock(crawled: Crawled) -> None:
    document = crawled.documents("feed")["g1"]
    assert (document.published_at, document.first_seen_at) == (datetime(2026, 3, 2, 5, tzinfo=UTC), NOW)


def test_future_date_is_an_issue_and_the_document_undated(crawled: Crawled) -> None:
    assert crawled.documents("feed")["g3"].published_at is None
    assert "'02.03.2036' cannot be read or lies in the future" in crawled.problems("feed")["feed"]


def test_author_is_kept_as_digest_only(crawled: Crawled) -> None:
    document = crawled.documents("feed")["g1"]
    assert document.author_digest and "Ece" not in repr(document)


def test_listing_follows_next_pages_to_detail_pages(crawled: Crawled) -> None:
    assert [key.rpartition("/")[2] for key in sorted(crawled.documents("listing"))] == ["1", "2", "3"]


def test_windows_1254_page_is_read_right_and_keeps_paragraphs(crawled: Crawled) -> None:
    document = crawled.documents("listing")[crawled.site.url("/d/1")]
    assert (document.title, document.text) == ("Şişli'de ığdır çınarı", "Bir\nİki")


def test_doorway_page_is_quarantined(crawled: Crawled) -> None:
    assert (crawled.documents("listing")[crawled.site.url("/d/3")].quarantine or "").startswith("spam: ")


def test_page_forbidden_by_robots_is_not_fetched_and_said(crawled: Crawled) -> None:
    assert crawled.problems("listing")["robots"] == "robots.txt forbids this page"
    assert "/kapali/4" not in crawled.site.asked


def test_source_forbidden_by_robots_has_failed(crawled: Crawled) -> None:
    assert crawled.results["kapali"].status == "failed"


def test_api_pages_are_read_until_one_is_empty(crawled: Crawled) -> None:
    assert crawled.documents("api").keys() == {"1", "2"}


def test_template_skips_missing_values_and_joins_lists(crawled: Crawled) -> None:
    assert [d.title for _, d in sorted(crawled.documents("api").items())] == [
        "Örnekçi A.Ş.: Bolu; Düzce",
        "Denemeci Ltd.:",
    ]


def test_dropped_file_gives_documents_with_mended_fields(crawled: Crawled) -> None:
    assert crawled.documents("file")["7"].fields == {"stage": "gerçekleşti"}


@pytest.mark.parametrize(
    ("source", "kind", "problem"),
    [
        ("bozuk", "fetch", "the host answered 500"),
        ("iceri", "refused", "127.0.0.1 is an address inside a private network"),
        ("sonsuz", "fetch", "the body is over the limit (DownloadCancelledError)"),
        ("degil", "feed", "not an RSS or Atom feed"),
    ],
)
def test_failed_source_says_why_in_one_sentence(crawled: Crawled, source: str, kind: str, problem: str) -> None:
    assert crawled.results[source].status == "failed"
    assert crawled.problems(source)[kind] == problem


def test_silent_source_is_empty_and_an_issue(crawled: Crawled) -> None:
    assert crawled.results["bos"].status == "empty"
    assert crawled.problems("bos")["too-few"] == "0 documents, at least 1 expected"


def test_broken_expectations_are_issues(crawled: Crawled) -> None:
    found = crawled.problems("feed")
    assert found["too-many"] == "3 documents, at most 2 expected"
    assert found["fill"] == "author is filled in 33% of 3 documents, 90% expected"


def test_results_keep_the_order_of_the_sources_and_progress_sees_each(crawled: Crawled) -> None:
    assert list(crawled.results) == [spec.name for spec in sources(crawled.site)]
    assert sorted(crawled.progress) == sorted(crawled.results)


def test_second_crawl_stores_nothing_twice(crawled: Crawled) -> None:
    # the feed has a problem and the pages of the API lead on, so both are read again; the others are as they were
    assert [r.saved for r in crawled.again.values()] == [Saved(seen=3), Saved(), Saved(seen=2), Saved()]
    assert [r.unchanged for r in crawled.again.values()] == [0, 3, 0, 1]
    assert {d.first_seen_at for d in crawled.documents("feed").values()} == {NOW}


def test_runs_and_issues_are_kept_per_source(crawled: Crawled) -> None:
    with crawled.database.read() as connection:
        found = connection.execute(select(runs.c.subject, runs.c.status).where(runs.c.started_at == NOW))
        status = {row.subject: row.status for row in found}
        kinds = connection.execute(select(issues.c.kind).where(issues.c.source == "bozuk")).scalars().all()
    assert (status["feed"], status["bozuk"], set(kinds)) == ("done", "failed", {"fetch", "too-few"})


def test_unknown_database_is_one_clear_error_before_anything_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="run: oncu init"):
        crawl([], CrawlSettings(), f"sqlite:///{tmp_path / 'none.db'}", NOW)


def test_crawl_killed_half_way_keeps_what_it_stored_and_the_next_completes_it(database: Database) -> None:
    many = "".join(f"<li><a href='/d/{n}'>x</a></li>" for n in range(120))
    pages: Pages = {f"/d/{n}": (200, HTML, page(f"<h1>Haber {n}</h1>")) for n in range(120)}
    with serving(pages | {"/liste": (200, HTML, page(many))}) as site:
        listing = {"item": "li", "link": "a", "fields": {"title": "h1"}}
        spec = make_spec(
            "uzun", site.url("/liste"), reader="listing", listing=listing, expect={"documents": {"min": 1, "max": 500}}
        )
        settings = CrawlSettings(delay_seconds=0, allow_private=[site.place])
        url = str(database.engine.url)
        child = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert child.stdin
        child.stdin.write(Job((spec,), settings, url, NOW).to_json() + "\n")
        child.stdin.flush()
        wait_for(lambda: stored(database) > 0)
        child.send_signal(signal.SIGKILL)
        child.communicate()
        kept = stored(database)
        [result] = crawl([spec], settings, url, NOW)
    assert 0 < kept < 120
    assert result.saved == Saved(new=120 - kept, seen=kept)


def test_child_ends_when_its_caller_dies(database: Database) -> None:
    child = subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert child.stdin
    with serving({"/rss": (200, "endless", b"")}) as site:
        settings = CrawlSettings(delay_seconds=0, max_bytes=10**12, allow_private=[site.place])
        child.stdin.write(
            Job((make_spec("s", site.url("/rss")),), settings, str(database.engine.url), NOW).to_json() + "\n"
        )
        child.stdin.flush()
        wait_for(lambda: "/rss" in site.asked)
        child.stdin.close()  # what the system does to the pipe of a caller that is gone
        assert child.wait(timeout=10) == 1
    assert child.stdout
    child.stdout.close()


def test_sources_of_a_process_that_breaks_have_failed_with_its_last_words(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oncu.crawlers.run.COMMAND", [sys.executable, "-c", "import sys; sys.exit('no memory left')"])
    [result] = crawl([make_spec("s", "http://haber.example/rss")], CrawlSettings(), str(database.engine.url), NOW)
    assert (result.status, result.issues[0].problem) == ("failed", "the crawling process ended early: no memory left")


def stored(database: Database) -> int:
    with database.read() as connection:
        return len(connection.execute(select(documents.c.id)).all())


def wait_for(condition: object, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen in time"
        os.sched_yield()
