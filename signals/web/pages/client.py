"""Clients: find one, and everything known of one with the two years behind it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from oncu.config.problems import Problem
from oncu.storage.acts import Act, acts_of
from oncu.storage.alert_lists import alerts_of_client
from oncu.storage.clients import Client
from oncu.storage.outcomes import Offer, offers_of, outcomes_of
from oncu.storage.signals import load_steps, open_sides
from oncu.storage.tips import tips_of

from ...clients.view import describe_client
from ...faces.because import level_story
from ...flow.level import LevelStep, faded_levels, level_at, raising_steps, trace_level
from ..acts_box import gather_acts
from ..rooms import ROOMS
from ..search import MOST
from ..show import show
from ..site import Visit, Visitor
from ..strip import Mark, draw_strip
from ..tables import Column, Table, as_file
from .silences import silence_days

router = APIRouter()
OPEN_TO = ROOMS["clients"].roles
MONTHS = 24
LOOK_BACK = timedelta(days=MONTHS * 31)
FOUND = tuple(Column(key) for key in ("client_id", "client", "city", "sector", "manager", "tax_id"))
Event = tuple[datetime, str, str, str, float | None]
PAST = (Column("day", "day"), Column("kind_past"), Column("what"), Column("side"), Column("amount", "money"))


@router.get("/clients")
def search(visit: Visitor, q: str = "") -> HTMLResponse:
    """The clients whose name, number or id holds what was typed."""
    seen = visit.seen()
    found, number = _found(visit, q, seen)
    known = visit.site.finder.count(visit.site.database, seen=seen)
    return show(visit, "clients.html.j2", room="clients", q=q, found=found, number=number, known=known)


@router.get("/clients.{form}")
def export(visit: Visitor, form: str, q: str = "") -> Response:
    """All clients that hold what was typed, as CSV or XLSX."""
    found, _ = _found(visit, q, visit.seen(), most=None)
    rows = tuple({key: _value(client, key) for key in (column.key for column in FOUND)} for client in found)
    return as_file(Table("clients", FOUND, rows), form, visit)


def _found(visit: Visit, q: str, seen: frozenset[str] | None, *, most: int | None = MOST) -> tuple[list[Client], int]:
    """The clients that hold what was typed; with nothing typed the whole portfolio of who has one."""
    finder, database = visit.site.finder, visit.site.database
    if not q and seen is not None:
        return finder.portfolio(database, seen, most=most)
    return finder.find(database, q, most=most, seen=seen)


@router.get("/clients/{client_id}/gecmis.{form}")
def export_past(visit: Visitor, client_id: str, form: str) -> Response:
    """Everything that was heard of a client, offered and happened in two years, as CSV or XLSX."""
    known = _known(visit, client_id)
    if known is None:
        raise HTTPException(404)
    return as_file(past_table(visit, known["client_id"]), form, visit)


@router.get("/clients/{client_id}")
def page(visit: Visitor, client_id: str) -> Response:
    """One client; any id it ever had leads to it."""
    known = _known(visit, client_id)
    if known is None:
        raise HTTPException(404)
    if known["client_id"] != client_id:
        return RedirectResponse(f"/clients/{known['client_id']}", status_code=303)
    visit.note("client.view", client_id)
    return show(visit, "client.html.j2", room="clients", **_told(visit, client_id, known))


def past_table(visit: Visit, client_id: str) -> Table:
    """One row an alert, a step of the level, an offer, an outcome, an act or a tip of a client, the newest first."""
    rows = [
        {
            "day": at,
            "kind_past": visit.words(f"past_{kind}"),
            "what": what,
            "side": visit.words(f"side_{side}") if side else "",
            "amount": amount,
        }
        for at, kind, what, side, amount in sorted(_events(visit, client_id), key=lambda one: one[0], reverse=True)
    ]
    return Table(f"clients/{client_id}/gecmis", PAST, tuple(rows))


def _events(visit: Visit, client_id: str) -> Iterator[Event]:
    """When, of what kind, what, on which side and how much."""
    with visit.database.read() as connection:
        alerts = alerts_of_client(connection, client_id, since=visit.now - LOOK_BACK)
        steps = load_steps(connection, at=visit.now, client_ids=[client_id]).get(client_id, [])
        outcomes = outcomes_of(connection, client_id, visit.now)
        offers = offers_of(connection, client_id, visit.now)
        acts, tips = acts_of(connection, client_id, visit.now), tips_of(connection, client_id, visit.now)
    yield from ((one.created_at, "alert", visit.face.title(one.type), one.side, None) for one in alerts.values())
    yield from ((one.at, "step", _step(visit, one), "risk", None) for one in trace_level(steps))
    yield from ((one.offered_at, "offer", _offered(visit, one), "", one.amount) for one in offers)
    yield from ((one.occurred_at, "outcome", _outcome(visit, one.kind), "", one.amount) for one in outcomes)
    yield from ((one.acted_at, "act", _act(visit, one), "", one.amount) for one in acts)
    yield from ((one.written_at, "tip", one.text, "", None) for one in tips)


def _offered(visit: Visit, offer: Offer) -> str:
    return f"{offer.product}, {visit.words(f'offer_{offer.status}')}"


def _act(visit: Visit, act: Act) -> str:
    kind = visit.words.texts.get(f"act_{act.kind}", act.kind)
    return f"{kind}: {act.note}" if act.note else kind


def _step(visit: Visit, step: LevelStep) -> str:
    level = visit.words.number(step.level, 1)
    return f"{visit.face.title(step.type)}: {visit.words(f'step_{step.kind}')} → {level}"


def _known(visit: Visit, client_id: str) -> dict[str, Any] | None:
    """All that is known of a client; None where no client has the id."""
    try:
        return describe_client(visit.database, client_id)
    except Problem:
        return None


def _value(client: Client, key: str) -> str:
    return str(getattr(client, "legal_name" if key == "client" else key) or "")


def _told(visit: Visit, client_id: str, known: dict[str, Any]) -> dict[str, Any]:
    since, threshold = visit.now - LOOK_BACK, visit.site.settings.level.threshold
    days = visit.site.settings.digest.conflict_days
    with visit.database.read() as connection:
        alerts = alerts_of_client(connection, client_id, since=since)
        steps = load_steps(connection, at=visit.now, client_ids=[client_id]).get(client_id, [])
        open_types = sorted(open_sides(connection, [client_id], at=visit.now, days=days).get(client_id, set()))
        outcomes = outcomes_of(connection, client_id, visit.now)
        offers = offers_of(connection, client_id, visit.now)
    marks = [Mark(alert.created_at, alert.side, visit.face.title(alert.type)) for alert in alerts.values()]
    marks += [
        Mark(end.occurred_at, "outcome", _outcome(visit, end.kind)) for end in outcomes if end.occurred_at >= since
    ]
    raised = raising_steps(steps, visit.now)
    return {
        "known": known,
        "fields": {field["field"]: field["value"] for field in known["fields"]},
        "alerts": alerts,
        "title": visit.face.title,
        "open_types": [(side, visit.face.title(code)) for side, code in (one.split(":") for one in open_types)],
        "level": level_at(steps, visit.now),
        "threshold": threshold,
        "steps": list(zip(trace_level(steps), faded_levels(steps), strict=True)),
        "story": level_story(raised, visit.words, visit.face.title, threshold=threshold),
        "strip": draw_strip(marks, visit.now, visit.words, months=MONTHS),
        "outcomes": [(end, _outcome(visit, end.kind)) for end in reversed(outcomes)],
        "offers": list(reversed(offers)),
        "past": past_table(visit, client_id),
        "acts": gather_acts(visit, client_id),
        "days": silence_days(visit),
    }


def _outcome(visit: Visit, kind: str) -> str:
    """The name of a kind of outcome; the kind itself where the texts do not know it."""
    return visit.words.texts.get(f"outcome_{kind}", kind)
