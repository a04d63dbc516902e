"""Open offers that wait for their end, and how one ended."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from oncu.storage.acts import writer_of_offer
from oncu.storage.clients import clients_of
from oncu.storage.outcomes import Offer, open_offers

from ...review.acts import UNDO
from ...review.bids import close_offer
from ...review.entries import Refused
from ..acts_box import CHOICES, Typed, told_faults
from ..forms import Form, go_to, own_page
from ..found import offer_of
from ..paging import Page, paged
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file
from ..written import MAY, may_write, pen_of

router = APIRouter()
OPEN_TO = ROOMS["offers"].roles
AT_ONCE = 25
COLUMNS = (
    Column("offer"),
    Column("client"),
    Column("client_id"),
    Column("manager"),
    Column("offered", "day"),
    Column("days_open", "number"),
    Column("product"),
    Column("amount", "money"),
    Column("price", "number"),
)


@router.get("/teklifler/acik")
def page(visit: Visitor, manager: str = "", page: Page = 1) -> HTMLResponse:
    """The offers whose end nobody has said, the one that waits longest first, each with the form that closes it."""
    every = open_table(visit)
    managers = sorted({row["manager"] for row in every.rows if row["manager"]})
    table = of_manager(every, manager)
    return show(
        visit,
        "bids.html.j2",
        room="offers",
        table=table,
        part=paged(table.rows, page, AT_ONCE),
        manager=manager,
        managers=managers,
        **closing(visit),
    )


@router.get("/teklifler/acik.{form}")
def export(visit: Visitor, form: str, manager: str = "") -> Response:
    """The same as CSV or XLSX."""
    return as_file(of_manager(open_table(visit), manager), form, visit)


@router.post("/teklifler/{offer_id}/sonuc")
def close(visit: Visitor, offer_id: str, form: Form) -> Response:
    """Keep how an offer ended, or that it did not."""
    offer = offer_of(visit, offer_id)
    database = may_write(visit, "offer", offer.client_id)
    try:
        close_offer(database, offer_id, form, pen_of(visit))
    except Refused as refused:
        return _again(visit, offer, form, told_faults(visit, refused.faults))
    return go_to(own_page(form.get("back", ""), f"/teklifler/{offer_id}"))


def ending(visit: Visit, offer_id: str) -> dict[str, Any]:
    """What the page of one offer needs to close it or to take it back."""
    with visit.database.read() as connection:
        by, at = writer_of_offer(connection, offer_id) or (None, visit.now)
    return closing(visit) | {"may_undo": by == visit.actor and visit.now - at <= UNDO}


def closing(visit: Visit, typed: Typed | None = None) -> dict[str, Any]:
    """What the form that closes an offer needs."""
    return {
        "may_close": visit.person.has(*MAY["offer"]),
        "choices": CHOICES,
        "today": visit.day,
        "typed": typed or Typed(),
    }


def of_manager(table: Table, manager: str) -> Table:
    """The rows of one manager; all of them where none is named."""
    return replace(table, rows=tuple(row for row in table.rows if manager in ("", row["manager"])))


def open_table(visit: Visit) -> Table:
    """One row an open offer, the one that waits longest first."""
    with visit.database.read() as connection:
        found = open_offers(connection, visit.now)
        clients = clients_of(connection, {offer.client_id for offer in found})
    names = {key: client.legal_name for key, client in clients.items()}
    return Table(
        "teklifler/acik", COLUMNS, tuple(_row(offer, names.get(offer.client_id, ""), visit.day) for offer in found)
    )


def _row(offer: Offer, client: str, today: date) -> dict[str, Any]:
    return {
        "offer": offer.offer_id,
        "client": client,
        "client_id": offer.client_id,
        "manager": offer.manager or "",
        "offered": offer.offered_at,
        "days_open": (today - offer.offered_at.date()).days,
        "product": offer.product,
        "amount": offer.amount,
        "price": offer.price,
        "_offer": offer,
    }


def _again(visit: Visit, offer: Offer, form: Mapping[str, str], faults: Mapping[str, str]) -> HTMLResponse:
    with visit.database.read() as connection:
        client = clients_of(connection, [offer.client_id])[offer.client_id]
    more = closing(visit, Typed(offer.offer_id, form, faults))
    return show(visit, "bid_again.html.j2", room="offers", status=400, offer=offer, client=client, **more)
