"""`oncu signals show|save|history|restore`: signal types as they are in force, and as they were."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from oncu.config.load import SIGNALS, load_signal_types, read_text
from oncu.config.problems import Problem
from oncu.config.settings import load_settings

from .console import catalogue_in, open_storage, read_clock, say, words_of

By = Annotated[str, typer.Option("--by", help="Who does it, for the audit trail.")]
Code = Annotated[str, typer.Argument(help="The code of a type; oncu signals list shows them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def add_to(signals: typer.Typer) -> None:
    """Add these commands to `oncu signals`."""
    signals.command("show", epilog="Example: oncu signals show insolvency > insolvency.yml")(show)
    signals.command("save", epilog="Example: oncu signals save strike strike.yml --by ali --reason 'new words'")(save)
    signals.command("history", epilog="Example: oncu signals history strike")(history)
    signals.command("restore", epilog="Example: oncu signals restore strike 2 --by ali")(restore)


def show(code: Code) -> None:
    """Print a type as YAML, as it is in force."""
    from ..flow.taxonomy import write_type

    settings = load_settings()
    with open_storage(settings) as database:
        types = catalogue_in(database, settings).types
    if code not in types:
        raise Problem(f"no signal type {code!r}; oncu signals list shows them")
    say(write_type(types[code]).rstrip())


def save(
    code: Code,
    file: Annotated[Path, typer.Argument(help="A YAML file of the type.")],
    reason: Annotated[str, typer.Option(help="Why the type changes.")],
    by: By,
) -> None:
    """Check a type with its examples and put it in force as a new version; also a new type."""
    from ..flow.taxonomy import change_type

    settings = load_settings()
    with open_storage(settings) as database:
        types = catalogue_in(database, settings).types
        made = change_type(database, code, read_text(file), types, by=by, reason=reason, now=read_clock())
    say(words_of(settings)("types_saved", code=made.code, number=made.number))


def history(
    code: Annotated[str | None, typer.Argument(help="Only of this type.")] = None, as_json: AsJson = False
) -> None:
    """List the versions of the types that were changed, newest first."""
    from oncu.storage.taxonomy import type_history

    settings = load_settings()
    with open_storage(settings) as database, database.read() as connection:
        found = type_history(connection, code)
    if as_json:
        say(json.dumps([asdict(version) for version in found], ensure_ascii=False, indent=2, default=str))
        return
    for one in found:
        say(f"{one.code:<24} {one.number:>4}  {one.saved_at:%Y-%m-%d %H:%M}  {one.saved_by:<20}  {one.reason}")
    if not found:
        say(words_of(settings)("types_unchanged"))


def restore(code: Code, number: Annotated[int, typer.Argument(help="A version; 0 is the file's.")], by: By) -> None:
    """Put an earlier version of a type in force again, as a new version."""
    from ..flow.taxonomy import restore_type

    settings = load_settings()
    shipped = load_signal_types(settings.signals or SIGNALS)
    with open_storage(settings) as database:
        types = catalogue_in(database, settings).types
        made = restore_type(database, code, number, shipped, types, by=by, now=read_clock())
    say(words_of(settings)("types_saved", code=made.code, number=made.number))
