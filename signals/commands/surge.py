"""`oncu surge` on a file of counts, and `oncu complaints` on what was heard of one client."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from oncu.config.settings import load_settings

from .console import known_words, open_storage, read_day, say, warn, words_of


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: oncu surge --counts counts.csv > alarms.jsonl")(surge)
    app.command(epilog="Example: oncu complaints C12")(complaints)


def surge(
    counts: Annotated[Path, typer.Option(help="CSV: client_id,date,count[,authors]; one row a client and day.")],
    slow: Annotated[bool, typer.Option(help="Slow rises instead: weekly sums, judged each Sunday.")] = False,
) -> None:
    """Find complaint surges in daily counts: one JSON line an alarm.

    A date without a row counts 0 from the client's first row to the last day of the file (from the file's first day
    where the file holds no zero at all). With authors, distinct people are judged and expected, not complaints.
    """
    from ..complaints.counts import judge_counts, read_counts

    found = read_counts(counts)
    for alarm in judge_counts(found, slow=slow):
        sys.stdout.write(json.dumps(alarm, ensure_ascii=False) + "\n")
    for bad in found.bad:
        warn(known_words().line(f"{counts}: {bad}"))
    if found.bad:
        raise typer.Exit(1)


def complaints(
    client_id: Annotated[str, typer.Argument(help="The client; any id it was ever told of under.")],
    as_of: Annotated[str | None, typer.Option("--date", help="Complaints until this day; today by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what customers complain of at a client: how many, since when, settled, answered; surges and notes."""
    from ..complaints.view import complaint_lines, describe_complaints

    settings = load_settings()
    day = read_day(as_of, settings)
    with open_storage(settings) as database:
        found = describe_complaints(database, client_id, day)
    if as_json:
        say(json.dumps(found, ensure_ascii=False, indent=2, default=str))
        return
    for line in complaint_lines(found, words_of(settings)):
        say(line)
