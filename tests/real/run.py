"""`make real`: the whole job on the real data in ../shared/data, day by day, with what it cost.

Served over HTTP on loopback, crawled, read, alerted on. The 2,176 companies are the client list, spread over twenty
managers. Headlines come on the day they were truly seen; the other sources hold what was published by that day.
"""

import csv
import resource
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from statistics import median

from oncu.config.load import load_signal_types, load_sources
from oncu.config.settings import CrawlSettings, Settings
from oncu.config.specs import SourceSpec
from oncu.crawlers.run import crawl
from oncu.signals.flow.pipeline import Catalogue, Counts, run_pending, warm_up
from oncu.signals.imports.run import import_table
from oncu.storage.alerts import count_alerts
from oncu.storage.database import Database, create_database
from oncu.storage.documents import count_documents
from oncu.storage.signals import count_signals

sys.path.insert(0, str(Path(__file__).parent))
from serve import RealData, RealServer, read_lines, serve

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
FOLDER = ROOT / "oncu-real"
PLACEHOLDER = "http://real.oncu.example"
MANAGERS = 20
ONCE = ("complaints", "tenders")  # bulk sources, visited on the first day only


def main() -> None:
    """Run it and print what came of it."""
    if not SHARED.is_dir():
        sys.exit(f"skipped: the real data is not beside this clone ({SHARED.parent.name}/data)")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    database = create_database(f"sqlite:///{FOLDER / 'oncu.db'}")
    data = RealData(SHARED)
    with serve(data) as server:
        clients = write_clients(FOLDER / "clients.csv")
        imported = import_table("clients", clients, database, at(data.stream_days[0]), actor="real")
        print(f"clients     {imported.new} imported, {len(imported.bad)} bad rows")
        spent, counts = play(database, server)
    report(database, counts, spent, data)


def play(database: Database, server: RealServer) -> tuple[dict[str, float], Counts]:
    """Visit and read day by day; seconds by stage, and what the pipeline did."""
    sources = {name: local(spec, server) for name, spec in load_sources(Path(__file__).parent / "sources").items()}
    catalogue = Catalogue(sources, load_signal_types())
    crawling = CrawlSettings(delay_seconds=0, concurrent_per_host=16, allow_private=[server.netloc])
    settings = Settings.from_file({"database_url": f"sqlite:///{FOLDER / 'oncu.db'}", "crawl": crawling})
    spent, counts = {"crawl": 0.0, "pipeline": 0.0}, Counts()
    start = time.perf_counter()
    warm = warm_up(database, catalogue, at(server.data.stream_days[0]))
    spent["pipeline"] += time.perf_counter() - start
    for number, day in enumerate(server.data.stream_days):
        server.data.today = day
        specs = [spec for name, spec in sources.items() if number == 0 or name not in ONCE]
        start = time.perf_counter()
        results = crawl(specs, settings.crawl, settings.database_url, at(day))
        spent["crawl"] += time.perf_counter() - start
        for result in results:
            for issue in result.issues[:2]:
                print(f"{day}  {result.source}: {issue.kind}: {issue.problem}")
        start = time.perf_counter()
        counts += run_pending(database, catalogue, settings, at(day) + timedelta(minutes=30), warm=warm)
        spent["pipeline"] += time.perf_counter() - start
    return spent, counts


def report(database: Database, counts: Counts, spent: dict[str, float], data: RealData) -> None:
    """Print documents, mentions, signals by type, alerts by manager and day, seconds, memory."""
    with database.read() as connection:
        stored = count_documents(connection)
        signals, alerts = count_signals(connection), count_alerts(connection)
    print(f"documents   {stored} stored over {len(data.stream_days)} days, {counts.documents} read")
    print(f"mentions    {counts.mentions}, tags {counts.tags}")
    print(f"signals     {counts.signals}")
    for (side, code), n in sorted(signals.items(), key=lambda pair: -pair[1]):
        print(f"            {side:<12} {code:<24} {n}")
    per_day = sum_by_day(alerts)
    cells = sorted([*alerts.values(), *[0] * (MANAGERS * len(data.stream_days) - len(alerts))])
    print(f"alerts      {counts.alerts}; a manager and day: median {median(cells):g}, most {max(cells)}")
    print("            busiest days: " + ", ".join(f"{day} {n}" for day, n in per_day.most_common(3)))
    rate = counts.documents / spent["pipeline"]
    print(f"seconds     crawl {spent['crawl']:.1f}, pipeline {spent['pipeline']:.1f} ({rate:.0f} documents/s)")
    print(f"peak memory {peak_mb():.0f} MB")


def sum_by_day(alerts: dict[tuple[str | None, date], int]) -> Counter[date]:
    """Alerts of each day over all managers."""
    found: Counter[date] = Counter()
    for (_, day), n in alerts.items():
        found[day] += n
    return found


def write_clients(path: Path) -> Path:
    """The companies as a client list; a name that stands twice is one client."""
    rows: dict[str, dict[str, object]] = {}
    for row in read_lines(SHARED / "tr/companies/companies.jsonl"):
        known = rows.get(row["legal_name"].casefold(), {})
        rows[row["legal_name"].casefold()] = row | {key: value for key, value in known.items() if value}
    columns = ["client_id", "legal_name", "short_names", "lei", "ticker", "website", "city", "sector", "manager"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(client_rows(rows.values()))
    return path


def client_rows(companies: Iterable[dict[str, object]]) -> Iterable[dict[str, object]]:
    """Rows of the client list, spread over the managers."""
    for number, row in enumerate(companies):
        names = row.get("aliases") or []
        assert isinstance(names, list)
        yield {
            "client_id": f"C{number:05d}",
            "legal_name": row["legal_name"],
            "short_names": ";".join(name for name in names if ";" not in name),
            "lei": row.get("lei") or "",
            "ticker": row.get("ticker") or "",
            "website": row.get("website") or "",
            "city": row.get("city") or "",
            "sector": row.get("sector") or "",
            "manager": f"m{number % MANAGERS:02d}",
        }


def local(spec: SourceSpec, server: RealServer) -> SourceSpec:
    """The source with the server's address in place of the placeholder."""
    return spec.model_copy(update={"url": spec.url.replace(PLACEHOLDER, f"http://{server.netloc}", 1)})


def at(day: date) -> datetime:
    """The evening of a day: what was published on it is out."""
    return datetime.combine(day, clock(21, 0), UTC)


def peak_mb() -> float:
    """The most memory this process or a child of it held."""
    usage = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return usage / 1024


if __name__ == "__main__":
    main()
