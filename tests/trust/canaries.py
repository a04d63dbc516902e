"""A bank in which every client carries a canary: a word that stands in what the bank knows of it and in no public text.

Whoever reads a canary of a client that is not theirs has looked over the wall.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from oncu.config.load import SIGNALS, load_signal_types
from oncu.config.settings import Settings
from oncu.config.specs import SourceSpec
from oncu.signals.flow.pipeline import Catalogue, run_pending
from oncu.signals.offers.keep import publish_pages
from oncu.signals.review.desk import Desk, make_move
from oncu.signals.review.leads import step_lead
from oncu.signals.score.judging import judge
from oncu.signals.score.ledger import read_ledger
from oncu.signals.score.publish import publish
from oncu.signals.score.report import report_of
from oncu.storage.clients import save_clients
from oncu.storage.database import Database
from oncu.storage.documents import Document, save_documents
from oncu.storage.outcomes import save_actions, save_exposure, save_offers, save_outcomes, save_relations

from ..signals.staff import hire

NOW = datetime(2026, 9, 28, 12, 0, tzinfo=UTC)
START = NOW - timedelta(days=40)
MANAGERS = tuple(f"mt{number:02d}" for number in range(1, 13))
EACH = 3  # clients of a manager
TEAM = MANAGERS[:4]  # of the lead
TOWNS = ("Akpınar", "Bozova", "Çamlıca", "Derekent", "Elmalı", "Fındıklı", "Gölbaşı", "Hisarönü", "İncirli")
TRADES = ("Döküm", "Kimya", "Tekstil", "Makina")
NEWS = ("{} konkordato ilan etti", "Rakibi, {}'a patent davası açtı", "{} yeni fabrika kuruyor")
EMPTY_OFFER = dict.fromkeys(
    (
        *("signal_id", "floor", "list_price", "loss_reason", "loss_reason_source", "winner", "rival_price"),
        *("rival_price_source", "n_bidders", "delta_randomised", "approver_discretion", "signal_led", "rivals"),
    )
)


@dataclass(frozen=True)
class Caged:
    """One client with its canaries: `canary` stands beside its name, `gold` in what is about its money."""

    client_id: str
    short: str
    manager: str
    canary: str
    gold: str


def caged_clients() -> list[Caged]:
    """Three clients of each manager."""
    found = []
    for number in range(len(MANAGERS) * EACH):
        short = f"{TOWNS[number % len(TOWNS)]} {TRADES[number // len(TOWNS)]}"
        marks = f"qkanarya{number:02d}q", f"qaltin{number:02d}q"
        found.append(Caged(f"K{number:02d}", short, MANAGERS[number // EACH], *marks))
    return found


def catalogue() -> Catalogue:
    """One public source of news."""
    row = {"name": "haber", "title": "Haber", "publisher": "Deneme", "origin": "independent", "reader": "feed"}
    row |= {"url": "https://haber.example/rss", "every": "1h", "terms": "public", "personal_data": "none"}
    row |= {"category": "news", "expect": {"documents": {"min": 1, "max": 100}}}
    return Catalogue({"haber": SourceSpec.model_validate(row)}, load_signal_types(SIGNALS))


def seed_cages(database: Database) -> None:
    """The bank: clients, three weeks of news, offers, outcomes, actions, moves, leads, a scoreboard, and its people."""
    shown, settings = catalogue(), Settings()
    clients = caged_clients()
    with database.write() as connection:
        save_clients(connection, [_client(one) for one in clients], START)
        save_documents(connection, list(_news(clients)))
    run_pending(database, shown, settings, NOW - timedelta(hours=2))
    with database.write() as connection:
        save_offers(connection, [_offer(one, place) for place, one in enumerate(clients)], START)
        save_outcomes(connection, [_outcome(one) for one in clients], NOW - timedelta(hours=1))
        save_exposure(connection, [_exposure(one) for one in clients], START)
        save_actions(connection, [_action(one) for one in clients], NOW - timedelta(hours=1))
        save_relations(
            connection, [_relation(one, two) for one, two in zip(clients, clients[EACH:], strict=False)], START
        )
    _work_on(database, settings, {one.client_id: one for one in clients})
    judged = judge(read_ledger(database, NOW.date()))
    publish(database, judged, shown.types, NOW)
    publish_pages(database, report_of(judged, database), settings.timezone, NOW)
    hire_staff(database)


def hire_staff(database: Database) -> None:
    """A person for each portfolio, and one of every other role."""
    at = START - timedelta(days=1)
    for name in MANAGERS:
        hire(database, at, name, "manager", team="kuzey" if name in TEAM else "guney")
    for name, role in (("lider", "lead"), ("riskci", "risk"), ("analist", "analyst"), ("arastirmaci", "researcher")):
        hire(database, at, name, role, team="kuzey")
    for name, role in (("vekil", "deputy"), ("yonetici", "admin"), ("denetci", "auditor")):
        hire(database, at, name, role)


def own_clients(person: str) -> tuple[set[str], set[str]]:
    """The clients a person may read of, and those whose money they may read of; leads to research are of TEAM[0]."""
    every = {one.client_id for one in caged_clients()}
    portfolio = {one.client_id for one in caged_clients() if one.manager == person}
    team = {one.client_id for one in caged_clients() if one.manager in TEAM}
    seen = {"lider": team, "riskci": every, "analist": every, "arastirmaci": {"K00"}}
    rich = {"lider": team, "riskci": every}
    return seen.get(person, portfolio), rich.get(person, portfolio)


def _client(one: Caged) -> dict[str, Any]:
    columns = dict.fromkeys(("city", "sector", "tax_id", "website", "limit", "balance"))
    names = {"client_id": one.client_id, "legal_name": f"{one.short} {one.canary} A.Ş.", "short_names": (one.short,)}
    return columns | names | {"manager": one.manager, "limit": 3e6, "balance": 1e6}


def _news(clients: list[Caged]) -> Iterator[Document]:
    for place, one in enumerate(clients):
        for week in range(3):
            at = START + timedelta(days=9 * week + 5, minutes=place)
            title = NEWS[(place + week) % len(NEWS)].format(one.short)
            key = f"{one.client_id}-{week}"
            known = {"natural_key": key, "url": f"https://haber.example/{place}/{week}", "published_at": at}
            yield Document(source="haber", title=title, text="", first_seen_at=at, **known)


def _offer(one: Caged, place: int) -> dict[str, Any]:
    status = ("won", "lost", "open")[place % 3]
    base = {"offer_id": f"T{one.client_id}", "client_id": one.client_id, "product": f"kredi {one.gold}"}
    base |= {"amount": 2e7, "tenor_months": 12.0, "offered_at": START, "price": 40.0, "cost": 37.5, "status": status}
    lost = {"loss_reason": "price", "winner": f"Banka {one.gold}", "rival_price": 39.5} if status == "lost" else {}
    end = None if status == "open" else START + timedelta(days=3)
    return EMPTY_OFFER | base | lost | {"manager": one.manager, "decided_at": end, "recorded_at": START}


def _outcome(one: Caged) -> dict[str, Any]:
    kind = "sale" if int(one.client_id[1:]) % 2 else "default"
    base = dict.fromkeys(("subtype", "currency", "initiator")) | {"client_id": one.client_id, "kind": kind}
    at = NOW - timedelta(days=3)
    return base | {"occurred_at": at, "recorded_at": at, "amount": 1e6, "competing": False, "note": f"not {one.canary}"}


def _exposure(one: Caged) -> dict[str, Any]:
    row = {"client_id": one.client_id, "from": date(2025, 9, 1), "to": None, "recorded_at": START}
    return row | {"sector": "sanayi", "size_band": "medium", "region": None}


def _action(one: Caged) -> dict[str, Any]:
    base = dict.fromkeys(("signal_id", "arm", "propensity")) | {"client_id": one.client_id, "kind": "visit"}
    return base | {"acted_at": NOW - timedelta(days=2), "note": f"ziyaret {one.canary}", "recorded_at": NOW}


def _relation(one: Caged, other: Caged) -> dict[str, Any]:
    known = {"client_id": one.client_id, "other_id": other.client_id, "kind": "supplier", "share": None}
    return known | {"recorded_at": START}


def _work_on(database: Database, settings: Settings, clients: dict[str, Caged]) -> None:
    """A note on every alert, and the first alert of K00 sent to research."""
    with database.read() as connection:
        alerts = connection.exec_driver_sql("SELECT id, client_id FROM alerts ORDER BY client_id, id").fetchall()
    desk = Desk(catalogue().types, settings)
    for alert_id, client_id in alerts:
        one = clients[client_id]
        make_move(database, desk, [alert_id], "note", by=one.manager, now=NOW, note=f"sorulacak {one.canary}")
    step_lead(database, alerts[0][0], "sent", by="analist", note="araştırılsın", now=NOW)
