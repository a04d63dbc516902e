"""How time and memory grow with documents and with clients: the slope of the line in a plot of both logarithms.

A slope of 1 is growth in step, below 1 slower than what grows. Every point runs in a process of its own, so that its
peak memory is its own.
"""

import math
import multiprocessing
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path

from cluster import NOW, made_batches
from population import SIZE, make_population, write_clients

from oncu.config.load import load_signal_types
from oncu.config.settings import Settings
from oncu.signals.flow.alerting import alert_pending
from oncu.signals.flow.pipeline import Catalogue, detect_pending, read_pending, run_pending, warm_up
from oncu.signals.imports.run import import_table
from oncu.storage.database import connect, create_database
from oncu.storage.documents import save_documents

MOST_DOCUMENTS = int(os.environ.get("ONCU_BENCH_DOCUMENTS", "100000"))
MOST_CLIENTS = int(os.environ.get("ONCU_BENCH_CLIENTS", "150000"))
DOCUMENTS = (10_000, 100_000, 1_000_000)
CLIENTS = (15_000, 150_000, 1_500_000)
READ_OF_EACH = 10_000  # documents read with each number of clients

Point = Mapping[str, float]


def bench_growth(folder: Path) -> None:
    """Up to ONCU_BENCH_DOCUMENTS (10,000 to 1,000,000) and ONCU_BENCH_CLIENTS (15,000 to 1,500,000)."""
    bank = folder / "bank.db"
    _import_apart(bank, SIZE)
    print(f"  documents, over {SIZE:,} clients")
    _say((n, _read_apart(bank, SIZE, n)) for n in DOCUMENTS if n <= MOST_DOCUMENTS)
    bank.unlink()
    print(f"  clients, {READ_OF_EACH:,} documents each")
    _say((n, _of_clients(bank, n)) for n in CLIENTS if n <= MOST_CLIENTS)


def _of_clients(bank: Path, clients: int) -> Point:
    imported = _import_apart(bank, clients)
    read = _read_apart(bank, clients, READ_OF_EACH)
    bank.unlink()
    return {"import s": imported["import s"], "import MB": imported["peak MB"], **read}


def _import_apart(bank: Path, clients: int) -> Point:
    file = bank.with_suffix(".csv")
    _apart(_write, file, clients)
    spent = _apart(_import, file, bank)
    file.unlink()
    return spent


def _read_apart(bank: Path, clients: int, documents: int) -> Point:
    """Store and read so many documents on a copy of a bank, whose names are indexed for the first time."""
    path = shutil.copy(bank, bank.with_suffix(".read"))
    stored = _apart(_fill, path, clients, documents)
    with tempfile.TemporaryDirectory() as cache:
        found = _apart(_read, path, Path(cache))
    path.unlink()
    return {"storing s": stored["storing s"], **found}


def _say(points: Iterable[tuple[int, Point]]) -> None:
    """Print each point as it comes, and how steep the way to it was."""
    before: tuple[int, Point] | None = None
    for number, point in points:
        told = ", ".join(f"{name} {value:,.1f}" for name, value in point.items())
        print(f"    {number:>9,}: {told}", flush=True)
        if before:
            fewer, low = before
            steps = math.log(number / fewer)
            slopes = ", ".join(f"{name} {math.log(point[name] / low[name]) / steps:.2f}" for name in low)
            print(f"      slope from {fewer:,}: {slopes}", flush=True)
        before = number, point


def _apart(work: Callable[..., Point], *given: object) -> Point:
    """What a piece of work found, run in a process of its own; and its peak memory."""
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_tell, args=(there, work, given))
    process.start()
    there.close()
    try:
        return here.recv()
    except EOFError:
        raise SystemExit(f"{work.__name__}{given} failed") from None
    finally:
        process.join()


def _tell(there: Connection, work: Callable[..., Point], given: Sequence[object]) -> None:
    found = dict(work(*given))
    there.send(found | {"peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024})


def _write(file: Path, clients: int) -> Point:
    write_clients(file, make_population(clients))
    return {}


def _fill(path: Path, clients: int, documents: int) -> Point:
    database, spent = connect(f"sqlite:///{path}"), 0.0
    for batch in made_batches(make_population(clients), documents):
        start = time.process_time()
        with database.write() as connection:
            save_documents(connection, batch)
        spent += time.process_time() - start
    database.close()
    return {"storing s": spent}


def _import(file: Path, bank: Path) -> Point:
    database = create_database(f"sqlite:///{bank}")
    spent = time.process_time()
    import_table("clients", file, database, NOW, actor="bench")
    spent = time.process_time() - spent
    database.close()
    return {"import s": spent}


def _read(path: Path, cache: Path) -> Point:
    """Seconds of computing of each step, and of a further run that finds nothing new."""
    database, catalogue, settings = connect(f"sqlite:///{path}"), Catalogue({}, load_signal_types()), Settings()
    marks = [time.process_time()]
    warm = warm_up(database, catalogue, NOW, cache=cache)
    marks.append(time.process_time())
    read_pending(database, catalogue, NOW, warm=warm, progress=lambda *_: None)
    marks.append(time.process_time())
    detect_pending(database, catalogue.types, settings, NOW)
    alert_pending(database, catalogue.types, settings, NOW)
    marks.append(time.process_time())
    run_pending(database, catalogue, settings, NOW)
    marks.append(time.process_time())
    run_pending(database, catalogue, settings, NOW)
    marks.append(time.process_time())
    database.close()
    steps = "names s", "reading s", "alerts s", "derived s", "nothing new s"
    return dict(zip(steps, (b - a for a, b in pairwise(marks)), strict=True))
