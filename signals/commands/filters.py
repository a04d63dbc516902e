"""`oncu match | tag | stories | extract | feed` as Unix filters, and `oncu evaluate` on files."""

import json
import sys
from collections.abc import Iterable, Iterator
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from oncu.config.load import SIGNALS, load_signal_types
from oncu.config.problems import Problem
from oncu.config.settings import Settings, load_settings

from .console import known_words, open_storage, read_clock, read_day, say, warn

if TYPE_CHECKING:
    from oncu.classifiers.learned.model import Learned

    from ..filters import BadLineAt, Judge

CUES_ALONE = "none"  # the model of who wants none

Clients = Annotated[Path, typer.Option(help="The client list: CSV, XLSX or JSONL.")]
File = Annotated[Path, typer.Option(help="CSV or JSON lines.")]
MOST_DAYS = 36_500  # a century
WORKBOOKS = (".xlsx", ".xlsm", ".xls")
AT_ONCE = 1 << 18  # bytes of standard input, where so many are there


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: oncu match --clients clients.csv < lines.jsonl > mentions.jsonl")(match)
    app.command(epilog="Example: oncu tag --model active < lines.jsonl > tags.jsonl")(tag)
    app.command(epilog="Example: oncu stories < lines.jsonl > stories.jsonl")(stories)
    app.command(epilog="""Example: echo '{"id": 1, "html_path": "page.html"}' | oncu extract""")(extract)
    app.command(epilog="""Example: echo '{"id": 1, "path": "feed.xml"}' | oncu feed""")(feed)
    app.command(
        epilog="Example: oncu evaluate --signals s.csv --outcomes o.csv --side risk --as-of 2026-09-30 --horizon 180"
    )(evaluate)


def match(clients: Clients) -> None:
    """Find clients in texts: JSON lines {id, title?, text} in, one line a mention out."""
    from ..filters import run_match
    from ..flow.ready_names import cache_folder, ready_matcher
    from ..imports.names import read_client_names

    names, bad = read_client_names(clients, read_clock())
    for row in bad:
        column = f", column {row.column}" if row.column else ""
        warn(known_words().line(f"{clients}: line {row.line}{column}: {row.reason}"))
    if not names:
        raise Problem(f"{clients}: holds no client; add rows with client_id and legal_name")
    _say_all(run_match(_bunches(), ready_matcher(names, cache_folder(load_settings()))), failed=bool(bad))


def tag(
    model: Annotated[
        str,
        typer.Option(
            help="What reads beside the cues: none (the default: the cues alone, no database), the file of a model, "
            "or a model of the database: its id, newest, or active."
        ),
    ] = CUES_ALONE,
) -> None:
    """Tag texts with signal types: JSON lines {id, title?, text, language?} in, one line each out."""
    from oncu.classifiers.tags.tagger import build_tagger

    from ..filters import tag_filter

    settings = load_settings()
    types = load_signal_types(settings.signals or SIGNALS)
    tagger = build_tagger({code: spec for code, spec in types.items() if not spec.derived})
    run_lines(tag_filter(tagger.joined(_open_model(model, settings))))


def stories() -> None:
    """Join texts into stories: JSON lines {id, title?, text, published_at?, source?} in, {id, story_id} out."""
    from oncu.classifiers.stories.copies import StoryIndex

    from ..filters import run_stories

    _say_all(run_stories(_bunches(), StoryIndex()))


def extract() -> None:
    """Read article pages: JSON lines {id, html | html_path, url?} in, title, text, date, authors, language out."""
    from ..filters import extract_filter

    run_lines(extract_filter(read_clock()))


def feed() -> None:
    """Read stored feeds: JSON lines {id, path, url?} in, their entries out."""
    from ..filters import feed_filter

    run_lines(feed_filter(read_clock()))


def evaluate(
    signals: File,
    outcomes: File,
    side: Annotated[Literal["opportunity", "risk"], typer.Option(help="Which signals are judged.")],
    as_of: Annotated[str, typer.Option(help="Nothing recorded after this day exists.")],
    horizon: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="Days within which an outcome counts.")],
    exposure: Annotated[Path | None, typer.Option(help="When each client was with the bank.")] = None,
    merge_days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="A longer silence ends an episode.")] = 30,
    by: Annotated[
        Literal["source", "category", "type", "origin", "manager"], typer.Option(help="How the groups are made.")
    ] = "source",
) -> None:
    """Judge signals against outcomes as of a day: conversion, base rate, lift, recall, lead time, as JSON."""
    from oncu.scoring.judge.columns import read_exposure, read_outcomes, read_signals
    from oncu.scoring.judge.evaluate import evaluate as judge
    from oncu.scoring.judge.tables import BadInput

    day = read_day(as_of, load_settings())
    for file in (signals, outcomes, exposure):
        if file is not None and file.suffix.casefold() in WORKBOOKS:
            raise Problem(f"{file.name}: is a workbook; save it as CSV or JSON lines")
    try:
        tables = read_signals(signals), read_outcomes(outcomes), read_exposure(exposure) if exposure else None
        report = judge(*tables, side=side, as_of=day, horizon_days=horizon, merge_days=merge_days, by=by)
    except BadInput as bad:
        raise Problem(str(bad)) from None
    say(json.dumps(report, ensure_ascii=False, indent=1))


def run_lines(judge: "Judge", *, failed: bool = False) -> None:
    """Run a filter over standard input; exit code 1 where a line could not be used."""
    from ..filters import run_filter

    _say_all(run_filter(chain.from_iterable(_bunches()), judge), failed=failed)


def _say_all(lines: "Iterable[str | BadLineAt]", *, failed: bool = False) -> None:
    from ..filters import BadLineAt

    for found in lines:
        if isinstance(found, BadLineAt):
            failed = True
            warn(known_words().line(str(found)))
        else:
            sys.stdout.write(found + "\n")
    if failed:
        raise typer.Exit(1)


def _open_model(name: str, settings: Settings) -> "Learned | None":
    """The model of a name: none, a file, or one of the database. Raises Problem."""
    if name == CUES_ALONE:
        return None
    if Path(name).is_file():
        from oncu.classifiers.learned.files import digest_of_file, load_model

        return load_model(Path(name), digest_of_file(Path(name)))
    from ..learning.models import find_model, open_model

    with open_storage(settings) as database:
        return open_model(database, find_model(database, name))


def _bunches() -> Iterator[list[bytes]]:
    """The lines of standard input as they arrive."""
    from ..filters import in_bunches

    if sys.stdin.isatty():
        warn(known_words().line("reading JSON lines from the keyboard; end with Ctrl-D"))
    yield from in_bunches(_read)


def _read() -> bytes:
    """What is there, and at least a byte before the end; who waits for more has the answers to what he sent."""
    sys.stdout.flush()
    return cast(BufferedReader, sys.stdin.buffer).read1(AT_ONCE)
