"""Single routing rules as forms; what is sent becomes the same YAML, checked and kept as a version."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from oncu.config.load import ConfigError
from oncu.config.problems import Problem
from oncu.config.routing import CHANNELS, RoutingPlan

from ...flow.routing import change_routing, check_routing, current_plan
from ..forms import Form, go_to, reason_in
from ..rooms import ROOMS
from ..rule_form import (
    NEW,
    SIZES,
    Plain,
    fields_of,
    moved_rule,
    people_of,
    plain_plan,
    rule_of,
    with_rule,
    without_rule,
    written,
)
from ..show import show
from ..site import Visit, Visitor

router = APIRouter()
OPEN_TO = ROOMS["routing"].roles
CHANGERS = ("analyst",)
MOVES = {"yukari": -1, "asagi": 1}


@router.get("/yonlendirme/kural/{name}")
def one(visit: Visitor, name: str) -> HTMLResponse:
    """One rule as a form, or an empty form for a new one."""
    plan = _plan(visit)
    rule = plan.rule(name)
    if rule is None and name != NEW:
        raise HTTPException(404)
    return _show(visit, plan, name, fields_of(rule))


@router.post("/yonlendirme/kural/{name}")
def save(visit: Visitor, name: str, form: Form) -> Response:
    """Put a rule in force with a reason; one with faults comes back with them."""
    plan = _plan(visit)
    if plan.rule(name) is None and name != NEW:
        raise HTTPException(404)
    named = form.get("name", "").strip() if name == NEW else name
    faults: tuple[str, ...] = ()
    if name == NEW and plan.rule(named):
        faults = (visit.words("rules_taken", name=named),)
    plain = with_rule(plain_plan(plan), named, rule_of(form, named))
    faults = faults or _kept(visit, plain, reason_in(form))
    if faults:
        return _show(visit, plan, name, form, faults=faults, reason=form.get("reason", ""), status=422)
    return go_to("/yonlendirme")


@router.post("/yonlendirme/kural/{name}/{way}")
def move(visit: Visitor, name: str, way: str, form: Form) -> Response:
    """Move a rule up or down, or remove it; rules that would be wrong stay as they are, and it is said why."""
    plan = _plan(visit)
    if plan.rule(name) is None or way not in (*MOVES, "sil"):
        raise HTTPException(404)
    plain = plain_plan(plan)
    changed = without_rule(plain, name) if way == "sil" else moved_rule(plain, name, MOVES[way])
    reason = reason_in(form) or visit.words(f"rules_{way}", name=name)
    if faults := _kept(visit, changed, reason):
        raise Problem("\n".join(faults))
    return go_to("/yonlendirme")


def _plan(visit: Visit) -> RoutingPlan:
    with visit.database.read() as connection:
        return current_plan(connection, visit.site.settings, visit.catalogue.types)


def _kept(visit: Visit, plain: Plain, reason: str) -> tuple[str, ...]:
    """Keep the rules; the faults where they have some."""
    database, settings = visit.as_role(*CHANGERS), visit.site.settings
    if not reason:
        return (visit.words("web_reason_missing"),)
    text, types = written(plain), visit.catalogue.types
    try:
        check_routing(text, types, settings)
        change_routing(database, text, types, settings, by=visit.actor, reason=reason, now=visit.now)
    except ConfigError as error:
        return tuple(str(error).splitlines())
    return ()


def _show(
    visit: Visit,
    plan: RoutingPlan,
    name: str,
    fields: Mapping[str, str],
    *,
    faults: tuple[str, ...] = (),
    reason: str = "",
    status: int = 200,
) -> HTMLResponse:
    language = visit.words.language
    desks = {code: getattr(desk, language) for code, desk in plan.desks.items()}
    whom = [(code, desks.get(code) or visit.words(f"whom_{code}")) for code in people_of(plan)]
    channels = [*CHANNELS, *(f"webhook:{hook}" for hook in visit.site.settings.webhooks)]
    types = sorted((visit.face.title(code), code) for code in visit.catalogue.types)
    choices: dict[str, Any] = {"whom": whom, "channels": channels, "types": types, "sizes": SIZES}
    choices["has_types"] = any(key.startswith("type.") for key in fields)
    told: dict[str, Any] = {"name": name, "is_new": name == NEW, "fields": fields, "faults": faults, "reason": reason}
    return show(visit, "rule.html.j2", room="routing", status=status, **told, **choices)
