"""`oncu score`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from oncu.config.settings import load_settings

from .console import catalogue_in, open_storage, read_clock, read_past_day, say, show_progress


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog="Example: oncu score --as-of 2026-09-30 --format html --out score.html")(score)


def score(
    as_of: Annotated[str | None, typer.Option("--as-of", help="What was known on this day; today by default.")] = None,
    form: Annotated[
        Literal["text", "html", "json", "csv"], typer.Option("--format", help="How it is written.")
    ] = "text",
    out: Annotated[Path | None, typer.Option(help="Write it to this file instead of showing it.")] = None,
    lang: Annotated[
        Literal["tr", "en"] | None, typer.Option(help="Its language; that of the digests by default.")
    ] = None,
    horizon: Annotated[int, typer.Option(min=1, max=3650, help="Days of the headline's horizon.")] = 180,
    arm: Annotated[
        Literal["live", "shadow"], typer.Option(help="Live signals, or those of a backfilled archive; never both.")
    ] = "live",
    publish: Annotated[bool, typer.Option("--publish", help="Let digests, routing and the pages quote it.")] = False,
) -> None:
    """Judge the past: what came true, how long before, who knew first. The same day gives the same bytes for ever.

    With --format html and --out but no --lang the page is written in both languages, the other beside it.
    """
    from ..offers.keep import publish_pages
    from ..score.costs import costs_of
    from ..score.judging import judge
    from ..score.ledger import read_ledger
    from ..score.pages import OTHER, render, save, save_both, wording_of
    from ..score.publish import publish as publish_scores
    from ..score.report import report_of

    settings = load_settings()
    day = read_past_day(as_of, settings)
    with open_storage(settings) as database, show_progress("score") as progress:
        catalogue = catalogue_in(database, settings)
        types, sources = catalogue.types, catalogue.sources
        progress("read", 0, 3)
        ledger = read_ledger(database, day, arm=arm)
        progress("judge", 1, 3)
        judged = judge(ledger, horizon=horizon, costs=costs_of(settings, sources))
        progress("compare", 2, 3)
        report = report_of(judged, database)
        if publish:
            publish_scores(database, judged, types, read_clock())
            publish_pages(database, report, settings.timezone, read_clock())
    language = lang or settings.digest.language
    wording = wording_of(language, settings.timezone, types, sources)
    if out is None:
        say(render(report, form, wording))
    elif form == "html" and lang is None:
        for line in save_both(report, out, wording, wording_of(OTHER[language], settings.timezone, types, sources)):
            say(line)
    else:
        say(save(out, render(report, form, wording), wording))
