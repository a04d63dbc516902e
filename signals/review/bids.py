"""Offers as a page writes them down: made to a client, and later won, lost or ended otherwise."""

from collections.abc import Mapping
from typing import Any

from oncu.config.problems import Problem
from oncu.storage.acts import (
    MADE_WITH_OFFER,
    take_back_offer,
    write_act,
    write_offer,
    writer_of_offer,
)
from oncu.storage.clients import clients_of
from oncu.storage.database import Database
from oncu.storage.keys import key_id
from oncu.storage.outcomes import DECIDED, Offer, offer_of_id

from ..imports.tables import as_cell
from .acts import UNDO
from .entries import Pen, Refused, moment_on, read_day, read_entry
from .standing import NotNow

REASONS = ("price", "service", "speed", "terms", "relationship", "other", "unknown")
SAID_BY = ("client", "manager", "inferred")
ENDS = ("won", "lost", "withdrawn", "expired")
TYPED = ("offer_id", "product", "amount", "tenor_months", "price", "cost", "floor", "list_price")
COLUMNS = tuple(Offer.__dataclass_fields__)


def make_offer(
    database: Database, client_id: str, cells: Mapping[str, str], pen: Pen, *, signal_id: str | None = None
) -> str:
    """Keep an offer that was made to a client, and that the client was met; returns its number. Raises Refused.

    `cells`: TYPED and offered_on; without a number of the bank's own it gets one.
    """
    day = read_day(cells, "offered_on", pen)
    given = {name: cells.get(name, "") for name in TYPED}
    number = given["offer_id"].strip() or _own_number(client_id, signal_id, cells, pen)
    given |= {"offer_id": number, "client_id": client_id, "status": "open", "offered_at": day.isoformat()}
    read = read_entry("offers", given, pen)
    with database.write() as connection:
        client = clients_of(connection, [client_id])[client_id]
        more = {"signal_id": signal_id, "signal_led": signal_id is not None, "manager": client.manager}
        row: dict[str, Any] = dict.fromkeys(COLUMNS) | read | more
        if known := offer_of_id(connection, number, pen.now):
            if all(getattr(known, name) == row[name] for name in ("client_id", "signal_id", *TYPED)):
                return number  # a form that was sent twice
            raise Refused({"offer_id": "another offer has this number"})
        write_offer(connection, row, by=pen.by, now=pen.now)
        met = {"client_id": client_id, "kind": MADE_WITH_OFFER, "acted_at": moment_on(day, pen)}
        write_act(connection, met | {"signal_id": signal_id, "note": number}, by=pen.by, now=pen.now)
    return number


def close_offer(database: Database, offer_id: str, cells: Mapping[str, str], pen: Pen) -> None:
    """Keep how an offer ended, or, with the status open, that it has not. Raises Refused, Problem for an unknown one.

    `cells`: status, decided_on and, where it was lost, loss_reason, loss_reason_source, winner; rival_price of any.
    """
    status = cells.get("status", "")
    if status not in ("open", *ENDS):
        raise Refused({"status": "say how it ended"})
    is_open, is_lost = status == "open", status == "lost"
    day = None if is_open else read_day(cells, "decided_on", pen)
    if is_lost and not cells.get("loss_reason"):
        raise Refused({"loss_reason": "is empty; it is needed"})
    with database.write() as connection:
        offer = offer_of_id(connection, offer_id, pen.now)
        if offer is None:
            raise Problem(f"there is no offer {offer_id!r}")
        told = ("loss_reason", "loss_reason_source", "winner") if is_lost else ()
        typed = {name: cells.get(name, "") for name in (*told, *(() if is_open else ("rival_price",)))}
        known = {name: as_cell(value) for name, value in vars(offer).items() if name not in DECIDED}
        given = known | typed | {"status": status, "decided_at": day.isoformat() if day else ""}
        read = read_entry("offers", given, pen)
        source = read.get("loss_reason_source") if read.get("rival_price") is not None else None
        kept = dict.fromkeys(DECIDED) | {name: read[name] for name in (*typed, "status", "decided_at")}
        row = vars(offer) | kept | {"rival_price_source": source}
        write_offer(connection, row, by=pen.by, now=pen.now, before=vars(offer))


def undo_offer(database: Database, offer_id: str, *, pen: Pen) -> str:
    """Take an offer back that one wrote down oneself; returns its client. Raises NotNow."""
    with database.write() as connection:
        offer, found = offer_of_id(connection, offer_id, pen.now), writer_of_offer(connection, offer_id)
        if offer is None or found is None or found[0] != pen.by:
            raise NotNow("there is nothing of yours to take back")
        if pen.now - found[1] > UNDO:
            raise NotNow("it was written down more than a day ago and stays")
        take_back_offer(connection, offer_id, by=pen.by, now=pen.now)
        return offer.client_id


def _own_number(client_id: str, signal_id: str | None, cells: Mapping[str, str], pen: Pen) -> str:
    """A number for an offer that has none of the bank's: the same for the same form sent twice."""
    said = [cells.get(name, "").strip() for name in ("offered_on", *TYPED)]
    return f"S{pen.today:%y%m%d}-{key_id('offer', client_id, signal_id, pen.by, *said)[:8]}"
