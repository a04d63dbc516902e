"""The client list at the bank's size: import, the same again, a second system's list, possible doubles."""

import resource
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from population import load_companies, make_population, write_clients

from oncu.signals.clients.doubles import find_doubles
from oncu.signals.imports.run import import_table
from oncu.storage.database import create_database

NOW = datetime(2026, 9, 1, tzinfo=UTC)
SIZE = 150_000
SECOND = 30_000  # clients that a second system knows too, under its own ids


def bench_clients(folder: Path, size: int = SIZE) -> None:
    """Seconds and peak memory of `oncu clients import` and of the comparison behind `oncu clients duplicates`."""
    clients = make_population(size, real=load_companies())
    path = write_clients(folder / "clients.csv", clients)
    known = [c for c in clients if c.tax_id][: min(SECOND, size)]
    second = [replace(c, client_id=f"K{n}", legal_name=c.legal_name.title()) for n, c in enumerate(known)]
    crm = write_clients(folder / "crm.csv", second)
    database = create_database(f"sqlite:///{folder / 'clients.db'}")
    print(f"  {size} clients, {len(second)} of them in a second list too")

    def load(file: Path, system: str, days: int) -> object:
        at = NOW + timedelta(days=days)
        return import_table("clients", file, database, at, actor="bench", system=system).unchanged

    _say("import", lambda: load(path, "clients", 0))
    _say("the same again", lambda: load(path, "clients", 1))
    _say("second list", lambda: load(crm, "crm", 2))
    _say("second list again", lambda: load(crm, "crm", 3))
    _say("possible doubles", lambda: find_doubles(database, minimum=0.3, limit=20).pairs)
    database.close()


def _say(what: str, work: Callable[[], object]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {what:<18} {wall:>6.1f} s ({cpu:.1f} s of computing), peak {peak:.0f} MB, {found}")
