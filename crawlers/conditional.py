"""Ask only for what changed: the marks a host gave a page are sent back, and an unchanged page is not parsed again.

A host that gives no marks sends the page again; where its bytes are those that were read and it is no list of other
pages, it is not parsed either.
Nothing is remembered of a page until its documents are stored, and nothing of a page that brought none: a site that
has changed its layout goes on being a problem until somebody mends it, also where it answers "not modified".
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from oncu.config.specs import SourceSpec
from oncu.storage.keys import digest_of
from oncu.storage.validators import Validator

from .pages.page import Link, Page

# Raise it when readers change what they find on a page, so that pages are read anew.
READERS_VERSION = "2"
MAX_MARK = 1_000


class Conditions:
    """What is known of the pages of one source during one visit."""

    def __init__(self, spec: SourceSpec, now: datetime) -> None:
        self.fingerprint = fingerprint_of(spec)
        self._source = spec.name
        self._now = now
        self._known: dict[str, Validator] = {}
        self._leaves: dict[str, Validator] = {}
        self._lists: dict[str, Validator] = {}

    def remember(self, known: Validator) -> None:
        """Take over what is known of a page, unless the source was set otherwise when it was read."""
        if known.fingerprint == self.fingerprint:
            self._known[known.address] = known

    def look_up(self, link: Link) -> Validator | None:
        """What is known of a page."""
        return self._known.get(link.address)

    def is_same(self, link: Link, page: Page) -> bool:
        """Whether a page came with the very bytes that were read; it counts as read now."""
        known = self._known.get(link.address)
        if known is None or known.digest is None or known.digest != digest_page(page):
            return False
        self._leaves[link.address] = replace(known, read_at=self._now)
        return True

    def note(
        self, link: Link, page: Page, headers: Mapping[str, str], *, leads_on: bool, is_redirected: bool = False
    ) -> None:
        """Keep what is known of a page that was read; `leads_on` says that other pages are read because of it.

        The marks of a page that was redirected are those of another address.
        """
        marks = (None, None) if is_redirected else read_marks(headers)
        # A list is read again where its host does not vouch for it: the pages it leads to may have been edited.
        digest = None if leads_on else digest_page(page)
        if digest or any(marks) or link.changed_at:
            known = Validator(self._source, self.fingerprint, link.address, *marks, digest, self._now)
            (self._lists if leads_on else self._leaves)[link.address] = known

    def noted(self, *, with_lists: bool) -> list[Validator]:
        """What to store; of lists only where every page they lead to was read, or those would be forgotten."""
        return [*self._leaves.values(), *(self._lists.values() if with_lists else ())]


def fingerprint_of(spec: SourceSpec) -> str:
    """Changes when the source's file or our readers change."""
    return digest_of(READERS_VERSION, spec.model_dump_json())


def digest_page(page: Page) -> str:
    """Changes with the body and with what it is read by: the final address and the type the host names."""
    digest = blake2b(f"{page.url}\n{page.content_type}\n".encode(), digest_size=16)
    digest.update(page.body)
    return digest.hexdigest()


def read_marks(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """ETag and Last-Modified of an answer's headers (names in lower case)."""
    etag, modified = (headers.get(name, "").strip() for name in ("etag", "last-modified"))
    return _fitting(etag), _fitting(modified)


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
