"""The answer that a signed link out of a digest asks for; whoever holds the link may give it, once, for its manager."""

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from oncu.storage.alerts import find_alert_ids, load_alerts
from oncu.storage.clients import clients_of
from oncu.storage.feedback import Feedback, feedback_on, give_feedback

from ...faces.signed import PATH, Asked, BadLink, key_of, read_token
from ..forms import go_to
from ..show import show
from ..site import Visit, Visitor

router = APIRouter()
OPEN_TO = None


@router.get(PATH + "/{token}")
def ask(visit: Visitor, token: str) -> HTMLResponse:
    """What the link would answer, with the one button that does it; reading it changes nothing."""
    asked = _read(visit, token)
    return asked if isinstance(asked, HTMLResponse) else _show(visit, asked)


@router.post(PATH + "/{token}")
def confirm(visit: Visitor, token: str) -> Response:
    """Keep the answer of a link in its manager's name; a second time changes nothing."""
    asked = _read(visit, token)
    if isinstance(asked, HTMLResponse):
        return asked
    with visit.site.database.write() as connection:
        if asked.alert_id not in find_alert_ids(connection, asked.alert_id):
            raise HTTPException(404)
        give_feedback(connection, Feedback(asked.alert_id, asked.answer, asked.manager, visit.now), how="digest")
    return go_to(visit.request.url.path)


def _read(visit: Visit, token: str) -> Asked | HTMLResponse:
    """What the link asks for, or the page that says why it cannot be used."""
    links = visit.site.settings.links
    key = key_of(links)
    if key is None:
        raise HTTPException(404)
    try:
        return read_token(token, key, visit.now, days=links.days)
    except BadLink as bad:
        status = 410 if bad.kind == "expired" else 400
        return show(visit, "answer.html.j2", status=status, bad=bad.kind, days=links.days)


def _show(visit: Visit, asked: Asked) -> HTMLResponse:
    with visit.site.database.read() as connection:
        alert = load_alerts(connection, [asked.alert_id]).get(asked.alert_id)
        if alert is None:
            raise HTTPException(404)
        client = clients_of(connection, [alert.client_id])[alert.client_id]
        last = feedback_on(connection, [asked.alert_id]).get(asked.alert_id, {}).get(asked.manager)
    is_given = last is not None and last.answer == asked.answer
    title = visit.face.title(alert.type)
    return show(
        visit, "answer.html.j2", bad="", asked=asked, alert=alert, client=client, title=title, is_given=is_given
    )
