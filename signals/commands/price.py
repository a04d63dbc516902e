"""`oncu price --offers F` on a file, and `oncu price offer ID` on the ledger."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from oncu.config.problems import Problem
from oncu.config.settings import load_settings

from .console import open_storage, read_day, say, warn

Lang = Annotated[
    Literal["tr", "en"] | None, typer.Option("--lang", help="The language; that of the digests by default.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(help="What past offers say about prices.")
    group.callback(invoke_without_command=True, epilog="Example: oncu price --offers offers.csv")(price)
    group.command(epilog="Example: oncu price offer T-2620")(offer)
    app.add_typer(group, name="price")


def price(
    context: typer.Context,
    offers: Annotated[Path | None, typer.Option(help="The offers: CSV, XLSX or JSON lines.")] = None,
) -> None:
    """Win rate, why and to whom offers were lost, the rival's price, the bid response, money left: as JSON.

    Every bad row is reported on standard error, the good ones are judged; exit code 1 where any row was bad.
    """
    if context.invoked_subcommand is not None:
        return
    if offers is None:
        raise typer.BadParameter("name a file with --offers, or an open offer: oncu price offer ID")
    from oncu.scoring.judge.tables import BadInput
    from oncu.scoring.offers.price_report import price_report

    from ..offers.files import read_offers_file

    try:
        found, faults = read_offers_file(offers)
    except BadInput as bad:
        raise Problem(str(bad)) from None
    say(json.dumps(price_report(found), ensure_ascii=False, indent=1))
    for fault in faults:
        warn(f"{offers.name}, {fault}")
    if faults:
        raise typer.Exit(1)


def offer(
    offer_id: Annotated[str, typer.Argument(help="The id of an open offer.")],
    as_of: Annotated[str | None, typer.Option(help="As known at the end of this day; today by default.")] = None,
    lang: Lang = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show one open offer at each price: chance to win, expected profit, the best price, what rivals may ask."""
    from oncu.scoring.judge.tables import BadInput
    from oncu.scoring.offers.one_offer import price_offer

    from ..offers.ledger import read_ledger
    from ..offers.pricing_lines import pricing_lines
    from ..words import load_words

    settings = load_settings()
    words = load_words(lang or settings.digest.language, settings.timezone)
    with open_storage(settings) as database:
        ledger = read_ledger(database, read_day(as_of, settings))
    if not len(ledger.offers):
        raise Problem(words("of_none"))
    try:
        found = price_offer(ledger.offers, offer_id)
    except BadInput as bad:
        raise Problem(str(bad)) from None
    if as_json:
        say(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
        return
    for line in pricing_lines(found, words):
        say(line)
