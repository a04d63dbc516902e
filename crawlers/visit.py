"""One visit to one source: what it brought, stored as it comes, and what went wrong."""

import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from oncu.config.specs import SourceSpec
from oncu.storage.database import Database, StorageError
from oncu.storage.documents import Document, Saved, save_documents
from oncu.storage.runs import Issue, RunEnd, last_done, run_key, start_runs
from oncu.storage.validators import Validator

from .authors import seal_author
from .backfill import Backfill
from .conditional import Conditions
from .drift import filled_fields, set_broken_aside
from .drop import find_files
from .pages.page import Link, Window
from .plan import first_links, visit_window

STAGE = "crawl"
BACKFILL = "backfill"
VERSION = "1"
# What is kept in memory until it is stored; one document may be as long as a book.
BATCH = 50
BATCH_CHARACTERS = 2**20
# One changed selector makes an issue of every row; a person needs a few of them and their number.
MAX_OF_A_KIND = 10

# Kinds of issue a source may have without having failed: it may simply be silent.
SILENT = frozenset(("empty", "too-few", "selector", "limit"))

# Feeds always date their entries, so half of them without a date is news even where the source's file does not say so.
DATED = {"feed": 0.5}

# Issues that come from the content or the host; any other may mean that we no longer understand the source.
UNDERSTOOD = frozenset(("date", "feed", "too-many", "empty-row", "limit", "robots", "refused", "fetch", "time"))

# Issues after which pages are left that a list leads to: the list must be read again though it is as it was.
UNREAD = frozenset(("fetch", "time"))

Outcome = Literal["ok", "failed", "empty", "quiet"]


@dataclass(frozen=True)
class SourceResult:
    """How a visit ended: `ok`, `empty` (nothing went wrong, nothing came), `failed` (nothing came, and why) or `quiet`
    (not visited at this hour). `unchanged` pages were not read again.
    """

    source: str
    status: Outcome
    saved: Saved
    pages: int
    issues: tuple[Issue, ...]
    seconds: float
    unchanged: int = 0

    def to_json(self) -> dict[str, Any]:
        """A form `from_json` reads back."""
        return vars(self) | {"saved": vars(self.saved), "issues": [vars(issue) for issue in self.issues]}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "SourceResult":
        """The result `to_json` wrote."""
        issues = tuple(Issue(**issue) for issue in row["issues"])
        return cls(**{**row, "saved": Saved(**row["saved"]), "issues": issues})


class SourceVisit:
    """Counts, stores and reports for one source; a batch that is stored stays, whatever happens after.

    What is left at the end (`rest`, `marks`, `run_end`) is stored together with that of other visits. The visit has
    `max_seconds` from its first page on; a backfill takes as long as it takes, it goes on where it stopped.
    """

    def __init__(
        self,
        spec: SourceSpec,
        database: Database,
        now: datetime,
        *,
        window: Window | None = None,
        drop_folder: Path | None = None,
        salt: str = "",
        max_seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.spec = spec
        self.now = now
        self.is_done = False
        self.rest: list[Document] = []
        self.rest_characters = 0
        self.marks: list[Validator] = []
        self.open_pages = 0
        self.backfill = Backfill(spec, window, database, now) if window else None
        self.conditions = Conditions(spec, now)
        self._max_seconds = None if window else max_seconds
        self._clock = clock
        self._first_read: float | None = None
        self._left = 0
        self._drop_folder = drop_folder
        self._salt = salt
        self._unchanged = 0
        self._database = database
        self._started = clock()
        self._seconds = 0.0
        self._addresses: set[str] = set()
        self._keys: set[str] = set()
        self._broken: set[str] = set()
        self._saved = Saved()
        self._pages = 0
        self._filled: Counter[str] = Counter()
        self._issues: list[Issue] = []
        self._kinds: Counter[str] = Counter()

    def first_links(self) -> list[Link]:
        """The pages to begin with; a backfill has one at a time."""
        window = self.backfill.window if self.backfill else visit_window(self.spec, self.now, self._last_visit())
        is_dropped = self.spec.is_dropped
        links = find_files(self._drop_folder, self.spec.url) if is_dropped else first_links(self.spec, window)
        first = self.backfill.begin(links) if self.backfill else None
        return [first] if first else [] if self.backfill else links

    def _last_visit(self) -> datetime | None:
        if not self.spec.sitemap:  # the only reader that asks for what is newer
            return None
        with self._database.read() as connection:
            return last_done(connection, STAGE, self.spec.name)

    def opens(self, url: str) -> bool:
        """Count a page that is about to be fetched; False where this visit has asked for it before, or has no time."""
        if url in self._addresses:
            return False
        self._addresses.add(url)
        if self.is_over_time:
            self.leave()
            return False
        self.open_pages += 1
        return True

    @property
    def is_over_time(self) -> bool:
        """Whether the visit has had its time; waiting for the first page, behind other sources, does not count."""
        return (
            self._max_seconds is not None
            and self._first_read is not None
            and self._clock() - self._first_read > self._max_seconds
        )

    def leave(self) -> None:
        """Count a page that the visit has no time for."""
        self._left += 1

    def close_page(self, *, was_read: bool) -> Link | None:
        """Count a page that was read or has failed; the last one ends the visit, or gives a backfill's next page."""
        self._pages += was_read
        self._first_read = self._clock() if self._first_read is None else self._first_read
        self.open_pages -= 1
        following = None if self.open_pages else self._next_step()
        if not self.open_pages and following is None:
            self.finish()
        return following

    def leave_unchanged(self) -> None:
        """Count a page that is as it was when its documents were stored."""
        self._unchanged += 1

    def keep(self, document: Document) -> None:
        """Store a document with its batch; a backfill stores what lies in its window."""
        if self.backfill and not self.backfill.wants(document):
            return
        self.rest.append(seal_author(document, self._salt))
        self.rest_characters += len(document.text)
        if document.natural_key not in self._keys and not document.quarantine:
            self._keys.add(document.natural_key)
            self._filled.update(filled_fields(document))
        if len(self.rest) >= BATCH or self.rest_characters >= BATCH_CHARACTERS:
            self._store()

    def report(self, issue: Issue) -> None:
        """Keep an issue; of one kind the first few and, at the end, how many more there were."""
        self._kinds[issue.kind] += 1
        if self._kinds[issue.kind] <= MAX_OF_A_KIND:
            self._issues.append(issue)

    def finish(self) -> None:
        """Compare with what was expected; what is left waits to be stored."""
        if self.is_done:
            return
        self.is_done = True
        self._set_broken_aside()
        if self._left:
            limit = f"{self._max_seconds:,.0f} seconds (crawl: visit_seconds)"
            self._expect("time", f"the visit took more than {limit}; {self._left} pages are left for the next one")
        if self.backfill:
            self._report_backfill(self.backfill)
        else:
            self._check_expectations()
            self._choose_marks()
        for kind, number in self._kinds.items():
            if number > MAX_OF_A_KIND:
                self._issues.append(Issue(kind, self.spec.url, f"and {number - MAX_OF_A_KIND} more of this kind"))
        self._seconds = round(self._clock() - self._started, 3)

    def sum_up(self, saved: Saved) -> SourceResult:
        """The result of a visit that is done, where its rest was saved so."""
        issues = tuple(self._issues)
        total = self._saved + saved
        return SourceResult(self.spec.name, self._outcome(), total, self._pages, issues, self._seconds, self._unchanged)

    def fail(self, kind: str, problem: str) -> SourceResult:
        """The result of a visit whose rest could not be stored."""
        self._issues.append(Issue(kind, self.spec.name, problem))
        return replace(self.sum_up(Saved()), status="failed")

    def run_end(self, result: SourceResult) -> RunEnd:
        """What is noted of the visit."""
        counts = vars(result.saved) | {"pages": result.pages, "unchanged": result.unchanged}
        counts |= {"issues": sum(self._kinds.values()), "found": self._found, "dated": self._filled["published_at"]}
        counts |= {f"kind:{kind}": number for kind, number in self._kinds.items()}
        status = "failed" if result.status == "failed" else "done"
        end = self.now + timedelta(seconds=result.seconds)
        return RunEnd(_run_key(self), self.spec.name, status, counts, result.issues, self.now, end)

    def _store(self) -> None:
        self._set_broken_aside()
        if self.rest:
            with self._database.write() as connection:
                self._saved += save_documents(connection, self.rest)
        self.rest, self.rest_characters = [], 0

    def _set_broken_aside(self) -> None:
        batch, problems = set_broken_aside(self.rest, self.spec)
        for problem in problems:
            self.report(problem)
        pairs = zip(self.rest, batch, strict=True)
        self._broken |= {d.natural_key for was, d in pairs if d.quarantine and not was.quarantine}
        self.rest = batch

    def _next_step(self) -> Link | None:
        if self.backfill is None:
            return None
        try:
            self._store()  # before the step counts as done
            following = self.backfill.end_step()
            while following and not self.opens(following.address):
                following = self.backfill.skip(following)
        except StorageError as error:
            self.report(Issue("storage", self.spec.name, str(error)))
            return None
        return following

    def _report_backfill(self, backfill: Backfill) -> None:
        if backfill.left:
            self._expect(BACKFILL, f"{backfill.left} pages are left; the same command goes on with them")
        if backfill.undated:
            self._expect(
                "undated", f"{backfill.undated} documents without a date are not stored: they may be of any day"
            )

    def _choose_marks(self) -> None:
        if not self._kinds.keys() - UNDERSTOOD:
            self.marks = self.conditions.noted(with_lists=not self._kinds.keys() & UNREAD)

    def _check_expectations(self) -> None:
        expected, found = self.spec.expect, self._found
        if found < expected.documents.min and not self._unchanged:
            self._expect("too-few", f"{found} documents, at least {expected.documents.min} expected")
        if found > expected.documents.max:
            self._expect("too-many", f"{found} documents, at most {expected.documents.max} expected")
        if not found and not self._unchanged and not self._kinds:
            self._expect("empty", "no document at all; is the source silent, or has it changed?")
        self._check_fill()

    @property
    def _found(self) -> int:
        """How many documents came that a reader may see."""
        return len(self._keys - self._broken)

    def _check_fill(self) -> None:
        dated = {"published_at": DATED[self.spec.reader]} if self.spec.reader in DATED else {}
        found = len(self._keys)
        for name, share in (dated | self.spec.expect.fill).items() if found else ():
            if self._filled[name] < share * found:
                kind = "undated" if name == "published_at" else "fill"
                actual = self._filled[name] / found
                self._expect(kind, f"{name} is filled in {actual:.0%} of {found} documents, {share:.0%} expected")

    def _expect(self, kind: str, problem: str) -> None:
        self.report(Issue(kind, self.spec.url, problem))

    def _outcome(self) -> Outcome:
        if self._found or (self._unchanged and not self._kinds.keys() - UNDERSTOOD):
            return "ok"
        return "failed" if self._kinds.keys() - SILENT else "empty"


def begin_runs(database: Database, visits: Collection[SourceVisit]) -> None:
    """Note that these visits begin; the pages already stored by an interrupted one are simply seen again."""
    with database.write() as connection:
        for stage in (STAGE, BACKFILL):
            names = [visit.spec.name for visit in visits if _stage(visit) == stage]
            if names:
                start_runs(connection, stage, VERSION, next(iter(visits)).now, subjects=names)


def _stage(visit: SourceVisit) -> str:
    return BACKFILL if visit.backfill else STAGE


def _run_key(visit: SourceVisit) -> str:
    return run_key(_stage(visit), visit.spec.name, visit.now)
