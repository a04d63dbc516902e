"""Hours in which a host is left alone."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from oncu.config.settings import CrawlSettings
from oncu.crawlers.plan import is_quiet
from oncu.crawlers.run import crawl
from oncu.storage.database import Database
from oncu.storage.models import runs

from .conftest import item, make_spec, rss
from .loopback import pages, serving


@pytest.mark.parametrize(
    ("quiet", "clock", "expected"),
    [
        ("23:00-06:00", "20:00", True),  # UTC: three hours less than Istanbul
        ("23:00-06:00", "19:59", False),
        ("23:00-06:00", "02:59", True),
        ("23:00-06:00", "03:00", False),
        ("23:00-06:00", "21:30", True),
        ("09:00-17:30", "06:00", True),
        ("09:00-17:30", "14:29", True),
        ("09:00-17:30", "14:30", False),
        (None, "20:00", False),
    ],
)
def test_quiet_hours_are_those_of_istanbul(quiet: str | None, clock: str, expected: bool) -> None:
    hour, minute = map(int, clock.split(":"))
    assert is_quiet(quiet, datetime(2026, 3, 2, hour, minute, 59, tzinfo=UTC)) is expected


@pytest.mark.parametrize("quiet", ["23-06", "24:00-06:00", "6:00-7:00", "06:00-06:00", "06:00 - 07:00", "06:60-07:00"])
def test_hours_that_cannot_be_read_are_refused(quiet: str) -> None:
    with pytest.raises(ValidationError, match="write two different times"):
        make_spec("s", "https://haber.example/rss", quiet=quiet)


def test_source_in_its_quiet_hours_is_left_alone_and_says_so(database: Database) -> None:
    night = datetime(2026, 3, 2, 22, tzinfo=UTC)
    with serving(pages({"/a": rss(item(1)), "/b": rss(item(2))})) as site:
        specs = [make_spec("gece", site.url("/a"), quiet="23:00-06:00"), make_spec("gunduz", site.url("/b"))]
        settings = CrawlSettings(delay_seconds=0, allow_private=[site.place], process="inside")
        results = crawl(specs, settings, str(database.engine.url), night)
        assert site.paths() == ["/b"]
    assert [r.status for r in results] == ["quiet", "ok"]
    assert results[0].issues[0].problem == "not visited: its quiet hours are 23:00-06:00 (Istanbul)"
    with database.read() as connection:
        assert connection.execute(runs.select()).one().subject == "gunduz"
