"""A database of documents that wait, read at a fixed clock: what a disturbed run must end like."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from oncu.config.load import load_signal_types
from oncu.config.settings import Settings
from oncu.signals.flow.pipeline import Catalogue, Counts, run_pending
from oncu.storage.clients import save_clients
from oncu.storage.database import Database
from oncu.storage.documents import Document, save_documents
from oncu.storage.models import metadata

from .line import START, clients_of
from .told import PAPERS, TYPES, events

EVENTS = 40
PASSING = {"runs", "versions"}  # a run that failed leaves its own mark there


def catalogue() -> Catalogue:
    """The types that happen here, and no source."""
    types = load_signal_types()
    return Catalogue({}, {code: types[code] for code in TYPES})


def fill(database: Database, count: int = EVENTS) -> None:
    """Clients, and the documents of so many events, told by two papers each."""
    told = events(count)
    with database.write() as connection:
        save_clients(connection, clients_of(count), START)
        save_documents(connection, [_document(paper, event) for paper in PAPERS for event in told])


def _document(paper: str, event: Any) -> Document:
    at = START - timedelta(minutes=event.number)
    return Document(paper, str(event.number), event.title, event.text, first_seen_at=START, published_at=at)


def read_all(database: Database, folder: Path) -> Counts:
    """Run the pipeline at the fixed clock."""
    return run_pending(database, catalogue(), Settings(cache_folder=folder / "cache"), START)


def tables(engine: Engine) -> dict[str, list[str]]:
    """All rows of all tables, but for those of runs."""
    with engine.connect() as connection:
        connection.execution_options(oncu_write=False)
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
            if table.name not in PASSING
        }


def differing(found: dict[str, list[str]], expected: dict[str, list[str]]) -> list[str]:
    """The tables that are not the same."""
    return [name for name in expected if found[name] != expected[name]]


def half_done(engine: Engine) -> Iterable[str]:
    """What only a torn transaction can leave behind."""
    torn = {
        "read, but in no story": "readings r LEFT JOIN story_members o ON o.document_id = r.document_id",
        "alert without a route": "alerts r LEFT JOIN alert_routes o ON o.alert_id = r.id",
        "signal without its evidence": "signals r LEFT JOIN signal_evidence o ON o.signal_id = r.id",
        "signal without its episode": "signals r LEFT JOIN episodes o ON o.id = r.episode_id",
    }
    with engine.connect() as connection:
        return [what for what, pairs in torn.items() if connection.exec_driver_sql(_unpaired(pairs)).scalar_one()]


def _unpaired(pairs: str) -> str:
    other = pairs.rpartition(" ON ")[2].partition(" = ")[0]
    return f"SELECT count(*) FROM {pairs} WHERE {other} IS NULL"
