"""What people do with alerts: one move on one alert or on several, and taking the last one back."""

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from oncu.config.problems import Problem
from oncu.storage.alerts import load_alerts
from oncu.storage.wall import NotYours

from ...review.desk import MOST_AT_ONCE, take_back
from ..cases import DESK_ROLES, desk_of
from ..forms import Form, go_to, own_page
from ..hands import move_alerts, read_asked
from ..queues import place_of, read_queue, wanted_of
from ..site import Visit, Visitor
from .alert import show_alert_page
from .desk import show_queue

router = APIRouter()
OPEN_TO = DESK_ROLES
STAYS = ("note", "assign", "wait", "resume")  # after these there is more to do with the same alert


@router.post("/alerts/{alert_id}/hamle")
def move_one(visit: Visitor, alert_id: str, form: Form) -> Response:
    """Make a move on one alert, then back, or on to the next of the queue the reader works off.

    What cannot be done is said on the alert's page, with the note as it was typed.
    """
    after = _after(visit, alert_id, form)
    try:
        made = move_alerts(visit, [alert_id], read_asked(visit, form))
    except NotYours:
        raise
    except Problem as problem:
        return show_alert_page(visit, alert_id, problem=str(problem), typed=form.get("note", ""))
    if made is None:
        raise HTTPException(404)
    return go_to(after)


@router.post("/masa/hamle")
def move_several(visit: Visitor, form: Form) -> Response:
    """Make the same move on each chosen alert of the queue, or on none."""
    chosen = sorted(key.removeprefix("alert.") for key in form if key.startswith("alert."))
    back = own_page(form.get("back", ""), "/masa")
    try:
        if not chosen:
            raise Problem(f"0 alerts were chosen; choose 1 to {MOST_AT_ONCE}")
        made = move_alerts(visit, chosen, read_asked(visit, form))
    except NotYours:
        raise
    except Problem as problem:
        return _queue_again(visit, back, str(problem), form, chosen)
    if made is None:
        raise HTTPException(404)
    return go_to(back)


@router.post("/geri-al")
def undo(visit: Visitor, form: Form) -> Response:
    """Take back what the reader did last with some alerts."""
    ids = form.get("alerts", "").split(",")[:MOST_AT_ONCE]
    with visit.database.read() as connection:
        alerts = load_alerts(connection, ids)
    if not alerts:
        raise HTTPException(404)
    database = visit.about({alert.client_id for alert in alerts.values()})
    try:
        for alert_id in alerts:
            take_back(database, desk_of(visit), alert_id, by=visit.actor, now=visit.now)
    except Problem as problem:
        return show_alert_page(visit, next(iter(alerts)), problem=str(problem))
    return go_to(own_page(form.get("back", ""), f"/alerts/{next(iter(alerts))}"))


def _after(visit: Visit, alert_id: str, form: Mapping[str, str]) -> str:
    """Where a move leads: back, or to the next alert of the queue, whose place is looked up before the move."""
    back = own_page(form.get("back", ""), f"/alerts/{alert_id}")
    queue = form.get("kuyruk", "")
    if not queue or form.get("move", "").partition(":")[0] in STAYS:
        return back
    wanted = wanted_of(queue)
    after = place_of(read_queue(visit, wanted)[1], alert_id).after
    if after is None or after == alert_id:
        return f"/masa?{wanted.query}"
    return f"/alerts/{after}?{urlencode({'kuyruk': wanted.query})}"


def _queue_again(visit: Visit, back: str, problem: str, form: Mapping[str, str], chosen: list[str]) -> HTMLResponse:
    wanted = wanted_of(back.partition("?")[2])
    return show_queue(visit, wanted, 1, problem=problem, typed=form.get("note", ""), chosen=chosen)
