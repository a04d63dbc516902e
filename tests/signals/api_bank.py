"""A bank whose every part an API can be asked for: one person with all roles, and something of each kind."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from oncu.config.settings import Settings
from oncu.config.specs import SourceSpec
from oncu.signals.flow.silences import silence
from oncu.signals.people.tokens import make_token
from oncu.signals.review.acts import log_act, log_tip
from oncu.signals.review.bids import make_offer
from oncu.signals.review.entries import Pen
from oncu.signals.review.leads import step_lead
from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site
from oncu.storage.database import Database, connect
from oncu.storage.people import Person, add_person

from .conftest import Bank
from .programs import PURPOSE
from .worked import NOW, seed_worked

EVERY_ROLE = ("manager", "deputy", "lead", "risk", "researcher", "analyst", "admin")
OFFER = {"offered_on": f"{NOW:%Y-%m-%d}", "product": "kredi", "amount": "1000000", "tenor_months": "12"}
OFFER |= {"price": "40.5", "cost": "37.5"}


def seed_api_bank(path: Path) -> None:
    """Fill an empty database."""
    seed_worked(path)
    database = connect(f"sqlite:///{path}")
    bank = Bank(database, NOW, Settings())
    known = {"manager": "ayse", "team": "kuzey"}
    with database.write() as connection:
        add_person(connection, Person("hepsi", "Hepsi", frozenset(EVERY_ROLE), "test", NOW, **known))
    ends = {"until": NOW.date() + timedelta(days=9), "reason": "bilinen", "by": "hepsi", "now": NOW}
    silence(database, client_id="C3", settings=bank.settings, types=bank.types, sources=bank.sources, **ends)
    [[alert]] = bank.rows("SELECT id FROM alerts WHERE client_id = 'C2'")
    step_lead(database, alert, "sent", by="nil", note="ortak kim?", now=NOW)
    pen = Pen("hepsi", NOW, ZoneInfo(bank.settings.timezone), ".")
    log_act(database, "C1", {"kind": "visit", "acted_on": f"{NOW:%Y-%m-%d}", "note": "Simya gezisi"}, pen)
    log_tip(database, "C1", {"said": "Simya büyüyor", "heard_on": f"{NOW:%Y-%m-%d}", "origin": "self"}, pen)
    make_offer(database, "C1", OFFER, pen)
    database.close()


def serve_bank(database: Database) -> FastAPI:
    """Its pages and API; the clock goes on a second each time it is read."""
    bank = Bank(database, NOW, Settings())
    base = {"name": "gazete", "title": "Gazete", "publisher": "Deneme", "category": "news", "origin": "independent"}
    base |= {"reader": "feed", "url": "http://haber.example/rss", "every": "1h", "terms": "public"}
    source = SourceSpec.model_validate(base | {"personal_data": "none", "expect": {"documents": {"min": 1, "max": 9}}})
    bank.sources["gazete"] = source
    passed = [timedelta()]

    def clock():  # type: ignore[no-untyped-def]
        passed[0] += timedelta(seconds=1)
        return NOW + passed[0]

    return build_app(Site(database, bank.catalogue, bank.settings, clock))


def token_for(database: Database, name: str) -> str:
    """A token that may act, in somebody's name."""
    return make_token(database, name, PURPOSE, 90, may_act=True, by="test", now=NOW)
