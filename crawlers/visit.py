"""One visit to one source: what it brought, stored as it comes, and what went wrong."""

import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from oncu.config.specs import SourceSpec
from oncu.storage.database import Database, StorageError
from oncu.storage.documents import Document, Saved, save_documents
from oncu.storage.runs import Issue, finish_run, last_done, save_issues, start_run

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
BATCH = 50
# One changed selector makes an issue of every row; a person needs a few of them and their number.
MAX_OF_A_KIND = 10

# Kinds of issue a source may have without having failed: it may simply be silent.
SILENT = frozenset(("empty", "too-few", "selector", "limit"))

# Feeds always date their entries, so half of them without a date is news even where the source's file does not say so.
DATED = {"feed": 0.5}

# Issues that come from the content or the host; any other may mean that we no longer understand the source.
UNDERSTOOD = frozenset(("date", "feed", "too-many", "empty-row", "limit", "robots", "refused", "fetch"))

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
        return asdict(self)

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "SourceResult":
        """The result `to_json` wrote."""
        issues = tuple(Issue(**issue) for issue in row["issues"])
        return cls(**{**row, "saved": Saved(**row["saved"]), "issues": issues})


class SourceVisit:
    """Counts, stores and reports for one source; a batch that is stored stays, whatever happens after."""

    def __init__(
        self,
        spec: SourceSpec,
        database: Database,
        now: datetime,
        *,
        window: Window | None = None,
        drop_folder: Path | None = None,
        salt: str = "",
    ) -> None:
        self.spec = spec
        self.now = now
        self.result: SourceResult | None = None
        self.open_pages = 0
        self.backfill = Backfill(spec, window, database, now) if window else None
        self.conditions = Conditions(spec, database, now)
        self._drop_folder = drop_folder
        self._salt = salt
        self._unchanged = 0
        self._database = database
        self._started = time.monotonic()
        self._addresses: set[str] = set()
        self._keys: set[str] = set()
        self._broken: set[str] = set()
        self._batch: list[Document] = []
        self._saved = Saved()
        self._pages = 0
        self._filled: Counter[str] = Counter()
        self._issues: list[Issue] = []
        self._kinds: Counter[str] = Counter()

    def begin(self) -> None:
        """Note the run; the pages already stored by an interrupted one are simply seen again."""
        with self._database.write() as connection:
            stage = BACKFILL if self.backfill else STAGE
            self._run_id = start_run(connection, stage, VERSION, self.now, subject=self.spec.name)

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
        """Count a page that is about to be fetched; False where this visit has asked for it before."""
        if url in self._addresses:
            return False
        self._addresses.add(url)
        self.open_pages += 1
        return True

    def close_page(self, *, was_read: bool) -> Link | None:
        """Count a page that was read or has failed; the last one ends the visit, or gives a backfill's next page."""
        self._pages += was_read
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
        self._batch.append(seal_author(document, self._salt))
        if document.natural_key not in self._keys and not document.quarantine:
            self._keys.add(document.natural_key)
            self._filled.update(filled_fields(document))
        if len(self._batch) >= BATCH:
            self._store()

    def report(self, issue: Issue) -> None:
        """Keep an issue; of one kind the first few and, at the end, how many more there were."""
        self._kinds[issue.kind] += 1
        if self._kinds[issue.kind] <= MAX_OF_A_KIND:
            self._issues.append(issue)

    def finish(self) -> None:
        """Store what is left, compare with what was expected, note the end of the run."""
        if self.result:
            return
        try:
            self._store()
            if self.backfill:
                self._report_backfill(self.backfill)
            else:
                self._check_expectations()
                self._save_marks()
            self._end_run()
        except StorageError as error:
            self._issues.append(Issue("storage", self.spec.name, str(error)))
        self.result = self._result()

    def _store(self) -> None:
        if self._batch:
            batch, problems = set_broken_aside(self._batch, self.spec)
            for problem in problems:
                self.report(problem)
            pairs = zip(self._batch, batch, strict=True)
            self._broken |= {d.natural_key for was, d in pairs if d.quarantine and not was.quarantine}
            with self._database.write() as connection:
                self._saved += save_documents(connection, batch)
            self._batch = []

    def _next_step(self) -> Link | None:
        try:
            self._store()  # before the step counts as done
            following = self.backfill.end_step() if self.backfill else None
            while self.backfill and following and not self.opens(following.address):
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

    def _save_marks(self) -> None:
        if not self._kinds.keys() - UNDERSTOOD:
            self.conditions.save(with_lists="fetch" not in self._kinds)

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

    def _end_run(self) -> None:
        for kind, number in self._kinds.items():
            if number > MAX_OF_A_KIND:
                self._issues.append(Issue(kind, self.spec.url, f"and {number - MAX_OF_A_KIND} more of this kind"))
        result = self._result()
        counts = asdict(result.saved) | {"pages": result.pages, "unchanged": result.unchanged}
        counts |= {"issues": sum(self._kinds.values()), "found": self._found, "dated": self._filled["published_at"]}
        counts |= {f"kind:{kind}": number for kind, number in self._kinds.items()}
        end = self.now + timedelta(seconds=result.seconds)
        with self._database.write() as connection:
            save_issues(connection, result.issues, self.now, run_id=self._run_id, source=self.spec.name)
            finish_run(connection, self._run_id, "failed" if result.status == "failed" else "done", counts, end)

    def _result(self) -> SourceResult:
        seconds = round(time.monotonic() - self._started, 3)
        issues = tuple(self._issues)
        return SourceResult(self.spec.name, self._outcome(), self._saved, self._pages, issues, seconds, self._unchanged)

    def _outcome(self) -> Outcome:
        if self._found or (self._unchanged and not self._kinds.keys() - UNDERSTOOD):
            return "ok"
        return "failed" if self._kinds.keys() - SILENT else "empty"
