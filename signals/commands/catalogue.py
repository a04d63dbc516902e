"""`oncu sources` and `oncu signals`: the catalogue and the signal types as data."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from oncu.config.load import SIGNALS, SOURCES, check_provenance, load_signal_types, load_sources
from oncu.config.problems import Problem
from oncu.config.settings import Settings, load_settings
from oncu.config.specs import SignalSpec, SourceSpec
from oncu.config.values import Category, write_every

from . import taxonomy
from .console import catalogue_in, open_storage, read_clock, say, tell, warn, words_of
from .health import show_health
from .learning import try_type

if TYPE_CHECKING:
    from ..listening.feedlist import ImportedFeeds

SHOWN = 50  # bad rows on the terminal; --json prints all

Folder = Annotated[
    Path | None, typer.Option("--folder", help="A folder of .yml files instead of the one in the settings.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    sources = typer.Typer(no_args_is_help=True, help="The catalogue of sources.")
    sources.command("list", epilog="Example: oncu sources list")(list_sources)
    sources.command("check", epilog="Example: oncu sources check --folder my-sources")(check_sources)
    sources.command("preview", epilog="Example: oncu sources preview ntv-turkiye --limit 3")(preview_source)
    sources.command("fixture", epilog="Example: oncu sources fixture resmi-gazete ADDRESS --folder tests/pages")(
        store_fixture
    )
    sources.command("import", epilog="Example: oncu sources import feeds.opml --folder my-sources")(import_list)
    sources.command("health", epilog="Example: oncu sources health")(show_health)
    sources.command("traces", epilog="Example: oncu sources traces")(show_traces)
    app.add_typer(sources, name="sources")
    signals = typer.Typer(no_args_is_help=True, help="The signal types.")
    signals.command("list", epilog="Example: oncu signals list")(list_types)
    signals.command("check", epilog="Example: oncu signals check")(check_signals)
    signals.command("try", epilog="Example: oncu signals try strike --last 2000")(try_type)
    taxonomy.add_to(signals)
    app.add_typer(signals, name="signals")


def list_sources(
    folder: Folder = None,
    category: Annotated[str | None, typer.Option(help="Only news, registry, complaint, social or classified.")] = None,
    verified: Annotated[
        bool | None, typer.Option("--verified/--unverified", help="Only those tested on real payloads, or the others.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the sources: on or off, tested on real payloads or not, how they are read, how often."""
    if category is not None and category not in get_args(Category):
        raise typer.BadParameter(f"no category {category!r}; there are {', '.join(get_args(Category))}")
    specs = {
        name: spec
        for name, spec in _load(folder).items()
        if category in (None, spec.category) and verified in (None, spec.verified)
    }
    if as_json:
        say(json.dumps([spec.model_dump(mode="json") for spec in specs.values()], ensure_ascii=False, indent=2))
        return
    settings = load_settings()
    words = words_of(settings)
    for name, spec in specs.items():
        state = f"{words('source_on' if spec.enabled else 'source_off'):<6}  "
        state += f"{words('source_verified' if spec.verified else 'source_unverified'):<10}"
        category = words.line(spec.category)
        say(f"{state}  {name:<28} {category:<10} {spec.reader:<8} {write_every(spec.every):<4} {spec.title}")
    if not specs:
        tell("no such source; CONTRIBUTING.md shows how to add one in one file", settings)


def check_sources(folder: Folder = None) -> None:
    """Check every source file strictly: keys, types, selectors, paths, and that what it can bring are signal types."""
    settings = load_settings()
    specs = _load(folder)
    check_provenance(specs, load_signal_types(settings.signals or SIGNALS))
    enabled, verified = (sum(getattr(spec, key) for spec in specs.values()) for key in ("enabled", "verified"))
    tell(f"{len(specs)} sources, no faults; {enabled} on, {verified} verified", settings)
    for name, spec in specs.items():
        if needs := _needs(spec):
            tell(f"{name} needs a key in the environment: {needs}", settings)


def preview_source(
    name: Annotated[str, typer.Argument(help="A source of the catalogue.")],
    url: Annotated[str | None, typer.Option(help="Visit this address instead of the source's own.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many documents are shown.")] = 10,
    folder: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Show what one visit would store, and store nothing; exit code 1 where nothing could be read."""
    from ..listening.sources import describe_preview, preview, preview_json

    found = preview(_with_keys(_find(name, folder)), load_settings().crawl, read_clock(), url=url, limit=limit)
    if as_json:
        say(json.dumps(preview_json(found), ensure_ascii=False, indent=2))
    else:
        for line in describe_preview(found):
            say(line)
    if not found.documents:
        raise typer.Exit(1)


def store_fixture(
    name: Annotated[str, typer.Argument(help="A source of the catalogue.")],
    url: Annotated[str, typer.Argument(help="The address whose pages are stored.")],
    folder: Annotated[Path, typer.Option("--folder", help="Where the tests' pages lie.")] = Path("tests/pages"),
    sources: Annotated[Path | None, typer.Option("--sources", help="A folder of source files.")] = None,
) -> None:
    """Store the pages at an address with what is read from them, as the next test of a source."""
    from ..listening.sources import write_fixture

    place = write_fixture(_with_keys(_find(name, sources)), url, folder, load_settings().crawl, read_clock())
    tell(f"{place}: read expected.json and mend what is wrong in the source, not in the file", load_settings())


def import_list(
    file: Annotated[Path, typer.Argument(help="OPML, or CSV, XLSX, JSON lines with a column url.")],
    folder: Folder = None,
    language: Annotated[str, typer.Option(help="Where the list names none: tr or en.")] = "tr",
    category: Annotated[str, typer.Option(help="Where the list names none.")] = "news",
    every: Annotated[str, typer.Option(help="How often they are visited, such as 30m.")] = "30m",
    off: Annotated[bool, typer.Option("--off", help="Write them switched off.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add every feed of a list as a source; those that are there are skipped, bad ones reported (exit code 1)."""
    from ..listening.feedlist import import_feeds, refuse_defaults

    settings = load_settings()
    place = folder or settings.sources
    if place is None:
        raise Problem("no folder of your own: give --folder FOLDER, or name one in oncu.yml (sources: FOLDER)")
    defaults = {"language": language, "category": category, "origin": "independent", "every": every}
    if wrong := refuse_defaults(defaults):
        raise typer.BadParameter(wrong)
    done = import_feeds(file, place, defaults=defaults, enabled=not off)
    if as_json:
        say(json.dumps(asdict(done), ensure_ascii=False, indent=2))
    else:
        _report(done, place, settings)
    if done.bad:
        raise typer.Exit(1)


def _report(done: "ImportedFeeds", place: Path, settings: Settings) -> None:
    """What became of a list, in the language of the digests; the bad rows on standard error."""
    words = words_of(settings)
    counts = {"new": len(done.new), "skipped": done.skipped, "bad": len(done.bad)}
    say(words("feeds_imported", folder=place, **counts))
    for row in done.bad[:SHOWN]:
        column = f"{row.column}: " if row.column else ""
        warn(words("feeds_bad", line=row.line, reason=column + words.line(row.reason)))
    if len(done.bad) > SHOWN:
        warn(words("feeds_more", n=len(done.bad) - SHOWN))


def show_traces(folder: Folder = None) -> None:
    """Print which source can bring which trace, as the tables of docs/sources.md."""
    from ..listening.traces import matrix_markdown

    say(matrix_markdown(_load(folder), load_signal_types(load_settings().signals or SIGNALS)).rstrip())


def _load(folder: Path | None) -> dict[str, SourceSpec]:
    return load_sources(folder or load_settings().sources or SOURCES)


def _find(name: str, folder: Path | None) -> SourceSpec:
    specs = _load(folder)
    if name not in specs:
        close = difflib.get_close_matches(name, specs, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "oncu sources list shows the names"
        raise Problem(f"no source is called {name!r}; {hint}")
    return specs[name]


def _with_keys(spec: SourceSpec) -> SourceSpec:
    """The source, whose keys are all set. Raises MissingKey before anything is asked of its host."""
    spec.filled_headers()
    return spec


def _needs(spec: SourceSpec) -> str:
    """The variables a source needs, and which of them are not set; nothing where it needs none."""
    missing = spec.missing_variables
    said = (f"{name} (not set)" if name in missing else name for name in spec.variables)
    return ", ".join(said)


def list_types(folder: Folder = None, as_json: AsJson = False) -> None:
    """List the signal types with their definitions: as they were changed last where there is a database."""
    settings = load_settings()
    specs = load_signal_types(folder) if folder else _types_in_force(settings)
    if as_json:
        say(json.dumps([spec.model_dump(mode="json") for spec in specs.values()], ensure_ascii=False, indent=2))
        return
    language = settings.language
    for code, spec in sorted(specs.items(), key=lambda pair: (pair[1].side, pair[0])):
        mark = "▲" if spec.side == "opportunity" else "▼"
        say(f"{mark} {code:<24} {getattr(spec.title, language)}: {getattr(spec.definition, language)}")


def _types_in_force(settings: Settings) -> Mapping[str, SignalSpec]:
    from oncu.storage.database import StorageError

    try:
        with open_storage(settings) as database:
            return catalogue_in(database, settings).types
    except StorageError:
        return load_signal_types(settings.signals or SIGNALS)


def check_signals(folder: Folder = None) -> None:
    """Check every signal type file strictly, and that its examples are judged as they say."""
    from oncu.classifiers.tags.tagger import check_types

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
    tell(f"{len(specs)} types, {examples} examples, no faults", load_settings())
