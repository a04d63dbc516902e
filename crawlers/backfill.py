"""The past of a source, list page by list page: what is stored stays, and a backfill that was killed goes on.

One list page and the pages it leads to are one step. After each step the pages still to read are saved, so that at
most one step is read twice. A chain of pages, newest first, ends with the page whose documents are all too old.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from oncu.config.specs import SourceSpec
from oncu.storage.backfills import Progress, load_progress, save_progress
from oncu.storage.database import Database
from oncu.storage.shapes import Document

from .conditional import fingerprint_of
from .pages.page import Link, Window

# A calendar that goes back for ever must end; who wants more starts the same backfill again, and it goes on.
MAX_STEPS = 5_000


@dataclass
class Step:
    """What has come of one list page so far."""

    link: Link
    following: list[Link] = field(default_factory=list)
    failed: list[Link] = field(default_factory=list)
    fresh: int = 0
    newest: datetime | None = None


class Backfill:
    """The list pages of one source still to read, one step at a time."""

    def __init__(self, spec: SourceSpec, window: Window, database: Database, now: datetime) -> None:
        self.window = window
        self.outside = 0
        self.undated = 0
        self._spec = spec
        self._database = database
        self._now = now
        self._keys: set[str] = set()
        self._steps = 0
        self._failed: list[Link] = []
        self._step: Step | None = None

    def begin(self, first: list[Link]) -> Link | None:
        """The page to start with: where an earlier run stopped, else the first one."""
        begun = Progress(
            self._spec.name, fingerprint_of(self._spec), self.window.start, self.window.end, list(map(to_json, first)),
            self._now,
        )  # fmt: skip
        with self._database.read() as connection:
            self._progress = load_progress(connection, begun)
        self._pending = [from_json(row) for row in self._progress.pending]
        return self._next()

    def follow(self, link: Link) -> None:
        """Put a list page behind the one being read."""
        if self._step:
            self._step.following.append(link)

    def wants(self, document: Document) -> bool:
        """Whether a document lies in the window; one without a date cannot be said to."""
        if self._step and document.natural_key not in self._keys:
            self._keys.add(document.natural_key)
            self._step.fresh += 1
        moment = document.published_at
        if moment is None:
            self.undated += 1
            return False
        if self._step:
            self._step.newest = max(moment, self._step.newest or moment)
        inside = moment in self.window
        self.outside += not inside
        return inside

    def fail(self, link: Link) -> None:
        """Note a page that did not come; it is asked for again when the backfill is started again."""
        if self._step:
            self._step.failed.append(link)

    def end_step(self) -> Link | None:
        """Save what is left after a step whose documents are stored; the page of the next one."""
        step, self._step = self._step, None
        if step is None:
            return None
        self._failed += [link for link in step.failed if link.kind == "detail"]
        if step.link.kind == "list" and step.link in step.failed:  # what lies behind it cannot be known: stop here
            self._save()
            return None
        self._pending = [*self._following(step), *self._pending[1:]]
        self._save()
        return self._next()

    def skip(self, link: Link) -> Link | None:
        """Leave out a page this run has read before; the page of the next step."""
        self._step = Step(link)
        return self.end_step()

    @property
    def left(self) -> int:
        """How many pages are still to read."""
        return len(self._pending) + len(self._failed)

    def _following(self, step: Step) -> list[Link]:
        """The pages a step leads to, without the next page of a chain that has come to its end."""
        too_old = not self._spec.windows and step.newest is not None and step.newest < self.window.start
        nothing_new = not step.fresh and not step.failed
        ended = too_old or nothing_new
        return [link for link in step.following if not (ended and link.number > step.link.number)]

    def _next(self) -> Link | None:
        if not self._pending or self._steps == MAX_STEPS:
            return None
        self._steps += 1
        self._step = Step(self._pending[0])
        return self._pending[0]

    def _save(self) -> None:
        pending = [to_json(link) for link in (*self._pending, *self._failed)]
        with self._database.write() as connection:
            save_progress(connection, _with(self._progress, pending), self._now)


def to_json(link: Link) -> dict[str, Any]:
    """A form `from_json` reads back."""
    moments = (link.window.start, link.window.end) if link.window else ()
    return {
        "url": link.url,
        "kind": link.kind,
        "number": link.number,
        "body": link.body,
        "window": [moment.astimezone(UTC).isoformat() for moment in moments],
        "known": dict(link.known),
    }


def from_json(row: Mapping[str, Any]) -> Link:
    """The link `to_json` wrote."""
    window = Window(*map(datetime.fromisoformat, row["window"])) if row["window"] else None
    return Link(row["url"], row["kind"], row["number"], row["body"], window, row["known"])


def _with(progress: Progress, pending: list[dict[str, Any]]) -> Progress:
    return Progress(progress.source, progress.fingerprint, progress.start, progress.end, pending, progress.started_at)
