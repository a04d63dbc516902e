"""Yönlendirme: the rules that say who is told of an alert; checked, tried on the past, changed with a reason."""

from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from oncu.config.load import ConfigError
from oncu.config.routing import ROUTING, RoutingPlan
from oncu.storage.routing import RoutingVersion, routing_history

from ...flow.routing import (
    DRY_DAYS,
    Outlook,
    change_routing,
    check_routing,
    current_plan,
    current_text,
    dry_run,
    restore_routing,
)
from ..forms import Form, go_to, needed_reason
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor

router = APIRouter()
OPEN_TO = ROOMS["routing"].roles
CHANGERS = ("analyst",)


@dataclass(frozen=True)
class Tried:
    """What some rules would have done beside those in force; `faults` where they cannot be read."""

    faults: tuple[str, ...] = ()
    before: Outlook | None = None
    after: Outlook | None = None

    def rules(self) -> list[tuple[str, int | None, int | None]]:
        """Name and alerts taken, before and after; None where the rules have none of that name."""
        return _beside(self.before and self.before.by_rule, self.after and self.after.by_rule)

    def told(self) -> list[tuple[str, float | None, float | None]]:
        """Who is told how often a day at once, before and after."""
        return _beside(self.before and self.before.at_once, self.after and self.after.at_once)


@router.get("/yonlendirme")
def page(visit: Visitor) -> HTMLResponse:
    """The rules in force as text, what they did with the alerts of the last days, and their history."""
    with visit.database.read() as connection:
        text = current_text(connection, visit.site.settings)
    return _show(visit, text, Tried(after=_outlook(visit, _plan(visit))))


@router.post("/yonlendirme/dene")
def check(visit: Visitor, form: Form) -> HTMLResponse:
    """Try rules without keeping them: their faults, or what they would have done beside those in force."""
    text = _text(form.get("text", ""))
    return _show(visit, text, _try(visit, text), reason=form.get("reason", ""))


@router.post("/yonlendirme")
def save(visit: Visitor, form: Form) -> Response:
    """Put rules in force with a reason; rules with faults come back with them."""
    text, reason = _text(form.get("text", "")), needed_reason(form)
    try:
        site = visit.site
        change_routing(
            visit.as_role(*CHANGERS),
            text,
            visit.catalogue.types,
            site.settings,
            by=visit.actor,
            reason=reason,
            now=visit.now,
        )
    except ConfigError as error:
        return _show(visit, text, Tried(faults=tuple(str(error).splitlines())), reason=reason, status=422)
    return go_to("/yonlendirme")


@router.get("/yonlendirme/{number}")
def version(visit: Visitor, number: int) -> HTMLResponse:
    """One saved version beside the one before it."""
    texts, found = _texts(visit)
    if number not in texts:
        raise HTTPException(404)
    before, after = texts.get(number - 1, ""), texts[number]
    lines = list(unified_diff(before.splitlines(), after.splitlines(), str(number - 1), str(number), lineterm="", n=3))
    one = next((one for one in found if one.number == number), None)
    newest = found[0].number if found else 0
    told: dict[str, Any] = {
        "number": number,
        "one": one,
        "is_newest": number == newest,
        "lines": lines[2:],
        "text": after,
    }
    return show(visit, "routing_version.html.j2", room="routing", **told, is_file=_is_file(visit))


@router.post("/yonlendirme/{number}/geri-al")
def restore(visit: Visitor, number: int) -> Response:
    """Put an earlier version in force again, as a new one."""
    site = visit.site
    if number not in _texts(visit)[0]:
        raise HTTPException(404)
    restore_routing(
        visit.as_role(*CHANGERS), number, visit.catalogue.types, site.settings, by=visit.actor, now=visit.now
    )
    return go_to("/yonlendirme")


def _show(visit: Visit, text: str, tried: Tried, *, reason: str = "", status: int = 200) -> HTMLResponse:
    _, history = _texts(visit)
    plan = None if tried.faults else _readable(visit, text)
    titles = {rule.name: getattr(rule.title, visit.words.language) for rule in plan.rules} if plan else {}
    desks = {code: getattr(desk, visit.words.language) for code, desk in plan.desks.items()} if plan else {}
    more: dict[str, Any] = {"history": history, "is_file": _is_file(visit), "days": DRY_DAYS, "titles": titles}
    more["desks"] = desks
    return show(visit, "routing.html.j2", room="routing", status=status, text=text, tried=tried, reason=reason, **more)


def _try(visit: Visit, text: str) -> Tried:
    try:
        plan = check_routing(text, visit.catalogue.types, visit.site.settings)
    except ConfigError as error:
        return Tried(faults=tuple(str(error).splitlines()))
    return Tried(before=_outlook(visit, _plan(visit)), after=_outlook(visit, plan))


def _readable(visit: Visit, text: str) -> RoutingPlan | None:
    try:
        return check_routing(text, visit.catalogue.types, visit.site.settings)
    except ConfigError:
        return None


def _plan(visit: Visit) -> RoutingPlan:
    with visit.database.read() as connection:
        return current_plan(connection, visit.site.settings, visit.catalogue.types)


def _outlook(visit: Visit, plan: RoutingPlan) -> Outlook:
    return dry_run(visit.database, plan, until=visit.now)


def _texts(visit: Visit) -> tuple[dict[int, str], list[RoutingVersion]]:
    """Every version's text by number (0 comes with the product), and the versions, newest first."""
    with visit.database.read() as connection:
        found = list(routing_history(connection))
    return {0: ROUTING.read_text(encoding="utf-8")} | {one.number: one.text for one in found}, found


def _is_file(visit: Visit) -> str:
    """The file the rules stand in where the settings name one; then the pages cannot change them."""
    return str(visit.site.settings.routing or "")


def _text(sent: str) -> str:
    """Lines end as in a file, not as browsers send them."""
    return sent.replace("\r\n", "\n").replace("\r", "\n").rstrip() + "\n"


def _beside(before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    names = dict.fromkeys((*(after or {}), *(before or {})))
    return [(name, (before or {}).get(name), (after or {}).get(name)) for name in names]
