"""What an address names, as far as the reader sees it; anything else is not there (404)."""

from typing import TypeVar

from fastapi import HTTPException

from oncu.storage.alerts import Alert, load_alerts
from oncu.storage.outcomes import Offer, offer_of_id
from oncu.storage.silences import Silence, silences_at

from .site import Visit

T = TypeVar("T")


def alert_of(visit: Visit, alert_id: str) -> Alert:
    """An alert. Raises HTTPException."""
    with visit.database.read() as connection:
        return known(load_alerts(connection, [alert_id]).get(alert_id))


def offer_of(visit: Visit, offer_id: str) -> Offer:
    """An offer as its row is now, decided or not. Raises HTTPException."""
    with visit.database.read() as connection:
        return known(offer_of_id(connection, offer_id, visit.now))


def silence_in_force(visit: Visit, silence_id: str) -> Silence:
    """A silence that has not ended. Raises HTTPException."""
    with visit.database.read() as connection:
        return known(next((one for one in silences_at(connection, visit.now) if one.id == silence_id), None))


def known(found: T | None) -> T:
    """What was looked for. Raises HTTPException (404) where it is nothing."""
    if found is None:
        raise HTTPException(404)
    return found
