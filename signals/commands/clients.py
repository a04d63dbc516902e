"""`oncu clients …`: one record each, whatever the files say; a person decides what numbers cannot."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, TextIO

import typer

from oncu.config.problems import Problem
from oncu.config.settings import load_settings

from .console import catalogue_in, open_storage, read_clock, say, show_progress, warn, words_of
from .imports import importer

Id = Annotated[str, typer.Argument(help="A client_id, or SOURCE:ID of a record.")]
By = Annotated[str, typer.Option(help="Who decides, for the audit trail.")]
Note = Annotated[str | None, typer.Option(help="Why, in a sentence.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(no_args_is_help=True, help="The clients: one record each, from however many files.")
    about = "Import a client list from CSV, XLSX, JSONL or SQL; records of several sources make one client each."
    group.command("import", epilog="Example: oncu clients import crm.csv --source crm", help=about)(importer("clients"))
    group.command(epilog="Example: oncu clients duplicates --limit 20")(duplicates)
    group.command(epilog="Example: oncu clients same C12 C907 --by ayse")(same)
    group.command(epilog="Example: oncu clients different C12 C907 --by ayse --note 'sister firms'")(different)
    group.command(epilog="Example: oncu clients split C12 C907 --by ayse")(split)
    group.command(epilog="Example: oncu clients reunite --by ayse")(reunite)
    group.command(epilog="Example: oncu clients show C12")(show)
    group.command(epilog="Example: oncu clients aliases C12 --add 'Örnek Boya' --by ayse")(aliases)
    group.command(epilog="Example: oncu clients resolve names.csv --out answers.csv")(resolve)
    group.command("group", epilog="Example: oncu clients group C12")(group_of)
    group.command(epilog="Example: oncu clients prospects --limit 50")(prospects)
    app.add_typer(group, name="clients")


def duplicates(
    limit: Annotated[int, typer.Option(min=1, help="How many pairs to show.")] = 20,
    save: Annotated[bool, typer.Option("--save", help="Keep the likeliest for the page of doubles.")] = False,
    as_json: AsJson = False,
) -> None:
    """List clients that may be one firm, likeliest first, both sides beside each other; a person decides."""
    from oncu.classifiers.firms.resolve import MAYBE

    from ..clients.doubles import KEPT, double_lines, find_doubles, keep_doubles

    settings = load_settings()
    with open_storage(settings) as database, show_progress("comparing clients") as progress:
        found = find_doubles(database, minimum=MAYBE, limit=max(limit, KEPT if save else 0), progress=progress)
        if save:
            keep_doubles(database, found, read_clock())
    found = replace(found, shown=found.shown[:limit])
    rows = {"clients": found.clients, "pairs": found.pairs, "shown": [double.as_dict() for double in found.shown]}
    _say_found(rows, as_json, lambda: double_lines(found, words_of(settings)))


def same(one: Id, other: Id, by: By, note: Note = None) -> None:
    """Say that two clients are one firm: the later becomes the earlier one; undone by split."""
    from ..clients.unite import call_same

    settings = load_settings()
    with open_storage(settings) as database:
        order = settings.clients.sources
        client = call_same(database, one, other, read_clock(), by=by, note=note, order=order)
    say(words_of(settings)("called_same", one=one, other=other, client=client))


def different(one: Id, other: Id, by: By, note: Note = None) -> None:
    """Say that two are not one firm; they are never proposed or merged again. Undone by split."""
    from ..clients.unite import call_different

    settings = load_settings()
    with open_storage(settings) as database:
        call_different(database, one, other, read_clock(), by=by, note=note, order=settings.clients.sources)
    say(words_of(settings)("called_different", one=one, other=other))


def split(one: Id, other: Id, by: By, note: Note = None) -> None:
    """Take back what was decided of two clients (same or different)."""
    from ..clients.unite import split as take_back

    settings = load_settings()
    with open_storage(settings) as database:
        verdict = take_back(database, one, other, read_clock(), by=by, note=note, order=settings.clients.sources)
    say(words_of(settings)(f"split_{verdict}", one=one, other=other))


def reunite(by: By = "cli") -> None:
    """Make all clients of several records anew, after the order of sources in the settings was changed."""
    from ..clients.unite import reunite as make_anew

    settings = load_settings()
    order = settings.clients.sources
    with open_storage(settings) as database:
        several, changed = make_anew(database, read_clock(), by=by, order=order)
    words = words_of(settings)
    say(words("reunited", several=words.number(several), changed=words.number(changed), order=", ".join(order) or "–"))


def show(client_id: Id, as_json: AsJson = False) -> None:
    """Show a client: each field with its source, names, sites, relations, records, decisions."""
    from ..clients.view import client_lines, describe_client

    settings = load_settings()
    with open_storage(settings) as database:
        found = describe_client(database, client_id)
    _say_found(found, as_json, lambda: client_lines(found, words_of(settings)))


def aliases(
    client_id: Id,
    add: Annotated[list[str] | None, typer.Option(help="A name the client is also called by.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A name the client is not called by.")] = None,
    by: By = "cli",
    as_json: AsJson = False,
) -> None:
    """List the names of a client, generated ones too; what a person adds or removes wins over every file."""
    from ..clients.unite import change_names
    from ..clients.view import describe_client, name_lines

    settings = load_settings()
    with open_storage(settings) as database:
        change_names(database, client_id, add=add or (), remove=remove or (), now=read_clock(), by=by)
        found = describe_client(database, client_id)
    head = f"{found['fields'][0]['value']} ({found['client_id']})"
    names = {"client_id": found["client_id"], "names": found["names"]}
    lines = name_lines(found["names"], words_of(settings))
    _say_found(names, as_json, lambda: [head, *(f"  {line}" for line in lines)])


def resolve(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or JSON lines with the columns name[, city, tax_id …].")],
    out: Annotated[Path | None, typer.Option(help="Where the answer goes; standard output by default.")] = None,
    form: Annotated[Literal["csv", "json"], typer.Option("--format", help="CSV or JSON lines.")] = "csv",
) -> None:
    """Match any file of names to clients: matched, maybe or none, with score, reason and the next best."""
    from ..clients.resolving import read_firms, resolve_firms, write_resolved
    from ..imports.sources import read_file

    settings = load_settings()
    table = read_file(file)
    for bad in table.bad:
        warn(words_of(settings).line(f"{file}: line {bad.line}: {bad.reason}"))
    firms = read_firms(table)
    with open_storage(settings) as database, show_progress("resolve") as progress, _opened(out) as target:
        counts = write_resolved(resolve_firms(database, firms, progress), target, form)
    warn(words_of(settings)("resolved", rows=len(firms), **counts))
    if table.bad:
        raise typer.Exit(1)


def group_of(client_id: Id, as_json: AsJson = False) -> None:
    """Show the group of a client: its head, and who belongs to whom below it."""
    from ..clients.groups import describe_group, group_lines

    settings = load_settings()
    with open_storage(settings) as database:
        found = describe_group(database, client_id)
    _say_found(found, as_json, lambda: group_lines(found, words_of(settings)))


def prospects(
    limit: Annotated[int, typer.Option(min=1, help="How many firms to show.")] = 20, as_json: AsJson = False
) -> None:
    """List firms that were heard of and are no clients: how often, as what, when last."""
    from ..clients.gather import describe_prospects, prospect_lines

    settings = load_settings()
    with open_storage(settings) as database:
        found, types = describe_prospects(database, limit=limit), catalogue_in(database, settings).types
    words = words_of(settings)
    titles = {code: getattr(spec.title, words.language) for code, spec in types.items()}
    _say_found(found, as_json, lambda: prospect_lines(found, words, titles))


@contextmanager
def _opened(out: Path | None) -> Iterator[TextIO]:
    if out is None:
        yield sys.stdout
        return
    try:
        file = out.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise Problem(f"{out}: cannot be written ({error.strerror}); name another file with --out") from None
    with file:
        yield file


def _say_found(found: Any, as_json: bool, lines: Callable[[], list[str]]) -> None:
    """Print what was found, for a program or for a person."""
    shown = [json.dumps(found, ensure_ascii=False, indent=2, default=str)] if as_json else lines()
    for line in shown:
        say(line)
