"""Authors are kept as digests keyed by a secret, and one who was forgotten stays forgotten."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from oncu.config.settings import CrawlSettings
from oncu.crawlers.authors import digests_of, seal_author
from oncu.crawlers.run import crawl
from oncu.storage.database import create_database
from oncu.storage.documents import Document, Saved
from oncu.storage.privacy import erase_author

from .conftest import item, make_spec, rss, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_forgotten_author_does_not_come_back_with_the_next_crawl(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'oncu.db'}"
    database = create_database(url)
    pages = {"/rss": (200, "application/rss+xml", rss(item(1, author="Ece Yaman"), item(2, author="Can Ok")))}
    with serving(pages) as site:
        settings = CrawlSettings(delay_seconds=0, allow_private=[site.place], author_salt="secret")
        specs = [make_spec("meydan", site.url("/rss"), category="social")]
        crawl(specs, settings, url, NOW)
        with database.write() as connection:
            assert erase_author(connection, digests_of("Ece Yaman", "secret"), NOW, source=None).documents == 1
        pages["/rss"] = (200, "application/rss+xml", rss(item(1, author="Ece Yaman", title="Düzeltildi"), item(2)))
        (result,) = crawl(specs, settings, url, NOW + timedelta(days=1))
    with database.read() as connection:
        bodies = connection.exec_driver_sql("SELECT title FROM texts ORDER BY title").scalars().all()
    database.close()
    assert (result.saved, bodies) == (Saved(seen=2), ["", "Haber 2"])


def test_a_document_without_an_author_stays_without() -> None:
    document = Document("meydan", "1", "x", "", NOW)
    assert seal_author(document, "secret") is document


def test_the_digest_of_a_parser_is_not_what_is_stored() -> None:
    document = Document("meydan", "1", "x", "", NOW, author_digest="plain")
    assert seal_author(document, "a").author_digest not in ("plain", seal_author(document, "b").author_digest)
