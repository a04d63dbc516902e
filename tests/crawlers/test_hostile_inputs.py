"""Inputs made to break parsers: every one ends as documents or as an issue, none as an exception or a wait."""

import asyncio
import json
import resource
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from oncu.config.specs import SourceSpec
from oncu.crawlers.pages.article import article_json, extract_article
from oncu.crawlers.pages.feed import parse_feed
from oncu.crawlers.pages.page import Link, Page
from oncu.crawlers.parse_task import FOUND, Found, Task
from oncu.crawlers.parse_worker import answer
from oncu.crawlers.parsing import Parsers, Poisoned
from oncu.crawlers.text import UNWANTED

from .conftest import as_json, item, make_spec, page, rss

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "http://haber.example/rss"
FEED = make_spec("feed", URL)
LISTING = make_spec(
    "liste", URL, reader="listing", listing={"item": "li", "link": "a", "fields": {"title": "h1", "text": "p"}}
)
ARTICLE = make_spec("makale", URL, reader="listing", listing={"item": "li", "link": "a"})
API = make_spec("api", URL, reader="api", api={"items": "rows", "fields": {"title": "t", "text": "x"}})
FILE = make_spec("dosya", URL, reader="file", file={"format": "jsonl", "fields": {"title": "t"}})
MB = 2**20


def read(spec: SourceSpec, body: bytes, kind: Any = "list") -> Found:
    """What a parser finds, checked: no exception of ours, and nothing that cannot be stored or sent on."""
    asked = Task(spec.model_dump_json(exclude_unset=True), Page(URL, body), Link(URL, kind), NOW)
    parts = [FOUND.validate_json(FOUND.dump_json(part)) for part in answer(asked)]
    found = Found.of(thing for part in parts for thing in (*part.documents, *part.links, *part.issues))
    assert not [issue for issue in found.issues if issue.kind == "program"]
    assert not [part.problem for part in parts if part.problem]
    for document in found.documents:
        assert not UNWANTED.search(document.title + document.text + "".join(document.fields.values()))
    return found


def read_everywhere(text: str) -> None:
    """One hostile text as a page, as an article and inside a feed and an API."""
    body = text.encode("utf-8", "surrogatepass")
    read(LISTING, body)
    read(LISTING, body, "detail")
    read(FEED, body)
    read(FEED, rss(item(1, title="x", text=text.replace("]]>", ""))) if text.isprintable() else body)
    read(API, json.dumps({"rows": [{"t": text, "x": text}]}).encode())
    assert json.dumps(article_json(extract_article(body, URL, NOW)))


# ---------------------------------------------------------------------------------------------- bombs, each a ladder

LADDERS = {
    "attributes": lambda n: b"<a " + b"x=1 " * n + b">",
    "nested div": lambda n: b"<div>" * n,
    "nested font": lambda n: b"<p><font>" * n,
    "deep xml": lambda n: b"<?xml version='1.0'?><rss><channel>" + b"<a>" * n + b"</a>" * n,
    "deep json": lambda n: b'{"rows": ' + b"[" * n,
    "deep json of objects": lambda n: b'{"rows": ' + b'{"a":' * n + b"1" + b"}" * n + b"}",
    "open comments": lambda n: b"<!--" * n,
    "ampersands": lambda n: b"&amp;lt;" * n,
}


@pytest.mark.parametrize("name", LADDERS)
@pytest.mark.parametrize("size", [1_000, 30_000, 300_000])
def test_ladder_of_bombs_is_climbed_quickly(name: str, size: int) -> None:
    body = LADDERS[name](size)
    began = time.process_time()
    for spec in (LISTING, FEED, API):
        read(spec, body)
    assert time.process_time() - began < 6


def test_bombs_leave_the_asking_process_small_and_awake() -> None:
    """42 MB of text and a tag with 300,000 bare attributes, read by real parsers under their real limits."""
    names = b"<a " + b"".join(b"x%d " % number for number in range(300_000)) + b">"
    bombs = [(LISTING, b"<p>" + b"metin " * 7_000_000), (LISTING, names), (FEED, laughs()), (FEED, rss(item(1)))]
    began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ends, stall = asyncio.run(survive(bombs))
    assert ends[-1] == "1 documents" and len(ends) == 4
    assert ends[1] == "the page took more than 5 seconds of computing time"
    assert stall < 0.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 < max(300, began + 150)


async def survive(bombs: Iterable[tuple[SourceSpec, bytes]]) -> tuple[list[str], float]:
    parsers, ends, worst = Parsers(1), [], 0.0

    async def beat() -> None:
        nonlocal worst
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.02)
            worst = max(worst, time.monotonic() - before)

    heart = asyncio.create_task(beat())
    for spec, body in bombs:
        asked = Task(spec.model_dump_json(exclude_unset=True), Page(URL, body), Link(URL, "detail"), NOW)
        try:
            async with aclosing(parsers.read(asked)) as parts:
                ends.append(f"{sum([len(part.documents) async for part in parts])} documents")
        except Poisoned as poison:
            ends.append(str(poison))
    heart.cancel()
    await parsers.close()
    return ends, worst


def laughs(levels: int = 12) -> bytes:
    entities = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, levels))
    head = f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY l0 'ha'>{entities}]>"
    return f"{head}<rss><channel><item><title>&l{levels - 1};</title></item></channel></rss>".encode()


def test_entities_that_point_outside_are_not_fetched() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    hits: list[str] = []
    Thread(target=lambda: hits.append(str(listener.accept())), daemon=True).start()
    port = listener.getsockname()[1]
    for target in (f"http://127.0.0.1:{port}/x", "file:///etc/hostname"):
        head = f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY e SYSTEM '{target}'><!ENTITY % p SYSTEM '{target}'> %p;]>"
        body = f"{head}<rss version='2.0'><channel><item><title>a &e; b</title></item></channel></rss>".encode()
        found = [read(spec, body, kind) for spec in (FEED, LISTING, ARTICLE) for kind in ("list", "detail")]
        assert Path("/etc/hostname").read_text().strip() not in repr(found)
    assert hits == []
    listener.close()


# ----------------------------------------------------------------------------------------------- corpora of others


@pytest.mark.shared
def test_xml_bombs_of_a_foreign_suite_are_harmless(shared: Path) -> None:
    files = [
        path for path in sorted((shared / "corpora" / "defusedxml").rglob("*")) if path.suffix in (".xml", ".html")
    ]
    assert len(files) >= 9
    for path in files:
        began = time.process_time()
        for spec in (FEED, LISTING, ARTICLE):
            read(spec, path.read_bytes(), "detail")
        assert time.process_time() - began < 5, path.name


@pytest.mark.shared
def test_naughty_strings_are_read_everywhere(shared: Path) -> None:
    strings = json.loads((shared / "corpora" / "big-list-of-naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    assert len(strings) > 500
    for text in strings:
        read_everywhere(text)


@pytest.mark.shared
def test_json_files_of_a_foreign_suite_are_rows_or_an_issue(shared: Path) -> None:
    files = sorted((shared / "corpora" / "JSONTestSuite" / "test_parsing").glob("*.json"))
    assert len(files) >= 300
    for path in files:
        for spec in (API, FILE, FEED):
            found = read(spec, path.read_bytes())
            assert found.issues or found.documents or not path.read_bytes().strip() or spec is FILE, path.name


@pytest.mark.shared
def test_html_of_a_foreign_suite_is_read(shared: Path) -> None:
    inputs = list(dict.fromkeys(html_inputs(shared / "corpora" / "html5lib-tests")))
    assert len(inputs) > 6_000
    # A page of each costs 3 ms, and three readers one after another: a part of the suite here, all of it by night.
    for text in inputs[::6]:
        body = text.encode("utf-8", "surrogatepass")
        read(LISTING, b"<li>" + body, "list")
        read(LISTING, body, "detail")
        read(FEED, body)
        assert parse_feed(body, URL, NOW) is not None


def html_inputs(root: Path) -> Iterator[str]:
    for path in sorted((root / "tree-construction").rglob("*.dat")):
        for case in path.read_text(encoding="utf-8", errors="surrogateescape").split("#data\n")[1:]:
            yield case.partition("\n#errors")[0].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    for path in sorted((root / "tokenizer").rglob("*.test")):
        tests = json.loads(path.read_text(encoding="utf-8"))
        yield from (str(test["input"]) for test in tests.get("tests", []))


@pytest.mark.shared
def test_pages_of_a_foreign_suite_in_odd_encodings_are_read(shared: Path) -> None:
    files = [path for path in (shared / "corpora" / "html5lib-tests" / "encoding").rglob("*") if path.is_file()]
    assert files
    for path in files:
        if path.stat().st_size < MB:
            read(LISTING, path.read_bytes(), "detail")


def test_lone_surrogates_and_noncharacters_do_not_reach_a_document() -> None:
    found = read(API, b'{"rows": [{"t": "a\\ud800b\\u0000c\\ufffed", "x": "' + "e\ufdd0f\u202e".encode() + b'"}]}')
    assert (found.documents[0].title, found.documents[0].text) == ("abcd", "ef")


def test_issue_about_a_hostile_value_can_be_sent_on() -> None:
    found = read(API, as_json({"rows": [1, None, "x", {"t": "iyi"}]}))
    assert [document.title for document in found.documents] == ["iyi"]
    assert read(LISTING, page("<li><a href='http://[\ud7ff'>x</a></li>")).issues


def test_text_deep_inside_elements_is_not_lost() -> None:
    found = read(FEED, rss(item(1, text="<div>" * 300 + "derindeki söz" + "</div>" * 300)))
    assert found.documents[0].text == "derindeki söz"
