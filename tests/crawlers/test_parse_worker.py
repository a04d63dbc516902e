"""Pages are read in processes that may die; the one that asks never does, never waits long and never grows."""

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from oncu.config.specs import SourceSpec
from oncu.crawlers import parsing
from oncu.crawlers.pages.markup import check_markup
from oncu.crawlers.pages.page import Link, Page
from oncu.crawlers.parse_task import Found, Task
from oncu.crawlers.parse_worker import MAX_LINKS, MAX_TEXT, answer
from oncu.crawlers.parsing import NoParser, Parsers, Poisoned
from oncu.crawlers.quarantine import Quarantine
from oncu.crawlers.reading import PageReader
from oncu.storage.database import Database
from oncu.storage.models import documents
from oncu.storage.waiting import READ, count_waiting

from .conftest import item, make_spec, page, rss

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "http://haber.example/rss"
FEED = make_spec("feed", URL)
LISTING = make_spec("liste", URL, reader="listing", listing={"item": "li", "link": "a", "fields": {"title": "h1"}})
GOOD = rss(item(1), item(2))
# A tag with so many names of attributes, none of which has a value: the scan before parsing does not count these.
POISON = b"<a " + b"".join(b"x%d " % number for number in range(300_000)) + b">"


def task(spec: SourceSpec, body: bytes, kind: Any = "list") -> Task:
    return Task(spec.model_dump_json(exclude_unset=True), Page(URL, body), Link(URL, kind), NOW)


def together(parts: list[Found]) -> Found:
    return Found(
        documents=tuple(d for part in parts for d in part.documents),
        links=tuple(link for part in parts for link in part.links),
        issues=tuple(issue for part in parts for issue in part.issues),
    )


async def read(parsers: Parsers, asked: Task) -> Found:
    async with aclosing(parsers.read(asked)) as parts:
        return together([part async for part in parts])


def with_parsers(use: Callable[[Parsers], Coroutine[Any, Any, Any]]) -> Any:
    async def run() -> Any:
        parsers = Parsers(1)
        try:
            return await use(parsers)
        finally:
            await parsers.close()

    return asyncio.run(run())


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Parsing processes that run these lines before they begin."""

    def use(lines: str) -> None:
        code = f"from oncu.crawlers import parse_worker as w; import os, signal, sys, time\n{lines}\nw.main()"
        monkeypatch.setattr(parsing, "COMMAND", (sys.executable, "-P", "-c", code))

    return use


def crash_once_in(file: Path, signal: str) -> str:
    return (
        f"def answer(task, true=w.answer, file={str(file)!r}):\n"
        f"    tries = open(file).read() if os.path.exists(file) else ''\n"
        f"    open(file, 'w').write(tries + 'x')\n"
        f"    if b'zehir' in task.page.body and (b'hep' in task.page.body or not tries):\n"
        f"        os.kill(os.getpid(), signal.{signal})\n"
        f"    return true(task)\n"
        f"w.answer = answer"
    )


def test_page_is_read_as_in_this_process() -> None:
    asked = task(FEED, GOOD)
    found = with_parsers(lambda parsers: read(parsers, asked))
    assert found == together(list(answer(asked)))
    assert [document.title for document in found.documents] == ["Haber 1", "Haber 2"]


def test_page_that_takes_too_long_is_poison_and_the_next_is_read_by_a_successor(worker: Callable[[str], None]) -> None:
    worker("w.CPU_SECONDS = 0.5")

    async def use(parsers: Parsers) -> Found:
        with pytest.raises(Poisoned, match="seconds of computing time"):
            await read(parsers, task(LISTING, POISON))
        return await read(parsers, task(FEED, GOOD))

    assert len(with_parsers(use).documents) == 2


def test_page_that_needs_too_much_memory_is_poison(worker: Callable[[str], None]) -> None:
    worker("w.MEMORY = 64 * 2**20")
    with pytest.raises(Poisoned, match="needs more than"):
        with_parsers(lambda parsers: read(parsers, task(LISTING, b"<p>" + b"metin " * 4_000_000, "detail")))


def read_one_after_another(*bodies: bytes) -> list[Found]:
    async def use(parsers: Parsers) -> list[Found]:
        return [await read(parsers, task(FEED, body)) for body in bodies]

    return with_parsers(use)


def test_page_whose_parser_had_read_others_and_crashes_gets_a_second_try(
    tmp_path: Path, worker: Callable[[str], None]
) -> None:
    worker(crash_once_in(tmp_path / "tries", "SIGSEGV"))
    found = read_one_after_another(GOOD, rss(item(1, title="zehir")))
    assert (tmp_path / "tries").read_text() == "xx" and len(found[-1].documents) == 1


def test_page_whose_parser_is_killed_from_outside_gets_a_second_try(
    tmp_path: Path, worker: Callable[[str], None]
) -> None:
    worker(crash_once_in(tmp_path / "tries", "SIGKILL"))
    [found] = read_one_after_another(rss(item(1, title="zehir")))
    assert (tmp_path / "tries").read_text() == "xx" and len(found.documents) == 1


def test_page_that_crashes_a_parser_that_has_read_nothing_else_is_poison_at_once(
    tmp_path: Path, worker: Callable[[str], None]
) -> None:
    worker(crash_once_in(tmp_path / "tries", "SIGSEGV"))
    with pytest.raises(Poisoned, match="SIGSEGV"):
        read_one_after_another(rss(item(1, title="zehir")))
    assert (tmp_path / "tries").read_text() == "x"


def test_page_whose_parser_crashes_twice_is_poison(tmp_path: Path, worker: Callable[[str], None]) -> None:
    worker(crash_once_in(tmp_path / "tries", "SIGKILL"))
    with pytest.raises(Poisoned, match="SIGKILL"):
        read_one_after_another(rss(item(1, title="hep zehir")))
    assert (tmp_path / "tries").read_text() == "xx"


def test_memory_that_earlier_pages_left_taken_is_not_held_against_a_page(worker: Callable[[str], None]) -> None:
    worker(
        "kept = []\n"
        "def answer(task, true=w.answer):\n"
        "    kept.append(b'x' * (40 * 2**20))\n"
        "    return true(task)\n"
        "w.answer, w.MEMORY = answer, 64 * 2**20"
    )
    assert [len(found.documents) for found in read_one_after_another(*[GOOD] * 5)] == [2] * 5


def test_slow_pages_do_not_keep_a_parser_from_the_others(
    worker: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker(
        "def answer(task, true=w.answer):\n"
        "    while b'uzun' in task.page.body: time.sleep(1)\n"
        "    return true(task)\n"
        "w.answer = answer"
    )
    monkeypatch.setattr(parsing, "SLOW_SECONDS", 0.1)

    async def use(parsers: Parsers) -> Found:
        slow = asyncio.create_task(read(parsers, task(FEED, rss(item(1, title="uzun")))))
        await asyncio.sleep(0)  # so that it comes first
        found = await read(parsers, task(FEED, GOOD))
        assert not slow.done()
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
        return found

    assert len(with_parsers(use).documents) == 2


def test_parser_that_hangs_without_computing_is_ended(
    worker: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker("w.answer = lambda task: time.sleep(60)")
    monkeypatch.setattr(parsing, "PATIENCE_SECONDS", 0.2)
    with pytest.raises(Poisoned, match="no sign"):
        with_parsers(lambda parsers: read(parsers, task(FEED, GOOD)))


def test_parser_that_computes_is_waited_for(worker: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    worker(
        "def answer(task, true=w.answer):\n"
        "    while time.process_time() < 2: pass\n"
        "    return true(task)\n"
        "w.answer = answer"
    )
    monkeypatch.setattr(parsing, "PATIENCE_SECONDS", 0.3)
    assert len(with_parsers(lambda parsers: read(parsers, task(FEED, GOOD))).documents) == 2


def test_parser_that_a_page_has_taken_over_is_not_believed(worker: Callable[[str], None]) -> None:
    worker("w.FOUND = type('F', (), {'dump_json': lambda self, f: b'{\"documents\": [1]}' if f.is_last else b'{}'})()")
    with pytest.raises(Poisoned, match="nonsense"):
        with_parsers(lambda parsers: read(parsers, task(FEED, GOOD)))


def test_parser_that_does_not_start_is_nobodys_page(worker: Callable[[str], None]) -> None:
    worker("sys.exit(3)")
    with pytest.raises(NoParser, match="exit code 3"):
        with_parsers(lambda parsers: read(parsers, task(FEED, GOOD)))


def test_half_taken_answer_is_not_mixed_with_the_next() -> None:
    many = rss(*(item(number) for number in range(900)))

    async def use(parsers: Parsers) -> Found:
        async with aclosing(parsers.read(task(FEED, many))) as parts:
            async for _ in parts:
                break
        return await read(parsers, task(FEED, GOOD))

    assert len(with_parsers(use).documents) == 2


def test_event_loop_goes_on_while_pages_are_read(worker: Callable[[str], None]) -> None:
    worker("w.CPU_SECONDS = 0.5")
    big = rss(*(item(number, text="<p>uzun metin</p>" * 200) for number in range(500)))

    async def use(parsers: Parsers) -> float:
        worst, is_over = 0.0, False

        async def beat() -> None:
            nonlocal worst
            while not is_over:
                before = time.monotonic()
                await asyncio.sleep(0.01)
                worst = max(worst, time.monotonic() - before)

        heart = asyncio.create_task(beat())
        for asked in (task(FEED, big), task(LISTING, POISON), task(FEED, GOOD)):
            try:
                await read(parsers, asked)
            except Poisoned:
                continue
        is_over = True
        await heart
        return worst

    assert with_parsers(use) < 0.5


def test_broken_reader_is_an_issue_of_its_page_alone(worker: Callable[[str], None]) -> None:
    worker("w.find_reader = lambda name: (lambda *a: 1 / 0)")
    found = with_parsers(lambda parsers: read(parsers, task(FEED, GOOD)))
    assert [(i.kind, i.problem) for i in found.issues] == [("program", "ZeroDivisionError: division by zero")]


def test_long_text_is_cut_and_said() -> None:
    found = together(list(answer(task(LISTING_TEXT, page("<h1>x</h1>" + "<p>" + "söz " * 600_000), "detail"))))
    assert len(found.documents[0].text) == MAX_TEXT
    assert [issue.kind for issue in found.issues] == ["limit"]


LISTING_TEXT = make_spec(
    "metin", URL, reader="listing", listing={"item": "li", "link": "a", "fields": {"title": "h1", "text": "p"}}
)


def test_links_of_a_page_are_counted() -> None:
    links = "".join(f"<li><a href='/{number}'>x</a></li>" for number in range(MAX_LINKS + 5))
    found = together(list(answer(task(LISTING, page(links)))))
    assert len(found.links) == MAX_LINKS and found.issues[0].kind == "limit"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b"<a " + b"x=1 " * 2_001 + b">", "attributes"),
        (b"<a x='<' " + b"y=1 " * 2_001 + b">", "attributes"),
        (b"<div>" * 2_001, "nested"),
        (b"</div>" * 5_000 + b"<div>" * 2_001, "nested"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_markup_that_no_parser_is_given(body: bytes, wrong: str) -> None:
    assert wrong in (check_markup(body) or "")


@pytest.mark.parametrize(
    "body",
    [
        b"<p>" * 9_000,
        b"<br>" * 9_000,
        b"<li><a href='x'>y</a>" * 9_000,
        b"<div/>" * 9_000,
        b'<a href="?' + b"a=1&" * 9_000 + b'">x</a>',
        b'{"html": "' + b"<div><\\/div>" * 9_000 + b'"}',
        b"<script>" + b"a=b;" * 9_000 + b"</script>",
    ],
)
def test_markup_that_is_only_long_is_read(body: bytes) -> None:
    assert check_markup(body) is None


def page_reader(database: Database, lines: list[Task], *, poison: bool = True) -> PageReader:
    class Fake(Parsers):
        async def read(self, task: Task) -> Any:
            lines.append(task)
            if poison:
                raise Poisoned("the page is poison")
            yield Found(is_last=True)

    return PageReader(Quarantine(database, NOW), Fake())


def read_pages(reader: PageReader, bodies: list[bytes]) -> list[str]:
    async def run() -> list[str]:
        parts = [part for body in bodies async for part in reader.read(FEED, Page(URL, body), Link(URL), NOW)]
        return [issue.problem for part in parts for issue in part.issues]

    return asyncio.run(run())


def test_poison_is_quarantined_with_its_reason_and_read_by_no_stage(database: Database) -> None:
    assert read_pages(page_reader(database, []), [b"a"]) == ["not read: the page is poison"]
    with database.read() as connection:
        assert connection.execute(documents.select()).one().quarantine == "the page is poison"
        assert count_waiting(connection, READ) == 0


def test_poison_is_not_tried_in_the_next_visit_but_its_mended_page_is(database: Database) -> None:
    read_pages(page_reader(database, []), [b"a"])
    asked: list[Task] = []
    assert read_pages(page_reader(database, asked, poison=False), [b"a", b"b"]) == ["not read: the page is poison"]
    assert [task.page.body for task in asked] == [b"b"]


def test_source_that_ends_parser_after_parser_is_left(database: Database) -> None:
    asked: list[Task] = []
    found = read_pages(page_reader(database, asked), [b"1", b"2", b"3", b"4", b"5"])
    assert len(asked) == 3 and "no more of it is read" in found[-1]


def test_task_keeps_what_a_link_knows() -> None:
    link = Link(URL, "detail", known={"title": "x"}, changed_at=NOW)
    asked = replace(task(FEED, b"x"), link=link)
    from oncu.crawlers.parse_task import TASKS

    assert TASKS.validate_json(TASKS.dump_json(asked)).link == link


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc here to look into")
def test_a_parser_knows_no_key_of_the_one_that_started_it(monkeypatch):
    monkeypatch.setenv("GAZETE_KEY", "gizli-anahtar")

    async def environment() -> bytes:
        process = await parsing._start()
        try:
            return Path(f"/proc/{process.pid}/environ").read_bytes()
        finally:
            process.kill()
            await process.wait()

    found = asyncio.run(environment())
    assert b"PATH=" in found and b"gizli-anahtar" not in found
