"""`oncu crawl` and `oncu run`."""

import json
from dataclasses import asdict
from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from oncu.config.problems import Problem
from oncu.config.settings import load_settings

from .console import (
    alone_at,
    catalogue_in,
    load_catalogue,
    open_storage,
    read_clock,
    read_day,
    say,
    show_progress,
    warn,
    words_of,
)
from .health import warn_of_alarms

if TYPE_CHECKING:
    from oncu.crawlers.visit import SourceResult

    from ..words import Words

NONE_ENABLED = (
    "no source is enabled; name one (oncu crawl NAME; oncu sources list shows them), "
    "or keep a folder of your own source files and name it in oncu.yml (sources: FOLDER)"
)

FirstDay = typer.Option("--from", formats=["%Y-%m-%d"], help="Backfill from this day on.")
LastDay = typer.Option("--to", formats=["%Y-%m-%d"], help="Backfill to this day, itself included.")
Again = Annotated[bool, typer.Option("--again", help="Read again what was read with other names, verdicts or model.")]
Since = typer.Option(metavar="DAY", help="With --again: only documents first seen on this day or later.")
OfClient = typer.Option(metavar="ID", help="With --again: only what concerns this client.")
AsJson = Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: oncu crawl aa-guncel")(crawl)
    app.command(epilog="Example: oncu run --again --client C0042 --since 2026-09-01")(run)


def crawl(
    names: Annotated[list[str] | None, typer.Argument(help="Sources to visit; all enabled ones by default.")] = None,
    first_day: Annotated[datetime | None, FirstDay] = None,
    last_day: Annotated[datetime | None, LastDay] = None,
    as_json: AsJson = False,
) -> None:
    """Visit sources and store their documents; exit code 1 only if every source failed.

    With --from and --to, fetch what the named sources published on those days; a backfill that was interrupted goes on
    when it is asked for again.
    """
    from oncu.crawlers.plan import days_window
    from oncu.crawlers.run import crawl as visit

    settings = load_settings()
    catalogue = load_catalogue(settings)
    unknown = sorted(set(names or ()) - catalogue.sources.keys())
    if unknown:
        raise Problem(f"no source is called {unknown[0]!r}; oncu sources list shows the names")
    window = None
    if first_day or last_day:
        if not (names and first_day and last_day):
            raise Problem("a backfill needs sources and both days: oncu crawl NAME --from 2026-01-01 --to 2026-03-31")
        try:
            window = days_window(first_day.date(), last_day.date())
        except ValueError as error:
            raise Problem(str(error)) from None
    specs = [s for name, s in catalogue.sources.items() if (name in names if names else s.enabled)]
    if not specs:
        raise Problem(NONE_ENABLED)
    with open_storage(settings):
        pass  # a database that cannot be used is said before anything is fetched
    done = 0
    with show_progress("crawl") as progress:

        def on_result(_: "SourceResult") -> None:
            nonlocal done
            done += 1
            progress("crawl", done, len(specs))

        results = visit(specs, settings.crawl, settings.database_url, read_clock(), window=window, progress=on_result)
    if as_json:
        say(json.dumps([asdict(result) for result in results], ensure_ascii=False, indent=2))
    else:
        for line in crawl_lines(results, words_of(settings)):
            say(line)
    if window is None:
        warn_of_alarms([result.source for result in results if result.status != "quiet"], settings, read_clock())
    if all(result.status == "failed" for result in results):
        raise Problem("every source failed; the lines above say why")


def crawl_lines(results: list["SourceResult"], words: "Words") -> list[str]:
    """A line a source, and under it what went wrong there."""
    lines = []
    for result in results:
        saved = result.saved
        counts = f"{saved.new} new, {saved.changed} changed, {saved.seen} known"
        if result.unchanged:
            counts += f", {result.unchanged} pages unchanged"
        lines.append(f"{words.line(result.status):<12} {result.source:<28} {words.line(counts)}")
        lines += [f"{'':<12} {issue.kind}: {issue.place}: {words.line(issue.problem)}" for issue in result.issues[:5]]
    return lines


def run(
    is_again: Again = False,
    since: Annotated[str | None, Since] = None,
    client: Annotated[str | None, OfClient] = None,
    as_json: AsJson = False,
) -> None:
    """Run every pending stage: read documents, detect signals, route alerts; then send what cannot wait, and tell of
    deadlines.

    With --again, documents are also read that were read before the client list, a name, a verdict ("wrong company") or
    the model changed. What that changes is added as known from now on; nothing known is rewritten, and what happened
    too long ago to alert is kept without an alert.
    """
    from ..faces.urgent import send_unsent
    from ..flow.again import Wanted, read_again
    from ..flow.pipeline import Counts, run_pending
    from ..flow.ready_names import cache_folder
    from ..review.desk import Desk
    from ..review.reminders import remind

    if not is_again and (since or client):
        raise typer.BadParameter("--since and --client say what is read again; add --again")
    settings, now = load_settings(), read_clock()
    counts = Counts()
    first = datetime.combine(read_day(since, settings), time(), ZoneInfo(settings.timezone)) if since else None
    with open_storage(settings) as database, alone_at(database, "run", settings), show_progress("read") as progress:
        catalogue = catalogue_in(database, settings)
        if is_again:
            wanted = Wanted(first, client)
            counts = read_again(database, catalogue, now, wanted, cache=cache_folder(settings), progress=progress)
        counts += run_pending(database, catalogue, settings, now, progress=progress)
        remind(database, Desk(catalogue.types, settings), now)
        words = words_of(settings)
        sent = send_unsent(database, catalogue, settings, words, read_clock)
    if as_json:
        say(json.dumps(counts.as_dict() | {"sent": sent.sent, "unsent": sent.failed}))
    else:
        told = [words(f"ran_{name}", n=words.number(n)) for name, n in counts.as_dict().items()]
        say(", ".join([*told, *([words("ran_sent", n=sent.sent)] if sent.sent else [])]))
    for problem in sent.problems:
        warn(words.line(f"not sent: {problem}"))
