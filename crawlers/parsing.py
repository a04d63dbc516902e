"""Parsers of pages: a few processes that a poisoned page can kill without harm to anything else."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from pathlib import Path
from time import monotonic
from typing import Literal

from pydantic import ValidationError

from .parse_task import FOUND, LENGTH, Found, Task, frame_task

COMMAND = (sys.executable, "-P", "-m", f"{__package__}.parse_worker")
PROCESSES = 2
# So many more where all others have been on one page for longer than this: slow pages hold up nobody.
MORE_PROCESSES = 2
SLOW_SECONDS = 1.0
TRIES = 2
# Of the clock on the wall, in which a parser neither says nor computes anything: one on a busy machine is waited for.
PATIENCE_SECONDS = 15.0
START_SECONDS = 60.0
NEEDED = frozenset(("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "VIRTUAL_ENV"))
BUFFER = 2**20
MAX_ANSWER = 16 * 2**20
OVERTIME = "the page took more than 5 seconds of computing time"


class Poisoned(Exception):
    """A page that cannot be read without harm, and why."""


class NoParser(Exception):
    """A parser that does not start: nobody's page is to blame."""


class _Ended(Exception):
    """A parser that ended in the middle of a page; `blame` is who else than the page may have ended it.

    `page`: nobody, it would end there every time; `parser`: what it had read before; `machine`: another program.
    """

    def __init__(self, reason: str, blame: Literal["page", "parser", "machine"]) -> None:
        super().__init__(reason)
        self.blame = blame


class Parsers:
    """A pool of parsing processes, started as they are needed."""

    def __init__(self, processes: int = PROCESSES) -> None:
        self._parsers = [_Parser() for _ in range(processes)]
        self._most = processes + MORE_PROCESSES
        # The last one used is the next one used: a quiet crawl starts only one.
        self._idle: asyncio.LifoQueue[_Parser] = asyncio.LifoQueue()
        for parser in self._parsers:
            self._idle.put_nowait(parser)

    async def read(self, task: Task) -> AsyncGenerator[Found, None]:
        """The parts of what is on a page, as they are found.

        A page gets one more try, by a parser that has read nothing yet, where something else than the page may be to
        blame. Raises Poisoned for a page that cannot be read, NoParser where no parser starts.
        """
        for tries_left in reversed(range(TRIES)):
            parser = await self._free_parser()
            if not tries_left:
                await parser.end()
            is_first, has_begun = not parser.has_read, False
            try:
                async with aclosing(parser.read(task)) as answer:
                    async for found in answer:
                        has_begun = True
                        yield found
                return
            except _Ended as ended:
                is_certain = ended.blame == "page" or (ended.blame == "parser" and is_first)
                if has_begun or is_certain or not tries_left:
                    raise Poisoned(str(ended)) from None
            finally:
                self._idle.put_nowait(parser)

    async def close(self) -> None:
        """End all parsers."""
        for parser in self._parsers:
            await parser.end()

    async def _free_parser(self) -> "_Parser":
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(SLOW_SECONDS):
                    return await self._idle.get()
            if len(self._parsers) < self._most and all(parser.is_slow for parser in self._parsers):
                self._parsers.append(_Parser())
                return self._parsers[-1]


class _Parser:
    """One parsing process and its successors."""

    def __init__(self) -> None:
        self.has_read = False
        self._since: float | None = None
        self._process: asyncio.subprocess.Process | None = None

    @property
    def is_slow(self) -> bool:
        """Whether it has been on one page for long."""
        return self._since is not None and monotonic() - self._since > SLOW_SECONDS

    async def read(self, task: Task) -> AsyncGenerator[Found, None]:
        process = self._process = self._process or await _start()
        assert process.stdin is not None
        is_done = False
        self._since = monotonic()
        try:
            process.stdin.writelines(frame_task(task))
            while not is_done:
                found = await _take(process, PATIENCE_SECONDS)
                if found.problem:
                    raise _Ended(found.problem, "page")
                is_done = self.has_read = found.is_last
                yield found
        finally:
            self._since = None
            if not is_done:  # half an answer is still under way, or the process is dead or not to be trusted
                await self.end()

    async def end(self) -> None:
        process, self._process, self.has_read = self._process, None, False
        if process:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def bare_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What a parser needs of the environment: no keys, no database address, should a page ever take it over."""
    return {name: value for name, value in environment.items() if name in NEEDED or name.startswith("PYTHON")}


async def _start() -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=BUFFER,
        env=bare_environment(os.environ),
    )
    try:
        await _take(process, START_SECONDS)
    except _Ended as ended:
        raise NoParser(f"the parser does not start: {ended}") from None
    return process


async def _take(process: asyncio.subprocess.Process, patience: float) -> Found:
    """The next part of an answer. Raises _Ended."""
    try:
        size = int.from_bytes(await _listen(process, LENGTH, patience), "big")
        if size > MAX_ANSWER:
            raise _Ended(f"more than {MAX_ANSWER >> 20} MB were found at once on the page", "page")
        return FOUND.validate_json(await _listen(process, size, patience))
    except TimeoutError:
        raise _Ended(f"the parser gave no sign for {patience:.0f} seconds", "machine") from None
    except ValidationError:
        raise _Ended("the page made the parser answer nonsense", "parser") from None
    except (asyncio.IncompleteReadError, ConnectionError):
        raise await _epitaph(process) from None


async def _listen(process: asyncio.subprocess.Process, size: int, patience: float) -> bytes:
    """So many bytes of an answer. Raises TimeoutError where a parser neither answers nor computes."""
    assert process.stdout is not None
    computed = None
    while True:
        try:
            async with asyncio.timeout(patience):
                return await process.stdout.readexactly(size)
        except TimeoutError:
            if computed == (computed := _computed(process.pid)):
                raise


def _computed(pid: int) -> bytes:
    """How much a process has computed so far, in a form that can be compared."""
    return b" ".join(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[11:13])


async def _epitaph(process: asyncio.subprocess.Process) -> _Ended:
    code = await process.wait()
    if code == -signal.SIGPROF:
        return _Ended(OVERTIME, "page")
    name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    is_outside = code == -signal.SIGKILL  # as the system does when memory is short
    return _Ended(f"the page ended its parser ({name})", "machine" if is_outside else "parser")
