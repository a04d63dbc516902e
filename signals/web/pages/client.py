"""Clients: find one, and everything known of one with the two years behind it."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from oncu.config.problems import Problem
from oncu.storage.alert_lists import alerts_of_client
from oncu.storage.outcomes import offers_of, outcomes_of
from oncu.storage.signals import load_steps, open_sides

from ...clients.view import describe_client
from ...faces.because import level_story
from ...flow.level import level_at, raising_steps, trace_level
from ..show import show
from ..site import Visit, Visitor
from ..strip import Mark, draw_strip

router = APIRouter()
MONTHS = 24
LOOK_BACK = timedelta(days=MONTHS * 31)


@router.get("/clients")
def search(visit: Visitor, q: str = "") -> HTMLResponse:
    """The clients whose name, number or id holds what was typed."""
    found, number = visit.site.finder.find(visit.site.database, q)
    known = visit.site.finder.count(visit.site.database)
    return show(visit, "clients.html.j2", room="clients", q=q, found=found, number=number, known=known)


@router.get("/clients/{client_id}")
def page(visit: Visitor, client_id: str) -> Response:
    """One client; any id it ever had leads to it."""
    try:
        known = describe_client(visit.site.database, client_id)
    except Problem:
        return show(visit, "wrong.html.j2", status=404, code=404, problem="")
    if known["client_id"] != client_id:
        return RedirectResponse(f"/clients/{known['client_id']}", status_code=303)
    return show(visit, "client.html.j2", room="clients", **_told(visit, client_id, known))


def _told(visit: Visit, client_id: str, known: dict[str, Any]) -> dict[str, Any]:
    since, threshold = visit.now - LOOK_BACK, visit.site.settings.level.threshold
    days = visit.site.settings.digest.conflict_days
    with visit.site.database.read() as connection:
        alerts = alerts_of_client(connection, client_id, since=since)
        steps = load_steps(connection, at=visit.now, client_ids=[client_id]).get(client_id, [])
        open_types = sorted(open_sides(connection, [client_id], at=visit.now, days=days).get(client_id, set()))
        outcomes = outcomes_of(connection, client_id, visit.now)
        offers = offers_of(connection, client_id, visit.now)
    marks = [Mark(alert.created_at, alert.side, visit.face.title(alert.type)) for alert in alerts.values()]
    marks += [
        Mark(end.occurred_at, "outcome", _outcome(visit, end.kind)) for end in outcomes if end.occurred_at >= since
    ]
    raised = raising_steps(steps, visit.now)
    return {
        "known": known,
        "fields": {field["field"]: field["value"] for field in known["fields"]},
        "alerts": alerts,
        "title": visit.face.title,
        "open_types": [(side, visit.face.title(code)) for side, code in (one.split(":") for one in open_types)],
        "level": level_at(steps, visit.now),
        "threshold": threshold,
        "steps": trace_level(steps),
        "story": level_story(raised, visit.words, visit.face.title, threshold=threshold),
        "strip": draw_strip(marks, visit.now, visit.words, months=MONTHS),
        "outcomes": [(end, _outcome(visit, end.kind)) for end in reversed(outcomes)],
        "offers": list(reversed(offers)),
    }


def _outcome(visit: Visit, kind: str) -> str:
    """The name of a kind of outcome; the kind itself where the texts do not know it."""
    return visit.words.texts.get(f"outcome_{kind}", kind)
