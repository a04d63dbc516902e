"""İzinler: which manager is away, and who reads for them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from oncu.config.problems import Problem
from oncu.storage.absences import absences_from
from oncu.storage.people import load_people
from oncu.storage.signals import managers_with_clients

from ...flow.absences import end_absence, note_absence
from ..forms import Form, go_to
from ..show import show
from ..site import Visit, Visitor

router = APIRouter()
OPEN_TO = ("lead", "admin")


@router.get("/izinler")
def page(visit: Visitor, yeni: str = "") -> HTMLResponse:
    """The absences that are or will be, and a form for a new one."""
    return _page(visit, said=f"persons_saved_{yeni}" if yeni in ("izin", "izinsiz") else "")


@router.post("/izinler")
def add(visit: Visitor, form: Form) -> Response:
    """Note who reads for a manager who is away; from then on that person sees the portfolio."""
    database, manager = visit.as_role(*OPEN_TO), form.get("manager", "")
    try:
        _check_own(visit, manager)
        days = _day(form.get("first", "")), _day(form.get("last", ""))
        deputy = form.get("deputy", "").strip() or None
        note_absence(database, manager, days, deputy=deputy, by=visit.actor, today=visit.day, now=visit.now)
    except Problem as problem:
        return _page(visit, problem=visit.words.line(str(problem)), typed=form, status=400)
    return go_to("/izinler?yeni=izin")


@router.post("/izinler/{key}/kaldir")
def remove(visit: Visitor, key: str) -> Response:
    """Take an absence back."""
    database = visit.as_role(*OPEN_TO)
    with database.read() as connection:
        found = next((one for one in absences_from(connection, visit.day) if one.id == key), None)
    if found is None or found.manager not in managers_of(visit):
        raise HTTPException(404)
    end_absence(database, key, by=visit.actor, today=visit.day, now=visit.now)
    return go_to("/izinler?yeni=izinsiz")


def managers_of(visit: Visit) -> list[str]:
    """The manager codes for which a reader may note absences: an admin all, a lead those of the own team."""
    with visit.as_role(*OPEN_TO).read() as connection:
        codes, people = managers_with_clients(connection), load_people(connection)
    if visit.person.has("admin"):
        return codes
    mates = {one.manager for one in people if one.team and one.team == visit.person.team}
    return [code for code in codes if code in mates]


def _check_own(visit: Visit, manager: str) -> None:
    if manager not in managers_of(visit):
        raise Problem(visit.words("persons_absence_whose"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HTTPException(400, "web_silence_day") from None


def _page(
    visit: Visit, *, said: str = "", problem: str = "", typed: Mapping[str, str] | None = None, status: int = 200
) -> HTMLResponse:
    managers = managers_of(visit)
    with visit.as_role(*OPEN_TO).read() as connection:
        absences = [one for one in absences_from(connection, visit.day) if one.manager in set(managers)]
        people = [one for one in load_people(connection) if one.is_active and one.has("manager", "deputy", "lead")]
    shown: dict[str, Any] = {"managers": managers, "absences": absences, "people": people, "today": visit.day}
    shown["typed"] = defaultdict(str, typed or {})
    return show(visit, "absences.html.j2", status=status, said=said, problem=problem, **shown)
