"""What the commands share: the settings, the clock, the open database, progress and tables."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from oncu.config.load import SIGNALS, SOURCES, load_signal_types, load_sources
from oncu.config.problems import Problem
from oncu.config.settings import PREFIX, Settings, load_settings

if TYPE_CHECKING:
    from oncu.storage.database import Database

    from ..flow.pipeline import Catalogue
    from ..words import Words

Progress = Callable[[str, int, int], None]

FIRST_YEAR, LAST_YEAR = 1970, 2999


def say(line: str = "") -> None:
    """One line on standard output."""
    typer.echo(line)


def warn(line: str) -> None:
    """One line on standard error."""
    typer.echo(line, err=True)


def words_of(settings: Settings) -> "Words":
    """The texts commands print, in the language of the settings."""
    from ..words import load_words

    return load_words(settings.language, settings.timezone)


def known_words() -> "Words":
    """As `words_of`; where the settings cannot be read, in the language of ONCU_LANGUAGE, else in Turkish."""
    try:
        return words_of(load_settings())
    except Problem:
        asked = os.environ.get(f"{PREFIX}LANGUAGE")
        return words_of(Settings.model_construct(language="en" if asked == "en" else "tr"))


def tell(line: str, settings: Settings) -> None:
    """A line composed in English, on standard output in the language of the settings."""
    say(words_of(settings).line(line))


def read_clock() -> datetime:
    """The only place where the program looks at the clock."""
    return datetime.now(UTC)


def today(settings: Settings) -> date:
    """Today's date where the bank is."""
    return read_clock().astimezone(ZoneInfo(settings.timezone)).date()


def read_day(text: str | None, settings: Settings) -> date:
    """A day given as 2026-09-30 or 30.09.2026; today where none is given. Raises Problem, also for days before 1970."""
    if text is None:
        return today(settings)
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
        if day.year < FIRST_YEAR or day.year > LAST_YEAR:
            raise Problem(f"date {text!r} lies outside the years {FIRST_YEAR} to {LAST_YEAR}; write it like 2026-09-30")
        return day
    raise Problem(f"date {text!r} cannot be read; write it like 2026-09-30")


def read_past_day(text: str | None, settings: Settings) -> date:
    """A day up to today, as `read_day` reads it. Raises Problem for any other."""
    day, last = read_day(text, settings), today(settings)
    if day > last:
        raise Problem(f"{day} has not come yet; write a day up to {last}")
    return day


@contextmanager
def open_storage(settings: Settings) -> Iterator["Database"]:
    """The database of the settings, closed afterwards. Raises StorageError."""
    from oncu.storage.database import open_database

    database = open_database(settings.database_url)
    try:
        yield database
    finally:
        database.close()


def alone_at(database: "Database", work: str, settings: Settings) -> AbstractContextManager[None]:
    """Wait until no other process does this work, saying so where one does; then keep others from it."""
    from oncu.storage.alone import alone

    return alone(database, work, waiting=lambda: warn(words_of(settings)("work_waits")))


def load_catalogue(settings: Settings) -> "Catalogue":
    """The sources and signal types of this installation, checked. Raises ConfigError."""
    from ..flow.pipeline import Catalogue

    return Catalogue(load_sources(settings.sources or SOURCES), load_signal_types(settings.signals or SIGNALS))


def catalogue_in(database: "Database", settings: Settings) -> "Catalogue":
    """The same, with the signal types as they were changed last. Raises ConfigError."""
    from ..flow.taxonomy import in_force

    return in_force(database, load_catalogue(settings))


@contextmanager
def show_progress(what: str) -> Iterator[Progress]:
    """A progress bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda stage, done, total: bar.update(task, description=stage, completed=done, total=total)
