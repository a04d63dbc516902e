"""The parsing process: pages in, documents out, and nothing lost but itself when a page is poison.

Parsers written in C cannot be interrupted by a Python timeout: a page of 3 MB keeps lxml busy for minutes. Here the
system counts computing time and memory and ends the process; the crawling process starts another one.
"""

import os
import resource
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from typing import BinaryIO, cast

from oncu.config.specs import SourceSpec
from oncu.storage.shapes import Document, Issue

from .document import build_document
from .pages.markup import check_markup
from .pages.page import Link, Read, Row
from .parse_task import FOUND, Found, Task, frame, read_task
from .text import strip_unwanted

# Computing time between two parts of what is found on a page, and of a whole page (a dropped file has many parts).
CPU_SECONDS = 5.0
MAX_SECONDS = 60.0
# On top of what the program itself takes, so that another machine's libraries do not change what a page may use.
MEMORY = 512 * 2**20
MAX_TEXT = 2 * 2**20
# Each link waits in memory until its turn; a hostile page of 8 MB can hold 400,000.
MAX_LINKS = 10_000
PART = 200
PART_CHARACTERS = 2**19


def main() -> None:
    """Answer tasks until the caller is gone; standard output is for answers alone."""
    tasks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limit_memory(MEMORY)
    _say(answers, Found())  # ready
    while task := read_task(tasks):
        limit_memory(MEMORY)
        for found in answer(task):
            _say(answers, found)


def answer(task: Task) -> Iterator[Found]:
    """What is on a page, in parts that are cheap to take over; the process may end in the middle."""
    end = time.process_time() + MAX_SECONDS
    start_clock(CPU_SECONDS)
    try:
        for part in _parts(_read(task)):
            yield part
            start_clock(max(0.001, min(CPU_SECONDS, end - time.process_time())))
    except MemoryError:
        yield Found(problem=f"the page needs more than {MEMORY >> 20} MB to be read", is_last=True)
    except Exception as error:  # one source's page must not end the reading of others
        words = strip_unwanted(f"{type(error).__name__}: {error}")[:300]
        yield Found(issues=(Issue("program", task.page.url, words),), is_last=True)
    finally:
        stop_clock()


@lru_cache(maxsize=2_000)
def load_spec(text: str) -> SourceSpec:
    """The source of a task; the same few hundred come again and again."""
    return SourceSpec.model_validate_json(text)


def find_reader(name: str) -> Read:
    """The `read` function of the module of that name; a new reader is a new file in the folder spiders."""
    return cast(Read, import_module(f"{__package__}.spiders.{name}").read)


def limit_memory(more: int) -> None:
    """Let this process take so many more bytes than it has now, and write no core file.

    What earlier pages left taken is not held against a page. A process that has grown by as much itself ends, and the
    page is read by its successor.
    """
    with open("/proc/self/statm", encoding="ascii") as sizes:  # noqa: PTH123 - not a file one could write
        limit = int(sizes.read().split()[0]) * resource.getpagesize() + more
    last = resource.getrlimit(resource.RLIMIT_AS)[1]
    if last == resource.RLIM_INFINITY:
        last = limit + more
    elif limit > last:
        sys.exit("grown too large")
    resource.setrlimit(resource.RLIMIT_AS, (limit, last))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def start_clock(seconds: float) -> None:
    """End this process after so many seconds of computing from now, whatever it is in the middle of.

    A profiling timer, not RLIMIT_CPU: that counts whole seconds since the process began, and ends it the same way.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)


def stop_clock() -> None:
    """Let the process live on."""
    signal.setitimer(signal.ITIMER_PROF, 0)


def _read(task: Task) -> Iterator[Document | Link | Issue]:
    spec = load_spec(task.spec)
    if spec.reader not in ("api", "file") and (wrong := check_markup(task.page.body)):
        yield Issue("page", task.page.url, f"page {wrong}")
        return
    links = 0
    for found in find_reader(spec.reader)(spec, task.page, task.link, task.now):
        links += isinstance(found, Link)
        if links > MAX_LINKS:
            yield Issue(
                "limit", task.page.url, f"more than {MAX_LINKS:,} links on one page; the others are not followed"
            )
            return
        if isinstance(found, Row):
            yield from _document(spec, found, task)
        elif isinstance(found, Issue):
            yield replace(found, problem=strip_unwanted(found.problem))
        else:
            yield found


def _document(spec: SourceSpec, row: Row, task: Task) -> Iterator[Document | Issue]:
    document, issues = build_document(spec, row, task.now)
    yield from issues
    if document and len(document.text) > MAX_TEXT:
        yield Issue("limit", row.place, f"text of {len(document.text):,} characters is cut at {MAX_TEXT:,}")
        document = replace(document, text=document.text[:MAX_TEXT])
    if document:
        yield document


def _parts(things: Iterable[Document | Link | Issue]) -> Iterator[Found]:
    """Things in parts; most pages have one, which is the last: a second message would cost as much as the first."""
    part: list[Document | Link | Issue] = []
    characters = 0
    for thing in things:
        part.append(thing)
        characters += len(thing.text) if isinstance(thing, Document) else 0
        if len(part) >= PART or characters >= PART_CHARACTERS:
            yield Found.of(part)
            part, characters = [], 0
    yield replace(Found.of(part), is_last=True)


def _say(answers: BinaryIO, found: Found) -> None:
    try:
        answers.write(frame(FOUND.dump_json(found)))
        answers.flush()
    except BrokenPipeError:  # the crawling process is gone
        sys.exit(1)


if __name__ == "__main__":
    main()
