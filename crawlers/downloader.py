"""How requests wait for their turn: each host at its own pace, and nobody for a host that is slow, silent or dead."""

from collections import Counter
from collections.abc import Callable, Coroutine
from itertools import takewhile
from time import monotonic
from typing import Any, cast

from scrapy import Request
from scrapy.core.downloader import Downloader, Slot
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from .drop import SLOT as DROP

# Requests taken on at once, waiting ones counted.
MAX_WAITING = 2_000
# A host that has not answered by then is waited for beside the others, not in the place of one of them.
HANGING_SECONDS = 3.0
# For each request that counts so many that hang: each may hold a body of the largest size.
HANGING_SHARE = 2
MAX_SILENCES = 3
# A time-out has cost a whole wait already; an answer that breaks off is asked for twice more.
RETRIES_OF_SILENT = 1


class OverTime(IgnoreRequest):
    """A page of a visit that has had its time."""


class SilentHost(IgnoreRequest):
    """A page of a host that gave no answer several times in a row."""


class PoliteDownloader(Downloader):
    """Scrapy's downloader with limits per host that hold, and hosts that are slow or silent keeping nobody waiting.

    Scrapy 2.19 counts a request as running when its task begins, so all that wait for a host at once begin at once; it
    counts a host's delay from then and not from when the request is sent, so a connection that took long shortens it; a
    redirected request goes on at the pace of the host that sent it away; and requests that only wait for their host
    take the places of requests to other hosts.
    """

    def __init__(self, crawler: Crawler, *, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(crawler)
        self._clock = clock
        self._silences: Counter[str] = Counter()
        self._unsent: dict[str, Request] = {}  # the last request of a host, while it waits for its connection
        self._running: dict[Request, float] = {}  # since when; those that wait in their host's queue are not in it

    def fetch(self, request: Request, spider: Any = None) -> "Deferred[Response | Request]":
        """Fetch a page through all middlewares."""
        self._running[request] = self._clock()
        fetched = super().fetch(request)
        fetched.addBoth(self._stop_running, request)
        return fetched

    def get_slot_key(self, request: Request) -> str:
        """The host whose pace a request keeps."""
        return super().get_slot_key(request) if request.meta.get(DROP) else urlparse_cached(request).hostname or ""

    def note_sent(self, host: str) -> None:
        """Count the delay of a host from now on: a request to it is being sent."""
        self._unsent.pop(host, None)
        if slot := self.slots.get(host):
            slot.lastseen = self._clock()
            self._process_queue(slot)

    def needs_backout(self) -> bool:
        """Whether no more requests are to be taken on for now."""
        busy = len(self._running) - min(self._count_hanging(), HANGING_SHARE * self.total_concurrency)
        return busy >= self.total_concurrency or len(self.active) >= MAX_WAITING

    async def _enqueue_request(self, request: Request) -> Response:
        self._running.pop(request, None)
        return await super()._enqueue_request(request)

    def _wait_for_download(self, slot: Slot, request: Request, queue_dfd: Any) -> Coroutine[Any, Any, None]:
        self._running[request] = self._clock()
        self._unsent[request.meta[self.DOWNLOAD_SLOT]] = request
        slot.transferring.add(request)
        return super()._wait_for_download(slot, request, queue_dfd)

    async def _download(self, slot: Slot, request: Request) -> Response:
        host = request.meta[self.DOWNLOAD_SLOT]
        try:
            response = await super()._download(slot, request)
        except DownloadTimeoutError:
            self._silences[host] += 1
            raise
        finally:
            if self._unsent.get(host) is request:
                del self._unsent[host]
            self._process_queue(slot)
        self._silences.pop(host, None)
        return response

    def _process_queue(self, slot: Slot) -> None:
        """Let go of what nobody waits for any more, then go on."""
        waiting = list(slot.queue) if slot.queue and self._why_left(slot.queue[0][0]) else ()
        for one in waiting:
            if why := self._why_left(one[0]):
                slot.queue.remove(one)
                one[1].errback(Failure(why))  # type: ignore[no-untyped-call]
        if slot.queue and slot.delay and slot.queue[0][0].meta[self.DOWNLOAD_SLOT] in self._unsent:
            return  # until that is sent, or has failed
        super()._process_queue(slot)

    def _why_left(self, request: Request) -> IgnoreRequest | None:
        spider = cast(Any, self.crawler.spider)
        if spider.is_late(request):
            return OverTime("the visit has had its time")
        if self._silences[request.meta[self.DOWNLOAD_SLOT]] >= MAX_SILENCES and not spider.is_patient(request):
            return SilentHost(f"the host gave no answer {MAX_SILENCES} times in a row; it is left until the next visit")
        return None

    def _count_hanging(self) -> int:
        now = self._clock()
        return sum(1 for _ in takewhile(lambda since: now - since > HANGING_SECONDS, self._running.values()))

    def _stop_running(self, result: Any, request: Request) -> Any:
        self._running.pop(request, None)
        return result


class FewRetries(RetryMiddleware):
    """Scrapy's retries, but only one for a host that gave no answer in time."""

    def process_exception(self, request: Request, exception: Exception, spider: Any = None) -> Any:
        """The same request once more, or None where it is given up."""
        if isinstance(exception, DownloadTimeoutError):
            request.meta["max_retry_times"] = RETRIES_OF_SILENT
        return super().process_exception(request, exception)
