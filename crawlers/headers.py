"""The HTTP handler of Scrapy with a limit Scrapy does not have: how many lines of headers a host may send.

200,000 headers (2 MB) were accepted and took seconds of the one thread that serves all sources.
"""

from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler

MAX_HEADERS = 100


class TooManyHeaders(Exception):
    """An answer whose headers, or one of whose header lines, do not end."""


class _Parser(_LenientHTTPClientParser):
    lines = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        self.lines += 1
        if self.lines > MAX_HEADERS + 2:  # the status before and the empty line behind them
            raise TooManyHeaders(f"more than {MAX_HEADERS} response headers")
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        raise TooManyHeaders(f"a header line of more than {self.MAX_LENGTH} bytes")


class _Protocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Any:
        answer = super().request(request)
        # Twisted names its parser class nowhere one could change it; Scrapy does the same one level up.
        assert self._parser is not None
        self._parser.__class__ = _Parser
        return answer


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _Protocol:  # noqa: N802 - Twisted's name
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class LimitedHandler(HTTP11DownloadHandler):
    """Scrapy's handler for http and https, with the limit."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory
