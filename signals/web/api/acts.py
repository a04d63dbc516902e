"""What people write down of a client (visits, calls, limit cuts, tips, offers and their end), and taking it back."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from ...review.acts import GUARDS, log_act, log_tip
from ...review.bids import close_offer, make_offer
from ...review.entries import Pen
from ..found import offer_of
from ..site import Visit
from ..written import may_write, pen_of, reason_of, take_back_act, take_back_offer, take_back_tip
from .act_shapes import ActAsked, CloseAsked, Kept, OfferAsked, TakenBack, TipAsked
from .caller import acting
from .client_shapes import OfferShape
from .faults import CHANGING, documented
from .offers import offer_shape
from .shapes import IdPath

router = APIRouter(tags=["acts"])
Actor = Annotated[Visit, Depends(acting("offers"))]  # those who answer for clients
CHANGES = documented(*CHANGING)


@router.post("/clients/{client_id}/acts", responses=CHANGES)
def log_client_act(visit: Actor, client_id: IdPath, asked: ActAsked) -> Kept:
    """Keep a visit or a call, or what the risk team did. The same again within a minute is the same act."""
    database = may_write(visit, "guard" if asked.kind in GUARDS else "contact", client_id)
    signal_id = reason_of(visit, client_id, asked.alert_id)
    return Kept(id=log_act(database, client_id, _cells(asked), _pen(visit), signal_id=signal_id))


@router.post("/acts/{act_id}/undo", responses=CHANGES)
def undo_client_act(visit: Actor, act_id: IdPath) -> TakenBack:
    """Take an own act back within a day. A repeat answers 404."""
    return TakenBack(client_id=take_back_act(visit, act_id))


@router.post("/clients/{client_id}/tips", responses=CHANGES)
def log_client_tip(visit: Actor, client_id: IdPath, asked: TipAsked) -> Kept:
    """Keep what was heard of a client. The same again is the same tip."""
    database = may_write(visit, "tip", client_id)
    return Kept(id=log_tip(database, client_id, _cells(asked), _pen(visit)))


@router.post("/tips/{tip_id}/undo", responses=CHANGES)
def undo_client_tip(visit: Actor, tip_id: IdPath) -> TakenBack:
    """Erase an own tip before anything has read it. A repeat answers 404."""
    return TakenBack(client_id=take_back_tip(visit, tip_id))


@router.post("/clients/{client_id}/offers", responses=CHANGES)
def make_client_offer(visit: Actor, client_id: IdPath, asked: OfferAsked) -> Kept:
    """Keep an offer that was made to a client. The same again is the same offer."""
    database = may_write(visit, "offer", client_id)
    signal_id = reason_of(visit, client_id, asked.alert_id)
    return Kept(id=make_offer(database, client_id, _cells(asked), _pen(visit), signal_id=signal_id))


@router.post("/offers/{offer_id}/close", responses=CHANGES)
def close_client_offer(visit: Actor, offer_id: IdPath, asked: CloseAsked) -> OfferShape:
    """Keep how an offer ended, or with the status open that it has not. A repeat keeps the same once more."""
    database = may_write(visit, "offer", offer_of(visit, offer_id).client_id)
    close_offer(database, offer_id, _cells(asked), _pen(visit))
    return offer_shape(offer_of(visit, offer_id))


@router.post("/offers/{offer_id}/undo", responses=CHANGES)
def undo_client_offer(visit: Actor, offer_id: IdPath) -> TakenBack:
    """Take an offer back that the caller wrote down, within a day. A repeat answers 404."""
    return TakenBack(client_id=take_back_offer(visit, offer_id))


def _pen(visit: Visit) -> Pen:
    """How programs write: numbers with a point."""
    return replace(pen_of(visit), decimal=".")


def _cells(asked: Any) -> Mapping[str, str]:
    """What was sent, as a form would hold it."""
    values = asked.model_dump(exclude={"alert_id"}, exclude_none=True)
    return {name: _cell(value) for name, value in values.items()}


def _cell(value: object) -> str:
    return format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)
