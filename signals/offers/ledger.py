"""The bank's ledger of offers as the judge reads it, each with its client's segment and the signal that led to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from oncu.scoring.offers.after_deal import Event
from oncu.scoring.offers.columns import OPTIONAL, REQUIRED, offers_from_rows
from oncu.scoring.offers.tables import Offers, label
from oncu.storage.clients import Client, clients_of
from oncu.storage.database import Database, Transaction
from oncu.storage.heard import signals_of_ids
from oncu.storage.outcomes import Exposure, Offer, Outcome, load_exposure, load_offers, load_outcomes
from oncu.storage.signals import Signal

GROUPS = ("segment", "sector", "region", "signal_type", "episode", "rivals")


@dataclass(frozen=True)
class Ledger:
    """The offers known at a moment, and what happened to their clients by then."""

    offers: Offers
    events: list[Event]


def read_ledger(database: Database, as_of: date) -> Ledger:
    """The offers recorded by the end of a day (UTC); one decided later is still open."""
    until = datetime.combine(as_of, time.max, UTC)
    with database.read() as connection:
        found = load_offers(connection, until)
        ids = sorted({offer.client_id for offer in found})
        clients = clients_of(connection, ids)
        exposure = load_exposure(connection, until) if found else []
        signals = _signals_of(connection, found)
        outcomes = load_outcomes(connection, until) if found else []
    offers = offers_from_rows(map(_row, found), "ledger")
    groups = _groups(found, clients, _periods(exposure), signals)
    known = {offer.offer_id for offer in found}
    return Ledger(replace(offers, groups=groups), [_event(one, known) for one in outcomes])


def _signals_of(connection: Transaction, found: Iterable[Offer]) -> dict[str, Signal]:
    """The signals that led to offers, by id; one that is of none of their clients is left out."""
    led = {offer.signal_id: offer.client_id for offer in found if offer.signal_id}
    clients = set(led.values())
    return {one.id: one for one in signals_of_ids(connection, led) if one.client_id in clients}


def _row(offer: Offer) -> dict[str, Any]:
    names = {"loss_reason", *REQUIRED, *OPTIONAL}
    return {name: getattr(offer, name) for name in names}


def _groups(
    offers: Sequence[Offer],
    clients: Mapping[str, Client],
    periods: Mapping[str, list[Exposure]],
    signals: Mapping[str, Signal],
) -> dict[str, Any]:
    """The columns only the bank knows, by name; a column nobody filled is left out."""
    rows = [_group_row(offer, clients.get(offer.client_id), periods, signals) for offer in offers]
    columns = {name: label(row[name] for row in rows) for name in GROUPS}
    return {name: labels for name, labels in columns.items() if labels.names}


def _group_row(
    offer: Offer, client: Client | None, periods: Mapping[str, list[Exposure]], signals: Mapping[str, Signal]
) -> dict[str, str | None]:
    """Segment (size band), sector and region as they were when the offer was made, else as the client list has them."""
    day = offer.offered_at.date()
    then = next(
        (p for p in periods.get(offer.client_id, ()) if p.begin <= day and (not p.until or day <= p.until)), None
    )
    signal = signals.get(offer.signal_id or "")
    return {
        "segment": (then.size_band if then else None) or (client.size_band if client else None),
        "sector": (then.sector if then else None) or (client.sector if client else None),
        "region": (then.region if then else None) or (client.city if client else None),
        "signal_type": signal.type if signal else None,
        "episode": signal.episode_id if signal else None,
        "rivals": offer.rivals,
    }


def _periods(exposure: Iterable[Exposure]) -> dict[str, list[Exposure]]:
    periods: dict[str, list[Exposure]] = {}
    for one in exposure:
        periods.setdefault(one.client_id, []).append(one)
    return periods


def _event(outcome: Outcome, offers: set[str]) -> Event:
    """An outcome whose subtype is an offer's id is about that deal."""
    day = (outcome.occurred_at.date() - date(1970, 1, 1)).days
    return Event(outcome.client_id, outcome.kind, day, outcome.subtype if outcome.subtype in offers else None)
