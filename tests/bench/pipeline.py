"""From stored documents to routed alerts; and the memory a whole day of documents takes."""

import json
import random
import resource
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from measure import ROOT, SHARED

from oncu.config.load import load_signal_types
from oncu.config.settings import Settings
from oncu.signals.flow.alerting import alert_pending
from oncu.signals.flow.pipeline import Catalogue, detect_pending, read_pending, warm_up
from oncu.signals.imports.run import import_table
from oncu.storage.database import connect, create_database
from oncu.storage.documents import Document, save_documents

NOW = datetime(2026, 9, 1, tzinfo=UTC)
ROUNDS = 3
DAY = 20_000
BATCH = 500
FIRMS = 2_000

sys.path.insert(0, str(ROOT / "tests" / "real"))


def bench_pipeline(folder: Path) -> None:
    """Documents a second through match + tag + stories + store, with the 2,176 companies as clients."""
    from run import write_clients  # tests/real/run.py

    _bench_clients(write_clients(folder / "clients.csv"), folder)


def bench_bank(folder: Path) -> None:
    """The same with 150,000 clients; the names are indexed once and read from their file after that."""
    from population import load_companies, make_population, write_clients

    _bench_clients(write_clients(folder / "clients.csv", make_population(real=load_companies())), folder)


def _bench_clients(clients: Path, folder: Path) -> None:
    catalogue, settings = Catalogue({}, load_signal_types()), Settings.from_file({})
    bank = create_database(f"sqlite:///{folder / 'bank.db'}")
    start = time.perf_counter()
    import_table("clients", clients, bank, NOW, actor="bench")
    print(f"  clients imported in {time.perf_counter() - start:.0f} s")
    bank.close()
    for name, documents in real_documents().items():
        size = sum(len(d.reading.encode()) for d in documents) / 1e6
        through, storing, reading = [], [], []
        for number in range(ROUNDS):
            database = connect(f"sqlite:///{shutil.copy(folder / 'bank.db', folder / f'{name}{number}.db')}")
            start = time.process_time()
            with database.write() as connection:
                save_documents(connection, documents)
            storing.append(time.process_time() - start)
            warm = warm_up(database, catalogue, NOW, cache=folder)
            start = time.process_time()
            read_pending(database, catalogue, NOW, warm=warm, progress=lambda *_: None)
            reading.append(time.process_time() - start)
            detect_pending(database, catalogue.types, settings, NOW)
            alert_pending(database, catalogue.types, settings, NOW)
            through.append(storing[-1] + time.process_time() - start)
            database.close()
        spent, stored, read = median(through), median(storing), median(reading)
        print(
            f"  {name:<10} {len(documents):>5} documents, {size:4.1f} MB: {len(documents) / spent:>6.0f} documents/s, "
            f"{size / spent:.2f} MB/s; storing alone {len(documents) / stored:>6.0f}/s (ratio {stored / spent:.2f}), "
            f"reading alone {len(documents) / read:>6.0f}/s",
            flush=True,
        )


def bench_day(folder: Path) -> None:
    """Memory and documents a second of a day of 20,000 documents, saved in batches and read (2,000 clients)."""
    chance = random.Random(7)
    names = [
        f"{word} {number} Makine" for number in range(FIRMS // 4) for word in ("Kavaklı", "Dereli", "Ovacık", "Tepe")
    ]
    lines = ["client_id;legal_name", *(f"C{i:05d};{name} Sanayi A.Ş." for i, name in enumerate(names))]
    (folder / "clients.csv").write_text("\n".join(lines), encoding="utf-8")
    database = create_database(f"sqlite:///{folder / 'day.db'}")
    import_table("clients", folder / "clients.csv", database, NOW, actor="bench")
    before = peak_memory()
    start = time.perf_counter()
    batch: list[Document] = []
    for document in day_of_documents(names, chance):
        batch.append(document)
        if len(batch) == BATCH:
            with database.write() as connection:
                save_documents(connection, batch)
            batch = []
    stored, saving = peak_memory(), time.perf_counter() - start
    catalogue = Catalogue({}, load_signal_types())
    start = time.perf_counter()
    warm = warm_up(database, catalogue, NOW)
    read_pending(database, catalogue, NOW, warm=warm, progress=lambda *_: None)
    reading = time.perf_counter() - start
    database.close()
    print(f"  saving  {DAY / saving:>6.0f} documents/s, peak {before:.0f} -> {stored:.0f} MB")
    print(f"  reading {DAY / reading:>6.0f} documents/s, peak -> {peak_memory():.0f} MB")


def day_of_documents(names: list[str], chance: random.Random) -> Iterator[Document]:
    """Three headlines to one short article, each of its own; every fifth tells of a client."""
    places = ("Çankırı", "Bilecik", "Niğde", "Kilis", "Sinop", "Uşak")
    deeds = ("yeni tesisini açtı", "ihracatını artırdı", "ortaklık görüşmesine başladı", "bayilerini topladı")
    filler = (
        "Törene çok sayıda davetli katıldı.",
        "Yetkililer takvimin sürdüğünü söyledi.",
        "Ayrıntılar yarın açıklanacak.",
    )
    for number in range(DAY):
        who = chance.choice(names) if number % 5 == 0 else f"{chance.choice(places)} Esnaf Odası {number}"
        title = f"{who} {chance.choice(places)} ilinde {chance.choice(deeds)}: {chance.randrange(10**6)}"
        body = " ".join(chance.choices(filler, k=25)) if number % 4 == 0 else ""
        yield Document(
            f"haber-{number % 200}",
            f"https://haber.example/{number}",
            title,
            body,
            NOW,
            NOW - timedelta(minutes=number % 1440),
        )


def peak_memory() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def real_documents() -> dict[str, list[Document]]:
    """Headlines, short articles and complaints of the real data, as if seen now."""
    headlines = [
        Document("stream", row["link"], row["baslik"], "", NOW, NOW)
        for row in read_lines("tr/news/stream_2026-07-08_to_08-10.jsonl")
    ]
    articles = [
        Document("articles", row["url"], row["title"], row["summary"], NOW, NOW)
        for row in read_lines("tr/news/articles_500.jsonl")
    ]
    complaints = [
        Document("complaints", row["id"], row["title"] or "", row["text"] or "", NOW, NOW, category="complaint")
        for row in read_lines("tr/complaints/complaints.jsonl")[:3000]
    ]
    return {"headlines": headlines, "articles": articles, "complaints": complaints}


def read_lines(path: str) -> list[dict[str, str]]:
    """The rows of a JSON-lines file of the real data."""
    with (SHARED / "data" / path).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
