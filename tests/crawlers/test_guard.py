import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from oncu.crawlers.guard import Refused, guard_connections, is_public, refuse_url

PRIVATE = """127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255
192.0.2.1 198.18.0.1 ::1 ::
fe80::1%eth0 fc00::1 fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:100.64.0.1 ::127.0.0.1 64:ff9b::7f00:1
2002:7f00:1:: 2001:db8::1 2001::1 3fff::1 64:ff9b:1::1 ornek.example""".split()  # noqa: SIM905


class FakeReactor:
    def __init__(self) -> None:
        self.dialled: list[tuple[str, int]] = []

    def connectTCP(self, host: str, port: int, *args: Any) -> None:  # noqa: N802
        self.dialled.append((host, port))


@pytest.mark.parametrize("address", PRIVATE)
def test_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_address_outside_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://haber.example/",
        "file:///etc/hostname",
        "data:text/html,x",
        "//haber.example/",
        "http://ali@haber.example/",
        "http://10.0.0.1\\@haber.example/",
        "http://haber.example/\n",
        "http://haber.example:x/",
        "http:///yol",
        "http://[::1",
        "http://haber.example/" + "a" * 2_000,
    ],
)
def test_url_is_refused(url: str) -> None:
    assert refuse_url(url)


def test_ordinary_url_is_not_refused() -> None:
    assert refuse_url("https://haber.example:443/rss?sayfa=2") is None


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 80), ("8.8.8.8", 25), ("127.0.0.1", 8001)])
def test_guarded_reactor_dials_no_private_address_and_no_odd_port(host: str, port: int) -> None:
    reactor = FakeReactor()
    guard_connections(reactor, ["127.0.0.1:8000"])
    with pytest.raises(Refused):
        reactor.connectTCP(host, port)
    assert reactor.dialled == []


def test_guarded_reactor_dials_public_web_ports_and_what_is_allowed() -> None:
    reactor = FakeReactor()
    guard_connections(reactor, ["127.0.0.1:8000"], ports=[8443])
    wanted = [("8.8.8.8", 443), ("8.8.8.8", 8443), ("127.0.0.1", 8000)]
    for host, port in wanted:
        reactor.connectTCP(host, port)
    assert reactor.dialled == wanted


def test_allowed_place_without_port_is_refused() -> None:
    with pytest.raises(ValueError, match="is not host:port"):
        guard_connections(FakeReactor(), ["localhost"])


@pytest.mark.shared
def test_numeric_addresses_of_the_attack_list_are_not_dialled(shared: Path) -> None:
    """However an inside address is written, the system resolves it to one the guard refuses (1.1.1.1 is outside)."""
    urls = (shared / "corpora" / "ssrf_urls.txt").read_text(encoding="utf-8").splitlines()
    dialled = [
        found for url in urls if not refuse_url(url) for found in numeric_addresses(urlsplit(url).hostname or "")
    ]
    assert len(dialled) > 70
    assert set(filter(is_public, dialled)) == {"1.1.1.1"}


def numeric_addresses(host: str) -> set[str]:
    """What a host written in digits is for the system; names are judged when they are dialled."""
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(host, 80, flags=socket.AI_NUMERICHOST)}
    except (OSError, UnicodeError):
        return set()
