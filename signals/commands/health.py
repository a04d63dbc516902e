"""`oncu sources health`: which sources are heard, which are not, since when."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from oncu.config.problems import Problem
from oncu.config.settings import Settings, load_settings

from .console import load_catalogue, open_storage, read_clock, say, warn, words_of

if TYPE_CHECKING:
    from ..listening.health import SourceHealth
    from ..words import Words

STATES = {
    "ok": "ok",
    "silent": "silent",
    "changed": "changed",
    "undated": "partly undated",
    "failing": "failing",
    "recovered": "recovered",
    "new": "not visited yet",
}
HEADER = ("state", "source", "since", "success", "a_day", "usual", "dated", "issue")
WIDTHS = (16, 28, 16, 16, 7, 7, 6, 0)


def show_health(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """Show how each source is: its state, since when, its last success, documents a day against what is usual."""
    from ..listening.health import watch_sources

    settings = load_settings()
    catalogue = load_catalogue(settings)
    with open_storage(settings) as database:
        found = watch_sources(database, catalogue.sources, settings.health, read_clock())
    if as_json:
        say(json.dumps([asdict(health) for health in found], ensure_ascii=False, indent=2, default=_in_json))
        return
    for line in health_lines(found, words_of(settings)):
        say(line)


def health_lines(found: Iterable["SourceHealth"], words: "Words") -> list[str]:
    """A table with a line a source; one line says so where there is none."""
    rows = [_row(health, words) for health in found]
    if not rows:
        return [words("health_none")]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, WIDTHS, strict=True)).rstrip()
        for row in [[words(f"health_{name}") for name in HEADER], *rows]
    ]


def warn_of_alarms(names: Iterable[str], settings: Settings, at: datetime) -> None:
    """Say which of the sources just visited have fallen silent or failed too often, and which are heard again."""
    from ..listening.health import new_alarms
    from ..listening.keepers import note, tell_keepers

    with open_storage(settings) as database:
        found = new_alarms(database, names, settings.health, at)
        note(database, found, at)
        for health in found:
            warn(words_of(settings).line(alarm_line(health)))
        try:
            tell_keepers(database, load_catalogue(settings).sources, settings, at)
        except Problem as problem:  # the next crawl tries again
            warn(words_of(settings).line(f"the keepers could not be told: {problem}"))


def alarm_line(health: "SourceHealth") -> str:
    """One sentence; it is said at one visit only."""
    if health.alarm == "recovered":
        return f"alarm over: {health.source} is heard again"
    said = f"{STATES[health.state]}, {health.visits} visits in a row"
    return f"alarm: {health.source} is {said}; oncu sources health says more"


def _row(health: "SourceHealth", words: "Words") -> tuple[str, ...]:
    moments = (words.moment(moment) if moment else "-" for moment in (health.since, health.last_success))
    rates = ("-" if rate is None else words.number(rate, 1) for rate in (health.per_day, health.usual))
    dated = "-" if health.dated is None else words.share(health.dated)
    issue = f"{health.issue.kind}: {health.issue.problem}" if health.issue else ""
    state = words.line(STATES[health.state]) + (" !" if health.is_alarmed else "")
    return state, health.source, *moments, *rates, dated, issue


def _in_json(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
