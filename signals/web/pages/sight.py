"""Neden görüyorum: by what right a client is seen, without a word about the client."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from oncu.config.problems import Problem
from oncu.storage.wall import NotYours

from ...people.rights import Reason, reasons_to_see
from ..rooms import ANYONE_IN
from ..show import show
from ..site import Visit, Visitor

router = APIRouter()
OPEN_TO = ANYONE_IN
ASK_OF_OTHERS = ("admin", "auditor")


@router.get("/hesap/neden")
def page(visit: Visitor, client: str = "", person: str = "") -> HTMLResponse:
    """Why who asks sees a client; admins and auditors may ask of anybody."""
    client, person = client.strip(), person.strip()
    may_ask = visit.person.has(*ASK_OF_OTHERS) and not visit.is_open
    who = person if may_ask and person else visit.actor
    reasons, problem = _reasons(visit, who, client, is_other=who != visit.actor) if client else ([], "")
    if who != visit.actor and client:
        visit.note("sight.view", f"{who} {client}")
    shown: dict[str, Any] = {"client": client, "who": who, "may_ask": may_ask, "problem": problem, "asked": person}
    return show(visit, "sight.html.j2", reasons=[one.said(visit.words) for one in reasons], **shown)


def _reasons(visit: Visit, who: str, client: str, *, is_other: bool) -> tuple[list[Reason], str]:
    """The reasons, and what is wrong with the question; to who may not see a client none there is sounds the same."""
    if visit.is_open:
        return [], visit.words("persons_why_open")
    try:
        return reasons_to_see(visit.site.database, who, client, visit.day), ""
    except NotYours:
        return [], visit.words("persons_why_no_client") if is_other else ""
    except Problem as problem:
        return [], visit.words.line(str(problem))
