"""`oncu sources` and `oncu signals`: the catalogue and the signal types as data."""

import json
from pathlib import Path
from typing import Annotated

import typer

from oncu.config.load import SIGNALS, SOURCES, load_signal_types, load_sources
from oncu.config.problems import Problem
from oncu.config.settings import load_settings

from .console import say

Folder = Annotated[
    Path | None, typer.Option("--folder", help="A folder of .yml files instead of the one in the settings.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    sources = typer.Typer(no_args_is_help=True, help="The catalogue of sources.")
    sources.command("list", epilog="Example: oncu sources list")(list_sources)
    sources.command("check", epilog="Example: oncu sources check --folder my-sources")(check_sources)
    app.add_typer(sources, name="sources")
    signals = typer.Typer(no_args_is_help=True, help="The signal types.")
    signals.command("list", epilog="Example: oncu signals list")(list_types)
    signals.command("check", epilog="Example: oncu signals check")(check_signals)
    app.add_typer(signals, name="signals")


def list_sources(folder: Folder = None, as_json: AsJson = False) -> None:
    """List the sources: what they are, how they are read, how often."""
    specs = load_sources(folder or load_settings().sources or SOURCES)
    if as_json:
        say(json.dumps([spec.model_dump(mode="json") for spec in specs.values()], ensure_ascii=False, indent=2))
        return
    for name, spec in specs.items():
        state = "on " if spec.enabled else "off"
        say(f"{state}  {name:<28} {spec.category:<10} {spec.reader:<8} {spec.title}")
    if not specs:
        say("no source yet; CONTRIBUTING.md shows how to add one in one file")


def check_sources(folder: Folder = None) -> None:
    """Check every source file strictly: keys, types, selectors, paths."""
    specs = load_sources(folder or load_settings().sources or SOURCES)
    say(f"{len(specs)} sources, no faults")


def list_types(folder: Folder = None, as_json: AsJson = False) -> None:
    """List the signal types with their definitions."""
    settings = load_settings()
    specs = load_signal_types(folder or settings.signals or SIGNALS)
    if as_json:
        say(json.dumps([spec.model_dump(mode="json") for spec in specs.values()], ensure_ascii=False, indent=2))
        return
    language = settings.digest.language
    for code, spec in sorted(specs.items(), key=lambda pair: (pair[1].side, pair[0])):
        mark = "▲" if spec.side == "opportunity" else "▼"
        say(f"{mark} {code:<24} {getattr(spec.title, language)}: {getattr(spec.definition, language)}")


def check_signals(folder: Folder = None) -> None:
    """Check every signal type file strictly, and that its examples are judged as they say."""
    from oncu.classifiers.tagger import check_types

    specs = load_signal_types(folder or load_settings().signals or SIGNALS)
    faults = check_types(specs)
    if faults:
        raise Problem("\n".join(f"{fault.code}.yml: {fault.key}: {fault.problem}" for fault in faults))
    examples = sum(
        len(pair.holds) + len(pair.fails)
        for s in specs.values()
        if s.examples
        for pair in (s.examples.tr, s.examples.en)
    )
    say(f"{len(specs)} types, {examples} examples, no faults")
