"""One alert: its documents, why it exists, who was told, what it follows from, and what came before it."""

from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse

from oncu.storage.alerts import find_alert_ids, load_alerts
from oncu.storage.database import Transaction
from oncu.storage.dispatches import dispatches_of
from oncu.storage.feedback import feedback_on
from oncu.storage.routing import routes_of

from ...faces.cards import gather_shown, show_alert
from ...faces.explain import explain_alert
from ...flow.routing import current_plan
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from .silences import silence_days

router = APIRouter()
OPEN_TO = ROOMS["today"].roles


@router.get("/alerts/{alert_id}")
def page(visit: Visitor, alert_id: str) -> HTMLResponse:
    """The alert with this id; 404 for an unknown one."""
    site = visit.site
    with visit.database.read() as connection:
        if alert_id not in find_alert_ids(connection, alert_id):
            raise HTTPException(404)
        found = load_alerts(connection, [alert_id])
        shown = gather_shown(connection, found, visit.face, at=visit.now, day=visit.now.date())
        view = show_alert(found[alert_id], shown)
        feedback = feedback_on(connection, [alert_id]).get(alert_id, {})
        way = _way(connection, visit, alert_id)
    visit.note("alert.view", alert_id)
    told = explain_alert(visit.database, alert_id, site.settings, site.catalogue)
    titles = {code: title[visit.words.language] for code, title in told["titles"].items()}
    outlets = {name: spec.title for name, spec in site.catalogue.sources.items()}
    more: dict[str, Any] = {"titles": titles, "outlets": outlets, "given": feedback, "days": silence_days(visit)}
    return show(visit, "alert.html.j2", room="today", alert=view, told=told, way=way, **more)


def _way(connection: Transaction, visit: Visit, alert_id: str) -> dict[str, Any] | None:
    """Which rule took the alert, whom it tells by when, its steps, and what was sent; None before there were rules."""
    route = routes_of(connection, [alert_id]).get(alert_id)
    if route is None:
        return None
    plan = current_plan(connection, visit.site.settings, visit.site.catalogue.types)
    rule, language = plan.rule(route.rule), visit.words.language
    due = route.due_at.astimezone(visit.words.zone)
    return {
        "rule": getattr(rule.title, language) if rule else route.rule,
        "whom": [_named(who, plan.desks, visit) for who in route.whom],
        "due": f"{visit.words.day(due)} {due:%H:%M}",
        "steps": [getattr(step, language) for step in rule.steps] if rule else [],
        "sent": dispatches_of(connection, alert_id),
    }


def _named(who: str, desks: Any, visit: Visit) -> str:
    """A desk by its title, owner and deputy by their words."""
    if who in desks:
        return str(getattr(desks[who], visit.words.language))
    return visit.words.texts.get(f"whom_{who}", who)
