"""What readers take and give: a fetched page in; rows, links to go on with and issues out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal, Protocol
from urllib.parse import urljoin

from parsel import Selector
from w3lib.html import get_base_url
from w3lib.url import safe_url_string

from oncu.config.specs import SourceSpec
from oncu.storage.shapes import Issue

from ..encoding import decode_body
from ..text import strip_unwanted


@dataclass(frozen=True)
class Window:
    """A stretch of time: `start` belongs to it, `end` does not."""

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True)
class Link:
    """A page to fetch next: the `number`-th of the source's list, or the detail page of one document.

    `body` is what is sent by POST; without one the page is asked by GET. `window` is what the page is asked about.
    `known` is what the list already says of a detail page, `changed_at` when it says the page last changed.
    """

    url: str
    kind: Literal["list", "detail"] = "list"
    number: int = 1
    body: str = ""
    window: Window | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    changed_at: datetime | None = None

    @property
    def address(self) -> str:
        """What tells this page from every other."""
        return f"{self.url} {self.body}" if self.body else self.url


@dataclass(frozen=True)
class Row:
    """One document as raw field values; `markup` is the part of the page it came from."""

    values: Mapping[str, str]
    place: str
    markup: str = field(default="", repr=False)


@dataclass(frozen=True)
class Page:
    """A fetched page: final address, body, the Content-Type header and the language to expect."""

    url: str
    body: bytes = field(repr=False)
    content_type: str | None = None
    language: str = "tr"

    @cached_property
    def text(self) -> str:
        """The body as text, without control characters."""
        return strip_unwanted(decode_body(self.body, self.content_type, self.language))

    @cached_property
    def selector(self) -> Selector:
        """The body as HTML to select from."""
        # Without a type parsel tries JSON first, and a deep one breaks it.
        return Selector(text=self.text or "<html></html>", type="html", base_url=self.base_url)

    @cached_property
    def base_url(self) -> str:
        """What relative addresses on the page are relative to."""
        return get_base_url(self.text, self.url)

    def join(self, link: str) -> str | None:
        """An absolute web address without fragment, or None where the link is something else (mailto:, javascript:)."""
        if "\\" in link:  # read as part of the host by some programs and as a path by others
            return None
        try:
            url = safe_url_string(urljoin(self.base_url, link.strip())).partition("#")[0]
        except ValueError:
            return None
        return url if url.startswith(("http://", "https://")) else None


class Read(Protocol):
    """The one function of a module in `oncu.crawlers.spiders`: what is on a page of a source."""

    def __call__(self, spec: SourceSpec, page: Page, link: Link, now: datetime) -> Iterator[Row | Link | Issue]: ...
