"""Pages made to break parsers, read by the real ones under their real limits; and what reading elsewhere costs."""

import asyncio
import gzip
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from feeds import NOW, SPEC, URL, made_feed

from oncu.config.specs import SourceSpec
from oncu.crawlers.pages.page import Link, Page
from oncu.crawlers.parse_task import Task
from oncu.crawlers.parse_worker import answer
from oncu.crawlers.parsing import Parsers, Poisoned

SIZES = (3_000, 30_000, 300_000)
LARGEST = 8 * 2**20  # crawl: max_bytes
PAGES = 300
ROUNDS = 3
AT_ONCE = 16


def spec(**more: object) -> str:
    """A source with another reader."""
    base = SourceSpec.model_validate_json(SPEC).model_dump(exclude_unset=True)
    return SourceSpec.model_validate(base | more).model_dump_json(exclude_unset=True)


FEED = SPEC
DETAIL = spec(reader="listing", listing={"item": "li", "link": "a", "fields": {"title": "h1", "text": "p"}})
ARTICLE = spec(reader="listing", listing={"item": "li", "link": "a"})
API = spec(reader="api", api={"items": "rows", "fields": {"title": "t", "text": "x"}})


def names(n: int, text: str = "x%d ") -> bytes:
    return "".join(text % number for number in range(n)).encode()


def in_item(text: bytes) -> bytes:
    return (
        b"<rss version='2.0'><channel><item><title>x</title><description>%b</description></item></channel></rss>" % text
    )


def laughs(n: int) -> bytes:
    levels = len(str(n)) + 6
    entities = "".join(f"<!ENTITY l{i} '{f'&l{i - 1};' * 10}'>" for i in range(1, levels))
    head = f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY l0 'ha'>{entities}]>"
    return f"{head}<rss><channel><item><title>&l{levels - 1};</title></item></channel></rss>".encode()


def quadratic(n: int) -> bytes:
    head = b"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a '%b'>]><rss><channel><item><title>" % (b"A" * n)
    return head + b"&a;" * min(n, 30_000) + b"</title></item></channel></rss>"


BOMBS: dict[str, Callable[[int], bytes]] = {
    "attributes": lambda n: b"<a " + names(n, "x%d=1 ") + b">",
    "bare attributes": lambda n: b"<a " + names(n) + b">",
    "many tags of bare attributes": lambda n: (b"<a " + names(min(n, 15_000)) + b">") * max(1, n // 15_000),
    "one attribute again and again": lambda n: b"<a " + b"x=1 " * n + b">",
    "long attribute": lambda n: b"<a href='" + b"&amp;" * n + b"'>",
    "nested div": lambda n: b"<div>" * n,
    "nested div, closed": lambda n: b"<div>" * n + b"x" + b"</div>" * n,
    "nested lists": lambda n: b"<ul><li>" * n,
    "nested tables": lambda n: b"<table><tr><td>" * n,
    "nested formatting": lambda n: b"<p><b><i><font>" * n,
    "misnested formatting": lambda n: b"<b><p></b>" * n,
    "open comments": lambda n: b"<!--" * n,
    "open brackets": lambda n: b"<" * n,
    "open scripts": lambda n: b"<script>" * n,
    "ampersands": lambda n: b"&amp;lt;" * n,
    "character references": lambda n: b"&#x1F600;" * n,
    "one long text": lambda n: b"<p>" + b"metin " * n,
    "many short texts": lambda n: b"<p>x</p>" * n,
    "many links": lambda n: b"<li><a href='/x'>x</a></li>" * n,
    "blank lines": lambda n: b"<p>" + b" \n\t" * n + b"x",
    "dates": lambda n: b"<p>12.12.2026 " * n,
    "deep xml": lambda n: b"<?xml version='1.0'?><rss><channel>" + b"<a>" * n + b"</a>" * n,
    "laughs": laughs,
    "quadratic entities": quadratic,
    "deep json": lambda n: b'{"rows": ' + b"[" * n,
    "deep json of objects": lambda n: b'{"rows": ' + b'{"a":' * n + b"1" + b"}" * n + b"}",
    "json numbers": lambda n: b'{"rows": [' + b"9" * n + b"]}",
    "html in a feed": lambda n: in_item(b"&lt;b " + names(n) + b"&gt;"),
    "nested html in a feed": lambda n: in_item(b"&lt;div&gt;" * n),
    "packed": lambda n: gzip.compress(bytes(n)),
}


def bench_poison(folder: Path) -> None:
    """Every bomb, three sizes, four readers: none may harm the process that asks."""
    bombs = ((f"{name} {n:,}", make(n)[:LARGEST]) for name, make in BOMBS.items() for n in SIZES)
    ends = asyncio.run(_read_all(bombs))
    poisoned = [end for end in ends.tries if end.problem]
    harmless = [end for end in ends.tries if not end.problem]
    print(
        f"  {len(BOMBS)} kinds, {len(ends.tries)} readings: {len(poisoned)} quarantined, slowest {_slowest(poisoned)}; "
        f"the others read, slowest {_slowest(harmless)}"
    )
    for end in sorted(poisoned, key=lambda end: -end.seconds):
        print(f"    {end.seconds:4.1f} s, of computing {end.computing:3.1f}  {end.name}: {end.problem}")
    print(
        f"  longest stall of the asking process {ends.stall:.2f} s; its memory {ends.memory_before} -> "
        f"{ends.memory_after} MB at most; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )


@dataclass(frozen=True)
class Try:
    name: str
    seconds: float
    computing: float
    problem: str | None


@dataclass(frozen=True)
class Ends:
    tries: list[Try]
    stall: float
    memory_before: int
    memory_after: int


async def _read_all(bombs: Iterator[tuple[str, bytes]]) -> Ends:
    parsers, tries, worst, computing = Parsers(1), [], 0.0, 0.0

    async def beat() -> None:
        nonlocal worst, computing
        while True:
            computing = _of_parsers(parsers) or computing  # what it last was, where the parser has ended
            before = time.perf_counter()
            await asyncio.sleep(0.02)
            worst = max(worst, time.perf_counter() - before - 0.02)

    await _read(parsers, _task(FEED, made_feed(0)))  # a parser is there
    before, heart = _peak(), asyncio.create_task(beat())
    for name, body in bombs:
        for reader, text in {"feed": FEED, "detail": DETAIL, "article": ARTICLE, "api": API}.items():
            start, before_this, problem = time.perf_counter(), _of_parsers(parsers), None
            try:
                await _read(parsers, _task(text, body))
            except Poisoned as poison:
                problem = str(poison)
            seconds = time.perf_counter() - start
            tries.append(Try(f"{name} as {reader}", seconds, computing - before_this, problem))
    heart.cancel()
    await parsers.close()
    return Ends(tries, worst, before, _peak())


def _slowest(tries: list[Try]) -> str:
    worst = max(tries, key=lambda end: end.seconds, default=None)
    return f"{worst.seconds:.1f} s ({worst.name})" if worst else "none"


def _peak() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) // 1024


def bench_pool(folder: Path) -> None:
    """Pages a second of the pool of parsers, against the same reading in this process."""
    for name, tasks in _ordinary().items():
        list(_read_here(tasks[:20]))
        spent = [_one_round(tasks) for _ in range(ROUNDS)]
        here, pool = (median(wall) for wall in zip(*((one[0], one[1]) for one in spent), strict=True))
        by_wall = median(one[0] / one[1] for one in spent)
        by_computing = median(one[2] / one[3] for one in spent)
        print(
            f"  {name:<8} {PAGES / here:>5.0f} pages/s here, {PAGES / pool:>5.0f} with the pool: "
            f"ratio {by_wall:.2f} by the clock, {by_computing:.2f} by computing in all processes"
        )
    print(f"  load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _one_round(tasks: list[Task]) -> tuple[float, float, float, float]:
    """Seconds on the clock here and with the pool, seconds of computing here and with the pool."""
    wall, computing = time.perf_counter(), time.process_time()
    found = sum(_read_here(tasks))
    here, here_computing = time.perf_counter() - wall, time.process_time() - computing
    pool, pool_computing, pool_found = asyncio.run(_read_by_pool(tasks))
    assert found == pool_found == sum(_read_here(tasks[:1])) * len(tasks), (found, pool_found)
    return here, pool, here_computing, pool_computing


def _read_here(tasks: list[Task]) -> Iterator[int]:
    return (sum(len(part.documents) for part in answer(task)) for task in tasks)


async def _read_by_pool(tasks: list[Task]) -> tuple[float, float, int]:
    parsers = Parsers()
    some = asyncio.Semaphore(AT_ONCE)

    async def one(task: Task) -> int:
        async with some:
            return await _read(parsers, task)

    await asyncio.gather(*(one(task) for task in tasks[:40]))  # both parsers are there and have loaded what they need
    before = _computing(parsers)
    wall = time.perf_counter()
    found = sum(await asyncio.gather(*(one(task) for task in tasks)))
    spent = time.perf_counter() - wall, _computing(parsers) - before, found
    await parsers.close()
    return spent


def _computing(parsers: Parsers) -> float:
    """Seconds of computing of this process and its parsers, as the system counts them."""
    return time.process_time() + _of_parsers(parsers)


def _of_parsers(parsers: Parsers) -> float:
    used = 0.0
    for parser in parsers._parsers:
        if parser._process:
            fields = Path(f"/proc/{parser._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def _ordinary() -> dict[str, list[Task]]:
    words = "Örnek Makine A.Ş. yeni fabrikasını yıl sonunda açmayı planladığını duyurdu, yatırımın tutarı büyük. "
    body = "".join(f"<p>{number}. {words * 4}</p>" for number in range(12))
    menu = "".join(f"<li><a href='/bolum/{number}'>Bölüm {number}</a></li>" for number in range(500))
    page = f"<html><head><title>Haber</title></head><body><ul>{menu}</ul><article><h1>Yeni yatırım</h1>{body}</article>"
    bodies = [f"{page}<!--{number}--></body></html>".encode() for number in range(PAGES)]
    return {
        "feeds": [_task(FEED, made_feed(number)) for number in range(PAGES)],
        "details": [_task(DETAIL, body) for body in bodies],
        "articles": [_task(ARTICLE, body) for body in bodies],
    }


def _task(text: str, body: bytes) -> Task:
    return Task(text, Page(URL, body), Link(URL, "list" if text in (FEED, API) else "detail"), NOW)


async def _read(parsers: Parsers, task: Task) -> int:
    async with aclosing(parsers.read(task)) as parts:
        return sum([len(part.documents) async for part in parts])
