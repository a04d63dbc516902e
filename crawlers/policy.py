"""How Scrapy is set: every limit against a page that is too big, too slow or hostile, and manners towards its host."""

from collections.abc import Coroutine
from typing import Any

from scrapy import Request
from scrapy.core.downloader import Downloader, Slot
from scrapy.exceptions import IgnoreRequest

from oncu.config.settings import CrawlSettings

from . import drop
from .guard import refuse_url
from .keep import SETTING as KEEP_PAGES
from .keep import KeepPages
from .robots import RobotsPolicy

MAX_REDIRECTS = 5
RETRIES = 2
SLOW_SECONDS = 1.0
MAX_WAITING = 2_000


class RefusedUrl(IgnoreRequest):
    """An address that is not fetched, whoever asked for it."""


class UrlGuard:
    """Downloader middleware: no address leaves unchecked, be it a link, a redirect or robots.txt."""

    def process_request(self, request: Request) -> None:
        """Raise RefusedUrl for an address that must not be fetched."""
        if request.meta.get(drop.SLOT) and request.url.startswith(drop.PREFIX):
            return  # made by the crawl itself: a page's links and redirects carry no such mark
        if reason := refuse_url(request.url):
            raise RefusedUrl(reason)


class PoliteDownloader(Downloader):
    """Scrapy's downloader with two faults mended: a limit per host that holds, and slow hosts that keep nobody waiting.

    Scrapy 2.19 counts a request as running when its task begins, so all that wait for a host at once begin at once; and
    requests that only wait for their host's delay take the places of requests to other hosts.
    """

    def _wait_for_download(self, slot: Slot, request: Request, queue_dfd: Any) -> Coroutine[Any, Any, None]:
        slot.transferring.add(request)
        return super()._wait_for_download(slot, request, queue_dfd)

    def needs_backout(self) -> bool:
        """Whether no more requests are to be taken on for now."""
        waiting = sum(len(slot.queue) for slot in self.slots.values() if slot.delay >= SLOW_SECONDS)
        return len(self.active) - waiting >= self.total_concurrency or len(self.active) >= MAX_WAITING


def scrapy_settings(settings: CrawlSettings) -> dict[str, Any]:
    """Settings for one crawl; what Scrapy has on by default and a product must not have is off."""
    return {
        "USER_AGENT": settings.user_agent,
        "ROBOTSTXT_OBEY": False,  # RobotsPolicy does, by the RFC
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_TIMEOUT": settings.timeout_seconds,
        "DOWNLOAD_MAXSIZE": settings.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_HANDLERS": dict.fromkeys(("file", "ftp", "s3", "data"))
        | dict.fromkeys(("http", "https"), "oncu.crawlers.headers.LimitedHandler")
        | {"drop": drop.DropHandler},
        drop.SETTING: str(settings.drop_folder or ""),
        "DOWNLOAD_SLOTS": {drop.SLOT: {"delay": 0, "concurrency": 2}},
        "REDIRECT_MAX_TIMES": MAX_REDIRECTS,
        "RETRY_TIMES": RETRIES,
        "CONCURRENT_REQUESTS": settings.concurrent_requests,
        "CONCURRENT_ITEMS": 1,  # Scrapy starts so many tasks for each answer, and our spider yields no items
        "CONCURRENT_REQUESTS_PER_DOMAIN": settings.concurrent_per_host,
        "DOWNLOADER": PoliteDownloader,
        "DOWNLOAD_DELAY": settings.delay_seconds,
        "AUTOTHROTTLE_ENABLED": settings.delay_seconds > 0,
        "AUTOTHROTTLE_START_DELAY": settings.delay_seconds,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(settings.concurrent_per_host),
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "URLLENGTH_LIMIT": 0,  # UrlGuard has its own limit, and says so
        "DOWNLOADER_MIDDLEWARES": {UrlGuard: 50, RobotsPolicy: 100} | ({KeepPages: 60} if settings.keep_pages else {}),
        KEEP_PAGES: str(settings.keep_pages or ""),
        "LOG_LEVEL": "WARNING",
    }
