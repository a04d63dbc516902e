"""`oncu simulate`: a synthetic bank with known truth, as files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oncu.config.problems import Problem

from .console import say, show_progress

if TYPE_CHECKING:
    from oncu.scoring.simulation.wishes import Wishes
    from oncu.scoring.simulation.write import Written

EXAMPLE = "Example: oncu simulate --out /tmp/banka --clients 2000 --seed 7"


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog=EXAMPLE)(simulate)


def simulate(
    out: Annotated[Path, typer.Option(help="The folder to write; it must be empty or new.")],
    clients: Annotated[int, typer.Option(help="Clients of the bank, 50 to 2000000.")] = 5000,
    days: Annotated[
        int, typer.Option(help="Days for which it is watched, 120 to 7300 and over four half-lives.")
    ] = 730,
    seed: Annotated[int, typer.Option(help="The same seed and numbers give the same bytes; 0 to 4294967295.")] = 1,
    sources: Annotated[int, typer.Option(help="Sources, of four categories, 4 to 2000.")] = 40,
    signalled: Annotated[float, typer.Option(help="Share of clients that get a story on a side, 0.01 to 0.9.")] = 0.4,
    confounding: Annotated[
        float, typer.Option(help="From 0, stories fall on all alike, to 1, mostly on firms that seldom buy or default.")
    ] = 0.7,
    half_life: Annotated[float, typer.Option(help="Days until half of what comes true has, 2 to 120.")] = 25.0,
    copies: Annotated[float, typer.Option(help="Sources that repeat a story, on average, 0 to 20.")] = 2.0,
    delay: Annotated[float, typer.Option(help="Days until an outcome is recorded, on average, 0 to 60.")] = 3.0,
    effect: Annotated[float, typer.Option(help="Share of foretold defaults that acting averts, 0 to 1.")] = 0.5,
    holdout: Annotated[float, typer.Option(help="Share of risk stories nobody acts on, by lot, 0 to 0.9.")] = 0.1,
    churn: Annotated[float, typer.Option(help="Share of clients that leave in a year, 0 to 0.9.")] = 0.12,
    offers: Annotated[int, typer.Option(help="Offers with a known best alternative, 0 to 5000000.")] = 2000,
) -> None:
    """Make a bank whose truth is known: signals, outcomes, exposure, actions, offers and truth.json.

    Whatever the judge reports about these files can be held against truth.json: conversion, base rate, lift, lead
    times, each source's precision, what acting changed, how clients answer prices.
    """
    from oncu.scoring.simulation.wishes import Wishes

    wishes = Wishes(
        clients=clients, days=days, sources=sources, signalled=signalled, confounding=confounding, half_life=half_life,
        copies=copies, delay=delay, effect=effect, holdout=holdout, churn=churn, offers=offers, seed=seed,
    )  # fmt: skip
    for one in _draw_and_write(wishes, out):
        say(f"{out / one.name}" + (f"  {one.rows} rows" if one.rows else "  what the others should say"))
    _say_next(out, wishes.as_of.isoformat())


def _draw_and_write(wishes: "Wishes", out: Path) -> "list[Written]":
    from oncu.scoring.judge.tables import BadInput
    from oncu.scoring.simulation.bank import simulate as draw
    from oncu.scoring.simulation.write import check_folder, write_bank

    try:
        check_folder(out)
        with show_progress("simulating") as progress:
            return write_bank(draw(wishes, progress), out, progress)
    except BadInput as bad:
        raise Problem(str(bad)) from None
    except OSError as problem:
        raise Problem(f"{out}: {problem.strerror}; name a folder that can be written") from None


def _say_next(out: Path, as_of: str) -> None:
    say("\nNext:")
    for side in ("opportunity", "risk"):
        files = f"--signals {out}/signals.csv --outcomes {out}/outcomes-{side}.csv --exposure {out}/exposure.csv"
        say(f"  oncu evaluate {files} --side {side} --as-of {as_of} --horizon 90")
    say(f"  oncu price --offers {out}/offers.csv")
