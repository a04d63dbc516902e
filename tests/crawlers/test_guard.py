import re
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from oncu.crawlers.guard import Refused, guard_connections, is_public, refuse_url

# One or two addresses of every block that RFC 6890 and its successors take out of the public internet, and every way to
# write an IPv4 address inside an IPv6 one.
INSIDE = """0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.254
169.254.169.254 169.254.0.1 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1
198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:100.64.0.1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1
100::1 2001::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a00:1:: 3fff::1 3fff:fff::1 5f00::1 fc00::1
fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1""".split()  # noqa: SIM905
OUTSIDE = """8.8.8.8 93.184.216.34 100.63.255.255 172.32.0.1 2606:4700::1 2a00:1450::1 ::ffff:8.8.8.8 64:ff9b::808:808
2002:808:808::1""".split()  # noqa: SIM905
NO_ADDRESS = ["ornek.example", "", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.0.1.", "[::1]"]


class FakeReactor:
    def __init__(self) -> None:
        self.dialled: list[tuple[str, int]] = []

    def connectTCP(self, host: str, port: int, *args: Any) -> None:  # noqa: N802
        self.dialled.append((host, port))


@pytest.mark.parametrize("address", INSIDE + NO_ADDRESS)
def test_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
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
    dialled = [found for url in urls if not refuse_url(url) for found in numeric_addresses(host_of(url))]
    assert len(dialled) > 70
    assert set(filter(is_public, dialled)) == {"1.1.1.1"}


@pytest.mark.shared
def test_addresses_of_the_second_attack_list_are_refused_or_not_dialled(shared: Path) -> None:
    files = [path for path in sorted((shared / "corpora" / "PayloadsAllTheThings").rglob("*")) if path.is_file()]
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
    urls = set(re.findall(r"""[a-z][a-z0-9+.-]*:/{2,3}[^\s`'"<>|)]+""", text, re.I))
    dialled = [found for url in urls if not refuse_url(url) for found in numeric_addresses(host_of(url))]
    assert len(urls) > 100 and dialled
    assert set(filter(is_public, dialled)) == {"66.102.7.147"}  # a public host, in digits


def test_reactor_guarded_again_obeys_the_last_guard_only() -> None:
    reactor = FakeReactor()
    guard_connections(reactor, ["127.0.0.1:8000"])
    guard_connections(reactor, ["127.0.0.1:9000"])
    reactor.connectTCP("127.0.0.1", 9000)
    with pytest.raises(Refused):
        reactor.connectTCP("127.0.0.1", 8000)
    assert reactor.dialled == [("127.0.0.1", 9000)]


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def numeric_addresses(host: str) -> set[str]:
    """What a host written in digits is for the system; names are judged when they are dialled."""
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(host, 80, flags=socket.AI_NUMERICHOST)}
    except (OSError, UnicodeError):
        return set()
