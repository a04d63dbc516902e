"""Writing down what was done about a client, and taking it back, for pages and programs alike: who may do what."""

from collections.abc import Mapping

from oncu.storage.acts import own_act
from oncu.storage.database import Database
from oncu.storage.decisions import LeadStep
from oncu.storage.tips import tip_of_id

from ..review.acts import undo_act, undo_tip
from ..review.bids import undo_offer
from ..review.entries import Pen
from ..review.leads import step_lead
from .found import alert_of, known, offer_of
from .rooms import OWNERS
from .site import Visit

MAY: Mapping[str, tuple[str, ...]] = {
    "contact": OWNERS,
    "tip": OWNERS,
    "offer": ("manager", "deputy", "lead"),
    "guard": ("risk",),
    "lead": ("analyst",),
}
RESEARCH = ("researcher",)  # who takes a lead on


def pen_of(visit: Visit) -> Pen:
    """How this reader writes."""
    return Pen(visit.actor, visit.now, visit.words.zone, "," if visit.words.language == "tr" else ".")


def may_write(visit: Visit, what: str, client_id: str) -> Database:
    """The database, to write something of MAY down of a client. Raises NotYours and NotForThem."""
    database = visit.about([client_id])
    visit.as_role(*MAY[what])
    return database


def reason_of(visit: Visit, client_id: str, alert_id: str | None) -> str | None:
    """The signal of the alert that is the reason; 404 for an alert that is not one of the client's."""
    if not alert_id:
        return None
    alert = alert_of(visit, alert_id)
    return known(alert.signal_id if alert.client_id == client_id else None)


def take_lead_step(visit: Visit, alert_id: str, stage: str, note: str | None) -> LeadStep:
    """Send an alert to research, or take a lead one step on. Raises NotForThem, and Problem saying what comes first."""
    alert = alert_of(visit, alert_id)
    database = visit.about([alert.client_id])
    visit.as_role(*(MAY["lead"] if stage == "sent" else RESEARCH))
    return step_lead(database, alert_id, stage, by=visit.actor, note=note, now=visit.now)


def take_back_act(visit: Visit, act_id: str) -> str:
    """Take back an action of one's own; returns its client. Raises NotNow."""
    with visit.database.read() as connection:
        act = known(own_act(connection, act_id, visit.actor))
    return undo_act(visit.about([act.client_id]), act_id, pen=pen_of(visit))


def take_back_offer(visit: Visit, offer_id: str) -> str:
    """Take back an offer that one wrote down oneself; returns its client. Raises NotNow."""
    return undo_offer(visit.about([offer_of(visit, offer_id).client_id]), offer_id, pen=pen_of(visit))


def take_back_tip(visit: Visit, tip_id: str) -> str:
    """Erase a tip of one's own that nothing has read yet; returns its client. Raises NotNow."""
    with visit.database.read() as connection:
        found = tip_of_id(connection, tip_id)
    tip = known(found if found and found.written_by == visit.actor else None)
    undo_tip(visit.about([tip.client_id]), tip_id, pen=pen_of(visit))
    return tip.client_id
