"""The HTTP handler of Scrapy with a limit Scrapy does not have: how many lines of headers a host may send.

200,000 headers (2 MB) were accepted and took seconds of the one thread that serves all sources. It also tells when a
request is really sent: a name to look up, a connection and a handshake may take longer than the delay of a host.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

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
    def __init__(self, quiescent: Callable[..., Any], note_sent: Callable[[str], None]) -> None:
        super().__init__(quiescent)  # type: ignore[no-untyped-call]
        self._note_sent = note_sent

    def request(self, request: Any) -> Any:
        [place] = request.headers.getRawHeaders(b"host")
        self._note_sent(urlsplit(f"//{place.decode('latin-1')}").hostname or "")
        answer = super().request(request)
        # Twisted names its parser class nowhere one could change it; Scrapy does the same one level up.
        assert self._parser is not None
        self._parser.__class__ = _Parser
        return answer


class _Factory(_LenientHTTP11ClientFactory):
    def __init__(self, quiescent: Callable[..., Any], metadata: str, *, note_sent: Callable[[str], None]) -> None:
        super().__init__(quiescent, metadata)  # type: ignore[no-untyped-call]
        self._note_sent = note_sent

    def buildProtocol(self, addr: Any) -> _Protocol:  # noqa: N802 - Twisted's name
        return _Protocol(self._quiescentCallback, self._note_sent)


class LimitedHandler(HTTP11DownloadHandler):
    """Scrapy's handler for http and https, with the limit."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = partial(_Factory, note_sent=self._tell_sent)  # type: ignore[assignment]

    def _tell_sent(self, host: str) -> None:
        cast(Any, self._crawler.engine).downloader.note_sent(host)
