"""The spider that visits many sources at once: it fetches, the reader of each source says what is on a page."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, cast

import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from oncu.config.specs import SourceSpec
from oncu.storage.runs import Issue

from ..document import build_document
from ..guard import Refused
from ..pages.page import Link, Page, Read, Row
from ..policy import RefusedUrl
from ..visit import SourceResult, SourceVisit
from .api import first_url

PROBLEMS = {
    "DownloadTimeoutError": "no whole answer in time",
    "CannotResolveHostError": "the host's name is not known",
    "DownloadConnectionRefusedError": "the host refuses connections",
    "DownloadCancelledError": "the body is over the limit",
    "ResponseDataLossError": "the answer broke off",
    "DownloadFailedError": "the host closed the connection",
}


def find_reader(name: str) -> Read:
    """The `read` function of the module of that name; a new reader is a new file in this folder."""
    return cast(Read, import_module(f"{__package__}.{name}").read)


class SourcesSpider(scrapy.Spider):
    """All sources of one crawl share its limits per host; a source that breaks breaks alone."""

    name = "sources"

    def __init__(self, visits: Mapping[str, SourceVisit], finished: Callable[[SourceResult], None]) -> None:
        super().__init__()
        self.visits = visits
        self.finished = finished

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """The first page of every source."""
        for visit in self.visits.values():
            request = self._request(visit, Link(first_url(visit.spec)))
            if request:
                yield request

    def read_page(self, response: Response, source: str, link: Link) -> Iterator[scrapy.Request]:
        """Hand a page to the reader of its source; keep documents, follow links, note issues."""
        visit = self.visits[source]
        page = _page(response, visit.spec)
        try:
            for found in find_reader(visit.spec.reader)(visit.spec, page, link, visit.now):
                request = self._take(visit, found)
                if request:
                    yield request
        except Exception as error:  # one source's page must not end the visits to the others
            visit.report(Issue("program", page.url, f"{type(error).__name__}: {error}"))
        self._close_page(visit, was_read=True)

    def fail_page(self, failure: Failure) -> None:
        """Note why a page did not come."""
        request = cast(Any, failure).request
        visit = self.visits[request.cb_kwargs["source"]]
        visit.report(Issue(*describe_failure(failure.value, request.url)))
        self._close_page(visit, was_read=False)

    def closed(self, reason: str) -> None:
        """End the visits that something kept open."""
        for visit in self.visits.values():
            if visit.result is None:
                visit.report(Issue("fetch", visit.spec.url, f"the crawl ended before the visit did ({reason})"))
                visit.finish()
                self.finished(cast(SourceResult, visit.result))

    def _take(self, visit: SourceVisit, found: Row | Link | Issue) -> scrapy.Request | None:
        if isinstance(found, Link):
            return self._request(visit, found)
        if isinstance(found, Issue):
            visit.report(found)
            return None
        document, issues = build_document(visit.spec, found, visit.now)
        for issue in issues:
            visit.report(issue)
        if document:
            visit.keep(document)
        return None

    def _request(self, visit: SourceVisit, link: Link) -> scrapy.Request | None:
        if link.kind == "list" and link.number > max_pages(visit.spec):
            if not has_own_limit(visit.spec):
                visit.report(Issue("limit", link.url, "not read: max_pages is reached; set it in the source's file"))
            return None
        if not visit.opens(link.url):
            return None
        return scrapy.Request(
            link.url,
            callback=self.read_page,
            errback=self.fail_page,
            cb_kwargs={"source": visit.spec.name, "link": link},
            dont_filter=True,  # two sources may name one page, and each visit filters for itself
        )

    def _close_page(self, visit: SourceVisit, *, was_read: bool) -> None:
        visit.close_page(was_read=was_read)
        if visit.result:
            self.finished(visit.result)


def max_pages(spec: SourceSpec) -> int:
    """How many pages of its list a source may have read in one visit."""
    reader = spec.listing or spec.api
    return reader.max_pages if reader else 1


def has_own_limit(spec: SourceSpec) -> bool:
    """Whether the source's file says how many pages to read; a limit nobody chose must not cut silently."""
    reader = spec.listing or spec.api
    return reader is not None and "max_pages" in reader.model_fields_set


def describe_failure(error: BaseException | None, url: str) -> tuple[str, str, str]:
    """Kind, place and sentence of the issue for a page that did not come."""
    if isinstance(error, HttpError):
        return "fetch", error.response.url, f"the host answered {error.response.status}"
    if isinstance(error, RefusedUrl | Refused):
        return "refused", url, str(error)
    if isinstance(error, IgnoreRequest):
        text = str(error)
        return ("robots", url, "robots.txt forbids this page") if "robots" in text else ("fetch", url, text)
    sentence = PROBLEMS.get(type(error).__name__, (str(error).splitlines() or [""])[0])
    return "fetch", url, f"{sentence or 'no answer'} ({type(error).__name__})"


def _page(response: Response, spec: SourceSpec) -> Page:
    header = response.headers.get("Content-Type")
    return Page(response.url, response.body, header.decode("latin-1") if header else None, spec.language)
