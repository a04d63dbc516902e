"""`oncu routing` and `oncu latency`: who is told of what, and how quickly."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oncu.config.load import read_text
from oncu.config.settings import load_settings

from .console import catalogue_in, open_storage, read_clock, say

if TYPE_CHECKING:
    from ..flow.routing import Outlook

AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
By = Annotated[str, typer.Option("--by", help="Who does it, for the audit trail.")]
NAME, COUNT = 24, 10  # widths of columns


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    routing = typer.Typer(no_args_is_help=True, help="Who is told of which alert, over which channel, by when.")
    routing.command("check", epilog="Example: oncu routing check my-routing.yml")(check)
    routing.command("show", epilog="Example: oncu routing show 3f9a2c1b")(show)
    routing.command("save", epilog="Example: oncu routing save my-routing.yml --by ece --reason 'new desk'")(save)
    routing.command("history", epilog="Example: oncu routing history")(history)
    routing.command("restore", epilog="Example: oncu routing restore 3 --by ece")(restore)
    app.add_typer(routing, name="routing")
    app.command(epilog="Example: oncu latency --days 30 --json")(latency)


def check(
    file: Annotated[Path | None, typer.Argument(help="A file of rules; those in force by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with rules, and what they would have done with the alerts of the last 90 days."""
    from ..flow.routing import check_routing, current_plan, dry_run

    settings, now = load_settings(), read_clock()
    with open_storage(settings) as database:
        types = catalogue_in(database, settings).types
        asked = check_routing(read_text(file), types, settings, file) if file else None
        with database.read() as connection:
            installed = current_plan(connection, settings, types)
        before = dry_run(database, installed, until=now)
        after = dry_run(database, asked, until=now) if asked else before
    if as_json:
        say(json.dumps({"rules": asdict(after), "installed": asdict(before)}, ensure_ascii=False, indent=2))
        return
    say(f"{'fine' if file else 'in force'}: {len((asked or installed).rules)} rules")
    for line in outlook_lines(after, before):
        say(line)


def outlook_lines(after: "Outlook", before: "Outlook") -> Iterator[str]:
    """A dry run beside that of the rules in force."""
    yield f"the {after.alerts} alerts of the last {after.days} days"
    yield _row("rule", "alerts", "in force")
    for name in {**after.by_rule, **before.by_rule}:
        yield _row(name, _shown(after.by_rule.get(name)), _shown(before.by_rule.get(name)))
    for title, now, then in (
        ("told at once", after.at_once, before.at_once),
        ("in the digest", after.in_digest, before.in_digest),
    ):
        if now or then:
            yield _row(title, "a day", "in force")
        for name in {**now, **then}:
            yield _row(f"  {name}", _shown(now.get(name), 2), _shown(then.get(name), 2))


def show(alert: Annotated[str, typer.Argument(help="The id of an alert, or its first characters.")]) -> None:
    """Say which rule takes an alert, why those before it do not, and who was told."""
    from ..faces.routes import route_lines

    settings = load_settings()
    with open_storage(settings) as database:
        types = catalogue_in(database, settings).types
        for line in route_lines(database, alert, settings, types):
            say(line)


def save(
    file: Annotated[Path, typer.Argument(help="A file of rules.")],
    reason: Annotated[str, typer.Option(help="Why the rules change.")],
    by: By,
) -> None:
    """Check rules and put them in force as a new version; the settings must not name a file of rules."""
    from ..flow.routing import change_routing

    settings = load_settings()
    with open_storage(settings) as database:
        types = catalogue_in(database, settings).types
        made = change_routing(database, read_text(file), types, settings, by=by, reason=reason, now=read_clock())
    say(f"version {made.number} is in force")


def history(as_json: AsJson = False) -> None:
    """List the saved versions of the rules, newest first."""
    from oncu.storage.routing import routing_history

    settings = load_settings()
    with open_storage(settings) as database, database.read() as connection:
        found = routing_history(connection)
    if as_json:
        say(json.dumps([asdict(version) for version in found], ensure_ascii=False, indent=2, default=str))
        return
    for version in found:
        say(f"{version.number:>4}  {version.saved_at:%Y-%m-%d %H:%M}  {version.saved_by:<20}  {version.reason}")
    newest = f"version {found[0].number}" if found else "built in"
    say(f"in force: {f'the file {settings.routing}' if settings.routing else newest}")


def restore(number: Annotated[int, typer.Argument(help="A version; 0 is what comes built in.")], by: By) -> None:
    """Put an earlier version of the rules in force again, as a new version."""
    from ..flow.routing import restore_routing

    settings = load_settings()
    with open_storage(settings) as database:
        types = catalogue_in(database, settings).types
        made = restore_routing(database, number, types, settings, by=by, now=read_clock())
    say(f"version {made.number} is in force: {made.reason}")


def latency(
    days: Annotated[int, typer.Option(min=1, max=3_660, help="The alerts of so many days.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Say how long it took from publication to first sight, to the alert, to the first message."""
    from ..faces.latency import latency_lines, measure_latency
    from ..words import load_words

    settings, now = load_settings(), read_clock()
    with open_storage(settings) as database:
        report = measure_latency(database, since=now - timedelta(days=days), until=now)
    if as_json:
        say(json.dumps(asdict(report), ensure_ascii=False, indent=2, default=str))
        return
    for line in latency_lines(report, load_words(settings.digest.language, settings.timezone)):
        say(line)


def _row(*cells: str) -> str:
    name, *rest = cells
    return name.ljust(NAME) + "".join(cell.rjust(COUNT) for cell in rest)


def _shown(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
