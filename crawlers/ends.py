"""Visits that have ended, stored together: one transaction for many sources, and a source still fails alone.

What a visit brought last, what is known of its pages, its issues and its end are stored at once or not at all, so a
crawl that is killed has for each source either a whole visit or one that the next crawl makes again.
"""

import asyncio
from collections.abc import Callable, Sequence
from itertools import chain

from oncu.storage.database import Database, RefusedValues, StorageError
from oncu.storage.documents import save_by_source
from oncu.storage.runs import end_runs
from oncu.storage.shapes import Saved
from oncu.storage.validators import forget_old_validators, save_validators

from .visit import SourceResult, SourceVisit

# Visits wait for company, but not for long, and not with more than this.
WAIT_SECONDS = 0.5
MOST_VISITS = 100
MOST_DOCUMENTS = 1_000
MOST_CHARACTERS = 4 * 2**20


class Ends:
    """Stores visits that have ended and tells their results; `finished` gets those that were stored together."""

    def __init__(self, database: Database, finished: Callable[[Sequence[SourceResult]], None]) -> None:
        self.database = database
        self._finished = finished
        self._waiting: list[SourceVisit] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, visit: SourceVisit) -> None:
        """Store a visit that has ended, soon or at once."""
        self._waiting.append(visit)
        if self._is_much():
            self.store()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(WAIT_SECONDS, self.store)

    def store(self) -> None:
        """Store all that wait."""
        if self._timer:
            self._timer.cancel()
        visits, self._waiting, self._timer = self._waiting, [], None
        if visits:
            self._finished(store_ends(self.database, visits))

    def _is_much(self) -> bool:
        documents = sum(len(visit.rest) for visit in self._waiting)
        characters = sum(visit.rest_characters for visit in self._waiting)
        return len(self._waiting) >= MOST_VISITS or documents >= MOST_DOCUMENTS or characters >= MOST_CHARACTERS


def store_ends(database: Database, visits: Sequence[SourceVisit]) -> list[SourceResult]:
    """Store what is left of visits that have ended; their results. What one of them brought cannot harm another."""
    try:
        return _store_together(database, visits)
    except StorageError as error:
        if len(visits) == 1 or not isinstance(error, RefusedValues):  # each alone would meet the same
            return [visit.fail("storage", str(error)) for visit in visits]
    except Exception as error:  # around one source's run: what nobody foresaw must not stop the others
        if len(visits) == 1:
            return [visit.fail("program", f"{type(error).__name__}: {error}") for visit in visits]
    return list(chain.from_iterable(store_ends(database, [visit]) for visit in visits))


def _store_together(database: Database, visits: Sequence[SourceVisit]) -> list[SourceResult]:
    with database.write() as connection:
        saved = save_by_source(connection, chain.from_iterable(visit.rest for visit in visits))
        results = [visit.sum_up(saved.get(visit.spec.name, Saved())) for visit in visits]
        save_validators(connection, chain.from_iterable(visit.marks for visit in visits))
        forget_old_validators(connection, [visit.spec.name for visit in visits], visits[0].now)
        end_runs(connection, [visit.run_end(result) for visit, result in zip(visits, results, strict=True)])
    return results
