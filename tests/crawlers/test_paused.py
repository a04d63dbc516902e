"""A source that a person paused is left alone until it is resumed."""

from datetime import UTC, datetime, timedelta

import pytest

from oncu.config.settings import CrawlSettings
from oncu.crawlers.run import crawl
from oncu.storage.database import Database
from oncu.storage.pauses import SourceMove, move_source

from .conftest import item, make_spec, rss
from .loopback import pages, serving

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(("kinds", "visited"), [(["pause"], ["/b"]), (["pause", "resume"], ["/a", "/b"])])
def test_a_paused_source_is_not_visited_until_it_is_resumed(database: Database, kinds, visited) -> None:
    with database.write() as connection:
        for hours, kind in enumerate(kinds):
            move_source(connection, SourceMove("dinlenen", kind, "bakım", "ece", NOW + timedelta(hours=hours)))
    with serving(pages({"/a": rss(item(1)), "/b": rss(item(2))})) as site:
        specs = [make_spec("dinlenen", site.url("/a")), make_spec("acik", site.url("/b"))]
        settings = CrawlSettings(delay_seconds=0, allow_private=[site.place], process="inside")
        results = crawl(specs, settings, str(database.engine.url), NOW + timedelta(days=1))
        assert sorted(site.paths()) == visited
    if len(visited) == 1:
        assert results[0].status == "quiet"
        assert results[0].issues[0].problem.startswith("not visited: paused by ece on 2026-03-02 (bakım)")
