"""`oncu backtest`: an archive judged by what happened; `oncu missed`: what the bank's own listening lost, and where."""

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from oncu.config.backtest_specs import find_backtest, load_backtest, ready_backtests
from oncu.config.load import HERE, read_yaml
from oncu.config.settings import Settings, load_settings

from .console import catalogue_in, open_storage, read_past_day, say, show_progress

if TYPE_CHECKING:
    from ..flow.pipeline import Catalogue
    from ..score.regret import Regret
    from ..score.regret_page import Terms
    from ..score.wording import Wording

DATA = Path("../shared/data")
LIST = "list"
WINDOW = 365
SHOWN = 10

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Language = Annotated[
    Literal["tr", "en"] | None, typer.Option("--lang", help="Its language; that of the settings by default.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: oncu backtest bank-failures --data ../shared/data")(backtest)
    app.command(epilog="Example: oncu missed --as-of 2026-06-30")(missed)


def backtest(
    spec: Annotated[str, typer.Argument(help="A spec (YAML), the name of a ready one, or: list.")],
    data: Annotated[Path, typer.Option(help="The folder the spec's files lie in.")] = DATA,
    as_json: AsJson = False,
    language: Language = None,
) -> None:
    """Replay an archive as it was known then and print the scoreboard it would have given.

    Every number with its n and 95 % interval, beside a baseline; the same spec on the same data prints the same bytes.
    """
    if spec == LIST:
        _list_ready(_language(language))
        return
    from ..backtest.lines import result_lines
    from ..backtest.run import run_backtest
    from ..words import load_words

    wanted = load_backtest(find_backtest(spec))
    with show_progress("backtest") as progress:
        result = run_backtest(wanted, data, progress)
    if as_json:
        say(json.dumps(result.as_json(), ensure_ascii=False, indent=2))
        return
    for line in result_lines(result, load_words(_language(language), load_settings().timezone)):
        say(line)


def missed(
    as_of: Annotated[str | None, typer.Option("--as-of", help="Ends until this day; today by default.")] = None,
    window: Annotated[
        int, typer.Option(help="Days before an end in which a warning would have counted.", min=1, max=3650)
    ] = WINDOW,
    side: Annotated[Literal["risk", "opportunity"], typer.Option(help="Which ends: bad ones or sales.")] = "risk",
    shown: Annotated[int, typer.Option("--limit", help="How many ends to show, the largest first.", min=1)] = SHOWN,
    html: Annotated[
        Path | None, typer.Option(help="Write the page to this file, in the other language beside it.")
    ] = None,
    table: Annotated[Path | None, typer.Option("--csv", help="Write all of it to this file as CSV.")] = None,
    as_json: AsJson = False,
    language: Language = None,
) -> None:
    """Show the ends nobody read of in time: the documents held, where each was lost, the smallest change that helps.

    The ends of the year before the day count; a warning counts if it came in the window before its end. The page is
    linked with the scoreboard where both lie in one folder as missed.html and score.html.
    """
    from ..backtest.missed import missed_lines
    from ..score.pages import wording_of
    from ..score.regret_page import Terms

    settings = load_settings()
    terms = Terms(read_past_day(as_of, settings), side, WINDOW, window)
    found, catalogue = _find_missed(settings, terms)
    if as_json:
        head = {"as_of": terms.as_of.isoformat(), "side": side}
        say(json.dumps({**head, **found.as_json()}, ensure_ascii=False, indent=2))
        return
    wording = {one: wording_of(one, settings.timezone, catalogue.types, catalogue.sources) for one in ("tr", "en")}
    own = _language(language)
    if html or table:
        _write_missed(found, terms, wording, own, html=html, table=table)
        return
    for line in missed_lines(found, wording[own], terms.as_of, days=WINDOW, shown=shown):
        say(line)


def _find_missed(settings: Settings, terms: "Terms") -> tuple["Regret", "Catalogue"]:
    from ..score.regret import find_missed

    kinds = read_yaml(HERE / "lookups" / "outcomes.yml")[terms.side]["foretold"]
    since = terms.as_of - timedelta(days=terms.days)
    asked: dict[str, Any] = {"as_of": terms.as_of, "since": since, "window_days": terms.window, "kinds": kinds}
    with open_storage(settings) as database, show_progress("search") as progress:
        catalogue = catalogue_in(database, settings)
        return find_missed(database, catalogue.types, **asked, side=terms.side, progress=progress), catalogue


def _write_missed(
    found: "Regret", terms: "Terms", wording: "dict[str, Wording]", own: str, *, html: Path | None, table: Path | None
) -> None:
    from ..score.pages import OTHER, save
    from ..score.regret_page import save_regret
    from ..score.regret_rows import regret_csv

    for line in save_regret(found, terms, html, wording[own], wording[OTHER[own]]) if html else ():
        say(line)
    if table:
        say(save(table, regret_csv(found), wording[own]))


def _list_ready(language: str) -> None:
    for name in ready_backtests():
        spec = load_backtest(find_backtest(name))
        say(f"{name:<20} {spec.kind:<10} {getattr(spec.title, language)}")


def _language(given: str | None) -> str:
    return given or load_settings().digest.language
