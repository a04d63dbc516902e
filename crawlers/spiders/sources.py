"""The spider that visits many sources at once: it fetches, the reader of each source says what is on a page."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, cast

import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from oncu.config.problems import Problem
from oncu.config.specs import SourceSpec
from oncu.storage.database import StorageError, batched
from oncu.storage.shapes import Issue
from oncu.storage.validators import load_validators

from ..conditional import condition_headers, is_read
from ..downloader import OverTime
from ..drop import SLOT as DROP
from ..ends import Ends
from ..guard import Refused
from ..pages.page import Link, Page
from ..parse_task import Found
from ..permits import Permits
from ..policy import RefusedUrl
from ..reading import PageReader
from ..robots import Forbidden, Unreadable
from ..visit import SourceVisit

NOT_MODIFIED = 304
TOGETHER = 200  # sources about whose first pages the database is asked at once
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

    def __init__(self, visits: Mapping[str, SourceVisit], *, ends: Ends, reader: PageReader, permits: Permits) -> None:
        super().__init__()
        self.visits = visits
        self.ends = ends
        self.reader = reader
        self.permits = permits

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """The first page of every source; what is known of them is asked for many sources at once."""
        for some in batched(self.visits.values(), TOGETHER):
            begun = [(visit, self._first_links(visit)) for visit in some]
            self._look_up(begun)
            for visit, links in begun:
                for request in self._begin(visit, links):
                    yield request

    async def read_page(self, response: Response, source: str, link: Link) -> AsyncIterator[scrapy.Request]:
        """Have a page read by the reader of its source; keep documents, follow links, note issues."""
        visit = self.visits[source]
        page = _page(response, visit.spec)
        is_unchanged = response.status == NOT_MODIFIED or (not visit.backfill and visit.conditions.is_same(link, page))
        if is_unchanged:
            visit.leave_unchanged()
        else:
            async for request in self._read(visit, response, page, link):
                yield request
        for request in self._close_page(visit, was_read=not is_unchanged):
            yield request

    def fail_page(self, failure: Failure) -> Iterator[scrapy.Request]:
        """Note why a page did not come."""
        request = cast(Any, failure).request
        visit = self.visits[request.cb_kwargs["source"]]
        if isinstance(failure.value, OverTime):
            visit.leave()
        else:
            visit.report(Issue(*describe_failure(failure.value, request.url)))
        if visit.backfill and (request.cb_kwargs["link"].kind == "list" or not is_lasting(failure.value)):
            visit.backfill.fail(request.cb_kwargs["link"])
        yield from self._close_page(visit, was_read=False)

    async def closed(self, reason: str) -> None:
        """End the parsers, and the visits that something kept open."""
        await self.reader.close()
        for visit in self.visits.values():
            if not visit.is_done:
                visit.report(Issue("fetch", visit.spec.url, f"the crawl ended before the visit did ({reason})"))
                self._end(visit)
        self.ends.store()
        try:
            self.permits.save()
        except StorageError as error:  # the next crawl asks the hosts again
            self.logger.warning(str(error))

    def is_late(self, request: scrapy.Request) -> bool:
        """Whether the visit a request belongs to has had its time."""
        visit = self.visits.get(request.cb_kwargs.get("source", ""))
        return visit is not None and visit.is_over_time

    def is_patient(self, request: scrapy.Request) -> bool:
        """Whether a request waits for its host however often that was silent: a backfill has time."""
        visit = self.visits.get(request.cb_kwargs.get("source", ""))
        return visit is not None and visit.backfill is not None

    def _first_links(self, visit: SourceVisit) -> list[Link]:
        try:
            return visit.first_links()
        except Problem as error:
            visit.report(Issue("storage", visit.spec.url, str(error).removeprefix(f"{visit.spec.url}: ")))
            return []

    def _begin(self, visit: SourceVisit, links: Sequence[Link]) -> Iterator[scrapy.Request]:
        # all are counted as open before the first one may come back, or that one would end the visit
        yield from [request for link in links if (request := self._request(visit, link, is_first=True))]
        if not visit.open_pages and not visit.is_done:
            self._end(visit)

    def _end(self, visit: SourceVisit) -> None:
        visit.finish()
        self.ends.add(visit)

    def _look_up(self, begun: Sequence[tuple[SourceVisit, Sequence[Link]]]) -> None:
        """Ask at once what is known of these pages; where the database does not say, they are simply read."""
        places = [(visit.spec.name, link) for visit, links in begun if not visit.backfill for link in links]
        try:
            with self.ends.database.read() as connection:
                known = load_validators(connection, ((name, link.address) for name, link in places))
            self.reader.look_up([(visit.spec.name, link.url) for visit, links in begun for link in links])
        except StorageError as error:
            for visit, _ in begun:
                visit.report(Issue("storage", visit.spec.url, str(error)))
            return
        for (name, _), one in known.items():
            self.visits[name].conditions.remember(one)

    async def _read(
        self, visit: SourceVisit, response: Response, page: Page, link: Link
    ) -> AsyncIterator[scrapy.Request]:
        documents = links = 0
        try:
            async with aclosing(self.reader.read(visit.spec, page, link, visit.now)) as parts:
                async for found in parts:
                    documents, links = documents + len(found.documents), links + len(found.links)
                    for request in self._take(visit, found):
                        yield request
        except StorageError as error:
            visit.report(Issue("storage", page.url, str(error)))
        except Exception as error:  # one source's page must not end the visits to the others
            visit.report(Issue("program", page.url, f"{type(error).__name__}: {error}"))
        if documents or links:
            is_redirected = bool(response.meta.get("redirect_times"))
            visit.conditions.note(link, page, _headers(response), leads_on=links > 0, is_redirected=is_redirected)

    def _take(self, visit: SourceVisit, found: Found) -> Iterator[scrapy.Request]:
        for issue in found.issues:
            visit.report(issue)
        for document in found.documents:
            visit.keep(document)
        if found.links:
            self._look_up([(visit, found.links)])
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
        elif visit.is_done:
            self.ends.add(visit)


def max_pages(spec: SourceSpec) -> int:
    """How many pages of its list a source may have read in one visit."""
    return (spec.listing or spec.api or spec.sitemap or spec.feed).max_pages


def has_own_limit(spec: SourceSpec) -> bool:
    """Whether the source's file says how many pages to read; a limit nobody chose must not cut silently."""
    return "max_pages" in (spec.listing or spec.api or spec.sitemap or spec.feed).model_fields_set


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
