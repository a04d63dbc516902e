"""One visit to one source: what it brought, stored as it comes, and what went wrong."""

import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from oncu.config.specs import SourceSpec
from oncu.storage.database import Database, StorageError
from oncu.storage.documents import Document, Saved, save_documents
from oncu.storage.runs import Issue, finish_run, save_issues, start_run

STAGE = "crawl"
VERSION = "1"
BATCH = 50
# One changed selector makes an issue of every row; a person needs a few of them and their number.
MAX_OF_A_KIND = 10

# Kinds of issue a source may have without having failed: it may simply be silent.
SILENT = frozenset(("empty", "too-few", "selector", "limit"))

Outcome = Literal["ok", "failed", "empty"]


@dataclass(frozen=True)
class SourceResult:
    """How a visit ended: `ok`, `empty` (nothing went wrong, nothing came) or `failed` (nothing came, and why)."""

    source: str
    status: Outcome
    saved: Saved
    pages: int
    issues: tuple[Issue, ...]
    seconds: float

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

    def __init__(self, spec: SourceSpec, database: Database, now: datetime) -> None:
        self.spec = spec
        self.now = now
        self.result: SourceResult | None = None
        self.open_pages = 0
        self._database = database
        self._started = time.monotonic()
        self._addresses: set[str] = set()
        self._keys: set[str] = set()
        self._batch: list[Document] = []
        self._saved = Saved()
        self._pages = 0
        self._filled: Counter[str] = Counter()
        self._issues: list[Issue] = []
        self._kinds: Counter[str] = Counter()

    def begin(self) -> None:
        """Note the run; the pages already stored by an interrupted one are simply seen again."""
        with self._database.write() as connection:
            self._run_id = start_run(connection, STAGE, VERSION, self.now, subject=self.spec.name)

    def opens(self, url: str) -> bool:
        """Count a page that is about to be fetched; False where this visit has asked for it before."""
        if url in self._addresses:
            return False
        self._addresses.add(url)
        self.open_pages += 1
        return True

    def close_page(self, *, was_read: bool) -> None:
        """Count a page that has been read or has failed; the last one ends the visit."""
        self._pages += was_read
        self.open_pages -= 1
        if not self.open_pages:
            self.finish()

    def keep(self, document: Document) -> None:
        """Store a document with its batch."""
        self._batch.append(document)
        if document.natural_key not in self._keys and not document.quarantine:
            self._keys.add(document.natural_key)
            self._filled.update(_filled_fields(document))
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
            self._check_expectations()
            self._end_run()
        except StorageError as error:
            self._issues.append(Issue("storage", self.spec.name, str(error)))
        self.result = self._result()

    def _store(self) -> None:
        if self._batch:
            with self._database.write() as connection:
                self._saved += save_documents(connection, self._batch)
            self._batch = []

    def _check_expectations(self) -> None:
        expected, found = self.spec.expect, len(self._keys)
        if found < expected.documents.min:
            self._expect("too-few", f"{found} documents, at least {expected.documents.min} expected")
        if found > expected.documents.max:
            self._expect("too-many", f"{found} documents, at most {expected.documents.max} expected")
        if not found and not self._kinds:
            self._expect("empty", "no document at all; is the source silent, or has it changed?")
        for name, share in expected.fill.items() if found else ():
            if self._filled[name] < share * found:
                actual = self._filled[name] / found
                self._expect("fill", f"{name} is filled in {actual:.0%} of {found} documents, {share:.0%} expected")

    def _expect(self, kind: str, problem: str) -> None:
        self.report(Issue(kind, self.spec.url, problem))

    def _end_run(self) -> None:
        for kind, number in self._kinds.items():
            if number > MAX_OF_A_KIND:
                self._issues.append(Issue(kind, self.spec.url, f"and {number - MAX_OF_A_KIND} more of this kind"))
        result = self._result()
        counts = asdict(result.saved) | {"pages": result.pages, "issues": sum(self._kinds.values())}
        end = self.now + timedelta(seconds=result.seconds)
        with self._database.write() as connection:
            save_issues(connection, result.issues, self.now, run_id=self._run_id, source=self.spec.name)
            finish_run(connection, self._run_id, "failed" if result.status == "failed" else "done", counts, end)

    def _result(self) -> SourceResult:
        seconds = round(time.monotonic() - self._started, 3)
        return SourceResult(self.spec.name, self._outcome(), self._saved, self._pages, tuple(self._issues), seconds)

    def _outcome(self) -> Outcome:
        if self._saved != Saved():
            return "ok"
        return "failed" if self._kinds.keys() - SILENT else "empty"


def _filled_fields(document: Document) -> set[str]:
    standard = ("title", "text", "url", "published_at")
    filled = {name for name in standard if getattr(document, name)} | set(document.fields)
    return filled | ({"author"} if document.author_digest else set())
