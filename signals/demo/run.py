"""`oncu demo`: months of listening in fast-forward, over real HTTP, then one manager's day and the scoreboard.

The site on loopback is served as it was on each visit day, and that day is the clock of the visit, so what was known
when is as true here as in the field. Everything is saved by key: playing it again changes nothing.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from oncu.config.load import SIGNALS, load_signal_types
from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.crawlers.run import crawl
from oncu.crawlers.visit import SourceResult
from oncu.storage.clients import load_clients
from oncu.storage.database import Database, create_database
from oncu.storage.signals import managers_with_clients

from ..faces.board import flagged_clients, flagged_lines, score_lines
from ..faces.digest import compose_digest, view_digest
from ..faces.render import render_digest
from ..flow.pipeline import Catalogue, Counts, run_pending, warm_up
from ..imports.run import ImportReport, import_table
from ..offers.keep import publish_pages
from ..score.case import SIDES
from ..score.judging import judge
from ..score.ledger import read_ledger
from ..score.pages import OTHER, save_both, wording_of
from ..score.publish import publish
from ..score.report import report_of
from ..score.scoreboard import build_scoreboard
from ..words import load_words
from .site import DEMO, DemoPlan, DemoServer, demo_sources, load_plan, load_site, serve

LATER = ("exposure", "outcomes", "offers", "actions")
AFTERNOON = time(15)  # UTC, when the site of the day is visited
MARKER = "oncu.db"
SCORE = "score.html"
SETTINGS = "oncu.yml"
STARTER = """\
# Settings for a look at this demo with other commands: ONCU_SETTINGS={file} oncu explain ID
# The site the sources name is served while `oncu demo` runs only, so visits to it fail afterwards.
database_url: {url}
sources: {sources}
"""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Played:
    """What one visit day brought."""

    day: date
    results: Sequence[SourceResult]
    counts: Counts


def play_demo(folder: Path, *, fresh: bool, say: Say) -> None:
    """Play the whole job in a folder and say what came of it. Raises Problem."""
    _prepare_folder(folder, fresh)
    write_settings(folder)
    plan, site, types = load_plan(), load_site(), load_signal_types(SIGNALS)
    database = create_database(f"sqlite:///{folder / MARKER}")
    try:
        with serve(site, plan.visit_days[0]) as server:
            settings = demo_settings(folder, server)
            catalogue = Catalogue({spec.name: spec for spec in demo_sources(server.base_url)}, types)
            _import_all(("clients", "relations"), database, _clock(plan.visit_days[0]), say)
            for played in play_days(database, plan, server, catalogue, settings):
                say(day_line(played))
                for line in trouble_lines(played):
                    say(line)
        _import_all(LATER, database, _clock(plan.as_of), say)
        show_results(folder, database, plan, catalogue, settings, say)
    finally:
        database.close()


def write_settings(folder: Path) -> Path:
    """The settings file with which other commands find the demo's database and the names of its sources."""
    file = folder.resolve() / SETTINGS
    url, sources = f"sqlite:///{folder.resolve() / MARKER}", DEMO / "sources"
    file.write_text(STARTER.format(file=file, url=json.dumps(url), sources=json.dumps(str(sources))), encoding="utf-8")
    return file


def demo_settings(folder: Path, server: DemoServer) -> Settings:
    """The settings of the demo: its own database, and leave to visit its own site on loopback."""
    crawling = {"delay_seconds": 0, "concurrent_per_host": 8, "allow_private": [server.netloc], "process": "inside"}
    return Settings.from_file({"database_url": f"sqlite:///{folder / MARKER}", "crawl": crawling})


def play_days(
    database: Database, plan: DemoPlan, server: DemoServer, catalogue: Catalogue, settings: Settings
) -> Iterator[Played]:
    """Visit the site on each day, run the pipeline, and fix each manager's digest of that day."""
    specs = list(catalogue.sources.values())
    warm = warm_up(database, catalogue, _clock(plan.visit_days[0]))
    for day in plan.visit_days:
        server.today = day
        results = crawl(specs, settings.crawl, settings.database_url, _clock(day))
        counts = run_pending(database, catalogue, settings, _clock(day) + timedelta(minutes=5), warm=warm)
        for manager in _managers(database):
            at = _clock(day) + timedelta(minutes=10)
            compose_digest(database, manager, day, settings, at, types=catalogue.types)
        yield Played(day, results, counts)


def show_results(
    folder: Path, database: Database, plan: DemoPlan, catalogue: Catalogue, settings: Settings, say: Say
) -> None:
    """One manager's digest, the flagged clients, the scoreboard, and where the pages lie."""
    words = load_words(settings.digest.language, settings.timezone)
    board = build_scoreboard(database, plan.as_of, horizon_days=dict.fromkeys(SIDES, plan.horizon_days))
    write_score_pages(folder, database, plan, catalogue, settings)
    day = plan.visit_days[-1]
    say("")
    for manager in _managers(database):
        view = view_digest(database, manager, day, settings, words, types=catalogue.types, sources=catalogue.sources)
        wait = settings.digest.wait_days
        (folder / f"digest-{manager}.html").write_text(render_digest(view, words, "html", wait_days=wait), "utf-8")
        if manager == plan.manager:
            say(render_digest(view, words, "text", wait_days=wait))
    with database.read() as connection:
        clients = {client.client_id: client for client in load_clients(connection)}
    say("")
    threshold = settings.level.threshold
    flagged = flagged_clients(database, _clock(plan.as_of) + timedelta(hours=1), threshold=threshold)
    for line in flagged_lines(flagged, clients, catalogue.types, words, threshold=threshold):
        say(line)
    say("")
    titles = {name: spec.title for name, spec in catalogue.sources.items()}
    for line in score_lines(board, catalogue.types, titles, words, words.day(_clock(plan.as_of))):
        say(line)
    say("")
    for line in where_lines(folder, plan.manager, day):
        say(line)


def write_score_pages(
    folder: Path, database: Database, plan: DemoPlan, catalogue: Catalogue, settings: Settings
) -> None:
    """The scoreboard as pages in both languages; its scores are published for the digests to quote."""
    judged = judge(read_ledger(database, plan.as_of), horizon=plan.horizon_days)
    publish(database, judged, catalogue.types, _clock(plan.as_of))
    own, other = (
        wording_of(language, settings.timezone, catalogue.types, catalogue.sources)
        for language in (settings.digest.language, OTHER[settings.digest.language])
    )
    report = report_of(judged, database)
    save_both(report, folder / SCORE, own, other)
    publish_pages(database, report, settings.timezone, _clock(plan.as_of))


def day_line(played: Played) -> str:
    """One line a visit day."""
    saved = sum(result.saved.new + result.saved.changed for result in played.results)
    counts = played.counts
    return (
        f"{played.day}  {saved:>3} new documents, {counts.mentions:>3} mentions, "
        f"{counts.signals:>2} signals, {counts.alerts:>2} alerts"
    )


def trouble_lines(played: Played) -> list[str]:
    """The sources that failed on a day, and why."""
    return [
        f"            {result.source}: {result.issues[0].problem if result.issues else result.status}"
        for result in played.results
        if result.status == "failed"
    ]


def where_lines(folder: Path, manager: str, day: date) -> list[str]:
    """Where the results lie and what to try next."""
    return [
        f"digests   {folder / f'digest-{manager}.html'} (one a manager; open it in a browser)",
        f"score     {folder / SCORE} (the whole scoreboard, in Turkish and English)",
        f"database  {folder / MARKER}",
        f"try       ONCU_SETTINGS={folder / SETTINGS} oncu explain ID",
        f"pages     ONCU_SETTINGS={folder / SETTINGS} oncu serve --as-of {day}",
    ]


def _prepare_folder(folder: Path, fresh: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise Problem(f"{folder} is a file; name a folder with --dir")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise Problem(f"{folder} is not empty and holds no demo; name another folder with --dir")
    try:
        if fresh and folder.is_dir():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(f"{folder} cannot be made ({error.strerror}); name another folder with --dir") from None


def _import_all(kinds: Sequence[str], database: Database, now: datetime, say: Say) -> None:
    for kind in kinds:
        path = next(DEMO.glob(f"{kind}.*"))
        report = import_table(kind, path, database, now, actor="demo")
        if report.bad:
            raise Problem(f"{path.name}: line {report.bad[0].line}: {report.bad[0].reason}")
        say(_import_line(report))


def _import_line(report: ImportReport) -> str:
    return f"{report.kind:<10}  {report.new} new, {report.updated} updated, {report.unchanged} unchanged"


def _managers(database: Database) -> list[str]:
    with database.read() as connection:
        return managers_with_clients(connection)


def _clock(day: date) -> datetime:
    return datetime.combine(day, AFTERNOON, UTC)
