"""`oncu serve`: the web application."""

import getpass
import logging
import os
import socket
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import typer

from oncu.config.problems import Problem
from oncu.config.settings import Settings, load_settings

from .console import load_catalogue, open_storage, read_clock, read_day, say

if TYPE_CHECKING:
    from oncu.storage.database import Database  # loads SQLAlchemy, which oncu --help has no use for

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LONGEST_NAME = 64


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog="Example: oncu serve --port 8080")(serve)


def serve(
    host: Annotated[
        str, typer.Option(help="The address to listen on; another than this machine's own needs accounts and https.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8765,
    actor: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help="Who signs changes while there are no accounts; your login name."),
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Show the pages as on a past day, like 2026-09-30.")] = None,
    certificate: Annotated[Path | None, typer.Option(help="The file of a TLS certificate: answer https.")] = None,
    key: Annotated[Path | None, typer.Option(help="The file of its private key.")] = None,
) -> None:
    """Show the pages in a browser. Without accounts (oncu users add) only this machine may ask."""
    import uvicorn

    from ..web.app import build_app
    from ..web.site import Site

    settings = load_settings()
    who = (actor if actor is not None else login_name()).strip()
    if not who or len(who) > LONGEST_NAME or not who.isprintable():
        raise Problem(f"--as {who!r} is no name; write one of 1 to {LONGEST_NAME} letters")
    clock = read_clock if as_of is None else _standing(read_day(as_of, settings), settings)
    with open_storage(settings) as database:
        if host not in LOOPBACK:
            _check_outside(database, settings, host, is_https=certificate is not None)
        hosts = frozenset((*LOOPBACK, *filter(None, [urlsplit(settings.links.address or "").hostname])))
        reader = os.environ.get(settings.access.reader_env)
        site = Site(database, load_catalogue(settings), settings, clock, actor=who, hosts=hosts, reader=reader)
        _ = site.provider  # a secret that is missing is said before anybody asks
        with _listen(host, port) as listening:
            say(f"http{'s' if certificate else ''}://{host}:{port}  (end with Ctrl-C)")
            logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
            tls = {"ssl_certfile": certificate, "ssl_keyfile": key} if certificate else {}
            config = uvicorn.Config(build_app(site), log_level="warning", server_header=False, **tls)  # type: ignore[arg-type]
            uvicorn.Server(config).run(sockets=[listening])


def _check_outside(database: "Database", settings: Settings, host: str, *, is_https: bool) -> None:
    """Raise Problem unless the pages may be asked from other machines: with accounts, a name, and nobody listening."""
    from oncu.storage.people import has_people

    with database.read() as connection:
        if not has_people(connection):
            raise Problem(f"host {host!r} can be reached from outside and there are no accounts; run: oncu users add")
    address = settings.links.address or ""
    if not address:
        raise Problem(f"host {host!r} can be reached from outside; say by what name in the setting links.address")
    if not is_https and urlsplit(address).scheme != "https":
        raise Problem(f"host {host!r} would send passwords in clear; give --certificate, or an https links.address")


def login_name() -> str:
    """By what name the person at this machine is known to it. Raises Problem where it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # KeyError: Python 3.11 where the user has no entry
        raise Problem("this user has no name on this machine; say who you are with --as NAME") from None


def _listen(host: str, port: int) -> socket.socket:
    """The place where the pages are asked. Raises Problem where it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError:
        raise Problem(f"port {port} of {host} is taken or not allowed; choose another with --port") from None


def _standing(day: date, settings: Settings) -> Callable[[], datetime]:
    """A clock that stands at the end of a day."""
    moment = datetime.combine(day, time.max, ZoneInfo(settings.timezone))
    return lambda: moment
