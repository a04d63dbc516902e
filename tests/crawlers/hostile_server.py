"""A small web on loopback in which every host does one hostile thing, beside hosts that are good.

Each host has an address of its own (127.0.3.n hostile, 127.0.4.n good), so that limits per host keep them apart.
"""

import asyncio
import gzip
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Thread

import brotli

from .conftest import item, page, rss

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Answer = Callable[[str, Reader, Writer], Awaitable[None]]
BOMB = 300 * 2**20
FEED = "application/rss+xml"
HTML = "text/html"


def reply(body: bytes, kind: str = FEED, *, status: str = "200 OK", **headers: str) -> bytes:
    lines = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def says(answer: bytes) -> Answer:
    async def say(path: str, reader: Reader, writer: Writer) -> None:
        writer.write(answer)
        await writer.drain()

    return say


def drips(head: bytes, drop: bytes) -> Answer:
    """The head, then a drop every tenth of a second, without end."""

    async def drip(path: str, reader: Reader, writer: Writer) -> None:
        writer.write(head)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.1)

    return drip


def floods(head: bytes, flood: bytes, times: int = 10**9) -> Answer:
    """The head, then as much as the other side takes."""

    async def pour(path: str, reader: Reader, writer: Writer) -> None:
        writer.write(head)
        for _ in range(times):
            writer.write(flood)
            await writer.drain()

    return pour


async def reset(path: str, reader: Reader, writer: Writer) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def hang_up(path: str, reader: Reader, writer: Writer) -> None:
    return


async def say_nothing(path: str, reader: Reader, writer: Writer) -> None:
    await reader.read()


async def redirect_on(path: str, reader: Reader, writer: Writer) -> None:
    writer.write(reply(b"", status="302 Found", Location=f"{path}x"))


async def calendar(path: str, reader: Reader, writer: Writer) -> None:
    day = int(path.rpartition("=")[2]) if "=" in path else 0
    writer.write(reply(page(f"<li><b>Gün {day}</b></li><a class=n href='/rss?gun={day + 1}'>sonraki</a>"), HTML))


def redirects(target: str) -> Answer:
    return says(reply(b"", status="302 Found", Location=target))


def deflate(data: bytes) -> bytes:
    return zlib.compress(data, 9)


def zeros_squeezed(squeeze: Callable[[bytes], bytes]) -> bytes:
    return squeeze(bytes(BOMB))


def laughs() -> bytes:
    entities = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))
    return (
        f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY l0 'ha'>{entities}]><rss><channel>&l11;</channel></rss>".encode()
    )


def hostile_answers() -> dict[str, Answer]:
    """One answer for each kind of hostility, by its name."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
    meta = b"<html><head><meta http-equiv='refresh' content='0; url=/rss'></head><p>x</p></html>"
    attributes = b"<li " + b"".join(b"x%d " % n for n in range(300_000)) + b">"
    return {
        "gzip-bomb": says(reply(zeros_squeezed(lambda data: gzip.compress(data, 1)), Content_Encoding="gzip")),
        "deflate-bomb": says(reply(zeros_squeezed(deflate), Content_Encoding="deflate")),
        "brotli-bomb": says(
            reply(zeros_squeezed(lambda data: brotli.compress(data, quality=1)), Content_Encoding="br")
        ),
        "double-gzip": says(reply(gzip.compress(gzip.compress(bytes(BOMB), 1)), Content_Encoding="gzip, gzip")),
        "endless-body": floods(chunked, b"8000\r\n" + b"<p>daha</p>    " * 2184 + b"12345678\r\n"),
        "huge-length": says(head + b"Content-Length: 100000000000\r\n\r\n<rss>"),
        "endless-redirects": redirect_on,
        "slow-body": drips(head + b"Content-Length: 100000\r\n\r\n", b"x"),
        "slow-headers": drips(b"HTTP/1.1 200 OK\r\n", b"X-Y: z\r\n"),
        "bad-chunks": says(chunked + b"zz\r\nnot a chunk\r\n0\r\n\r\n"),
        "short-length": says(head + b"Content-Length: 5000\r\n\r\n" + rss(item(1))),
        "garbage-status": says(b"\x16\x03\x01 nothing like HTTP\r\n\r\n"),
        "header-line-50mb": floods(head + b"X-Long: ", b"y" * 2**20, 50),
        "headers-200000": floods(head, b"".join(b"X-H%d: v\r\n" % n for n in range(2_000)), 100),
        "bad-charset": says(reply(rss(item(1, title="Çığ Şirketi")), "application/rss+xml; charset=klingon")),
        "nul-bytes": says(reply(rss(item(1, title="Ad\x00lı")))),
        "redirect-file": redirects("file:///etc/hostname"),
        "redirect-ftp": redirects("ftp://127.0.0.1/x"),
        "huge-cookie": says(reply(rss(item(1)), Set_Cookie="c=" + "y" * 100_000)),
        "reset": reset,
        "empty-reply": hang_up,
        "wrong-type": says(reply(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "image/png")),
        "meta-refresh-loop": says(reply(meta, HTML)),
        "calendar-trap": calendar,
        "silent": say_nothing,
        "endless-100": floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        "laughs": says(reply(laughs())),
        "attributes": says(reply(attributes, HTML)),
    }


def good(path: str) -> bytes:
    number = int(path.rpartition("/")[2])
    return reply(rss(item(2 * number), item(2 * number + 1)))


async def ask(reader: Reader) -> str:
    """The path that is asked for."""
    head = await reader.readuntil(b"\r\n\r\n")
    return head.split(b" ", 2)[1].decode("latin-1")


def host_of(number: int, *, is_good: bool = False) -> str:
    return f"127.0.{4 if is_good else 3}.{number + 1}"


@contextmanager
def hostile_web(answers: Mapping[str, Answer], good_hosts: int) -> Iterator[int]:
    """Serve each answer at the host of its number, and the good hosts; yields the port they all use."""
    loop = asyncio.new_event_loop()
    ready: list[int] = []

    async def serve_one(answer: Answer | None, reader: Reader, writer: Writer) -> None:
        try:
            path = await ask(reader)
            if path == "/robots.txt":
                writer.write(reply(b"", "text/plain", status="404 Not Found"))
            elif answer:
                await answer(path, reader, writer)
            else:
                writer.write(good(path))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def serve() -> None:
        port = 0
        hosts = [(host_of(n), a) for n, a in enumerate(answers.values())]
        hosts += [(host_of(n, is_good=True), None) for n in range(good_hosts)]
        for host, answer in hosts:
            server = await asyncio.start_server(lambda r, w, a=answer: serve_one(a, r, w), host, port)
            port = server.sockets[0].getsockname()[1]
        ready.append(port)

    loop.run_until_complete(serve())
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
