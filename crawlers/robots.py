"""robots.txt by RFC 9309: what a host forbids is not fetched, and one that cannot say is left alone.

Answers of 400 to 499 mean that there is no such file, so all is allowed; 500 and above, or no answer, mean that nothing
is. Only the first 500 KiB count. The longest rule that matches wins, and Allow wins over Disallow of the same length.
Crawl-delay is no part of the RFC, but a wish that costs us only time.
"""

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from .drop import SLOT as DROP
from .guard import Refused

MAX_BYTES = 500 * 1024
LIFETIME_SECONDS = 24 * 3600
# A host that wants more than this between two pages does not want to be crawled at all.
MAX_DELAY_SECONDS = 600.0
FIRST = 1_000
TOKEN = re.compile(r"[A-Za-z_-]+")
TOO_MANY_REDIRECTS = "max redirections reached"
# These stay as they are in a path; in a rule `*` and `$` do so too, which have a meaning there.
KEPT = "/?:@!&'()+,;=%"


class Forbidden(IgnoreRequest):
    """A page that the robots.txt of its host does not let us fetch."""


class Unreadable(IgnoreRequest):
    """A robots.txt that did not come; `cause` is why."""

    def __init__(self, url: str, cause: str | BaseException) -> None:
        super().__init__(str(cause))
        self.url = url
        self.cause = cause


@dataclass(frozen=True)
class Rules:
    """What one crawler may fetch on one host: (pattern, is it allowed), and the seconds to wait between two pages."""

    rules: tuple[tuple[str, bool], ...] = ()
    delay: float | None = None

    def allow(self, url: str) -> bool:
        """Whether a page may be fetched: the longest rule that matches its path and query decides."""
        parts = urlsplit(url)
        path = normalise(parts.path or "/") + (f"?{normalise(parts.query)}" if parts.query else "")
        if path == "/robots.txt":
            return True
        matching = [(len(pattern), allowed) for pattern, allowed in self.rules if matches(pattern, path)]
        return max(matching, default=(0, True))[1]


ALLOW_ALL = Rules()


class Permits(Protocol):
    """What earlier crawls have read."""

    def find(self, place: str) -> tuple[Rules, float] | None:
        """The rules of a place and their age in seconds."""

    def note(self, place: str, rules: Rules) -> None:
        """Keep what a place answered."""


def parse_robots(body: bytes, user_agent: str) -> Rules:
    """The rules for a crawler of this User-Agent: those of all groups that name it, else of all groups for `*`."""
    token = product_token(user_agent)
    named: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    is_named = False
    for agents, lines in _groups(body):
        if token and token in agents:
            is_named = True
            named += lines
        if "*" in agents:
            others += lines
    return _rules(named if is_named else others)


def product_token(user_agent: str) -> str:
    """The name a robots.txt calls us by, in lower case: letters, - and _ before the version."""
    found = TOKEN.match(user_agent.strip())
    return found[0].lower() if found else ""


def matches(pattern: str, path: str) -> bool:
    """Whether a rule matches from the start of a path: `*` is anything, a `$` at the end is the end.

    Takes time in proportion to their lengths, whatever the pattern: each piece between stars is found once.
    """
    is_anchored = pattern.endswith("$")
    first, *pieces = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not pieces:
        return not is_anchored or path == first
    *middle, last = pieces
    place = len(first)
    for piece in middle:
        found = path.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return path.endswith(last) and len(path) - len(last) >= place if is_anchored else path.find(last, place) >= 0


def normalise(text: str, *, kept: str = KEPT) -> str:
    """A path in the one spelling it is compared in: `%7E` is `~`, `ş` is `%C5%9F`, `%2f` is `%2F`, `*` is `%2A`."""
    return "".join(_normal(part, kept) for part in re.split("(%[0-9A-Fa-f]{2})", text))


def _normal(part: str, kept: str) -> str:
    if not re.fullmatch("%[0-9A-Fa-f]{2}", part):
        return quote_from_bytes(part.encode("utf-8", "replace"), safe=kept)
    plain = unquote_to_bytes(part)
    return plain.decode("ascii") if re.fullmatch(rb"[A-Za-z0-9._~-]", plain) else part.upper()


def _groups(body: bytes) -> Iterator[tuple[set[str], list[tuple[str, str]]]]:
    agents: set[str] = set()
    lines: list[tuple[str, str]] = []
    for key, value in _lines(body):
        if key == "user-agent":
            if any(name in ("allow", "disallow") for name, _ in lines):  # other lines do not end the list of names
                yield agents, lines
                agents, lines = set(), []
            agents.add("*" if value.startswith("*") else product_token(value))
        elif agents:
            lines.append((key, value))
    yield agents, lines


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    text = body[:MAX_BYTES].decode("utf-8-sig", "replace")
    for line in re.split(r"[\r\n]+", text):
        key, colon, value = line.partition("#")[0].partition(":")
        if colon and key.strip().lower() in ("user-agent", "allow", "disallow", "crawl-delay"):
            yield key.strip().lower(), value.strip()


def _rules(lines: list[tuple[str, str]]) -> Rules:
    written = [(value, key == "allow") for key, value in lines if key != "crawl-delay" and value]
    delays = [float(value) for key, value in lines if key == "crawl-delay" and re.fullmatch(r"\d{1,9}(\.\d*)?", value)]
    patterns = tuple((normalise(value, kept=KEPT + "*$"), is_allowed) for value, is_allowed in written)
    return Rules(patterns, max(delays, default=None))


class RobotsPolicy:
    """Downloader middleware: every page is asked of its host's robots.txt first, and each host is given its time.

    A file is read once in a crawl, not at all where an earlier crawl's is not old, and again after 24 hours.
    """

    def __init__(self, crawler: Any, *, permits: Permits | None = None, clock: Callable[[], float] = monotonic) -> None:
        self._crawler = crawler
        self._permits = permits
        self._user_agent = str(crawler.settings["USER_AGENT"])
        self._clock = clock
        self._hosts: dict[str, tuple[float, asyncio.Future[Rules] | Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> "RobotsPolicy":
        """Called by Scrapy; the spider brings what earlier crawls read."""
        return cls(crawler, permits=crawler.spider.permits)

    async def process_request(self, request: Request) -> None:
        """Raise Forbidden or Unreadable for a page that must not be fetched; slow down where its host asks for it."""
        if request.meta.get(DROP) or request.meta.get("is_robots"):
            return
        rules = await self._rules_of(request)
        if not rules.allow(request.url):
            raise Forbidden("robots.txt forbids this page")
        if rules.delay:
            self._slow_down(request, rules.delay)

    async def _rules_of(self, request: Request) -> Rules:
        parts = urlparse_cached(request)
        place = f"{parts.scheme}://{parts.netloc}"
        if place not in self._hosts and self._permits and (known := self._permits.find(place)):
            rules, age = known
            self._hosts[place] = (self._clock() - age, rules)
        read_at, found = self._hosts.get(place, (0.0, None))
        if found is None or self._clock() - read_at > LIFETIME_SECONDS:
            found = asyncio.ensure_future(self._read(place))
            self._hosts[place] = (self._clock(), found)
        return found if isinstance(found, Rules) else await asyncio.shield(found)

    async def _read(self, place: str) -> Rules:
        request = Request(f"{place}/robots.txt", priority=FIRST, meta={"is_robots": True}, callback=NO_CALLBACK)
        try:
            response = await self._crawler.engine.download_async(request)
        except Refused:
            raise
        except Exception as error:  # whatever kept the file from us, we do not know what it says
            if TOO_MANY_REDIRECTS in str(error):
                return ALLOW_ALL
            raise Unreadable(request.url, error) from None
        rules = judge_answer(response, self._user_agent)
        if self._permits:
            self._permits.note(place, rules)
        return rules

    def _slow_down(self, request: Request, delay: float) -> None:
        if delay > MAX_DELAY_SECONDS:
            raise Forbidden(f"robots.txt asks for {delay:,.0f} seconds between two pages; nobody waits that long")
        downloader = self._crawler.engine.downloader
        key = downloader.get_slot_key(request)
        known = downloader.per_slot_settings.get(key, {}).get("delay", 0.0)  # of another port of this host
        delay = max(delay, known, self._crawler.settings.getfloat("DOWNLOAD_DELAY"))
        request.meta["autothrottle_dont_adjust_delay"] = True  # it would wait for less
        downloader.per_slot_settings[key] = {"delay": delay, "jitter": 0, "concurrency": 1}
        if slot := downloader.slots.get(key):
            slot.delay, slot.jitter, slot.concurrency = delay, 0.0, 1


def judge_answer(response: Response, user_agent: str) -> Rules:
    """What an answer for robots.txt means: its rules, or no rules (4xx). Raises Unreadable for all others."""
    if 200 <= response.status < 300:
        return parse_robots(response.body, user_agent)
    if 400 <= response.status < 500:
        return ALLOW_ALL
    raise Unreadable(response.url, f"the host answered {response.status}")
