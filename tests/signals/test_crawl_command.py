"""`oncu crawl` as typed: what is refused, and in which words."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from oncu.config.problems import Problem
from oncu.signals.cli import app
from oncu.storage.database import create_database

FEED = """
title: Deneme
publisher: Deneme
category: news
origin: independent
reader: feed
url: https://haber.example/rss
every: 1h
terms: open
personal_data: none
expect: {documents: {min: 1, max: 100}}
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "haber.yml").write_text(FEED)
    url = f"sqlite:///{tmp_path / 'oncu.db'}"
    create_database(url).close()
    monkeypatch.setenv("ONCU_DATABASE_URL", url)
    monkeypatch.setenv("ONCU_SOURCES", str(tmp_path / "sources"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("crawl haber --from 2026-01-01 --to 2026-01-31", "haber: a feed only holds its newest entries"),
        ("crawl --from 2026-01-01 --to 2026-01-31", "a backfill needs sources and both days"),
        ("crawl haber --from 2026-01-01", "a backfill needs sources and both days"),
        ("crawl haber --from 2026-02-01 --to 2026-01-01", "swap --from and --to"),
    ],
)
def test_backfill_that_cannot_be_done_is_explained(installed: None, typed: str, words: str) -> None:
    result = CliRunner().invoke(app, typed.split())
    assert isinstance(result.exception, Problem) and words in str(result.exception)
