"""How Scrapy is set: every limit against a page that is too big, too slow or hostile, and manners towards its host."""

from collections.abc import Callable
from typing import Any

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from oncu.config.settings import CrawlSettings

from . import drop
from .downloader import FewRetries, OverTime, PoliteDownloader
from .guard import refuse_url
from .keep import SETTING as KEEP_PAGES
from .keep import KeepPages
from .keys import HideKeysInHeaders, SendKeys
from .robots import RobotsPolicy

MAX_REDIRECTS = 5
RETRIES = 2
# What Scrapy does for every page and nobody here reads: statistics, depths, domains of a spider.
UNUSED_DOWNLOADER = (
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware",
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware",
    "scrapy.downloadermiddlewares.stats.DownloaderStats",
    "scrapy.downloadermiddlewares.retry.RetryMiddleware",  # FewRetries stands in its place
)
UNUSED_SPIDER = (
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware",
    "scrapy.spidermiddlewares.depth.DepthMiddleware",
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware",
)
UNUSED_EXTENSIONS = (
    "scrapy.extensions.corestats.CoreStats",
    "scrapy.extensions.logcount.LogCount",
    "scrapy.extensions.logstats.LogStats",
    "scrapy.extensions.memusage.MemoryUsage",
)


class RefusedUrl(IgnoreRequest):
    """An address that is not fetched, whoever asked for it."""


class VisitTime:
    """Downloader middleware: a source that takes too long is not asked for more."""

    def __init__(self, is_late: Callable[[Request], bool]) -> None:
        self._is_late = is_late

    @classmethod
    def from_crawler(cls, crawler: Any) -> "VisitTime":
        """Called by Scrapy; the spider knows the visits."""
        return cls(crawler.spider.is_late)

    def process_request(self, request: Request) -> None:
        """Raise OverTime for a page nobody waits for any more."""
        if self._is_late(request):
            raise OverTime("the visit has had its time")


class UrlGuard:
    """Downloader middleware: no address leaves unchecked, be it a link, a redirect or robots.txt."""

    def process_request(self, request: Request) -> None:
        """Raise RefusedUrl for an address that must not be fetched."""
        if request.meta.get(drop.SLOT) and request.url.startswith(drop.PREFIX):
            return  # made by the crawl itself: a page's links and redirects carry no such mark
        if reason := refuse_url(request.url):
            raise RefusedUrl(reason)


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
        "DOWNLOAD_DELAY_JITTER": 0,  # Scrapy's own halves every other delay; what was promised is the least
        "AUTOTHROTTLE_ENABLED": settings.delay_seconds > 0,
        "AUTOTHROTTLE_START_DELAY": settings.delay_seconds,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(settings.concurrent_per_host),
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "URLLENGTH_LIMIT": 0,  # UrlGuard has its own limit, and says so
        "DOWNLOADER_MIDDLEWARES": {
            VisitTime: 40,
            UrlGuard: 50,
            RobotsPolicy: 100,
            SendKeys: 110,
            FewRetries: 550,
            HideKeysInHeaders: 605,
        }
        | ({KeepPages: 60} if settings.keep_pages else {})
        | dict.fromkeys(UNUSED_DOWNLOADER),
        "SPIDER_MIDDLEWARES": dict.fromkeys(UNUSED_SPIDER),
        "EXTENSIONS": dict.fromkeys(UNUSED_EXTENSIONS),
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
        KEEP_PAGES: str(settings.keep_pages or ""),
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",  # the source's issue says it
        "LOG_LEVEL": "WARNING",
    }
