"""`oncu digest`, `oncu digests` and `oncu explain`."""

import json
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from oncu.config.problems import Problem
from oncu.config.settings import Settings, load_settings

from .console import (
    alone_at,
    catalogue_in,
    open_storage,
    read_clock,
    read_day,
    read_past_day,
    say,
    show_progress,
    today,
)

if TYPE_CHECKING:
    from oncu.storage.database import Database


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: oncu digest --manager ayse.demir --format html > digest.html")(digest)
    app.command(epilog="Example: oncu digests --send")(digests)
    app.command(epilog="Example: oncu explain 3f9a2c1b")(explain)


def digest(
    manager: Annotated[str, typer.Option(help="Whose clients, as written in the client list.")],
    date: Annotated[str | None, typer.Option(help="The day, like 2026-09-30; today by default.")] = None,
    form: Annotated[Literal["text", "html", "json"], typer.Option("--format", help="How it is written.")] = "text",
    send: Annotated[bool, typer.Option("--send", help="Send it over its channel instead of showing it.")] = False,
    again: Annotated[bool, typer.Option("--again", help="With --send: also when it was sent before.")] = False,
) -> None:
    """Show a manager's day: whom to call, why, and what to say. What a day carries is fixed when it is first shown."""
    from ..faces.deliver import send_digest
    from ..faces.digest import compose_digest, view_digest
    from ..faces.render import render_digest
    from ..words import load_words

    if again and not send:
        raise typer.BadParameter("--again needs --send")
    settings = load_settings()
    day = read_day(date, settings)
    if day > today(settings):
        raise Problem(f"{day} has not come yet; a digest carries what was heard until its day")
    words = load_words(settings.digest.language, settings.timezone)
    with open_storage(settings) as database, _sending(database, send, settings):
        _check_manager(database, manager)
        catalogue = catalogue_in(database, settings)
        compose_digest(database, manager, day, settings, read_clock(), types=catalogue.types)
        view = view_digest(database, manager, day, settings, words, types=catalogue.types, sources=catalogue.sources)
        if send:
            say(send_digest(database, view, day, settings, words, read_clock(), again=again))
            return
    say(render_digest(view, words, form, wait_days=settings.digest.wait_days))


def digests(
    date: Annotated[str | None, typer.Option(help="The day, like 2026-09-30; today by default.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Send them too, each once.")] = False,
    again: Annotated[bool, typer.Option("--again", help="With --send: also those that were sent before.")] = False,
) -> None:
    """Fix the day of every manager, and send it; exit code 1 if any could not be delivered.

    On a weekend or public holiday nothing is done: the digest of the next business day carries what came on it.
    """
    from oncu.storage.signals import managers_with_clients

    from ..faces.deliver import Sending
    from ..faces.rounds import compose_all, pause_said, send_all
    from ..words import load_words

    if again and not send:
        raise typer.BadParameter("--again needs --send")
    settings = load_settings()
    day = read_past_day(date, settings)
    if (said := pause_said(day, settings)) is not None:
        say(said)
        return
    words = load_words(settings.digest.language, settings.timezone)
    with open_storage(settings) as database, _sending(database, send, settings), show_progress("digests") as progress:
        catalogue = catalogue_in(database, settings)
        with database.read() as connection:
            managers = managers_with_clients(connection)
        sending = Sending(database, settings, words, day, read_clock(), again)
        compose_all(sending, managers, catalogue)
        if not send:
            say(f"{len(managers)} digests of {day} are composed")
            return
        done = send_all(sending, managers, catalogue, progress=progress)
    say(f"{done.sent} of {done.composed} digests of {day} sent, {done.known} before")
    if done.problems:
        raise Problem("\n".join(done.problems))


def explain(
    alert: Annotated[str, typer.Argument(help="The id of an alert, or its first characters.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say why an alert exists: the documents, the words, the name, the arithmetic, the level."""
    from ..faces.explain import explain_alert, explain_lines
    from ..words import load_words

    settings = load_settings()
    with open_storage(settings) as database:
        found = explain_alert(database, alert, settings, catalogue_in(database, settings))
    if as_json:
        say(json.dumps(found, ensure_ascii=False, indent=2, default=str))
        return
    for line in explain_lines(found, load_words(settings.digest.language, settings.timezone)):
        say(line)


def _sending(database: "Database", send: bool, settings: Settings) -> AbstractContextManager[None]:
    """Those who send digests wait for each other, or two would send the same; those who look wait for nobody."""
    return alone_at(database, "digests", settings) if send else nullcontext()


def _check_manager(database: "Database", manager: str) -> None:
    from oncu.storage.signals import managers_with_clients

    with database.read() as connection:
        known = managers_with_clients(connection)
    if manager not in known:
        shown = ", ".join(known[:10]) or "none; import clients with a manager column"
        raise Problem(f"no client has the manager {manager!r}; managers: {shown}")
