"""`oncu serve`: the web application."""

import logging
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from oncu.config.problems import Problem
from oncu.config.settings import Settings, load_settings

from .console import load_catalogue, open_storage, read_clock, read_day, say

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog="Example: oncu serve --port 8080")(serve)


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on; only this machine's own.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8765,
    as_of: Annotated[str | None, typer.Option(help="Show the pages as on a past day, like 2026-09-30.")] = None,
) -> None:
    """Show the pages in a browser. There are no accounts yet, so only this machine may ask."""
    import uvicorn

    from ..web.app import build_app
    from ..web.site import Site

    if host not in LOOPBACK:
        raise Problem(f"host {host!r} can be reached from outside and the pages have no accounts; use 127.0.0.1")
    settings = load_settings()
    clock = read_clock if as_of is None else _standing(read_day(as_of, settings), settings)
    with open_storage(settings) as database:
        site = Site(database, load_catalogue(settings), settings, clock)
        say(f"http://{host}:{port}  (end with Ctrl-C)")
        logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
        try:
            uvicorn.run(build_app(site), host=host, port=port, log_level="warning", server_header=False)
        except SystemExit:
            raise Problem(f"port {port} of {host} is taken or not allowed; choose another with --port") from None


def _standing(day: date, settings: Settings) -> Callable[[], datetime]:
    """A clock that stands at the end of a day."""
    moment = datetime.combine(day, time.max, ZoneInfo(settings.timezone))
    return lambda: moment
