"""The spider that visits many sources at once: it fetches, the reader of each source says what is on a page."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing
from typing import Any, cast

import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from oncu.config.problems import Problem
from oncu.config.specs import SourceSpec
from oncu.storage.shapes import Issue

from ..conditional import condition_headers, is_read
from ..drop import SLOT as DROP
from ..guard import Refused
from ..pages.page import Link, Page
from ..parse_task import Found
from ..policy import RefusedUrl
from ..reading import PageReader
from ..robots import Forbidden, Unreadable
from ..visit import SourceResult, SourceVisit

NOT_MODIFIED = 304
POSTED = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
PROBLEMS = {
    "DownloadTimeoutError": "no whole answer in time",
    "CannotResolveHostError": "the host's name is not known",
    "DownloadConnectionRefusedError": "the host refuses connections",
    "DownloadCancelledError": "the body is over the limit",
    "ResponseDataLossError": "the answer broke off",
    "DownloadFailedError": "the host closed the connection",
}
INNER_PROBLEMS = {
    "certificate verify failed": "the host's certificate is not to be trusted",
    "TooManyHeaders": "the answer has headers over the limit of 100 lines of 16 KB",
    "exceeded DOWNLOAD_MAXSIZE": "the body is over the limit when unpacked",
    "max redirections reached": "the page redirects again and again",
}


class SourcesSpider(scrapy.Spider):
    """All sources of one crawl share its limits per host; a source that breaks breaks alone."""

    name = "sources"

    def __init__(
        self, visits: Mapping[str, SourceVisit], finished: Callable[[SourceResult], None], *, reader: PageReader
    ) -> None:
        super().__init__()
        self.visits = visits
        self.reader = reader
        self.finished = finished

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """The first page of every source."""
        for visit in self.visits.values():
            for request in self._begin(visit):
                yield request

    async def read_page(self, response: Response, source: str, link: Link) -> AsyncIterator[scrapy.Request]:
        """Have a page read by the reader of its source; keep documents, follow links, note issues."""
        visit = self.visits[source]
        if response.status == NOT_MODIFIED:
            visit.leave_unchanged()
        else:
            async for request in self._read(visit, response, link):
                yield request
        for request in self._close_page(visit, was_read=response.status != NOT_MODIFIED):
            yield request

    def fail_page(self, failure: Failure) -> Iterator[scrapy.Request]:
        """Note why a page did not come."""
        request = cast(Any, failure).request
        visit = self.visits[request.cb_kwargs["source"]]
        visit.report(Issue(*describe_failure(failure.value, request.url)))
        if visit.backfill and (request.cb_kwargs["link"].kind == "list" or not is_lasting(failure.value)):
            visit.backfill.fail(request.cb_kwargs["link"])
        yield from self._close_page(visit, was_read=False)

    async def closed(self, reason: str) -> None:
        """End the parsers, and the visits that something kept open."""
        await self.reader.close()
        for visit in self.visits.values():
            if visit.result is None:
                visit.report(Issue("fetch", visit.spec.url, f"the crawl ended before the visit did ({reason})"))
                visit.finish()
                self.finished(cast(SourceResult, visit.result))

    def _begin(self, visit: SourceVisit) -> Iterator[scrapy.Request]:
        try:
            for link in visit.first_links():
                if request := self._request(visit, link, is_first=True):
                    yield request
        except Problem as error:
            visit.report(Issue("storage", visit.spec.url, str(error)))
        if not visit.open_pages:
            visit.finish()
            self.finished(cast(SourceResult, visit.result))

    async def _read(self, visit: SourceVisit, response: Response, link: Link) -> AsyncIterator[scrapy.Request]:
        page = _page(response, visit.spec)
        documents = links = 0
        try:
            async with aclosing(self.reader.read(visit.spec, page, link, visit.now)) as parts:
                async for found in parts:
                    documents, links = documents + len(found.documents), links + len(found.links)
                    for request in self._take(visit, found):
                        yield request
        except Exception as error:  # one source's page must not end the visits to the others
            visit.report(Issue("program", page.url, f"{type(error).__name__}: {error}"))
        if (documents or links) and not response.meta.get("redirect_times"):  # marks are those of the last address
            visit.conditions.note(link, _headers(response), leads_on=links > 0)

    def _take(self, visit: SourceVisit, found: Found) -> Iterator[scrapy.Request]:
        for issue in found.issues:
            visit.report(issue)
        for document in found.documents:
            visit.keep(document)
        for link in found.links:
            request = self._request(visit, link)
            if request:
                yield request

    def _request(self, visit: SourceVisit, link: Link, *, is_first: bool = False) -> scrapy.Request | None:
        if visit.backfill and link.kind == "list" and not is_first:
            visit.backfill.follow(link)
            return None
        if not visit.backfill and link.kind == "list" and link.number > max_pages(visit.spec):
            if not has_own_limit(visit.spec):
                visit.report(Issue("limit", link.url, "not read: max_pages is reached; set it in the source's file"))
            return None
        known = None if visit.backfill else visit.conditions.look_up(link)
        if is_read(known, link):
            visit.leave_unchanged()
            return None
        if not visit.opens(link.address):
            return None
        return self._ask(visit.spec, link, {} if link.body else condition_headers(known))

    def _ask(self, spec: SourceSpec, link: Link, headers: dict[str, str]) -> scrapy.Request:
        sent = {"Content-Type": POSTED[spec.api.post.kind]} if link.body and spec.api and spec.api.post else {}
        return scrapy.Request(
            link.url,
            callback=self.read_page,
            errback=self.fail_page,
            method="POST" if link.body else "GET",
            body=link.body,
            headers=headers | sent,
            meta=({"handle_httpstatus_list": [NOT_MODIFIED]} if headers else {})
            | ({DROP: True, "download_slot": DROP} if spec.is_dropped else {}),
            cb_kwargs={"source": spec.name, "link": link},
            dont_filter=True,  # two sources may name one page, and each visit filters for itself
        )

    def _close_page(self, visit: SourceVisit, *, was_read: bool) -> Iterator[scrapy.Request]:
        following = visit.close_page(was_read=was_read)
        if following:  # counted as open already
            yield self._ask(visit.spec, following, {})
        if visit.result:
            self.finished(visit.result)


def max_pages(spec: SourceSpec) -> int:
    """How many pages of its list a source may have read in one visit."""
    reader = spec.listing or spec.api or spec.sitemap
    return reader.max_pages if reader else 1


def has_own_limit(spec: SourceSpec) -> bool:
    """Whether the source's file says how many pages to read; a limit nobody chose must not cut silently."""
    reader = spec.listing or spec.api or spec.sitemap
    return reader is not None and "max_pages" in reader.model_fields_set


def describe_failure(error: BaseException | None, url: str) -> tuple[str, str, str]:
    """Kind, place and sentence of the issue for a page that did not come."""
    if isinstance(error, HttpError):
        return "fetch", error.response.url, _describe_answer(error.response)
    if isinstance(error, RefusedUrl | Refused):
        return "refused", url, str(error)
    if isinstance(error, Unreadable):
        sentence = error.cause if isinstance(error.cause, str) else describe_failure(error.cause, error.url)[2]
        return "fetch", error.url, f"{sentence}; a host whose robots.txt cannot be read is left alone"
    if isinstance(error, Forbidden):
        return "robots", url, str(error)
    if isinstance(error, IgnoreRequest):
        return "fetch", url, _within(error) or str(error)
    sentence = _within(error) or PROBLEMS.get(type(error).__name__, (str(error).splitlines() or [""])[0])
    return "fetch", url, f"{sentence or 'no answer'} ({type(error).__name__})"


def _describe_answer(response: Response) -> str:
    target = (response.headers.get("Location") or b"").decode("latin-1")[:100]
    return f"the host answered {response.status}" + (f" and points to {target}, not a web page" if target else "")


def _within(error: BaseException | None) -> str | None:
    # What Twisted met is only told in the text of what Scrapy makes of it.
    return next((sentence for words, sentence in INNER_PROBLEMS.items() if words in str(error)), None)


def is_lasting(error: BaseException | None) -> bool:
    """Whether asking for the page again would end the same way."""
    if isinstance(error, HttpError):
        return 400 <= error.response.status < 500 and error.response.status not in (408, 429)
    return isinstance(error, RefusedUrl | Refused | Forbidden)


def _headers(response: Response) -> dict[str, str]:
    return {name.decode("latin-1").lower(): b",".join(v).decode("latin-1") for name, v in response.headers.items()}


def _page(response: Response, spec: SourceSpec) -> Page:
    header = response.headers.get("Content-Type")
    return Page(response.url, response.body, header.decode("latin-1") if header else None, spec.language)
