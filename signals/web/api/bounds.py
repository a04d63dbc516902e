"""What a program may ask for: bodies of a size, and so many requests a minute."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from threading import Lock

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..forms import MOST_BYTES

A_MINUTE = 600  # requests of one token: a portfolio's pages in a second, and no more than a busy reader makes
TOKENS = 10_000  # that are remembered at a time
MINUTE = 60.0


@dataclass
class Rates:
    """How many requests each token has left: a bucket that holds a minute's worth and fills evenly.

    `clock` tells seconds that only grow; the oldest bucket is forgotten first, which lets its token begin anew.
    """

    clock: Callable[[], float] = time.monotonic
    a_minute: int = A_MINUTE
    buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def take(self, token: str) -> int:
        """Take one request; 0, or for how many seconds the token has to wait."""
        with self.lock:
            now = self.clock()
            left, at = self.buckets.pop(token, (float(self.a_minute), now))
            left = min(self.a_minute, left + (now - at) * self.a_minute / MINUTE)
            wait = 0 if left >= 1 else ceil((1 - left) * MINUTE / self.a_minute)
            self.buckets[token] = (left if wait else left - 1, now)
            if len(self.buckets) > TOKENS:
                self.buckets.popitem(last=False)
            return wait


@dataclass(frozen=True)
class BodyLimit:
    """Refuses (413) a body that is longer than it may be, before the rest of it is read."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what arrives, whatever the sender said of its length."""
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MOST_BYTES:
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)
