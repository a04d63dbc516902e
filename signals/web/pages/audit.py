"""Denetim: the trail of what people did, and whether anybody changed it."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from oncu.config.problems import Problem
from oncu.storage.audit import TrailRow, trail_actions, trail_end, trail_rows

from ...people.trail import last_verdict, read_end, verify_part
from ..forms import Form, go_to
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
OPEN_TO = ROOMS["audit"].roles
AT_ONCE = 100
MOST_EXPORTED = 50_000
MOST_LETTERS = 500
YEARS = range(1970, 3000)  # a day of another age has no midnight everywhere
Row = Annotated[int, Query(ge=0, le=10**15)]
SEARCHED = re.compile(r"\bq=[^&\s]*")  # what was typed into a search may name a client
COLUMNS = (
    Column("trail_row", "number"),
    Column("trail_at"),
    Column("actor"),
    Column("did"),
    Column("object"),
    Column("trail_detail"),
)


@dataclass(frozen=True)
class Asked:
    """What of the trail is asked for; a day counts whole, where the bank is."""

    actor: str | None
    action: str | None
    subject: str | None
    since: date | None
    until: date | None

    def bounds(self, visit: Visit) -> dict[str, Any]:
        """As `trail_rows` wants it."""
        since = visit.midnight(self.since) if self.since else None
        until = visit.midnight(self.until + timedelta(days=1)) if self.until else None
        return {"actor": self.actor, "action": self.action, "subject": self.subject, "since": since, "until": until}


NOTHING_ASKED = Asked(None, None, None, None, None)


@router.get("/denetim")
def page(
    visit: Visitor, kim: str = "", ne: str = "", nesne: str = "", ilk: str = "", son: str = "", once: Row = 0
) -> HTMLResponse:
    """The trail, newest first, by who, what, object and day; `once`: only rows before this number."""
    return _page(visit, _asked(kim, ne, nesne, ilk, son), once)


@router.get("/denetim.{form}")
def export(
    visit: Visitor, form: str, kim: str = "", ne: str = "", nesne: str = "", ilk: str = "", son: str = ""
) -> Response:
    """The newest MOST_EXPORTED rows asked for as CSV or XLSX; the command takes all."""
    asked = _asked(kim, ne, nesne, ilk, son)
    with visit.database.read() as connection:
        found = list(trail_rows(connection, **asked.bounds(visit), limit=MOST_EXPORTED))
    return as_file(Table("denetim", COLUMNS, tuple(_row(visit, one) for one in found)), form, visit)


@router.post("/denetim/dogrula")
def verify(visit: Visitor, form: Form) -> Response:
    """Check the links of the trail, or the next part of a long one; the check stands in the trail and on the page."""
    text, seen = form.get("end", "").strip(), visit.database
    try:
        kept = read_end(text) if text else None
    except Problem as problem:
        return _page(visit, NOTHING_ASKED, problem=visit.words.line(str(problem)), status=400)
    goes_on = form.get("goes_on") == "yes"
    verify_part(seen, visit.as_role("auditor"), kept, goes_on=goes_on, by=visit.actor, now=visit.now)
    return go_to("/denetim#dogrulama")


def _page(visit: Visit, asked: Asked, once: int = 0, *, problem: str = "", status: int = 200) -> HTMLResponse:
    with visit.database.read() as connection:
        found = list(trail_rows(connection, **asked.bounds(visit), before=once or None, limit=AT_ONCE + 1))
        end, verdict = trail_end(connection), last_verdict(connection)
        actions = {action: _did(visit, action) for action in trail_actions(connection)}
    after = found[AT_ONCE - 1].seq if len(found) > AT_ONCE else None
    table = Table("denetim", COLUMNS, tuple(_row(visit, one) for one in found[:AT_ONCE]))
    shown = {"table": table, "asked": asked, "after": after, "once": once, "most": MOST_EXPORTED}
    more = {"end": end, "verdict": verdict, "actions": actions, "problem": problem}
    return show(visit, "audit.html.j2", room="audit", status=status, **shown, **more)


def _row(visit: Visit, row: TrailRow) -> dict[str, Any]:
    at = row.at.astimezone(visit.words.zone)
    return {
        "trail_row": row.seq,
        "trail_at": f"{visit.words.day(at)} {at:%H:%M:%S}",
        "actor": row.actor,
        "did": _did(visit, row.action),
        "object": row.object,
        "trail_detail": SEARCHED.sub("q=…", row.reason or ""),
        "code": row.action,
    }


def _did(visit: Visit, action: str) -> str:
    """An act in words, or, of one that has none, its code."""
    key = "persons_act_" + re.sub(r"\W", "_", action)
    return visit.words.texts.get(key, action)


def _asked(who: str, what: str, subject: str, first: str, last: str) -> Asked:
    actor, action, about = (text.strip()[:MOST_LETTERS].replace("\x00", "") or None for text in (who, what, subject))
    return Asked(actor, action, about, _day(first), _day(last))


def _day(text: str) -> date | None:
    """A day of the address; one that is none asks for nothing."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None
