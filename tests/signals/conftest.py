"""A small invented bank: clients, documents in the order they are seen, and the whole line run at a given clock."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Select
from sqlalchemy import text as sql

from oncu.classifiers.tags.tagger import Tagger, build_tagger
from oncu.config.load import load_signal_types
from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec, SourceSpec
from oncu.signals.cli import main
from oncu.signals.faces.digest import DigestView, compose_digest, view_digest
from oncu.signals.flow.pipeline import Catalogue, Counts, run_pending
from oncu.signals.words import load_words
from oncu.storage.clients import save_clients
from oncu.storage.database import Database
from oncu.storage.documents import Document, save_documents
from oncu.storage.models import metadata
from oncu.storage.signals import Signal

from .inbox import Inbox, free_port

if TYPE_CHECKING:
    from .worked import Worked

Row = dict[str, Any]
COLUMNS = ("client_id", "legal_name", "short_names", "city", "manager", "limit", "balance")
CLIENTS: list[Row] = [
    {"client_id": "C1", "legal_name": "Simya İlaç Sanayi A.Ş.", "short_names": ("Simya İlaç",), "manager": "ayse"},
    {"client_id": "C2", "legal_name": "Parlak Telekom A.Ş.", "short_names": ("Parlak Telekom",), "manager": "ayse"},
    {"client_id": "C3", "legal_name": "Nehir Kimya Ltd. Şti.", "short_names": ("Nehir Kimya",), "manager": "burak"},
]


@cache
def shipped_types() -> dict[str, SignalSpec]:
    return load_signal_types()


@dataclass
class Bank:
    """A bank of its own for one test; times are always given."""

    database: Database
    now: datetime
    settings: Settings
    sources: dict[str, SourceSpec] = field(default_factory=dict)
    types: dict[str, SignalSpec] = field(default_factory=lambda: dict(shipped_types()))
    seen: int = 0

    @property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.sources, self.types)

    def set(self, **blocks: object) -> None:
        """Change settings: `set(digest={"max_alerts": 1})`."""
        self.settings = Settings.model_validate(self.settings.model_dump() | blocks)

    def add_clients(self, *rows: Row) -> None:
        with self.database.write() as connection:
            save_clients(connection, [dict.fromkeys(COLUMNS) | {"short_names": ()} | row for row in rows], self.now)

    def see(self, title: str, text: str = "", *, at: datetime | None = None, **more: Any) -> Document:
        """Store a document as a crawl at a moment would."""
        self.seen += 1
        at = at or self.now
        more = {"source": "gazete", "natural_key": f"n{self.seen}", "published_at": at} | more
        document = Document(title=title, text=text, first_seen_at=at, **more)
        with self.database.write() as connection:
            save_documents(connection, [document])
        return document

    def run(self, at: datetime | None = None) -> Counts:
        return run_pending(self.database, self.catalogue, self.settings, at or self.now)

    def compose(self, day: date, at: datetime, manager: str = "ayse") -> None:
        compose_digest(self.database, manager, day, self.settings, at, types=self.types)

    def view(self, day: date, manager: str = "ayse", *, language: str = "tr") -> DigestView:
        words = load_words(language, self.settings.timezone)
        more = {"types": self.types, "sources": self.sources}
        return view_digest(self.database, manager, day, self.settings, words, **more)

    def digest(self, at: datetime, manager: str = "ayse") -> DigestView:
        """The digest of the day of a moment, fixed at that moment."""
        self.compose(at.date(), at, manager)
        return self.view(at.date(), manager)

    def rows(self, query: str | Select[Any]) -> list[tuple[Any, ...]]:
        """What a query answers; one in words has what the engine itself keeps of times and JSON."""
        with self.database.read() as connection:
            return [tuple(row) for row in connection.execute(sql(query) if isinstance(query, str) else query)]

    def change(self, statement: str, **values: object) -> None:
        """Change rows behind the program's back: `change("DELETE FROM alerts WHERE id = :id", id="x")`."""
        with self.database.write() as connection:
            connection.execute(sql(statement), values)

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables but those of runs."""
        with self.database.read() as connection:
            names = [name for name in metadata.tables if name != "runs"]
            return {
                name: sorted(map(tuple, connection.execute(metadata.tables[name].select())), key=repr) for name in names
            }


@cache
def tagger_of(codes: tuple[str, ...]) -> Tagger:
    """The tagger of some shipped types, built once for all tests: compiling the cues takes half a second."""
    return build_tagger({code: shipped_types()[code] for code in codes})


@pytest.fixture
def empty_bank(database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Bank:
    """A bank without clients."""
    monkeypatch.delenv("ONCU_DATABASE_URL", raising=False)
    monkeypatch.setattr("oncu.signals.flow.pipeline.build_tagger", lambda types: tagger_of(tuple(sorted(types))))
    return Bank(database, now, Settings())


@pytest.fixture
def bank(empty_bank: Bank) -> Bank:
    """A bank with three clients of two managers."""
    empty_bank.add_clients(*CLIENTS)
    return empty_bank


@pytest.fixture
def make_source() -> Callable[..., SourceSpec]:
    """A source with everything that does not matter filled in."""

    def make(name: str, **more: object) -> SourceSpec:
        base = {"name": name, "title": name, "publisher": "Deneme", "category": "news", "origin": "independent"}
        base |= {"reader": "feed", "url": "http://haber.example/rss", "every": "1h", "terms": "public"}
        base |= {"personal_data": "none", "expect": {"documents": {"min": 1, "max": 100}}}
        return SourceSpec.model_validate(base | more)

    return make


@pytest.fixture
def make_signal(now: datetime) -> Callable[..., Signal]:
    """A signal of client C1 with everything that does not matter filled in."""

    def make(**more: Any) -> Signal:
        ids = dict.fromkeys(("id", "story_id", "episode_id", "tag_id", "document_id", "event_key"), "x")
        base: Row = {"client_id": "C1", "type": "lawsuit", "side": "risk", "source": "gazete", "category": "news"}
        base |= {"origin": "independent", "status": "fact", "probability": 0.9, "relevance": 90, "published_at": now}
        base |= {"first_seen_at": now, "known_at": now, "arm": "live", "version": "t"}
        return Signal(**ids | base | more)

    return make


@dataclass
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def oncu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], engine: str, empty_address: str
) -> Callable[..., Said]:
    """Run the command line as `main` does, in a folder with an empty catalogue `src`: `oncu("tag", stdin=b"…")`."""

    def run(*words: object, stdin: bytes = b"") -> Said:
        capsys.readouterr()
        monkeypatch.setattr("sys.argv", ["oncu", *map(str, words)])
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(stdin), "utf-8"))
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, *capsys.readouterr())

    monkeypatch.delenv("ONCU_SETTINGS", raising=False)
    if engine == "sqlite":
        monkeypatch.delenv("ONCU_DATABASE_URL", raising=False)  # oncu.db in this folder
    else:
        monkeypatch.setenv("ONCU_DATABASE_URL", empty_address)
    monkeypatch.setenv("ONCU_SOURCES", "src")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    return run


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands speak English; digests stay Turkish."""
    monkeypatch.setenv("ONCU_LANGUAGE", "en")
    monkeypatch.setenv("ONCU_DIGEST__LANGUAGE", "tr")


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A mail server that is asked for real."""
    box = Inbox(free_port())
    server = Controller(box, hostname="127.0.0.1", port=box.port)
    server.start()
    yield box
    server.stop()


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory, new_database: Path) -> Path:
    """The file of a bank that heard of its clients, with people who log in."""
    from .worked import seed_worked  # which needs what stands here

    path = tmp_path_factory.mktemp("worked") / "oncu.db"
    shutil.copy(new_database, path)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("oncu.signals.flow.pipeline.build_tagger", lambda types: tagger_of(tuple(sorted(types))))
        seed_worked(path)
    return path


@pytest.fixture
def worked(seeded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["Worked"]:
    """A copy of it, for one test to work on."""
    from .worked import worked_copy

    monkeypatch.setattr("oncu.signals.flow.pipeline.build_tagger", lambda types: tagger_of(tuple(sorted(types))))

    with worked_copy(seeded, tmp_path) as made:
        yield made
