"""A bank of 150,000 clients with two years behind it: one manager's 600 alerts, and what was heard of all others."""

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from population import make_population

from oncu.config.load import load_signal_types
from oncu.config.settings import Settings
from oncu.signals.flow.pipeline import Catalogue, run_pending
from oncu.storage.clients import save_clients
from oncu.storage.database import Database, save_new
from oncu.storage.documents import Document, save_documents
from oncu.storage.models import alerts, episodes, level_steps, mentions, signal_evidence, signals, stories, tags


def _words(text: str) -> list[str]:
    return text.split()


EVENING = datetime(2026, 9, 30, 17, 0, tzinfo=UTC)
CLIENTS, OWN, MANAGERS, HEARD = 150_000, 750, 200, 100_000
MANAGER = "m000"
NEWS = ("Rakibi, {}'a patent davası açtı", "{} konkordato ilan etti", "{} yeni fabrika kuruyor")
FIRST = _words(
    "Akçapınar Balkuyu Cevizdere Damlasu Ebegümeci Fındıkova Gürgenay Hacıbulak Ilgaztepe İncirpark Jaleova Karaçimen "
    "Leylakçı Menekşen Narlıbel Orçunlar Ötegeçe Pınarlık Rüzgaraltı Sarıyonca Şahinkale Taşyuva Uludere Üçköprü "
    "Vişnezar"
)
TRADES = _words(
    "Döküm Gıda Tekstil Kimya Mobilya Makina Plastik Ambalaj Seramik Cam Kağıt Boya Kablo Radyatör Traktör Çelik "
    "Alüminyum Bakır Deri Halı İplik Un Yağ Şeker Süt Zeytin Fındık Mermer Tuğla Çimento"
)
NAMES = [f"{first} {trade}" for first, trade in itertools.product(FIRST, TRADES)]
TYPES = (("insolvency", "risk", 45.0), ("lawsuit", "risk", 12.0), ("plant_expansion", "opportunity", 0.0))


def fill_bank(database: Database) -> Mapping[str, int]:
    """Fill an empty database; how many there are of what. The manager's alerts are made by the pipeline itself."""
    catalogue, start = Catalogue({}, load_signal_types()), EVENING - timedelta(days=700)
    with database.write() as connection:
        save_clients(connection, [_client(f"B{n:05d}", NAMES[n], MANAGER, n) for n in range(OWN)], start)
        save_documents(connection, [_news(n) for n in range(600)])
    made = run_pending(database, catalogue, Settings(), EVENING - timedelta(hours=1))
    others = make_population(CLIENTS - OWN)
    rows = [_client(c.client_id, c.legal_name, f"m{1 + n % MANAGERS:03d}", n, c.city) for n, c in enumerate(others)]
    chance = random.Random(11)
    with database.write() as connection:
        save_clients(connection, rows, start)
        heard = list(_heard([row["client_id"] for row in rows], chance))
        _save_heard(connection, heard, chance)
    steps = sum(one["height"] > 0 for one in heard)
    return {"clients": CLIENTS, "signals": HEARD, "level steps": steps, "alerts of one manager": made.alerts}


def _client(client_id: str, name: str, manager: str, number: int, city: str | None = None) -> dict[str, Any]:
    legal = name if client_id.startswith("G") else f"{name} Sanayi ve Ticaret A.Ş."
    money = {"limit": 1e6 * (1 + number % 90), "balance": 5e5 * (1 + number % 90)}
    row = {"client_id": client_id, "legal_name": legal, "manager": manager, "city": city or "Isparta"}
    return row | money | {"short_names": ()}


def _news(number: int) -> Document:
    at = EVENING - timedelta(hours=2 + number)
    title = NEWS[number % len(NEWS)].format(NAMES[number])
    return Document("gazete", f"haber-{number}", title, "", at, at, url=f"https://haber.example/{number}")


def _heard(clients: Sequence[str], chance: random.Random) -> Iterator[dict[str, Any]]:
    """One signal after another of two years, of clients drawn at random."""
    for number in range(HEARD):
        code, side, height = chance.choices(TYPES, (3, 47, 50))[0]
        client = chance.choice(clients)
        days = chance.uniform(1, 700)
        yield {
            "number": f"{number:032x}",
            "client": client,
            "type": code,
            "side": side,
            "height": height,
            "at": EVENING - timedelta(days=days),
        }


def _save_heard(connection: Any, heard: Sequence[Mapping[str, Any]], chance: random.Random) -> None:
    """The rows that the pipeline would have written, a document for each four clients."""
    papers = [
        Document("gazete", f"eski-{n}", f"{n} firmanın haberi", "", one["at"], one["at"])
        for n, one in enumerate(heard[::4])
    ]
    save_documents(connection, papers)
    save_new(
        connection, stories, ({"id": d.id, "first_document_id": d.id, "known_at": d.first_seen_at} for d in papers)
    )
    told = [(one, papers[n // 4].id) for n, one in enumerate(heard)]
    save_new(connection, mentions, (_mention(one, document) for one, document in told))
    save_new(connection, tags, (_tag(one) for one in heard))
    save_new(connection, episodes, (_episode(one) for one in heard))
    save_new(connection, signals, (_signal(one, document) for one, document in told))
    save_new(connection, signal_evidence, (_evidence(one, document) for one, document in told))
    save_new(connection, level_steps, (_step(one) for one in heard if one["height"]))
    save_new(connection, alerts, (_alert(one, chance) for one in heard[::3]))


def _mention(one: Mapping[str, Any], document: str) -> dict[str, Any]:
    row = {"id": one["number"], "document_id": document, "client_id": one["client"], "start": 0, "end": 4}
    row |= {"probability": 0.9, "accepted": True, "relevance": 80, "role": "subject", "reason": "name"}
    return row | {"known_at": one["at"], "version": "1"}


def _tag(one: Mapping[str, Any]) -> dict[str, Any]:
    row = {"id": one["number"], "mention_id": one["number"], "type": one["type"], "side": one["side"]}
    row |= {"probability": 0.9, "accepted": True, "status": "confirmed", "origin": "cue", "start": 0, "end": 4}
    return row | {"reason": "cue", "known_at": one["at"], "version": "1", "facts": None}


def _episode(one: Mapping[str, Any]) -> dict[str, Any]:
    row = {"id": one["number"], "client_id": one["client"], "side": one["side"], "type": one["type"]}
    return row | {"started_at": one["at"], "arm": "live"}


def _signal(one: Mapping[str, Any], document: str) -> dict[str, Any]:
    row = dict.fromkeys(("id", "episode_id", "tag_id"), one["number"])
    row |= {"client_id": one["client"], "type": one["type"], "side": one["side"], "story_id": document}
    row |= {"document_id": document, "event_key": one["number"], "source": "gazete", "category": "news"}
    row |= {"origin": "independent", "status": "confirmed", "probability": 0.9, "relevance": 80}
    row |= {"published_at": one["at"], "first_seen_at": one["at"], "known_at": one["at"]}
    return row | {"arm": "live", "version": "1"}


def _evidence(one: Mapping[str, Any], document: str) -> dict[str, Any]:
    row = {"signal_id": one["number"], "tag_id": one["number"], "document_id": document, "source": "gazete"}
    return row | {"status": "fact", "novelty": None, "known_at": one["at"]}


def _step(one: Mapping[str, Any]) -> dict[str, Any]:
    row = {"id": one["number"], "client_id": one["client"], "episode_id": one["number"], "kind": "raise"}
    row |= {"height": one["height"], "half_life_days": 120.0, "known_at": one["at"]}
    return row | {"reason": f"{one['type']}, +{one['height']:g}"}


def _alert(one: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    row = dict.fromkeys(("id", "event_key", "episode_id", "signal_id"), one["number"])
    row |= {"client_id": one["client"], "type": one["type"], "side": one["side"], "created_at": one["at"]}
    row |= {"manager": f"m{chance.randrange(1, MANAGERS):03d}", "priority": 0.5, "reason": "0,5", "state": "new"}
    return row
