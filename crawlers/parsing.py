"""Parsers of pages: a few processes that a poisoned page can kill without harm to anything else."""

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from pydantic import ValidationError

from .parse_task import FOUND, LENGTH, Found, Task, frame_task

COMMAND = (sys.executable, "-P", "-m", f"{__package__}.parse_worker")
PROCESSES = 2
TRIES = 2
# Of the clock on the wall, between two parts of an answer: for a parser that hangs without computing.
PATIENCE_SECONDS = 30.0
START_SECONDS = 60.0
BUFFER = 2**20
MAX_ANSWER = 16 * 2**20
OVERTIME = "the page took more than 5 seconds of computing time"


class Poisoned(Exception):
    """A page that cannot be read without harm, and why."""


class NoParser(Exception):
    """A parser that does not start: nobody's page is to blame."""


class _Ended(Exception):
    """A parser that ended in the middle of a page; `is_certain` where it would end there every time."""

    def __init__(self, reason: str, *, is_certain: bool) -> None:
        super().__init__(reason)
        self.is_certain = is_certain


class Parsers:
    """A pool of parsing processes, started as they are needed."""

    def __init__(self, processes: int = PROCESSES) -> None:
        self._parsers = [_Parser() for _ in range(processes)]
        # The last one used is the next one used: a quiet crawl starts only one.
        self._idle: asyncio.LifoQueue[_Parser] = asyncio.LifoQueue()
        for parser in self._parsers:
            self._idle.put_nowait(parser)

    async def read(self, task: Task) -> AsyncGenerator[Found, None]:
        """The parts of what is on a page, as they are found.

        A page that ends its parser for no certain reason gets one more try. Raises Poisoned for a page that cannot be
        read, NoParser where no parser starts.
        """
        for tries_left in reversed(range(TRIES)):
            parser = await self._idle.get()
            has_begun = False
            try:
                async with aclosing(parser.read(task)) as answer:
                    async for found in answer:
                        has_begun = True
                        yield found
                return
            except _Ended as ended:
                if has_begun or ended.is_certain or not tries_left:
                    raise Poisoned(str(ended)) from None
            finally:
                self._idle.put_nowait(parser)

    async def close(self) -> None:
        """End all parsers."""
        for parser in self._parsers:
            await parser.end()


class _Parser:
    """One parsing process and its successors."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def read(self, task: Task) -> AsyncGenerator[Found, None]:
        process = self._process = self._process or await _start()
        assert process.stdin is not None
        is_done = False
        try:
            for piece in frame_task(task):
                process.stdin.write(piece)
            while not is_done:
                found = await _take(process, PATIENCE_SECONDS)
                if found.problem:
                    raise _Ended(found.problem, is_certain=True)
                is_done = found.is_last
                yield found
        finally:
            if not is_done:  # half an answer is still under way, or the process is dead or not to be trusted
                await self.end()

    async def end(self) -> None:
        process, self._process = self._process, None
        if process:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _start() -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *COMMAND, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=BUFFER
    )
    try:
        await _take(process, START_SECONDS)
    except _Ended as ended:
        raise NoParser(f"the parser does not start: {ended}") from None
    return process


async def _take(process: asyncio.subprocess.Process, patience: float) -> Found:
    """The next part of an answer. Raises _Ended."""
    assert process.stdout is not None
    try:
        async with asyncio.timeout(patience):
            size = int.from_bytes(await process.stdout.readexactly(LENGTH), "big")
            if size > MAX_ANSWER:
                raise _Ended(f"more than {MAX_ANSWER >> 20} MB were found at once on the page", is_certain=True)
            return FOUND.validate_json(await process.stdout.readexactly(size))
    except TimeoutError:
        raise _Ended(f"the parser gave no sign for {patience:.0f} seconds", is_certain=False) from None
    except ValidationError:
        raise _Ended("the page made the parser answer nonsense", is_certain=False) from None
    except (asyncio.IncompleteReadError, ConnectionError):
        raise await _epitaph(process) from None


async def _epitaph(process: asyncio.subprocess.Process) -> _Ended:
    code = await process.wait()
    if code == -signal.SIGPROF:
        return _Ended(OVERTIME, is_certain=True)
    name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return _Ended(f"the page ended its parser ({name})", is_certain=False)
