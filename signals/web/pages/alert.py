"""One alert: where it stands and what can be done, its documents, why it exists, who was told, what came before it."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse

from oncu.storage.alerts import load_alerts
from oncu.storage.database import Transaction
from oncu.storage.dispatches import Dispatch, dispatches_of
from oncu.storage.queue import viewers_of
from oncu.storage.routing import routes_of

from ...faces.cards import gather_shown, show_alert
from ...faces.explain import explain_alert
from ...flow.routing import current_plan
from ...flow.tips import SOURCE as TIPS
from ...review.colleagues import Colleagues
from ..acts_box import gather_acts
from ..cases import colleagues_of, desk_of, history_of, just_moved, view_cases
from ..queues import place_of, read_queue, wanted_of
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from .silences import silence_days

router = APIRouter()
OPEN_TO = ROOMS["today"].roles
VIEWED = "alert.view"


@router.get("/alerts/{alert_id}")
def page(visit: Visitor, alert_id: str, kuyruk: str = "", sirada: str = "1") -> HTMLResponse:
    """The alert with this id; 404 for an unknown one. `kuyruk`: the queue it is read from, as the query of its view;
    `sirada`: whether a decision leads on to the next of it."""
    answer = show_alert_page(visit, alert_id, queue=kuyruk, goes_on=sirada == "1")
    visit.note(VIEWED, alert_id)
    return answer


def show_alert_page(
    visit: Visit, alert_id: str, *, queue: str = "", goes_on: bool = True, problem: str = "", typed: str = ""
) -> HTMLResponse:
    """The page of an alert; `problem` says why a move was refused, `typed` is the note that came with it."""
    site, colleagues = visit.site, colleagues_of(visit)
    with visit.database.read() as connection:
        found = load_alerts(connection, [alert_id])
        if not found:
            raise HTTPException(404)
        shown = gather_shown(connection, found, visit.face, at=visit.now, day=visit.now.date())
        view = show_alert(found[alert_id], shown)
        way = _way(connection, visit, alert_id, colleagues)
        cases = desk_of(visit).cases(connection, [alert_id], visit.now)
        more: dict[str, Any] = {
            "case": view_cases(connection, visit, cases, colleagues)[alert_id],
            "history": history_of(connection, visit, alert_id, colleagues),
            "done": just_moved(connection, visit),
        }
    told = explain_alert(visit.database, alert_id, site.settings, visit.catalogue)
    titles = {code: title[visit.words.language] for code, title in told["titles"].items()}
    outlets = {name: spec.title for name, spec in visit.catalogue.sources.items()}
    outlets[TIPS] = visit.words(f"source_{TIPS}")
    more |= {"titles": titles, "outlets": outlets, "days": silence_days(visit), "problem": visit.words.line(problem)}
    more |= {"acts": gather_acts(visit, told["client"]["client_id"], alert_id), "typed": typed}
    more |= {"viewers": _viewers(visit, alert_id, colleagues), "goes_on": goes_on}
    more |= _place(visit, queue, alert_id)
    status = 400 if problem else 200
    room = "desk" if queue else "today"
    return show(visit, "alert.html.j2", room=room, status=status, alert=view, told=told, way=way, **more)


def _place(visit: Visit, queue: str, alert_id: str) -> dict[str, Any]:
    """Where the alert stands in the queue it is read from; nothing where it is read from none."""
    if not queue:
        return {"queue": "", "wanted": None, "place": None}
    wanted = wanted_of(queue)
    return {"queue": wanted.query, "wanted": wanted, "place": place_of(read_queue(visit, wanted)[1], alert_id)}


def _viewers(visit: Visit, alert_id: str, colleagues: Colleagues) -> list[tuple[str, str]]:
    """Who else opened the alert, with the day, the last first."""
    with visit.site.database.read() as connection:
        seen = viewers_of(connection, alert_id, VIEWED)
    return [(colleagues.shown(who), visit.words.day(at)) for who, at in seen if who != visit.actor]


def _way(connection: Transaction, visit: Visit, alert_id: str, colleagues: Colleagues) -> dict[str, Any] | None:
    """Which rule took the alert, whom it tells by when, its steps, and what was sent; None before there were rules."""
    route = routes_of(connection, [alert_id]).get(alert_id)
    if route is None:
        return None
    plan = current_plan(connection, visit.site.settings, visit.catalogue.types)
    rule, language = plan.rule(route.rule), visit.words.language
    return {
        "rule": getattr(rule.title, language) if rule else route.rule,
        "whom": [_named(who, plan.desks, visit) for who in route.whom],
        "due": visit.words.moment(route.due_at),
        "steps": [getattr(step, language) for step in rule.steps] if rule else [],
        "sent": _sent(dispatches_of(connection, alert_id), visit, colleagues),
    }


def _sent(rows: Sequence[Dispatch], visit: Visit, colleagues: Colleagues) -> list[dict[str, Any]]:
    """Each message with what it told: the alert itself, or a step of its deadline."""
    return [
        vars(row)
        | {
            "recipient": colleagues.shown(row.recipient),
            "told": visit.words(f"desk_step_{row.step.split(':')[1]}") if row.step else "",
        }
        for row in rows
    ]


def _named(who: str, desks: Any, visit: Visit) -> str:
    """A desk by its title, owner and deputy by their words."""
    if who in desks:
        return str(getattr(desks[who], visit.words.language))
    return visit.words.texts.get(f"whom_{who}", who)
