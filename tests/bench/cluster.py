"""Reading by workers: beside a process pool over the same batches, and a backfill with one process and with two."""

import multiprocessing
import os
import random
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median

import psutil
from measure import timed
from population import make_population, write_clients

from oncu.classifiers.firms.names import ClientName
from oncu.config.load import load_signal_types
from oncu.config.settings import Settings
from oncu.signals.cluster.connect import open_cluster
from oncu.signals.cluster.kit import Kit, pack_reader, unpack_reader
from oncu.signals.cluster.reading import Crew, read_by
from oncu.signals.flow.batches import Found, read_batch, reading_elsewhere
from oncu.signals.flow.pipeline import BATCH, Catalogue, read_pending, warm_up
from oncu.signals.flow.read import Reader
from oncu.signals.imports.run import import_table
from oncu.storage.database import Database, connect, create_database
from oncu.storage.documents import Document, save_documents

NOW = datetime(2026, 9, 1, tzinfo=UTC)
DOCUMENTS = int(os.environ.get("ONCU_BENCH_DOCUMENTS", "100000"))
POOLED = 12_000
ROUNDS = 3
WORKERS = 2
BACKFILL_BY = tuple(map(int, os.environ.get("ONCU_BENCH_WORKERS", "1,2").split(",")))
MANY = (4, 8, 16, 32)
DEEDS = (
    "yeni fabrikasının temelini attı",
    "konkordato ilan etti",
    "tazminat davasını kaybetti",
    "bayileriyle buluştu",
    "ihracatını artırdı",
    "çevre ödülü aldı",
)
FILLER = (
    "Törene çok sayıda davetli katıldı.",
    "Yetkililer çalışmaların takvime uygun sürdüğünü söyledi.",
    "Bölgede yatırımların önümüzdeki yıl da devam etmesi bekleniyor.",
    "Ayrıntılar yarın yapılacak toplantıda açıklanacak.",
)

_reader: Reader | None = None  # of a process of the pool


def bench_cluster(folder: Path) -> None:
    """Batches by workers against a pool; 100,000 documents (ONCU_BENCH_DOCUMENTS) over 150,000 clients by 1 and 2."""
    clients = make_population()
    bank = create_database(f"sqlite:///{folder / 'bank.db'}")
    import_table("clients", write_clients(folder / "clients.csv", clients), bank, NOW, actor="bench")
    reader = warm_up(bank, Catalogue({}, load_signal_types()), NOW, cache=folder).reader
    bank.close()
    _against_pool(list(made_batches(clients, POOLED)), reader)
    del reader
    _backfill(folder, clients)


def made_batches(clients: Sequence[ClientName], number: int) -> Iterator[list[Document]]:
    """Invented documents, three headlines to one article; every fourth tells of a client. The same each time."""
    chance = random.Random(11)
    made = (_document(n, clients, chance, number) for n in range(number))
    while batch := list(islice(made, BATCH)):
        yield batch


def _document(number: int, clients: Sequence[ClientName], chance: random.Random, total: int) -> Document:
    who = f"{chance.choice(FILLER).split()[0]} Esnaf Odası {number}"
    if number % 4 == 0:
        client = chance.choice(clients)
        who = client.short_names[0] if client.short_names else client.legal_name
    title = f"{who} {chance.choice(DEEDS)} ({chance.randrange(10**6)})"
    body = " ".join(chance.choices(FILLER, k=30)) if number % 4 == 1 else ""
    seen = NOW - timedelta(seconds=total - number)
    return Document(f"haber-{number % 200}", f"https://haber.example/{number}", title, body, seen, seen)


def _against_pool(batches: list[list[Document]], reader: Reader) -> None:
    """The same batches, in turns; all processes are ready before, and warm."""
    kit, number = pack_reader(reader), sum(map(len, batches))
    spent: dict[str, list[float]] = {"pool": [], "dask": []}
    computed: dict[str, list[float]] = {"pool": [], "dask": []}
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(WORKERS, _equip, (kit,)) as pool, open_cluster(Settings(workers=WORKERS)) as connection:
        crew = Crew(connection, kit, NOW)
        sides = {"pool": lambda some: list(pool.imap(_read, some)), "dask": lambda some: list(read_by(crew, some))}
        for work in sides.values():
            work(batches[: WORKERS * 2])
        for _ in range(ROUNDS):
            for name, work in sides.items():
                before = _computing()
                spent[name].append(timed(partial(work, batches)))
                computed[name].append(_computing() - before)
        crew.close()
    for name, seconds in spent.items():
        each = median(computed[name]) / number * 1e3
        print(f"  {name} of {WORKERS}: {number / median(seconds):>6.0f} documents/s, {each:.2f} ms of computing each")
    for what, sides in (("by the clock", spent), ("by computing, all processes", computed)):
        ratios = [one / other for one, other in zip(sides["pool"], sides["dask"], strict=True)]
        told = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"  ratio {what} {median(ratios):.2f} ({told})", flush=True)


def _computing() -> float:
    """Seconds of computing of this process and all it started."""
    times = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    return time.process_time() + sum(one.user + one.system for one in times)


def _equip(kit: Kit) -> None:
    global _reader
    _reader = unpack_reader(kit)


def _read(batch: list[Document]) -> Found:
    assert _reader
    return read_batch(batch, _reader, NOW)


def _backfill(folder: Path, clients: Sequence[ClientName]) -> None:
    spent = time.process_time()
    database = connect(f"sqlite:///{folder / 'bank.db'}")
    for batch in made_batches(clients, DOCUMENTS):
        with database.write() as connection:
            save_documents(connection, batch)
    database.close()
    print(f"  {DOCUMENTS:,} documents stored in {time.process_time() - spent:.0f} s of computing", flush=True)
    for workers in BACKFILL_BY:
        path = shutil.copy(folder / "bank.db", folder / f"read-{workers}.db")
        database = connect(f"sqlite:///{path}")
        _say(workers, _read_by(workers, database, folder))
        database.close()
        path.unlink()


@dataclass(frozen=True)
class Cost:
    """What reading took: seconds by the clock and of computing here and in workers, the most MB of a worker."""

    clock: float
    here: float
    there: float
    most: float


def _read_by(workers: int, database: Database, folder: Path) -> Cost:
    """Read what waits; the names are indexed already, workers start within what is measured."""
    catalogue = Catalogue({}, load_signal_types())
    warm = warm_up(database, catalogue, NOW, cache=folder)
    way = reading_elsewhere(Settings(workers=workers))
    with _watched_children() as seen:
        clock, here = time.perf_counter(), time.process_time()
        read_pending(database, catalogue, NOW, warm=warm, progress=lambda *_: None, far=way)
        clock, here = time.perf_counter() - clock, time.process_time() - here
    return Cost(clock, here, sum(cpu for cpu, _ in seen.values()), max((mb for _, mb in seen.values()), default=0))


def _say(workers: int, cost: Cost) -> None:
    busy = f"{(cost.here + cost.there) / cost.clock:.2f} cores were ours"
    print(f"  workers: {workers}: {DOCUMENTS / cost.clock:.0f} documents/s by the clock ({busy})")
    here, there = (seconds / DOCUMENTS * 1e3 for seconds in (cost.here, cost.there))
    print(f"    a document takes {here:.2f} ms of computing here, {there:.2f} ms in workers", flush=True)
    if workers > 1:
        print(f"    a worker holds at most {cost.most:.0f} MB")
        speeds = (f"{n}: {min(n / there, 1 / here) * 1e3:,.0f}" for n in MANY)
        print(f"    documents/s with so many cores for workers, and one for this process: {', '.join(speeds)}")


@contextmanager
def _watched_children() -> Iterator[dict[int, tuple[float, float]]]:
    """By process that we started: seconds of computing, and the most MB held at once."""
    seen: dict[int, tuple[float, float]] = {}
    is_over = threading.Event()

    def watch() -> None:
        own = psutil.Process()
        while not is_over.wait(0.5):
            for child in own.children(recursive=True):
                try:
                    times, held = child.cpu_times(), child.memory_info().rss / 1e6
                except psutil.Error:
                    continue
                seen[child.pid] = times.user + times.system, max(held, seen.get(child.pid, (0, 0))[1])

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        is_over.set()
        watcher.join()
