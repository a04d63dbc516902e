"""Alerts: those of a period, and one with all that stands behind it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.exceptions import HTTPException

from oncu.storage.alert_lists import Sought, newest_alerts
from oncu.storage.alerts import Alert, load_alerts
from oncu.storage.clients import clients_of
from oncu.storage.database import Transaction
from oncu.storage.decisions import lead_steps_of
from oncu.storage.feedback import feedback_on
from oncu.storage.routing import AlertRoute, routes_of

from ...faces.cards import Shown, gather_shown, show_alert
from ...faces.explain import explain_alert
from ...flow.silences import reasons_to_hold
from ...review.desk import Case
from ..cases import desk_of
from ..site import Visit
from .alert_shapes import AlertLine, AlertWhole, DeadlineShape, LeadStepShape, MoveShape, RouteShape, StandingShape
from .caller import note_part, reading
from .faults import documented
from .shapes import AlertPath, Limit, Manager, Part, Side

router = APIRouter(tags=["alerts"])
Reader = Annotated[Visit, Depends(reading("today"))]
State = Literal["new", "acknowledged", "accepted", "escalated", "dismissal_proposed", "dismissed", "resolved"]
# The moment an alert was made, in microseconds since 1970, and its id: the next part begins after it.
AlertCursor = Annotated[str | None, Query(pattern="^[0-9]{1,16}-[0-9a-f]{1,64}$")]
Days = Annotated[int, Query(ge=1, le=366)]
EPOCH, INSTANT = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@router.get("/alerts", responses=documented())
def list_alerts(
    visit: Reader,
    days: Days = 7,
    side: Side | None = None,
    type: Annotated[str | None, Query(max_length=64, pattern="^[a-z0-9_]+$")] = None,  # noqa: A002 (in the address)
    manager: Manager = None,
    state: State | None = None,
    limit: Limit = 50,
    cursor: AlertCursor = None,
) -> Part[AlertLine]:
    """The alerts of a period, the newest first."""
    sought = Sought(visit.now - timedelta(days=days), visit.now, manager, side, type, state)
    with visit.database.read() as connection:
        found = newest_alerts(connection, sought, limit=limit + 1, after=_read_cursor(cursor))
        shown = dict(list(found.items())[:limit])
        lines = lines_of(connection, visit, shown)
    note_part(visit, "alerts", lines)
    return Part[AlertLine](items=lines, next=_cursor_of(lines[-1]) if len(found) > limit else None)


@router.get("/alerts/{alert_id}", responses=documented(404))
def one_alert(visit: Reader, alert_id: AlertPath) -> AlertWhole:
    """One alert: its documents, why it exists, how often such signals came true, where it stands and who did what."""
    with visit.database.read() as connection:
        found = load_alerts(connection, [alert_id])
        if alert_id not in found:
            raise HTTPException(404)
        whole = _whole(connection, visit, alert_id, found)
    visit.note("alert.view", alert_id)
    told = explain_alert(visit.database, alert_id, visit.site.settings, visit.catalogue)
    return AlertWhole.model_validate(whole | _explained(told, visit))


def lines_of(connection: Transaction, visit: Visit, alerts: Mapping[str, Alert]) -> list[AlertLine]:
    """Some alerts as rows, in their order."""
    site = visit.site
    cases = desk_of(visit).cases(connection, alerts, visit.now)
    held = reasons_to_hold(connection, alerts, visit.catalogue.types, site.settings, at=visit.now)
    clients = clients_of(connection, {alert.client_id for alert in alerts.values()})
    return [
        _line(visit, cases[key], clients.get(alert.client_id), held[key].kind if key in held else None)
        for key, alert in alerts.items()
    ]


def _line(visit: Visit, case: Case, client: Any, held: str | None) -> AlertLine:
    alert, standing, due = case.alert, case.standing, case.deadline
    return AlertLine(
        id=case.id,
        client_id=alert.client_id,
        client=client.legal_name if client else alert.client_id,
        manager=client.manager if client else alert.manager,
        side=alert.side,
        type=alert.type,
        title=visit.face.title(alert.type),
        priority=alert.priority,
        state=standing.state,
        owner=standing.owner,
        deadline=DeadlineShape(kind=due.kind, due_at=due.due_at, passed=due.passed, step=due.step) if due else None,
        held=held,
        created_at=alert.created_at,
    )


def _whole(connection: Transaction, visit: Visit, alert_id: str, found: Mapping[str, Alert]) -> dict[str, Any]:
    """What is known of an alert beside its explanation."""
    shown = gather_shown(connection, found, visit.face, at=visit.now, day=visit.now.date())
    case = desk_of(visit).cases(connection, found, visit.now)[alert_id]
    route = routes_of(connection, [alert_id]).get(alert_id)
    answers = feedback_on(connection, [alert_id]).get(alert_id, {})
    steps = lead_steps_of(connection, [alert_id]).get(alert_id, [])
    [line] = lines_of(connection, visit, found)
    return {
        **line.model_dump(),
        **_read_as(found[alert_id], shown),
        "standing": StandingShape.model_validate(case.standing),
        "moves": [MoveShape.model_validate(move) for move in case.standing.moves],
        "answers": [{"by": who, "answer": one.answer or None, "at": one.at} for who, one in answers.items()],
        "route": _route(route),
        "lead": [LeadStepShape.model_validate(step) for step in steps],
    }


def _read_as(alert: Alert, shown: Shown) -> dict[str, Any]:
    """The texts a manager reads of an alert, and the record of its type."""
    view, score = show_alert(alert, shown), shown.records.get(alert.type)
    texts = ("definition", "novelty", "why", "match", "confidence", "next_step", "because", "rank", "sources", "copies")
    record = {"value": score.value, "low": score.low, "high": score.high, "n": score.n} if score else None
    return {name: getattr(view, name) for name in texts} | {
        "quote": str(view.quote),
        "record": record and record | {"horizon_days": score.horizon_days if score else 0},
    }


def _explained(told: Mapping[str, Any], visit: Visit) -> dict[str, Any]:
    """The documents, what else is open, and the steps of the client's level."""
    reasons = ("tag_reason", "mention_reason")
    evidence = [one | {name: visit.words.reason(one[name]) for name in reasons} for one in told["evidence"]]
    sides = [one.split(":") for one in told["also_open"]]
    level = [step | {"type": step["reason"].partition(",")[0]} for step in told["level"]]
    return {
        "priority_reason": visit.words.reason(told["alert"]["reason"]),
        "evidence": evidence,
        "also_open": [{"side": side, "type": code} for side, code in sides],
        "level": [{name: step[name] for name in ("at", "kind", "type", "height", "level")} for step in level],
    }


def _route(route: AlertRoute | None) -> RouteShape | None:
    if route is None:
        return None
    return RouteShape(rule=route.rule, whom=list(route.whom), channels=list(route.channels), due_at=route.due_at)


def _cursor_of(line: AlertLine) -> str:
    return f"{(line.created_at - EPOCH) // INSTANT}-{line.id}"


def _read_cursor(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    micros, _, alert_id = cursor.partition("-")
    return EPOCH + int(micros) * INSTANT, alert_id
