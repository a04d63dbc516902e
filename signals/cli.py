"""The command line `oncu`. Exit codes: 0 done, 1 a problem explained in one line, 2 wrong usage."""

import typer

from oncu.config.problems import Problem

from .commands import (
    audit,
    backtest,
    catalogue,
    clients,
    copying,
    desk,
    digests,
    filters,
    imports,
    labels,
    learning,
    offers,
    playing,
    price,
    privacy,
    routing,
    schedule,
    score,
    serve,
    setup,
    silences,
    simulate,
    surge,
    users,
    work,
)
from .commands.console import known_words, warn

app = typer.Typer(
    name="oncu",
    help="Öncü: social listening, and signals of risk and opportunity at a bank's corporate clients.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for room in (
    playing,
    setup,
    clients,
    imports,
    catalogue,
    work,
    digests,
    filters,
    simulate,
    backtest,
    surge,
    labels,
    learning,
    serve,
    privacy,
    score,
    offers,
    price,
    users,
    audit,
    copying,
    routing,
    silences,
    desk,
    schedule,
):
    room.add_to(app)


def main() -> None:
    """Run the command line; a problem is one line on standard error and exit code 1."""
    try:
        app()
    except Problem as problem:
        words = known_words()
        for line in str(problem).splitlines():
            warn(f"oncu: {words.line(line)}")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
