"""Pages that cannot be read without harm, kept as documents nobody reads: with the reason, and never tried again."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from oncu.config.specs import SourceSpec
from oncu.storage.database import Database
from oncu.storage.documents import Document, quarantine_reasons, save_documents

from .pages.page import Page


class Quarantine:
    """Which pages have ended a parser before: the same bytes at the same address are not given to another one."""

    def __init__(self, database: Database, now: datetime) -> None:
        self._database = database
        self._now = now
        self._looked_up: set[tuple[str, str]] = set()
        self._reasons: dict[str, str] = {}

    def look_up(self, places: Collection[tuple[str, str]]) -> None:
        """Ask at once about the pages of these sources and addresses. Raises StorageError."""
        with self._database.read() as connection:
            self._reasons |= quarantine_reasons(connection, places)
        self._looked_up |= set(places)

    def reason(self, spec: SourceSpec, page: Page) -> str | None:
        """Why a page is not read, or None for one that has done no harm. Raises StorageError."""
        place = (spec.name, page.url)
        if place not in self._looked_up:
            self.look_up([place])
        return self._reasons.get(self._document(spec, page).id) if self._reasons else None

    def add(self, spec: SourceSpec, page: Page, reason: str) -> None:
        """Keep the page's address and digest, and why. Raises StorageError."""
        document = replace(self._document(spec, page), quarantine=reason)
        with self._database.write() as connection:
            save_documents(connection, [document])
        self._reasons[document.id] = reason

    def _document(self, spec: SourceSpec, page: Page) -> Document:
        return Document(
            source=spec.name,
            natural_key=page.url,
            title="",
            text="",
            first_seen_at=self._now,
            url=page.url,
            language=spec.language,
            category=spec.category,
            origin=spec.origin,
            fields={"sha256": sha256(page.body).hexdigest()},
        )
