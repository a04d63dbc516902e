"""What people write down of a client (visits, calls, limit cuts, tips, offers and their end), and taking it back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException

from oncu.config.problems import Problem
from oncu.storage.acts import own_act
from oncu.storage.alerts import load_alerts
from oncu.storage.outcomes import offer_of_id
from oncu.storage.tips import tip_of_id

from ...review.acts import GUARDS, log_act, log_tip, undo_act, undo_tip
from ...review.bids import close_offer, make_offer, undo_offer
from ...review.entries import Pen, Refused
from ...review.standing import NotNow
from ..acts_box import MAY
from ..doors import NotForThem
from ..site import Visit
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
    database = visit.about([client_id])
    _check_may(visit, "guard" if asked.kind in GUARDS else "contact")
    signal_id = _signal_of(visit, client_id, asked.alert_id)
    return Kept(id=log_act(database, client_id, _cells(asked), _pen(visit), signal_id=signal_id))


@router.post("/acts/{act_id}/undo", responses=CHANGES)
def undo_client_act(visit: Actor, act_id: IdPath) -> TakenBack:
    """Take an own act back within a day. A repeat answers 404."""
    with visit.database.read() as connection:
        act = own_act(connection, act_id, visit.actor)
    if act is None:
        raise HTTPException(404)
    with _as_things_stand():
        return TakenBack(client_id=undo_act(visit.about([act.client_id]), act_id, pen=_pen(visit)))


@router.post("/clients/{client_id}/tips", responses=CHANGES)
def log_client_tip(visit: Actor, client_id: IdPath, asked: TipAsked) -> Kept:
    """Keep what was heard of a client. The same again is the same tip."""
    database = visit.about([client_id])
    _check_may(visit, "tip")
    return Kept(id=log_tip(database, client_id, _cells(asked), _pen(visit)))


@router.post("/tips/{tip_id}/undo", responses=CHANGES)
def undo_client_tip(visit: Actor, tip_id: IdPath) -> TakenBack:
    """Erase an own tip before anything has read it. A repeat answers 404."""
    with visit.database.read() as connection:
        tip = tip_of_id(connection, tip_id)
    if tip is None or tip.written_by != visit.actor:
        raise HTTPException(404)
    with _as_things_stand():
        undo_tip(visit.about([tip.client_id]), tip_id, pen=_pen(visit))
    return TakenBack(client_id=tip.client_id)


@router.post("/clients/{client_id}/offers", responses=CHANGES)
def make_client_offer(visit: Actor, client_id: IdPath, asked: OfferAsked) -> Kept:
    """Keep an offer that was made to a client. The same again is the same offer."""
    database = visit.about([client_id])
    _check_may(visit, "offer")
    signal_id = _signal_of(visit, client_id, asked.alert_id)
    return Kept(id=make_offer(database, client_id, _cells(asked), _pen(visit), signal_id=signal_id))


@router.post("/offers/{offer_id}/close", responses=CHANGES)
def close_client_offer(visit: Actor, offer_id: IdPath, asked: CloseAsked) -> OfferShape:
    """Keep how an offer ended, or with the status open that it has not. A repeat keeps the same once more."""
    database = visit.about([_client_of_offer(visit, offer_id)])
    _check_may(visit, "offer")
    close_offer(database, offer_id, _cells(asked), _pen(visit))
    with visit.database.read() as connection:
        closed = offer_of_id(connection, offer_id, visit.now)
    assert closed is not None
    return offer_shape(closed)


@router.post("/offers/{offer_id}/undo", responses=CHANGES)
def undo_client_offer(visit: Actor, offer_id: IdPath) -> TakenBack:
    """Take an offer back that the caller wrote down, within a day. A repeat answers 404."""
    database = visit.about([_client_of_offer(visit, offer_id)])
    with _as_things_stand():
        return TakenBack(client_id=undo_offer(database, offer_id, pen=_pen(visit)))


def _check_may(visit: Visit, what: str) -> None:
    if not visit.person.has(*MAY[what]):
        raise NotForThem(MAY[what])


def _client_of_offer(visit: Visit, offer_id: str) -> str:
    with visit.database.read() as connection:
        offer = offer_of_id(connection, offer_id, visit.now)
    if offer is None:
        raise HTTPException(404)
    return offer.client_id


def _signal_of(visit: Visit, client_id: str, alert_id: str | None) -> str | None:
    """The signal of the alert that is the reason; 404 for one that is not the client's."""
    if alert_id is None:
        return None
    with visit.database.read() as connection:
        alert = load_alerts(connection, [alert_id]).get(alert_id)
    if alert is None or alert.client_id != client_id:
        raise HTTPException(404)
    return alert.signal_id


def _pen(visit: Visit) -> Pen:
    """How programs write: numbers with a point."""
    return Pen(visit.actor, visit.now, ZoneInfo(visit.site.settings.timezone), ".")


def _cells(asked: Any) -> Mapping[str, str]:
    """What was sent, as a form would hold it."""
    values = asked.model_dump(exclude={"alert_id"}, exclude_none=True)
    return {name: _cell(value) for name, value in values.items()}


def _cell(value: object) -> str:
    return format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)


@contextmanager
def _as_things_stand() -> Iterator[None]:
    """What cannot be taken back any more is no wrong value."""
    try:
        yield
    except Refused:
        raise
    except Problem as problem:
        raise NotNow(str(problem)) from None
