"""The answer that a signed link out of a digest asks for; whoever holds the link may give it, once, for its manager."""

from functools import partial

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from oncu.config.problems import Problem
from oncu.storage.alerts import load_alerts
from oncu.storage.clients import clients_of

from ...faces.signed import PATH, Asked, BadLink, key_of, read_token
from ...review.answering import answer_alert, is_answered
from ..cases import colleagues_of, desk_of, reason_said
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
    """Make the answer of a link a move in its manager's name; a second time changes nothing.

    The manager's account signs it where there is one, so that nobody is a second person to themselves.
    """
    asked = _read(visit, token)
    if isinstance(asked, HTMLResponse):
        return asked
    with visit.site.database.read() as connection:
        if not load_alerts(connection, [asked.alert_id]):
            raise HTTPException(404)
    person = colleagues_of(visit).named(asked.manager)
    names = {asked.manager} | ({person.name} if person else set())
    by, note = person.name if person else asked.manager, visit.words("desk_changed_answer")
    give = partial(answer_alert, visit.site.database, desk_of(visit), asked.alert_id, asked.answer)
    try:
        give(by=by, now=visit.now, note=note, known_as=names)
    except Problem as problem:
        return _show(visit, asked, str(problem))
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


def _show(visit: Visit, asked: Asked, problem: str = "") -> HTMLResponse:
    with visit.site.database.read() as connection:
        case = desk_of(visit).cases(connection, [asked.alert_id], visit.now).get(asked.alert_id)
        if case is None:
            raise HTTPException(404)
        client = clients_of(connection, [case.alert.client_id])[case.alert.client_id]
    standing, words = case.standing, visit.words
    said, reason = words(f"desk_state_{standing.state}"), reason_said(standing.reason, words)
    return show(
        visit,
        "answer.html.j2",
        status=400 if problem else 200,
        bad="",
        asked=asked,
        alert=case.alert,
        client=client,
        title=visit.face.title(case.alert.type),
        is_given=is_answered(case, asked.answer),
        standing=f"{said} ({reason})" if reason else said,
        is_touched=bool(standing.moves),
        problem=words.line(problem),
    )
