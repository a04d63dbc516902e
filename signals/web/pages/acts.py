"""Write down what was done about a client, from its page or from that of an alert, and take it back."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from oncu.storage.clients import clients_of
from oncu.storage.database import Database

from ...review.acts import GUARDS, log_act, log_tip
from ...review.bids import make_offer
from ...review.entries import Refused
from ..acts_box import Typed, gather_acts, told_faults
from ..forms import Form, go_to, own_page
from ..rooms import OWNERS
from ..show import show
from ..site import Visit, Visitor
from ..written import may_write, pen_of, reason_of, take_back_act, take_back_offer, take_back_tip

router = APIRouter()
OPEN_TO = OWNERS
PLACE = "#eylemler"


@router.post("/clients/{client_id}/eylem")
def add_act(visit: Visitor, client_id: str, form: Form) -> Response:
    """Keep a visit, a call, or what the risk team did."""
    name = "guard" if form.get("kind") in GUARDS else "contact"

    def keep(database: Database, signal_id: str | None) -> None:
        log_act(database, client_id, form, pen_of(visit), signal_id=signal_id)

    return _keep(visit, client_id, name, form, keep)


@router.post("/clients/{client_id}/teklif")
def add_offer(visit: Visitor, client_id: str, form: Form) -> Response:
    """Keep an offer that was made."""

    def keep(database: Database, signal_id: str | None) -> None:
        make_offer(database, client_id, form, pen_of(visit), signal_id=signal_id)

    return _keep(visit, client_id, "offer", form, keep)


@router.post("/clients/{client_id}/saha-notu")
def add_tip(visit: Visitor, client_id: str, form: Form) -> Response:
    """Keep what was heard."""

    def keep(database: Database, _: str | None) -> None:
        log_tip(database, client_id, form, pen_of(visit))

    return _keep(visit, client_id, "tip", form, keep)


@router.post("/eylemler/{act_id}/geri")
def remove_act(visit: Visitor, act_id: str, form: Form) -> Response:
    """Take back an action of one's own."""
    return _back(form, take_back_act(visit, act_id))


@router.post("/teklifler/{offer_id}/geri")
def remove_offer(visit: Visitor, offer_id: str, form: Form) -> Response:
    """Take back an offer that one wrote down oneself."""
    return _back(form, take_back_offer(visit, offer_id))


@router.post("/saha-notlari/{tip_id}/geri")
def remove_tip(visit: Visitor, tip_id: str, form: Form) -> Response:
    """Erase a tip of one's own that nothing has read yet."""
    return _back(form, take_back_tip(visit, tip_id))


def _keep(
    visit: Visit, client_id: str, name: str, form: Mapping[str, str], keep: Callable[[Database, str | None], None]
) -> Response:
    """Keep a form and go back to where it was filled in; where it is refused, show it again with what was typed."""
    database = may_write(visit, name, client_id)
    signal_id = reason_of(visit, client_id, form.get("alert"))
    try:
        keep(database, signal_id)
    except Refused as refused:
        return again(visit, client_id, form, Typed(name, form, told_faults(visit, refused.faults)))
    return _back(form, client_id)


def again(visit: Visit, client_id: str, form: Mapping[str, str], typed: Typed) -> HTMLResponse:
    """The box alone, with the form that was refused open."""
    with visit.database.read() as connection:
        client = clients_of(connection, [client_id])[client_id]
    acts = gather_acts(visit, client_id, form.get("from", ""), typed=typed)
    return show(visit, "acts_again.html.j2", room="clients", status=400, client=client, acts=acts)


def _back(form: Mapping[str, str], client_id: str) -> Response:
    return go_to(own_page(form.get("back", ""), f"/clients/{client_id}") + PLACE)
