"""Teklifler: what past offers teach, and one offer at each price."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from oncu.scoring.judge.tables import BadInput
from oncu.scoring.offers.one_offer import OfferPricing, price_offer
from oncu.storage.clients import clients_of
from oncu.storage.database import Transaction
from oncu.storage.offer_lists import Wanted, count_offers, newest_offers, offer_as_of, offering_managers
from oncu.storage.outcomes import Offer

from ...offers.ledger import read_ledger
from ...offers.why import why_line
from ..corridor import draw_corridor
from ..figures import offers_pen, offers_report, sheet_of
from ..found import known
from ..paging import Page, paged_by
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file
from .bids import ending

router = APIRouter()
OPEN_TO = ROOMS["offers"].roles
AT_ONCE = 50  # offers of a page; the files hold all
OPEN_ONES = 6  # open offers beside the report
STATUSES = ("open", "won", "lost", "withdrawn", "expired")
COLUMNS = (
    Column("offer"),
    Column("client"),
    Column("client_id"),
    Column("manager"),
    Column("offered", "day"),
    Column("product"),
    Column("amount", "money"),
    Column("price", "number"),
    Column("status"),
    Column("loss_reason"),
    Column("winner"),
    Column("rival_price", "number"),
)


@router.get("/teklifler")
def offers_page(visit: Visitor) -> HTMLResponse:
    """How often offers are won, why and to whom the others are lost, and how they were priced; the open ones."""
    report, wanted = offers_report(visit), Wanted(visit.now, "open")
    with visit.database.read() as connection:
        n, found = count_offers(connection, wanted), newest_offers(connection, wanted, limit=OPEN_ONES)
    listed = offer_table(visit, found)
    return show(visit, "offers.html.j2", room="offers", report=report, pen=offers_pen(visit), listed=listed, n_open=n)


@router.get("/teklifler.{form}")
def export(visit: Visitor, form: str) -> Response:
    """Every number of the report as CSV or XLSX."""
    report = offers_report(visit)
    return as_file(sheet_of("teklifler", report.sections if report else (), offers_pen(visit)), form, visit)


@router.get("/teklifler/liste")
def listing(visit: Visitor, status: str = "", manager: str = "", page: Page = 1) -> HTMLResponse:
    """The offers themselves, the newest first."""
    wanted = _wanted(visit, status, manager)
    with visit.database.read() as connection:
        managers = offering_managers(connection, visit.now)
        n = count_offers(connection, wanted)
        part = paged_by(partial(_read, connection, wanted), n, page, AT_ONCE)
    table = offer_table(visit, part.rows)
    return show(
        visit,
        "offer_list.html.j2",
        room="offers",
        table=table,
        part=part,
        chosen=status,
        statuses=STATUSES,
        manager=manager,
        managers=managers,
    )


@router.get("/teklifler/liste.{form}")
def export_listing(visit: Visitor, form: str, status: str = "", manager: str = "") -> Response:
    """The same offers as CSV or XLSX, all of them."""
    with visit.database.read() as connection:
        found = newest_offers(connection, _wanted(visit, status, manager))
    return as_file(offer_table(visit, found), form, visit)


@router.get("/teklifler/{offer_id}")
def one(visit: Visitor, offer_id: str) -> HTMLResponse:
    """One offer: what it was or is, and while it is open the chance to win it at each price."""
    with visit.database.read() as connection:
        offer = known(offer_as_of(connection, _storable(offer_id), visit.now))
        client = clients_of(connection, [offer.client_id])[offer.client_id]
    pricing = _pricing(visit, offer)
    why = why_line(pricing.response, visit.words) if pricing else ""
    drawn = draw_corridor(pricing, visit.words) if pricing else ""
    told: dict[str, Any] = {"offer": offer, "client": client, "pricing": pricing, "why": why, "corridor": drawn}
    told |= ending(visit, offer_id)
    return show(visit, "offer.html.j2", room="offers", **told)


def offer_table(visit: Visit, found: Sequence[Offer]) -> Table:
    """One row an offer, in their order."""
    with visit.database.read() as connection:
        clients = clients_of(connection, {offer.client_id for offer in found})
    names = {key: client.legal_name for key, client in clients.items()}
    rows = (_row(visit, offer, names.get(offer.client_id, "")) for offer in found)
    return Table("teklifler/liste", COLUMNS, tuple(rows))


def _read(connection: Transaction, wanted: Wanted, skip: int, most: int) -> list[Offer]:
    return newest_offers(connection, wanted, skip=skip, limit=most)


def _wanted(visit: Visit, status: str, manager: str) -> Wanted:
    """The offers in a state and of a manager; empty asks for all."""
    return Wanted(visit.now, _storable(status) or None, _storable(manager) or None)


def _storable(text: str) -> str:
    """A text of an address without the letter that PostgreSQL refuses to be asked for; in its place one of no name."""
    return text.replace("\x00", "\ufffd")


def _row(visit: Visit, offer: Offer, client: str) -> dict[str, Any]:
    words = visit.words
    return {
        "offer": offer.offer_id,
        "client": client,
        "client_id": offer.client_id,
        "manager": offer.manager or "",
        "offered": offer.offered_at,
        "product": offer.product,
        "amount": offer.amount,
        "price": offer.price,
        "status": words(f"offer_{offer.status}"),
        "loss_reason": words(f"of_reason_{offer.loss_reason}") if offer.loss_reason else "",
        "winner": offer.winner or "",
        "rival_price": offer.rival_price,
    }


def _pricing(visit: Visit, offer: Offer) -> OfferPricing | None:
    """The offer at each price; None unless it is open and there is something to learn from."""
    if offer.status != "open":
        return None
    try:
        return price_offer(read_ledger(visit.site.database, visit.day).offers, offer.offer_id)
    except BadInput:
        return None
