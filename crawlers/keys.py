"""Keys of sources on their way: sent to the source's own host alone, and taken out of whatever comes back."""

from collections.abc import Mapping
from typing import Self
from urllib.parse import quote, quote_plus, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from oncu.config.access import MissingKey
from oncu.config.specs import SourceSpec

HIDDEN = b"[key]"
SHORTEST = 6  # a shorter value is a user name or a word, and taking it out would harm pages


class NoKey(IgnoreRequest):
    """A request that is not sent because its source's key is not there."""


class SendKeys:
    """Downloader middleware: headers go on at each request, so that a redirect to another host takes none along.

    It stands below the decompression, so what it hides it finds; `HideKeysInHeaders` stands above the redirects.
    """

    def __init__(self, specs: Mapping[str, SourceSpec] | None = None) -> None:
        self._specs = specs
        self._crawler: Crawler | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        made = cls()
        made._crawler = crawler
        return made

    def process_request(self, request: Request) -> None:
        """Put the source's headers on, or take them off where the request goes elsewhere. Raises NoKey."""
        spec = self._spec(request)
        if spec is None:
            return
        if not is_own_host(request.url, spec.url):
            for name in (*spec.headers, *(("Authorization",) if spec.basic else ())):
                request.headers.pop(name, None)
            return
        try:
            request.headers.update(spec.filled_headers())
        except MissingKey as missing:
            raise NoKey(str(missing)) from None

    def process_response(self, request: Request, response: Response) -> Response:
        """The answer without a key that the host repeats in it."""
        marks = self._marks(request)
        body = hide(response.body, marks)
        return response if body is response.body else response.replace(body=body)

    def _spec(self, request: Request) -> SourceSpec | None:
        """The source a request is made for, if it has headers; what robots.txt is asked for has none."""
        if self._specs is None:
            visits = getattr(getattr(self._crawler, "spider", None), "visits", {})
            self._specs = {name: visit.spec for name, visit in visits.items() if visit.spec.headers or visit.spec.basic}
        return self._specs.get(request.cb_kwargs.get("source", ""))

    def _marks(self, request: Request) -> list[bytes]:
        spec = self._spec(request)
        return marks_of(spec) if spec and spec.variables else []


class HideKeysInHeaders(SendKeys):
    """The same for headers of an answer: a key in Location would become part of an address."""

    def process_request(self, request: Request) -> None:
        """Nothing is to be sent twice."""

    def process_response(self, request: Request, response: Response) -> Response:
        """The answer without a key in its headers."""
        marks = self._marks(request)
        for name, values in list(response.headers.items()) if marks else ():
            response.headers.setlist(name, [hide(value, marks) for value in values])
        return response


def is_own_host(url: str, own: str) -> bool:
    """Whether an address has scheme, host and port of another."""
    one, other = urlsplit(url), urlsplit(own)
    return (one.scheme, one.netloc.lower()) == (other.scheme, other.netloc.lower())


def marks_of(spec: SourceSpec) -> list[bytes]:
    """Every form in which a host may repeat a key: as it is, and as a part of an address."""
    secrets = [secret for secret in spec.secrets() if len(secret) >= SHORTEST]
    forms = {form for secret in secrets for form in (secret, quote(secret), quote(secret, ""), quote_plus(secret))}
    forms |= {secret.replace("/", "\\/") for secret in secrets}  # as JSON may write it
    return [form.encode() for form in sorted(forms, key=len, reverse=True)]


def hide(content: bytes, marks: list[bytes]) -> bytes:
    """The content with a key replaced by a word; the very same object where there is none."""
    for mark in marks:
        if mark in content:
            content = content.replace(mark, HIDDEN)
    return content
