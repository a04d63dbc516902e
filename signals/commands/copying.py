"""`oncu copy` and `oncu backup`: everything to another database, or into a file."""

from pathlib import Path
from typing import Annotated

import typer

from oncu.config.settings import load_settings

from .console import open_storage, say, show_progress, words_of


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("copy", epilog="Example: oncu copy --to postgresql+psycopg://oncu@db.bank.example/oncu")(copy)
    app.command("backup", epilog="Example: oncu backup /backup/oncu-2026-11-22.db")(backup)


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


def backup(
    file: Annotated[Path, typer.Argument(help="The new file; one that is there is never written over.")],
) -> None:
    """Write everything into one file, as it stands now, while everything goes on; the file is checked.

    Of SQLite the file is a database; PostgreSQL needs pg_dump on the PATH, and pg_restore puts the file back.
    """
    from oncu.storage.backups import back_up

    settings = load_settings()
    words = words_of(settings)
    with open_storage(settings) as database:
        size = back_up(database, file)
    say(words("backup_done", file=file, size=words.number(size / 2**20, 1)))
    say(words("backup_next", models=settings.models_folder))
