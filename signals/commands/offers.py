"""`oncu offers report`, beside `oncu offers import`."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from oncu.config.problems import Problem
from oncu.config.settings import load_settings
from oncu.config.specs import SignalSpec

from .console import catalogue_in, open_storage, read_day, say
from .price import Lang

if TYPE_CHECKING:
    from oncu.scoring.offers.report import OffersReport

    from ..score.wording import Wording
    from ..words import Words


def add_to(app: typer.Typer) -> None:
    """Add the report to the group that holds the import already."""
    group = next(one.typer_instance for one in app.registered_groups if one.name == "offers")
    if group is not None:
        group.command(epilog="Example: oncu offers report --format html --out offers.html")(report)


def report(
    lang: Lang = None,
    form: Annotated[
        Literal["text", "html", "json", "csv"], typer.Option("--format", help="How it is written.")
    ] = "text",
    as_of: Annotated[str | None, typer.Option(help="As known at the end of this day; today by default.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write it to this file instead of showing it.")] = None,
) -> None:
    """What past offers teach: why deals were lost, to whom, at which price, and what was left on the table.

    With --format html and --out but no --lang the page is written in both languages, the other beside it.
    """
    from oncu.scoring.offers.report import offers_report

    from ..offers.ledger import read_ledger
    from ..words import load_words

    settings = load_settings()
    words, day = load_words(lang or settings.digest.language, settings.timezone), read_day(as_of, settings)
    with open_storage(settings) as database:
        ledger, types = read_ledger(database, day), catalogue_in(database, settings).types
    if not len(ledger.offers) and form != "html":
        raise Problem(words("of_none"))
    found = offers_report(ledger.offers, ledger.events, day)
    wording = partial(_wording, types, settings.timezone)
    if form == "html":
        _page(found, words.language, wording, out, both=lang is None)
    else:
        _write(_render(found, form, words), out, wording(words.language))


def _render(found: "OffersReport", form: str, words: "Words") -> str:
    from ..offers.lines import report_lines
    from ..offers.rows import report_csv, report_json

    if form == "json":
        return json.dumps(report_json(found), ensure_ascii=False, indent=1)
    return report_csv(found) if form == "csv" else "\n".join(report_lines(found, words))


def _page(
    found: "OffersReport", language: str, wording_in: Callable[[str], "Wording"], out: Path | None, *, both: bool
) -> None:
    from ..offers.page import render_page, save_both
    from ..score.pages import OTHER

    wording = wording_in(language)
    if out is None or not both:
        _write(render_page(found, wording), out, wording)
        return
    for line in save_both(found, out, wording, wording_in(OTHER[language])):
        say(line)


def _write(content: str, out: Path | None, wording: "Wording") -> None:
    from ..score.pages import save

    said = content.rstrip("\n")
    say(said if out is None else save(out, said + "\n", wording))


def _wording(types: Mapping[str, SignalSpec], timezone: str, language: str) -> "Wording":
    from ..offers.page import wording_of

    titles = {code: getattr(spec.title, language) for code, spec in types.items()}
    return wording_of(language, timezone, titles)
