"""One alert: its documents, why it exists, what it follows from, and what came before it."""

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse

from oncu.storage.alerts import find_alert_ids, load_alerts

from ...faces.cards import gather_shown, show_alert
from ...faces.explain import explain_alert
from ..show import show
from ..site import Visitor

router = APIRouter()


@router.get("/alerts/{alert_id}")
def page(visit: Visitor, alert_id: str) -> HTMLResponse:
    """The alert with this id; 404 for an unknown one."""
    site = visit.site
    with site.database.read() as connection:
        if alert_id not in find_alert_ids(connection, alert_id):
            raise HTTPException(404)
        found = load_alerts(connection, [alert_id])
        shown = gather_shown(connection, found, visit.face, at=visit.now, day=visit.now.date())
        view = show_alert(found[alert_id], shown)
    told = explain_alert(site.database, alert_id, site.settings, site.catalogue)
    titles = {code: title[visit.words.language] for code, title in told["titles"].items()}
    return show(visit, "alert.html.j2", room="today", alert=view, told=told, titles=titles)
