"""No page, link, redirect, robots.txt or flipping name makes the crawler open a connection to a machine inside.

127.0.0.2 plays the public internet, 127.0.0.1 a machine inside; both listen on the same port, so that only the address
can tell them apart.
"""

import json
import re
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit, urlunsplit

import pytest

from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.crawlers.run import crawl
from oncu.crawlers.visit import SourceResult
from oncu.storage.database import Database

from .conftest import Pages, Site, make_spec, page

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HTML = "text/html"
SHARED = Path(__file__).parents[3] / "shared"  # with its list where it lies there, else with our own addresses alone
LISTING = {"item": "a", "link": "a", "fields": {"title": "h1"}}
NAMES = {"public.example": ["127.0.0.2"], "inside.example": ["127.0.0.1"], "localhost": ["127.0.0.1"]}
NAMES |= {f"flip{n}.example": (["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"])[n % 2] for n in range(10)}
HOSTS = [
    "127.0.0.1",
    "localhost",
    "inside.example",
    "127.1",
    "127.0.1",
    "0177.0.0.1",
    "0x7f000001",
    "0x7f.1",
    "2130706433",
    "017700000001",
    "0.0.0.0",
    "0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "127.0.0.1.",
    "127.000.000.001",
    "%31%32%37.0.0.1",
    "１２７.0.0.1",
    "①②⑦.⓪.⓪.①",
    "LOCALHOST",
    "10.0.0.1",
    "169.254.169.254",
]
TRICKS = [
    "http://127.0.0.1:{port}\\@public.example:{port}/x",
    "http://public.example:{port}@127.0.0.1:{port}/x",
    "http://ali:gizli@inside.example:{port}/x",
    "http://127.0.0.1:{port}#@public.example:{port}/x",
    "//inside.example:{port}/x",
    "HTTP://INSIDE.example:{port}/x",
    "http:/inside.example:{port}/x",
    "http:inside.example:{port}/x",
    "http://inside.example\t:{port}/x",
    "file:///etc/hostname",
    "ftp://127.0.0.1:{port}/x",
    "gopher://127.0.0.1:{port}/_x",
    "data:text/html,<h1>x</h1>",
]


class Inside:
    """Counts every connection that is opened to it; a TLS handshake or a request is not waited for."""

    def __init__(self, port: int = 0) -> None:
        self.listener = socket.create_server(("127.0.0.1", port), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.hits = 0
        Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.hits += 1
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<h1>secret</h1>")
            connection.close()


class Outside(Site):
    """A public site on the same port."""

    def __init__(self, pages: Pages, port: int) -> None:
        super().__init__(pages)
        self.server_close()
        self.socket = socket.create_server(("127.0.0.2", port), backlog=256)
        self.server_address = ("127.0.0.2", port)


@contextmanager
def two_worlds(pages: Pages) -> Iterator[tuple[Inside, Outside]]:
    inside = Inside()
    site = Outside(pages, inside.port)
    Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield inside, site
    finally:
        site.shutdown()
        site.server_close()
        inside.listener.close()


def crawl_watched(
    specs: list[SourceSpec], database: Database, allowed: list[str], report: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, SourceResult]:
    command = [sys.executable, "-P", str(Path(__file__).with_name("watched_engine.py")), str(report)]
    monkeypatch.setattr("oncu.crawlers.run.COMMAND", command)
    monkeypatch.setenv("NAMES", json.dumps(NAMES))
    settings = CrawlSettings(delay_seconds=0, timeout_seconds=5, concurrent_per_host=16, allow_private=allowed)
    now = NOW + timedelta(minutes=len(allowed))
    return {result.source: result for result in crawl(specs, settings, str(database.engine.url), now)}


def attack_urls(port: int, shared: Path) -> list[str]:
    """Our own ways to say 127.0.0.1, and the whole attack list."""
    urls = [f"http://{host}:{port}/x" for host in HOSTS] + [trick.replace("{port}", str(port)) for trick in TRICKS]
    foreign = shared / "corpora" / "ssrf_urls.txt"
    if foreign.exists():
        listed = foreign.read_text(encoding="utf-8").splitlines()
        urls += [at_port(url, port) for url in listed if url != "http://1.1.1.1"]  # public, and so dialled
    return list(dict.fromkeys(urls))


def at_port(url: str, port: int) -> str:
    """The same address on the port at which the machine inside listens."""
    try:
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=f"{re.sub(r':[0-9]+$', '', parts.netloc)}:{port}"))
    except ValueError:
        return url


def attack_pages(urls: list[str]) -> Pages:
    """Every address as a link, behind a redirect and behind a meta refresh."""
    pages: Pages = {f"/r{n}": (302, clean_header(url), b"") for n, url in enumerate(urls)}
    for n, url in enumerate(urls):
        refresh = f"<meta http-equiv=refresh content='0; url={url}'>".encode()
        pages[f"/m{n}"] = (200, HTML, b"<html><head>" + refresh + b"</head><h1>x</h1></html>")
    ways = [*urls, *(f"/r{n}" for n in range(len(urls))), *(f"/m{n}" for n in range(len(urls)))]
    links = "".join(f'<a href="{way}">x</a>' for way in ways)
    return pages | {"/liste": (200, HTML, page(links)), "/robots.txt": (404, "text/plain", b"")}


def clean_header(url: str) -> str:
    return url.encode("utf-8").decode("latin-1").replace("\t", " ")


def flip_specs(port: int) -> list[SourceSpec]:
    return [make_spec(name.split(".")[0], f"http://{name}:{port}/rss") for name in NAMES if name.startswith("flip")]


def test_nothing_a_page_says_opens_a_connection_inside(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with two_worlds({}) as (inside, outside):
        urls = attack_urls(inside.port, SHARED)
        outside.pages |= attack_pages(urls)
        place = f"127.0.0.2:{inside.port}"
        liste = make_spec("liste", f"http://public.example:{inside.port}/liste", reader="listing", listing=LISTING)
        specs = [
            liste,
            *flip_specs(inside.port),
            make_spec("dogrudan", f"http://inside.example:{inside.port}/rss"),
            make_spec("sayi", f"http://2130706433:{inside.port}/rss"),
        ]
        results = crawl_watched(specs, database, [place], tmp_path / "report", monkeypatch)
        guarded, fetched = inside.hits, {path for path in outside.asked if path.startswith("/r")}
        allowed = [place, f"127.0.0.1:{inside.port}"]
        outside.pages |= attack_pages(urls[: len(HOSTS)])
        crawl_watched(specs, database, allowed, tmp_path / "report", monkeypatch)
    print(len(urls), "addresses,", guarded, "hits; without the guard", inside.hits)
    assert guarded == 0
    assert inside.hits > 30, "without the guard the same pages must reach the machine inside, or nothing was tested"
    assert fetched >= {f"/r{n}" for n in range(len(urls))}
    assert results["dogrudan"].issues[0].problem.endswith("is an address inside a private network")


def test_robots_txt_that_redirects_inside_is_not_followed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with two_worlds({}) as (inside, outside):
        outside.pages |= {"/robots.txt": (302, f"http://inside.example:{inside.port}/robots.txt", b"")}
        spec = make_spec("s", f"http://public.example:{inside.port}/rss")
        crawl_watched([spec], database, [f"127.0.0.2:{inside.port}"], tmp_path / "report", monkeypatch)
        assert "/robots.txt" in outside.asked
        assert inside.hits == 0


def test_guard_refuses_before_a_tls_handshake(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = Inside()
    specs = [
        make_spec(f"s{n}", f"https://{host}:{inside.port}/rss") for n, host in enumerate(("inside.example", "127.1"))
    ]
    results = crawl_watched(specs, database, [], tmp_path / "report", monkeypatch)
    inside.listener.close()
    assert inside.hits == 0
    assert {r.issues[0].problem for r in results.values()} == {"127.0.0.1 is an address inside a private network"}


def test_certificate_nobody_vouches_for_is_refused(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with self_signed(tmp_path) as (port, handshakes):
        spec = make_spec("s", f"https://public.example:{port}/rss")
        [result] = crawl_watched([spec], database, [f"127.0.0.2:{port}"], tmp_path / "report", monkeypatch).values()
    assert handshakes and result.status == "failed"
    assert result.issues[0].problem.startswith("the host's certificate is not to be trusted")


@contextmanager
def self_signed(folder: Path) -> Iterator[tuple[int, list[str]]]:
    """A TLS server outside; the list grows with each handshake that was begun."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(write_certificate(folder))
    handshakes: list[str] = []
    listener = socket.create_server(("127.0.0.2", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
                handshakes.append("begun")
                context.wrap_socket(connection, server_side=True).close()
            except ssl.SSLError:
                continue
            except OSError:
                if listener.fileno() < 0:
                    return

    Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1], handshakes
    finally:
        listener.close()


def write_certificate(folder: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "public.example")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(datetime(2020, 1, 1)).not_valid_after(datetime(2050, 1, 1))  # noqa: DTZ001
    alternative = x509.SubjectAlternativeName([x509.DNSName("public.example")])
    certificate = builder.add_extension(alternative, critical=False).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "self-signed.pem"
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
