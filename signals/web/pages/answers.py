"""A reader's answer to an alert, given on a page of this site."""

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from oncu.storage.alerts import load_alerts
from oncu.storage.feedback import ANSWERS, Feedback, give_feedback

from ..forms import Form, go_to, own_page
from ..rooms import ROOMS
from ..site import Visitor

router = APIRouter()
OPEN_TO = ROOMS["today"].roles


@router.post("/alerts/{alert_id}/answer")
def answer(visit: Visitor, alert_id: str, form: Form) -> Response:
    """Keep what the reader answers to an alert and go back to the page it was given on."""
    given = form.get("answer", "")
    if given not in ANSWERS:
        raise HTTPException(400)
    with visit.database.read() as connection:
        alert = load_alerts(connection, [alert_id]).get(alert_id)
    if alert is None:
        raise HTTPException(404)
    with visit.about([alert.client_id]).write() as connection:
        give_feedback(connection, Feedback(alert_id, given, visit.actor, visit.now), how="page")
    return go_to(own_page(form.get("back", ""), f"/alerts/{alert_id}"))
