"""Post a message as JSON to a webhook. The guard of the crawler holds: no address inside a network but the named ones.

Redirects are not followed and no proxy of the environment is used: both would lead past the guard.
"""

import socket
import ssl
from collections.abc import Iterable
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, urlsplit

from oncu.config.access import check_is_private
from oncu.config.problems import Problem
from oncu.config.settings import ChannelSettings
from oncu.crawlers.guard import is_public, refuse_url

from .messages import Message, Undeliverable

BUSY = (408, 425, 429)  # of the answers 4xx those that say: later
HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Oncu"}


def post_json(channel: str, address: str, message: Message, settings: ChannelSettings) -> None:
    """Send a message; its id stands in the header Idempotency-Key.

    Raises Problem where the webhook cannot be reached or is busy, Undeliverable where it refuses the message. Neither
    repeats the address, which is a secret.
    """
    parts = _checked(channel, address)
    connection = _Guarded(parts, settings)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, message.as_json().encode(), HEADERS | {"Idempotency-Key": message.id})
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Problem(f"{channel} cannot be reached ({' '.join(str(said).split())[:200]}); check its address") from None
    finally:
        connection.close()
    if status >= 500 or status in BUSY:
        raise Problem(f"{channel} answered {status}; it is tried again later")
    if status >= 300:
        raise Undeliverable(f"{channel} answered {status}; check its address and what it accepts")


def _checked(channel: str, address: str) -> SplitResult:
    try:
        if refused := refuse_url(address):
            raise ValueError(refused)
        check_is_private(address)
    except ValueError as error:
        raise Problem(f"{channel}: {error}; put another address into its variable") from None
    return urlsplit(address)


class _Guarded(HTTPConnection):
    """A connection that looks at the address where the socket is opened: a name may lead elsewhere when dialled."""

    def __init__(self, parts: SplitResult, settings: ChannelSettings) -> None:
        self.is_tls = parts.scheme == "https"
        self.allowed = settings.allow_private
        port = parts.port or (443 if self.is_tls else 80)
        super().__init__(str(parts.hostname), port, timeout=settings.timeout_seconds)

    def connect(self) -> None:
        self.sock = _dial(self.host, self.port, self.allowed, float(self.timeout or 0))
        if self.is_tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _dial(host: str, port: int, allowed: Iterable[str], timeout: float) -> socket.socket:
    """A socket to the first address of a host that may be dialled and answers. Raises OSError."""
    is_named = f"{host}:{port}" in allowed or f"[{host}]:{port}" in allowed
    addresses = [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    open_ones = [address for address in addresses if is_named or is_public(address)]
    if not open_ones:
        raise OSError("it lies inside a private network; name it in channels.allow_private")
    for address in open_ones[:-1]:
        try:
            return socket.create_connection((address, port), timeout)
        except OSError:
            continue
    return socket.create_connection((open_ones[-1], port), timeout)
