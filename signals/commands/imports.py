"""`oncu outcomes|offers|exposure|actions|relations import`, and the import of clients."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from oncu.config.settings import load_settings

from .console import open_storage, read_clock, say, warn, words_of

KINDS = {
    "outcomes": "What really happened: sales, defaults, clients who left …",
    "offers": "Offers made: won, lost, open, at which price.",
    "exposure": "When each client was with the bank.",
    "actions": "What the bank did: visits, calls, offers, limit cuts.",
    "relations": "Who belongs to, buys from, supplies or guarantees whom.",
}
NAME = re.compile(r"[\w-]{1,24}")
SHOWN = 50  # bad rows on the terminal; --json prints all


def add_to(app: typer.Typer) -> None:
    """Add one group a kind of table."""
    for kind, about in KINDS.items():
        group = typer.Typer(no_args_is_help=True, help=about)
        example = f"Example: oncu {kind} import {kind}.csv"
        group.command("import", epilog=example, help=f"Import {kind} from CSV, XLSX, JSONL or SQL; run twice = once.")(
            importer(kind)
        )
        group.callback()(_group)
        app.add_typer(group, name=kind)


def _group() -> None:
    """Keeps `import` a command of its own although it is the only one."""


def importer(kind: str) -> Callable[..., None]:
    """The command that imports one kind of table."""

    def run(
        file: Annotated[Path | None, typer.Argument(help="CSV (, or ;), XLSX or JSON lines.")] = None,
        sql: Annotated[str | None, typer.Option(help="A database address to read from instead of a file.")] = None,
        query: Annotated[str | None, typer.Option(help="The query whose columns are those of the file.")] = None,
        source: Annotated[
            str, typer.Option(help="The bank's system the table comes from; its ids are read as that system's.")
        ] = "clients",
        actor: Annotated[str, typer.Option(help="Who imports, for the audit trail.")] = "cli",
        as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    ) -> None:
        _import(kind, file, sql, query, source=source, actor=actor, as_json=as_json)

    return run


def _import(
    kind: str, file: Path | None, sql: str | None, query: str | None, *, source: str, actor: str, as_json: bool
) -> None:
    from oncu.storage.external import SqlQuery

    from ..imports.run import format_report, import_table

    if (file is None) == (sql is None) or (sql is None) != (query is None):
        raise typer.BadParameter("give either a file, or --sql URL together with --query Q")
    if not NAME.fullmatch(source):
        raise typer.BadParameter("--source is a short name such as crm: letters, digits, - and _, at most 24")
    settings = load_settings()
    asked = file if file is not None else SqlQuery(str(sql), str(query))
    with open_storage(settings) as database:
        report = import_table(
            kind, asked, database, read_clock(), actor=actor, system=source, order=settings.clients.sources
        )
    if as_json:
        say(json.dumps(asdict(report), ensure_ascii=False, indent=2))
    else:
        lines, words = format_report(report), words_of(settings)
        for line in lines[:SHOWN]:
            (warn if line.startswith("line ") else say)(words.line(line))
        if len(lines) > SHOWN:
            warn(words.line(f"… and {len(lines) - SHOWN} more; --json prints all"))
    if report.bad:
        raise typer.Exit(1)
