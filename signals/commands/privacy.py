"""`oncu redact`, `oncu forget` and `oncu privacy`: personal data."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from oncu.config.problems import Problem
from oncu.config.settings import Settings, load_settings

from .console import load_catalogue, open_storage, read_clock, say, tell, words_of
from .filters import run_lines

if TYPE_CHECKING:
    from ..privacy import Forgotten

AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: oncu redact < lines.jsonl > redacted.jsonl")(redact)
    app.command(epilog="Example: oncu forget --author @bir_musteri --source meydan")(forget)
    app.command(epilog="Example: oncu privacy --json")(privacy)


def redact(
    names: Annotated[bool, typer.Option("--names", help="Also names that people give of themselves.")] = False,
) -> None:
    """Take personal data out of texts: JSON lines {id, text} in, {id, text, removed} out."""
    from ..filters import redact_filter

    run_lines(redact_filter(names=names))


def forget(
    author: Annotated[str | None, typer.Option(help="A handle, as its source writes it.")] = None,
    source: Annotated[str | None, typer.Option(help="Only what the author wrote in this source.")] = None,
    document: Annotated[str | None, typer.Option(help="The id of a document; all its versions are erased.")] = None,
    older: Annotated[bool, typer.Option("--older", help="All that is held longer than the settings allow.")] = False,
    actor: Annotated[str, typer.Option(help="Who asks, for the audit trail.")] = "cli",
    as_json: AsJson = False,
) -> None:
    """Erase texts for good: of an author, of a document, or by age. Signals stay, without their words."""
    from ..privacy import forget_author, forget_document, forget_older

    if (author is not None) + (document is not None) + older != 1 or (source is not None and author is None):
        raise typer.BadParameter("give one of --author HANDLE [--source S], --document ID, --older")
    settings, now = load_settings(), read_clock()
    if source is not None and source not in load_catalogue(settings).sources:
        raise Problem(f"no source is called {source!r}; oncu sources list shows the names")
    with open_storage(settings) as database:
        if author is not None:
            done = [forget_author(database, author, settings, now, actor=actor, source=source)]
        elif document is not None:
            done = [forget_document(database, document, now, pages=settings.crawl.keep_pages, actor=actor)]
        else:
            done = forget_older(database, settings, now, actor=actor)
    _report(done, settings, as_json=as_json)


def privacy(as_json: AsJson = False) -> None:
    """Say what is held of people: texts by category and age, masked, erased, overdue."""
    from ..privacy import privacy_lines, report_privacy

    settings = load_settings()
    with open_storage(settings) as database:
        report = report_privacy(database, settings, read_clock())
    if as_json:
        say(json.dumps(report, ensure_ascii=False, indent=2, default=str))
        return
    for line in privacy_lines(report, words_of(settings)):
        say(line)


def _report(done: list["Forgotten"], settings: Settings, *, as_json: bool) -> None:
    if as_json:
        say(json.dumps([{"subject": found.subject, "documents": found.documents} for found in done]))
        return
    for found in done:
        tell(f"{found.subject}: {found.documents} documents erased", settings)
