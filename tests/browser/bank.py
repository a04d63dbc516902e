"""A bank large enough to look like one: 2,000 clients of three managers, about 600 alerts over ten weeks, and what a
bank knows beside them. All firms are invented."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from oncu.config.load import SIGNALS, load_signal_types
from oncu.config.settings import Settings
from oncu.config.specs import SourceSpec
from oncu.signals.faces.digest import compose_digest
from oncu.signals.flow.pipeline import Catalogue, run_pending, warm_up
from oncu.signals.offers.keep import publish_pages
from oncu.signals.score.judging import judge
from oncu.signals.score.ledger import read_ledger
from oncu.signals.score.publish import publish
from oncu.signals.score.report import report_of
from oncu.storage.clients import save_clients
from oncu.storage.database import Database
from oncu.storage.documents import Document, save_documents
from oncu.storage.outcomes import save_exposure, save_offers, save_outcomes

MANAGERS = ("ayse", "burak", "ceren")
CLIENTS = 2_000
WEEKS = 10
A_WEEK = 60  # documents, each about another client
LAST = datetime(2026, 9, 28, 9, 0, tzinfo=UTC)  # the Monday of the last week
EVENING = LAST + timedelta(hours=11)
FIRST_WORDS = (
    *("Akçapınar", "Balkuyu", "Cevizdere", "Damlasu", "Ebegümeci", "Fındıkova", "Gürgenay", "Hacıbulak", "Ilgaztepe"),
    *("İncirpark", "Jaleova", "Karaçimen", "Leylakçı", "Menekşen", "Narlıbel", "Orçunlar", "Ötegeçe", "Pınarlık"),
    *("Rüzgaraltı", "Sarıyonca", "Şahinkale", "Taşyuva", "Uludere", "Üçköprü", "Vişnezar", "Yaylagül", "Zambakçı"),
    *("Altınbaşak", "Bozkurgan", "Çamlıyol", "Derinvadi", "Elmacık", "Fenerbaşı", "Göktaşı", "Horasanlı", "Ihlamurcu"),
    *("İpekyolcu", "Kızılırgat", "Lalezarlı", "Mavişehirli"),
)
TRADES = (
    *(
        "Döküm",
        "Gıda",
        "Tekstil",
        "Kimya",
        "Mobilya",
        "Makina",
        "Plastik",
        "Ambalaj",
        "Seramik",
        "Cam",
        "Kağıt",
        "Boya",
    ),
    *("Kablo", "Radyatör", "Traktör", "Çelik", "Alüminyum", "Bakır", "Deri", "Halı", "İplik", "Un", "Yağ", "Şeker"),
    *("Süt", "Et", "Su Ürünleri", "Zeytin", "Fındık", "Kuruyemiş", "Mermer", "Tuğla", "Çimento", "Beton", "Orman"),
    *("Matbaa", "Lojistik", "Turizm", "Enerji", "Madencilik", "Tersane", "Vinç", "Kazan", "Pompa", "Vana", "Kilit"),
    *("Ayakkabı", "Oyuncak", "Kozmetik", "Aydınlatma"),
)
NEWS = ("Rakibi, {}'a patent davası açtı", "{} konkordato ilan etti", "{} yeni fabrika kuruyor")
PLAIN = dict.fromkeys(
    (
        *("signal_id", "floor", "list_price", "loss_reason", "loss_reason_source", "winner", "rival_price"),
        *("rival_price_source", "n_bidders", "delta_randomised", "approver_discretion", "manager", "signal_led"),
        "rivals",
    )
)


def bank_sources() -> dict[str, SourceSpec]:
    """Two sources, one of news and one of a register."""
    base = {"publisher": "Deneme", "origin": "independent", "reader": "feed", "url": "https://haber.example/rss"}
    base |= {"every": "1h", "terms": "public", "personal_data": "none"}
    expect = {"expect": {"documents": {"min": 1, "max": 100}}}
    kinds = (("gunluk-haber", "Günlük Haber", "news"), ("ilan-sicili", "İlan Sicili", "registry"))
    rows = (base | expect | {"name": name, "title": title, "category": kind} for name, title, kind in kinds)
    return {row["name"]: SourceSpec.model_validate(row) for row in rows}


def bank_catalogue() -> Catalogue:
    """What the bank listens with."""
    return Catalogue(bank_sources(), load_signal_types(SIGNALS))


def short_name(number: int) -> str:
    """The name of a client, another for each of the 2,000."""
    return f"{FIRST_WORDS[number % len(FIRST_WORDS)]} {TRADES[number // len(FIRST_WORDS)]}"


def seed_bank(database: Database) -> None:
    """Fill an empty database with the bank's clients, ten weeks of news, digests, outcomes, offers and a scoreboard."""
    catalogue, settings = bank_catalogue(), Settings()
    start = LAST - timedelta(weeks=WEEKS)
    with database.write() as connection:
        save_clients(connection, [client_row(number) for number in range(CLIENTS)], start)
    warm = warm_up(database, catalogue, start)
    for week in range(WEEKS):
        monday = LAST - timedelta(weeks=WEEKS - 1 - week)
        with database.write() as connection:
            save_documents(connection, list(news_of(week, monday)))
        run_pending(database, catalogue, settings, monday + timedelta(hours=1), warm=warm)
        for manager in MANAGERS:
            at = monday + timedelta(hours=2)
            compose_digest(database, manager, monday.date(), settings, at, types=catalogue.types)
    _add_ledgers(database)
    judged = judge(read_ledger(database, LAST.date()))
    publish(database, judged, catalogue.types, EVENING)
    publish_pages(database, report_of(judged, database), settings.timezone, EVENING)


def client_row(number: int) -> dict[str, Any]:
    """One client, by its number."""
    columns = dict.fromkeys(("city", "manager", "limit", "balance"))
    name = short_name(number)
    known = {"client_id": f"B{number:04d}", "legal_name": f"{name} Sanayi ve Ticaret A.Ş.", "short_names": (name,)}
    money = {"limit": 1e6 * (1 + number % 90), "balance": 5e5 * (1 + number % 90)}
    return columns | known | money | {"city": ("Bursa", "Isparta", "İzmir")[number % 3], "manager": manager_of(number)}


def manager_of(number: int) -> str:
    """Whose client it is."""
    return MANAGERS[number % len(MANAGERS)]


def news_of(week: int, monday: datetime) -> Iterator[Document]:
    """The documents of a week, each about another client."""
    for place in range(A_WEEK):
        number = (week * A_WEEK + place) % CLIENTS
        title = NEWS[place % len(NEWS)].format(short_name(number))
        source = "ilan-sicili" if place % 5 == 0 else "gunluk-haber"
        more = {"category": "registry"} if place % 5 == 0 else {}
        at = monday - timedelta(minutes=place)
        url = f"https://haber.example/{week}/{place}"
        yield Document(
            source=source,
            natural_key=f"{week}-{place}",
            title=title,
            text="",
            url=url,
            published_at=at,
            first_seen_at=at,
            **more,
        )


def _add_ledgers(database: Database) -> None:
    """Outcomes of the clients of the first weeks, everybody's exposure, and some offers."""
    start = LAST - timedelta(weeks=WEEKS)
    with database.write() as connection:
        save_outcomes(connection, [_outcome(number) for number in range(0, 300, 4)], EVENING)
        save_exposure(connection, [_exposure(number, start) for number in range(CLIENTS)], start)
        save_offers(connection, [_offer(number, start) for number in range(60)], EVENING)


def _outcome(number: int) -> dict[str, Any]:
    kind = "sale" if number % 3 == 2 else "default"
    at = LAST - timedelta(days=1 + number % 20)
    base = dict.fromkeys(("subtype", "currency", "initiator", "note"))
    known = {"client_id": f"B{number:04d}", "kind": kind, "occurred_at": at, "recorded_at": at}
    return base | known | {"amount": 1e6 * (number % 7 + 1), "competing": False}


def _exposure(number: int, start: datetime) -> dict[str, Any]:
    row = {"client_id": f"B{number:04d}", "from": (start - timedelta(days=300)).date(), "to": None}
    return row | {"sector": "sanayi", "size_band": "medium", "region": None, "recorded_at": start}


def _offer(number: int, start: datetime) -> dict[str, Any]:
    at = start + timedelta(days=number)
    status = ("won", "lost", "open")[number % 3]
    base = {"offer_id": f"T{number:03d}", "client_id": f"B{number:04d}", "product": "işletme kredisi", "amount": 2e7}
    base |= {"tenor_months": 12.0, "offered_at": at, "price": 40.0 + number % 7 / 10, "cost": 37.5, "floor": 38.5}
    base |= {"list_price": 43.0, "manager": manager_of(number), "status": status, "recorded_at": at}
    lost = {"loss_reason": "price", "winner": "Sarnıç Bank", "rival_price": 39.5} if status == "lost" else {}
    return PLAIN | base | lost | {"decided_at": None if status == "open" else at + timedelta(days=2)}
