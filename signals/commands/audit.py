"""`oncu audit`: read the trail, and check that nobody changed it."""

import csv
import sys
from datetime import datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from oncu.config.problems import Problem
from oncu.config.settings import load_settings

from .console import open_storage, read_day, say, show_progress, words_of


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    audit = typer.Typer(no_args_is_help=True, help="The audit trail: who did what, and whether it is whole.")
    audit.command("verify", epilog="Example: oncu audit verify --end 812:9f3c…")(verify)
    audit.command("end", epilog="Example: oncu audit end >> trail-ends.txt")(show_end)
    audit.command("list", epilog="Example: oncu audit list --actor ece --since 2026-09-01")(show_rows)
    app.add_typer(audit, name="audit")


def verify(
    end: Annotated[str | None, typer.Option(help="An end that `oncu audit end` printed earlier.")] = None,
) -> None:
    """Check every link of the trail; the first row that was changed, removed or reordered is named."""
    from oncu.storage.audit import find_broken_link, trail_end

    from ..people.trail import read_end

    kept = read_end(end) if end else None
    settings = load_settings()
    with open_storage(settings) as database, database.read() as connection, show_progress("trail") as tell:
        last = trail_end(connection)
        broken = find_broken_link(connection, kept, lambda done: tell("trail", done, last.seq))
    if broken is not None:
        raise Problem(f"the audit trail is broken at row {broken}: it or the one before it was changed or removed")
    say(words_of(settings)("audit_whole", n=last.seq, end=last))


def show_end() -> None:
    """Print where the trail ends; kept outside the database, it finds even a trail rewritten from the start."""
    from oncu.storage.audit import trail_end

    with open_storage(load_settings()) as database, database.read() as connection:
        say(str(trail_end(connection)))


def show_rows(
    actor: Annotated[str | None, typer.Option(help="Only what this person or program did.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only what was done to something whose name holds this.")] = None,
    since: Annotated[str | None, typer.Option(help="Only from a day on, like 2026-09-30.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows, the newest first.")] = 50,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print as CSV.")] = False,
) -> None:
    """Show the trail, newest first."""
    from oncu.storage.audit import trail_rows

    settings = load_settings()
    zone = ZoneInfo(settings.timezone)
    start = datetime.combine(read_day(since, settings), time.min, zone) if since else None
    with open_storage(settings) as database, database.read() as connection:
        rows = list(trail_rows(connection, actor=actor, part_of_subject=subject, since=start, limit=limit))
    if as_csv:
        table = csv.writer(sys.stdout)
        table.writerow(["seq", "at", "actor", "action", "object", "reason"])
        table.writerows([row.seq, row.at.isoformat(), row.actor, row.action, row.object, row.reason] for row in rows)
        return
    words = words_of(settings)
    for row in rows:
        said = f" ({row.reason})" if row.reason else ""
        say(f"{row.seq}  {words.moment(row.at)}  {row.actor}  {row.action}  {row.object}{said}")
    if not rows:
        say(words("audit_none"))
