"""How Scrapy is set: every limit against a page that is too big, too slow or hostile, and manners towards its host."""

from typing import Any

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from oncu.config.settings import CrawlSettings

from .guard import refuse_url

MAX_REDIRECTS = 5
RETRIES = 2


class RefusedUrl(IgnoreRequest):
    """An address that is not fetched, whoever asked for it."""


class UrlGuard:
    """Downloader middleware: no address leaves unchecked, be it a link, a redirect or robots.txt."""

    def process_request(self, request: Request) -> None:
        """Raise RefusedUrl for an address that must not be fetched."""
        if reason := refuse_url(request.url):
            raise RefusedUrl(reason)


def scrapy_settings(settings: CrawlSettings) -> dict[str, Any]:
    """Settings for one crawl; what Scrapy has on by default and a product must not have is off."""
    return {
        "USER_AGENT": settings.user_agent,
        "ROBOTSTXT_OBEY": True,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_TIMEOUT": settings.timeout_seconds,
        "DOWNLOAD_MAXSIZE": settings.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_HANDLERS": dict.fromkeys(("file", "ftp", "s3", "data")),
        "REDIRECT_MAX_TIMES": MAX_REDIRECTS,
        "RETRY_TIMES": RETRIES,
        "CONCURRENT_REQUESTS": settings.concurrent_requests,
        "CONCURRENT_REQUESTS_PER_DOMAIN": settings.concurrent_per_host,
        "DOWNLOAD_DELAY": settings.delay_seconds,
        "AUTOTHROTTLE_ENABLED": settings.delay_seconds > 0,
        "AUTOTHROTTLE_START_DELAY": settings.delay_seconds,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(settings.concurrent_per_host),
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "URLLENGTH_LIMIT": 0,  # UrlGuard has its own limit, and says so
        "DOWNLOADER_MIDDLEWARES": {UrlGuard: 50},
        "LOG_LEVEL": "WARNING",
    }
