"""`oncu copy`: move to another database."""

from typing import Annotated

import typer

from oncu.config.settings import load_settings

from .console import open_storage, say, show_progress, words_of


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command("copy", epilog="Example: oncu copy --to postgresql+psycopg://oncu@db.bank.example/oncu")(copy)


def copy(
    to: Annotated[str, typer.Option("--to", help="The address of the new database; its tables are made.")],
) -> None:
    """Copy everything into a new, empty database on either engine and compare every row; the old one stays."""
    from oncu.storage.copying import copy_database
    from oncu.storage.database import create_database

    settings = load_settings()
    words = words_of(settings)
    with open_storage(settings) as source:
        target = create_database(to)
        try:
            with show_progress("copying") as tell:
                copied = copy_database(source, target, tell)
        finally:
            target.close()
    for table in copied:
        if table.rows:
            say(f"{words.number(table.rows):>12}  {table.table}")
    rows = words.number(sum(table.rows for table in copied))
    say(words("copied_rows", n=f"{rows:>12}", target=target.address))
    say(words("copied_next"))
