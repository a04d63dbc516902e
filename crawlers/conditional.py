"""Ask only for what changed: the marks a host gave a page are sent back, and an unchanged page is not parsed again.

Nothing is remembered of a page until its documents are stored, and nothing of a page that brought none: a site that
has changed its layout goes on being a problem until somebody mends it, also where it answers "not modified".
"""

from collections.abc import Mapping
from datetime import datetime

from oncu.config.specs import SourceSpec
from oncu.storage.database import Database
from oncu.storage.keys import digest_of
from oncu.storage.validators import Validator, forget_old_validators, load_validator, save_validators

from .pages.page import Link

# Raise it when readers change what they find on a page, so that pages are read anew.
READERS_VERSION = "1"
MAX_MARK = 1_000


class Conditions:
    """The marks of the pages of one source during one visit."""

    def __init__(self, spec: SourceSpec, database: Database, now: datetime) -> None:
        self._source = spec.name
        self._fingerprint = fingerprint_of(spec)
        self._database = database
        self._now = now
        self._has_marks = False
        self._leaves: dict[str, Validator] = {}
        self._lists: dict[str, Validator] = {}

    def look_up(self, link: Link) -> Validator | None:
        """What is known of a page, from a visit when the source was set as it is now."""
        with self._database.read() as connection:
            known = load_validator(connection, self._source, link.address, self._fingerprint)
        self._has_marks = self._has_marks or known is not None
        return known

    def note(self, link: Link, headers: Mapping[str, str], *, leads_on: bool) -> None:
        """Keep the marks of a page that was read; `leads_on` says that other pages are read because of it."""
        validator = read_marks(link, headers, self._now)
        if validator.etag or validator.last_modified or link.changed_at:
            (self._lists if leads_on else self._leaves)[link.address] = validator

    def save(self, *, with_lists: bool) -> None:
        """Store the marks; those of lists only where every page they lead to was read, or those would be forgotten."""
        found = [*self._leaves.values(), *(self._lists.values() if with_lists else ())]
        if not found and not self._has_marks:
            return
        with self._database.write() as connection:
            save_validators(connection, self._source, self._fingerprint, found)
            forget_old_validators(connection, self._source, self._now)


def fingerprint_of(spec: SourceSpec) -> str:
    """Changes when the source's file or our readers change."""
    return digest_of(READERS_VERSION, spec.model_dump_json())


def read_marks(link: Link, headers: Mapping[str, str], now: datetime) -> Validator:
    """The marks among the headers of an answer (names in lower case)."""
    etag, modified = (headers.get(name, "").strip() for name in ("etag", "last-modified"))
    return Validator(link.address, _fitting(etag), _fitting(modified), now)


def condition_headers(known: Validator | None) -> dict[str, str]:
    """The headers that make a host answer 304 where the page is as it was."""
    if known is None:
        return {}
    marks = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: mark for name, mark in marks.items() if mark}


def is_read(known: Validator | None, link: Link) -> bool:
    """Whether a page was read after the moment its list says it last changed."""
    return known is not None and link.changed_at is not None and link.changed_at <= known.read_at


def _fitting(mark: str) -> str | None:
    fits = 0 < len(mark) <= MAX_MARK and mark.isascii() and mark.isprintable()
    return mark if fits else None
