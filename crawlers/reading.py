"""Pages read in another process: what is found on them, and an issue for each one that is poison."""

from collections import Counter
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from datetime import datetime

from oncu.config.specs import SourceSpec
from oncu.storage.shapes import Issue

from .pages.page import Link, Page
from .parse_task import Found, Task
from .parsing import NoParser, Parsers, Poisoned
from .quarantine import Quarantine

# A source that ends parser after parser must not keep them from the pages of all others.
MAX_POISONED = 3


class PageReader:
    """Reads pages of all sources; one that is poison is quarantined, and a source with several is not read on."""

    def __init__(self, quarantine: Quarantine, parsers: Parsers | None = None) -> None:
        self._quarantine = quarantine
        self._parsers = parsers or Parsers()
        self._specs: dict[str, str] = {}
        self._poisoned: Counter[str] = Counter()

    async def read(self, spec: SourceSpec, page: Page, link: Link, now: datetime) -> AsyncGenerator[Found, None]:
        """The parts of what is on a page, or the issue why nothing is read from it. Raises StorageError."""
        if refused := self._refused(spec, page):
            yield _quarantined(page, refused)
            return
        try:
            async with aclosing(self._parsers.read(Task(self._spec(spec), page, link, now))) as parts:
                async for found in parts:
                    yield found
        except NoParser as error:
            yield Found(issues=(Issue("program", page.url, str(error)),))
        except Poisoned as poison:
            self._poisoned[spec.name] += 1
            self._quarantine.add(spec, page, str(poison))
            yield _quarantined(page, str(poison))

    def look_up(self, places: Collection[tuple[str, str]]) -> None:
        """Ask at once which pages of these sources and addresses were poison. Raises StorageError."""
        self._quarantine.look_up(places)

    async def close(self) -> None:
        """End the parsers."""
        await self._parsers.close()

    def _refused(self, spec: SourceSpec, page: Page) -> str | None:
        if self._poisoned[spec.name] >= MAX_POISONED:
            return f"{MAX_POISONED} pages of the source ended their parser, so no more of it is read in this visit"
        return self._quarantine.reason(spec, page)

    def _spec(self, spec: SourceSpec) -> str:
        if spec.name not in self._specs:
            self._specs[spec.name] = spec.model_dump_json(exclude_unset=True)
        return self._specs[spec.name]


def _quarantined(page: Page, reason: str) -> Found:
    return Found(issues=(Issue("quarantine", page.url, f"not read: {reason}"),))
