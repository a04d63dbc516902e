"""What may be fetched: web addresses only, and never a machine inside our own network.

The address is checked where the socket is opened, not before: a name that resolves to a public address when asked and
to 127.0.0.1 when dialled passes every check made earlier. The guard holds for pages, redirects and robots.txt alike.
An outbound proxy would resolve names itself, out of the guard's sight, so proxies of the environment are not used.
"""

import re
import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Protocol
from urllib.parse import urlsplit

MAX_URL = 2_000
WEB_PORTS = frozenset((80, 443))
# ipaddress.is_global is not enough: Python 3.11 calls 224.0.0.1, fec0::1 and ::ffff:100.64.0.1 global.
INSIDE = [
    ip_network(net)
    for net in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "3fff::/20"),
        "168.63.129.16/32",  # public by its number, but a cloud's own machine for the guests inside
    )
]
GLOBAL_6 = IPv6Network("2000::/3")
# Networks whose addresses carry an IPv4 address, and how many bits to its right.
CARRIERS = [
    (IPv6Network(n), bits) for n, bits in (("::/96", 0), ("::ffff:0:0/96", 0), ("64:ff9b::/96", 0), ("2002::/16", 80))
]


class Refused(Exception):
    """An address that must not be dialled."""


class Reactor(Protocol):
    """The part of a Twisted reactor that opens sockets."""

    connectTCP: Callable[..., Any]  # noqa: N815


def refuse_url(url: str) -> str | None:
    """Why a URL is not fetched, or None: only http and https, no user name, no backslash, no control character."""
    if len(url) > MAX_URL:
        return f"address is longer than {MAX_URL} characters"
    if "\\" in url or re.search(r"[\x00-\x20\x7f]", url):
        return "address holds a backslash, a space or a control character"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return f"not an address ({error})"
    if parts.scheme not in ("http", "https"):
        return f"{parts.scheme or 'no'} scheme; only http and https are fetched"
    if "@" in parts.netloc:
        return "address holds a user name"
    return None if parts.hostname else "address without a host"


def is_public(address: str) -> bool:
    """Whether an IP address lies in the public internet; an IPv4 address inside an IPv6 one counts."""
    try:
        ip = _unwrap(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and ip not in GLOBAL_6:
        return False
    return not any(ip in network for network in INSIDE)


def _unwrap(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(ip, IPv4Address):
        return ip
    for network, bits in CARRIERS:
        if ip in network:
            return IPv4Address(int(ip) >> bits & 0xFFFFFFFF)
    return ip


def guard_connections(reactor: Reactor, allow_private: Iterable[str], ports: Iterable[int] = ()) -> None:
    """Make a reactor refuse private addresses and odd ports; `allow_private` lists "host:port" that pass.

    A reactor that is guarded already gets this guard in place of the other.
    """
    allowed = {pair for place in allow_private for pair in _resolve(place)}
    open_ports = WEB_PORTS | set(ports)
    connect = getattr(reactor.connectTCP, "unguarded", reactor.connectTCP)

    def guarded(host: str, port: int, *args: Any, **options: Any) -> Any:
        if (host, port) not in allowed:
            if not is_public(host):
                raise Refused(f"{host} is an address inside a private network")
            if port not in open_ports:
                raise Refused(f"port {port} of {host} is not a web port")
        return connect(host, port, *args, **options)

    guarded.unguarded = connect  # type: ignore[attr-defined]
    reactor.connectTCP = guarded


def _resolve(place: str) -> set[tuple[str, int]]:
    host, _, port = place.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"allow_private: {place!r} is not host:port; write something like 127.0.0.1:8000")
    return {(str(found[4][0]), int(port)) for found in socket.getaddrinfo(host.strip("[]"), int(port))}
