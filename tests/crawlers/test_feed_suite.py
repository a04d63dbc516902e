"""Feeds of foreign suites: the values their authors expect, no crash, and nothing that cannot be stored or shown."""

import ast
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oncu.crawlers.dates import parse_moment
from oncu.crawlers.pages.dialect import Unusual
from oncu.crawlers.pages.feed import Feed, FeedEntry, FeedHead, parse_feed, read_with_feedparser
from oncu.crawlers.pages.page import Link, Page
from oncu.crawlers.pages.plainfeed import read_plain_feed
from oncu.crawlers.parse_task import FOUND, Task
from oncu.crawlers.parse_worker import answer
from oncu.crawlers.text import UNWANTED

from .conftest import make_spec

NOW = datetime(9999, 12, 31, tzinfo=UTC)
# What an expectation may be about, and where that stands here; dates by the instant they name.
OF_ENTRY = {"title": "title", "link": "link", "summary": "summary", "description": "summary", "content": "content"} | {
    "author": "author",
    "id": "entry_id",
    "guid": "entry_id",
}
OF_FEED = {"title": "title", "link": "link", "subtitle": "summary", "description": "summary", "tagline": "summary"} | {
    "author": "author",
    "id": "feed_id",
    "guid": "feed_id",
    "language": "language",
}
DATES = frozenset(("published", "updated", "issued", "modified", "date"))
# Floors: raise them, never lower them without a word. In another harness feedparser itself got 1,319 cases right.
LEAST_CASES, LEAST_RIGHT = 1_336, 1_329
LEAST_QUICK = 2_090
TAGS = re.compile(r"<(?:script|style|iframe|object|embed|img|p|br|a)\b[^>]*>", re.IGNORECASE)
URL = "http://haber.example/a/rss"
SPEC = make_spec("feed", URL).model_dump_json(exclude_unset=True)

Case = tuple[str, str, str, object]


def expectations(head: str) -> list[Case]:
    """The claims of an `Expect:` line as (feed or entry number, field, part, value); none if one is not about these."""
    line = re.search(r"Expect:\s*(.+?)\s*(?:-->|\n)", head)
    try:
        tree = ast.parse(line[1], mode="eval") if line else None
    except SyntaxError:
        return []
    found = [_case(node) for node in ast.walk(tree) if isinstance(node, ast.Compare)] if tree else []
    return [case for case in found if case] if all(found) else []


def _case(node: ast.Compare) -> Case | None:
    match = re.fullmatch(
        r"(feed|entries\[(\d)\])(?:\['(\w+?)(_detail|_parsed)?'\]|\.(\w+))(\[0\])?(?:\['value'\])?",
        ast.unparse(node.left),
    )
    if not match or not isinstance(node.ops[0], ast.Eq):
        return None
    is_whole = ("['value']" in ast.unparse(node.left)) == bool(match[4] == "_detail" or match[6])
    field = match[3] or match[5]
    known = field in DATES or field in (OF_FEED if match[1] == "feed" else OF_ENTRY)
    if not known or not is_whole:
        return None
    try:
        return match[2] or "feed", field, match[4] or "", ast.literal_eval(node.comparators[0])
    except ValueError:
        return None


def read_file(path: Path, root: Path) -> Feed:
    """The feed of a file, with the headers it names itself."""
    body = path.read_bytes()
    headers = {k.lower(): v for k, v in re.findall(r"Header:\s*([\w-]+):\s*([^\n]+)", body[:2_000].decode("latin-1"))}
    url = headers.get("content-location", f"http://127.0.0.1:8097/{path.relative_to(root)}")
    return parse_feed(body, url, NOW, content_type=headers.get("content-type", "application/xml").strip())


def said(claimed: Mapping[str, str]) -> dict[str, str]:
    """Nothing and an empty text are the same."""
    return {name: text for name, text in claimed.items() if text}


def is_right(feed: Feed, case: Case) -> bool:
    where, field, part, wanted = case
    if where != "feed" and int(where) >= len(feed.entries):
        return False
    place: FeedHead | FeedEntry = feed.head if where == "feed" else feed.entries[int(where)]
    if field not in DATES:
        return getattr(place, (OF_FEED if where == "feed" else OF_ENTRY)[field]) == UNWANTED.sub("", str(wanted))
    if part == "_parsed":
        return wanted is None or (place.published_at or NOW).timetuple()[:6] == tuple(wanted)[:6]  # type: ignore[arg-type]
    return place.published_at == parse_moment(str(wanted), NOW)


def files(shared: Path, suite: str, least: int) -> list[Path]:
    found = sorted((shared / "corpora" / suite).rglob("*.xml"))
    assert len(found) >= least
    return found


@pytest.mark.shared
def test_core_fields_of_a_foreign_suite_are_read_no_less_often_than_by_feedparser(shared: Path) -> None:
    """feedparser's own tests: a case is a file whose `Expect:` line is about nothing but core fields.

    Those are title, link, summary, content, date, author and id of an entry or of the feed. The line is taken apart,
    not run: each `==` in it must hold, `bozo` does not count. `description`, `tagline` and `subtitle` are the summary,
    `x_detail['value']` is x, `guid` is the id, and a date (or its `_parsed` form) stands for the instant it names.
    Text is expected without the characters that are never stored. The file's own `Header:` lines are given along.
    """
    root = shared / "corpora" / "feedparser" / "tests"
    heads = {path: path.read_bytes()[:3_000].decode("latin-1") for path in files(shared, "feedparser", 2_000)}
    cases = {path: expectations(head) for path, head in heads.items()}
    right = [all(is_right(read_file(path, root), case) for case in found) for path, found in cases.items() if found]
    assert len(right) >= LEAST_CASES
    assert sum(right) >= LEAST_RIGHT


@pytest.mark.shared
def test_feeds_of_a_foreign_suite_are_read_safely_within_the_limits(shared: Path) -> None:
    """All of the W3C validator's feeds as a parser reads them: its clock would end this test at a slow one."""
    for path in files(shared, "feedvalidator", 2_156):
        asked = Task(SPEC, Page(URL, path.read_bytes(), "application/xml"), Link(URL), NOW)
        found = [FOUND.validate_json(FOUND.dump_json(part)) for part in answer(asked)]
        assert not [part.problem for part in found if part.problem]
        assert not [issue for part in found for issue in part.issues if issue.kind == "program"]
        for document in (document for part in found for document in part.documents):
            shown = document.title + document.text + "".join(document.fields.values())
            assert not UNWANTED.search(shown) and not TAGS.search(shown), path


@pytest.mark.shared
def test_quick_way_gives_what_feedparser_gives_on_foreign_feeds(shared: Path) -> None:
    quick = 0
    for suite, least in (("feedparser", 2_000), ("feedvalidator", 2_156)):
        for path in files(shared, suite, least):
            body = path.read_bytes()
            try:
                claims = read_plain_feed(body, URL, "application/rss+xml")
            except Unusual:
                continue
            quick += 1
            slow, problems = read_with_feedparser(body, URL, "application/rss+xml")
            assert (said(claims.feed), [said(entry) for entry in claims.entries], []) == (
                said(slow.feed),
                [said(entry) for entry in slow.entries],
                problems,
            ), path
    assert quick >= LEAST_QUICK
