"""`oncu clients|outcomes|offers|exposure|actions|relations import`."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from oncu.config.settings import load_settings

from .console import open_storage, read_clock, say, warn

KINDS = {
    "clients": "The client list.",
    "outcomes": "What really happened: sales, defaults, clients who left …",
    "offers": "Offers made: won, lost, open, at which price.",
    "exposure": "When each client was with the bank.",
    "actions": "What the bank did: visits, calls, offers, limit cuts.",
    "relations": "Who belongs to, buys from, supplies or guarantees whom.",
}
SHOWN = 50  # bad rows on the terminal; --json prints all


def add_to(app: typer.Typer) -> None:
    """Add one group a kind of table."""
    for kind, about in KINDS.items():
        group = typer.Typer(no_args_is_help=True, help=about)
        example = f"Example: oncu {kind} import {kind}.csv"
        group.command("import", epilog=example, help=f"Import {kind} from CSV, XLSX, JSONL or SQL; run twice = once.")(
            _importer(kind)
        )
        group.callback()(_group)
        app.add_typer(group, name=kind)


def _group() -> None:
    """Keeps `import` a command of its own although it is the only one."""


def _importer(kind: str) -> Callable[..., None]:
    def run(
        file: Annotated[Path | None, typer.Argument(help="CSV (, or ;), XLSX or JSON lines.")] = None,
        sql: Annotated[str | None, typer.Option(help="A database address to read from instead of a file.")] = None,
        query: Annotated[str | None, typer.Option(help="The query whose columns are those of the file.")] = None,
        actor: Annotated[str, typer.Option(help="Who imports, for the audit trail.")] = "cli",
        as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    ) -> None:
        _import(kind, file, sql, query, actor=actor, as_json=as_json)

    return run


def _import(kind: str, file: Path | None, sql: str | None, query: str | None, *, actor: str, as_json: bool) -> None:
    from oncu.storage.external import SqlQuery

    from ..imports.run import format_report, import_table

    if (file is None) == (sql is None) or (sql is None) != (query is None):
        raise typer.BadParameter("give either a file, or --sql URL together with --query Q")
    source = file if file is not None else SqlQuery(str(sql), str(query))
    with open_storage(load_settings()) as database:
        report = import_table(kind, source, database, read_clock(), actor=actor)
    if as_json:
        say(json.dumps(asdict(report), ensure_ascii=False, indent=2))
    else:
        lines = format_report(report)
        for line in lines[:SHOWN]:
            (warn if line.startswith("line ") else say)(line)
        if len(lines) > SHOWN:
            warn(f"… and {len(lines) - SHOWN} more; --json prints all")
    if report.bad:
        raise typer.Exit(1)
