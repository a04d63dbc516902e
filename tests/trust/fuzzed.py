"""Anything at all, for whatever reads what others wrote: what each reader gets, and what must hold of its answer."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from oncu.classifiers.firms.names import ClientName
from oncu.classifiers.mentions.matcher import build_matcher
from oncu.classifiers.stories.copies import StoryIndex
from oncu.classifiers.tags.tagger import Tagger, build_tagger
from oncu.classifiers.text import fold
from oncu.config.load import load_signal_types
from oncu.config.problems import Problem
from oncu.config.schedule import parse_when
from oncu.crawlers.dates import parse_moment
from oncu.crawlers.pages.article import extract_article
from oncu.crawlers.pages.feed import parse_feed
from oncu.crawlers.robots import normalise, parse_robots
from oncu.crawlers.text import strip_unwanted
from oncu.signals.complaints.counts import judge_counts, read_counts
from oncu.signals.filters import (
    BadLineAt,
    extract_filter,
    feed_filter,
    redact_filter,
    run_filter,
    run_match,
    run_stories,
    tag_filter,
)
from oncu.signals.imports.names import read_client_names
from oncu.storage.keys import SEPARATOR, key_id

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KNOWN = ("Örnek Döküm", "ORNEK DOKUM A.Ş.'nin", "greve çıktı", "konkordato", "0532 123 45 67", "31.12.2025", "İıŞş", "")
# All of Unicode, and what breaks readers more often than chance would.
NASTY = (
    "\x00",
    "\ud800",
    "\u202e",
    "\ufeff",
    "\u0307",
    "\U0010ffff",
    "\x85",
    "\u2028",
    "\r",
    "\x1f",
    "İ",
    "ẞ",
    "'",
    '"',
)
texts = st.lists(st.text(max_size=12) | st.sampled_from(NASTY + KNOWN), max_size=8).map("".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
KEYS = ("id", "title", "text", "language", "published_at", "source", "url", "html", "html_path", "path")
DATES = st.sampled_from(("2026-03-02", "31.12.2025", "9999-12-31T23:59:59+14:00", "0001-01-01", "dün", "2026-13-45"))
rows = st.fixed_dictionaries(
    {"id": texts | st.integers() | values},
    optional={key: texts | values | (DATES if key == "published_at" else texts) for key in KEYS[1:]},
)
whole_rows = st.fixed_dictionaries({"id": st.integers(), "text": texts, "html": texts, "title": texts})
MARKUP = (
    "<rss>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<link>", "<pubDate>", "<description>", "<feed>",
    "<entry>", "<?xml version='1.0' encoding='", "utf-16", "windows-1254", "'?>", "<![CDATA[", "]]>", "&amp;", "&#0;",
    "&#x10ffff;", "&e;", "<!DOCTYPE a [<!ENTITY e 'x'>]>", "<!--", "-->", "<html>", "<body>", "<p>", "</p>", "<div ",
    "<script>", "</script>", "<meta charset='", "<article>", "<time datetime='", "<a href='", "'>", ">", "<h1>",
    '{"version": "https://jsonfeed.org/version/1.1", "items": [', '{"id": 1}', "]}", "User-agent: *\n", "Disallow: /",
    "Allow: *$", "%", "client_id;legal_name\n", "C1;Örnek A.Ş.\n", "client_id,date,count\n", "C1,2026-01-01,3\n", "\n",
)  # fmt: skip
markup = st.lists(
    st.sampled_from(MARKUP).map(str.encode) | st.binary(max_size=6) | texts.map(lambda t: t.encode("utf-8", "replace")),
    max_size=30,
).map(b"".join)


def as_line(row: Any) -> bytes:
    """A value as a line of JSON, as lenient writers write it."""
    return json.dumps(row).encode()


lines = st.lists(rows.map(as_line) | whole_rows.map(as_line) | values.map(as_line) | st.binary(max_size=40), max_size=6)


@cache
def tagger() -> Tagger:
    """The tagger of a few types."""
    types = load_signal_types()
    return build_tagger({code: types[code] for code in ("strike", "insolvency", "lawsuit")})


@cache
def matcher() -> Any:
    """Finds one client."""
    return build_matcher([ClientName(client_id="C1", legal_name="Örnek Döküm A.Ş.", short_names=("Örnek Döküm",))])


@contextmanager
def file_of(content: bytes, name: str) -> Iterator[Path]:
    """A file that holds something."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        yield path


def check_filter(run: Callable[[list[bytes]], Iterator[str | BadLineAt]], *, answers: bool) -> Callable[..., None]:
    """Each line has its answers, which are JSON, or one line that says why not; `answers`: exactly one of the two."""

    def check(given: list[bytes]) -> None:
        whole = [part for line in given for part in line.split(b"\n")]
        found = list(run(whole))
        bad = [one.line for one in found if isinstance(one, BadLineAt)]
        said = [json.loads(one) for one in found if isinstance(one, str)]
        assert bad == sorted(set(bad)) and all("\n" not in str(one) for one in found)
        "".join(one for one in found if isinstance(one, str)).encode()  # it can be written
        if answers:
            assert len(said) + len(bad) == sum(bool(line.strip()) for line in whole)

    return check


def _each(judge: Any) -> Callable[[list[bytes]], Iterator[str | BadLineAt]]:
    return lambda given: run_filter(given, judge)


def check_match(given: list[bytes]) -> None:
    """And what is found stands where it is said to stand."""
    check_filter(lambda whole: run_match([whole], matcher()), answers=False)(given)
    for line in given:
        for one in run_match([[line]], matcher()):
            if isinstance(one, str):
                found, row = json.loads(one), json.loads(line)
                text = row["text"] if row.get("title") is None else f"{row['title']}\n{row['text']}"
                assert text[found["start"] : found["end"]] == found["surface"]


def check_feed(body: bytes) -> None:
    """A feed is read or said to be none, and no string of it can break what stores it."""
    for entry in parse_feed(body, "https://haber.example/rss", NOW).entries:
        for value in (entry.title, entry.summary, entry.link):
            assert value == strip_unwanted(value)
        assert entry.published_at is None or entry.published_at.tzinfo is UTC


def check_article(body: bytes) -> None:
    """A page is read or said to be unreadable, and its text can be stored."""
    found = extract_article(body, "https://haber.example/1", NOW)
    for value in (found.title, found.text):
        assert value is None or value == strip_unwanted(value)


def check_moment(text: str) -> None:
    """A date is read, or not; never one that lies in the future."""
    found = parse_moment(text, NOW)
    assert found is None or (found.tzinfo is UTC and (found - NOW).days <= 1)


def check_robots(body: bytes) -> None:
    """Rules can be asked whatever they say."""
    parse_robots(body, "OncuBot/0.1").allow("https://haber.example/a?b=%C5%9F")


def check_path(text: str) -> None:
    """A spelling is its own spelling."""
    assert normalise(normalise(text)) == normalise(text)


def check_keys(pair: tuple[list[str], list[str]]) -> None:
    """Different parts have different keys."""
    one, other = ([part.replace(SEPARATOR, "") for part in parts] for parts in pair)
    assert (key_id(*one) == key_id(*other)) == (one == other or [*one, *other] == [""])


def check_fold(text: str) -> None:
    """What is folded stays as it is, and each of its letters stands where it came from."""
    folded = fold(text)
    assert fold(folded.text).text == folded.text
    assert len(folded.letters) == len(text) and len(folded.starts) == len(folded.text) + 1


def check_when(text: str) -> None:
    """A time to run is read, or refused with an example."""
    try:
        parse_when(text)
    except ValueError as error:
        assert "write 5m" in str(error)


def check_counts(body: bytes) -> None:
    """Daily counts are judged, or one line says why not."""
    with file_of(body, "counts.csv") as path:
        try:
            found = read_counts(path)
            json.dumps(list(judge_counts(found, slow=False)))
        except Problem as problem:
            assert "\n" not in str(problem)


def check_clients(body: bytes) -> None:
    """A client list is read, bad rows are named, or one line says why not."""
    for name in ("clients.csv", "clients.jsonl", "clients.xlsx"):
        with file_of(body, name) as path:
            try:
                read_client_names(path, NOW)
            except Problem as problem:
                assert "\n" not in str(problem)


TARGETS: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], None]]] = {
    "match": (lines, check_match),
    "tag": (lines, check_filter(lambda given: run_filter(given, tag_filter(tagger())), answers=True)),
    "stories": (lines, check_filter(lambda given: run_stories([given], StoryIndex()), answers=True)),
    "extract": (lines, check_filter(_each(extract_filter(NOW)), answers=True)),
    "feed": (lines, check_filter(_each(feed_filter(NOW)), answers=True)),
    "redact": (lines, check_filter(_each(redact_filter(names=True)), answers=True)),
    "surge": (markup, check_counts),
    "client list": (markup, check_clients),
    "feed parser": (markup, check_feed),
    "article parser": (markup, check_article),
    "dates": (texts | DATES, check_moment),
    "robots": (markup, check_robots),
    "paths": (texts.filter(lambda text: "\ud800" not in text), check_path),
    "keys": (st.tuples(st.lists(texts, min_size=1, max_size=3), st.lists(texts, min_size=1, max_size=3)), check_keys),
    "fold": (texts, check_fold),
    "times": (texts, check_when),
}
