"""Clients: found by what is typed, whole, flagged; and firms that are none."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.exceptions import HTTPException

from oncu.config.problems import Problem
from oncu.storage.acts import acts_of
from oncu.storage.alert_lists import alerts_of_client
from oncu.storage.clients import Client
from oncu.storage.outcomes import offers_of, outcomes_of
from oncu.storage.signals import load_steps, open_sides

from ...clients.gather import Gathered, gather
from ...clients.view import describe_client
from ...faces.because import level_story
from ...faces.board import Flagged
from ...flow.level import LevelStep, level_at, trace_level
from ..flagged import flagged_now
from ..site import Visit
from ..strangers import ranked_now
from .act_shapes import ActShape
from .alert_shapes import LevelStepShape
from .alerts import lines_of
from .caller import note_part, reading
from .client_shapes import ClientLine, ClientWhole, FlaggedLine, OutcomeShape, ProspectLine
from .faults import documented
from .offers import offer_shape
from .shapes import WORDS, Cursor, IdPath, Limit, Manager, Part, part_of

router = APIRouter(tags=["clients"])
Reader = Annotated[Visit, Depends(reading("clients"))]
Sought = Annotated[str, Query(min_length=1, max_length=200, pattern=WORDS)]
LOOK_BACK = timedelta(days=24 * 31)  # whose alerts a client's answer holds, as its page does


@router.get("/clients", responses=documented())
def find_clients(visit: Reader, q: Sought, limit: Limit = 50, cursor: Cursor = None) -> Part[ClientLine]:
    """The clients whose name, number or id holds every word, the best first."""
    found, total = visit.site.finder.find(visit.site.database, q, most=None, seen=visit.seen())
    shown, after = part_of(found, limit, cursor)
    note_part(visit, "clients", shown)
    return Part[ClientLine](items=[ClientLine.model_validate(one) for one in shown], next=after, total=total)


@router.get("/clients/{client_id}", responses=documented(404))
def one_client(visit: Reader, client_id: IdPath) -> ClientWhole:
    """One client by any id it ever had: what is known of it, its level, and what was heard and happened."""
    try:
        known = describe_client(visit.database, client_id)
    except Problem:
        raise HTTPException(404) from None
    visit.note("client.view", known["client_id"])
    return ClientWhole.model_validate(_described(known) | _heard(visit, known["client_id"]))


@router.get("/risks", responses=documented())
def list_flagged(
    visit: Annotated[Visit, Depends(reading("risks"))],
    manager: Manager = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Part[FlaggedLine]:
    """The clients whose risk level is at or over the threshold, the highest first."""
    flagged, clients = flagged_now(visit)
    own = [found for found in flagged if manager in (None, clients[found.client_id].manager)]
    shown, after = part_of(own, limit, cursor)
    note_part(visit, "risks", shown)
    items = [_flagged_line(visit, found, clients[found.client_id]) for found in shown]
    return Part[FlaggedLine](items=items, next=after, total=len(own))


@router.get("/prospects", responses=documented())
def list_prospects(
    visit: Annotated[Visit, Depends(reading("prospects"))], limit: Limit = 50, cursor: Cursor = None
) -> Part[ProspectLine]:
    """The firms that are heard of and are no clients, those heard of most first."""
    firms = [one for one in ranked_now(visit) if one.times]
    shown, after = part_of(firms, limit, cursor)
    with visit.database.read() as connection:
        items = [_prospect_line(firm) for firm in gather(connection, shown)]
    return Part[ProspectLine](items=items, next=after, total=len(firms))


def step_shapes(steps: list[LevelStep]) -> list[LevelStepShape]:
    """Steps of a level, their reason as the type that made them."""
    return [LevelStepShape.model_validate(step) for step in steps]


def _described(known: Mapping[str, Any]) -> dict[str, Any]:
    """The golden record without the sources' raw records."""
    relations = ("other_id", "other_name", "kind", "is_forward", "share")
    return {
        "client_id": known["client_id"],
        "merged": known["merged"],
        "fields": known["fields"],
        "names": [name["alias"] for name in known["names"] if name["origin"] not in ("removed", "generated")],
        "sites": [site["address"] for site in known["sites"]],
        "relations": [{name: tie[name] for name in relations} for tie in known["relations"]],
    }


def _heard(visit: Visit, client_id: str) -> dict[str, Any]:
    """Its level, and what was heard of it, offered to it and happened to it."""
    settings, now = visit.site.settings, visit.now
    with visit.database.read() as connection:
        steps = load_steps(connection, at=now, client_ids=[client_id]).get(client_id, [])
        sides = open_sides(connection, [client_id], at=now, days=settings.digest.conflict_days).get(client_id, set())
        alerts = alerts_of_client(connection, client_id, since=now - LOOK_BACK)
        lines = lines_of(connection, visit, alerts)
        acts = acts_of(connection, client_id, now)
        outcomes, offers = outcomes_of(connection, client_id, now), offers_of(connection, client_id, now)
    level = level_at(steps, now)
    return {
        "level": round(level, 3),
        "is_flagged": level >= settings.level.threshold,
        "threshold": settings.level.threshold,
        "steps": step_shapes(trace_level(steps)),
        "open_types": [dict(zip(("side", "type"), one.split(":"), strict=True)) for one in sorted(sides)],
        "alerts": lines,
        "acts": [ActShape.model_validate(one) for one in acts],
        "outcomes": [OutcomeShape.model_validate(one) for one in reversed(outcomes)],
        "offers": [offer_shape(one) for one in reversed(offers)],
    }


def _flagged_line(visit: Visit, found: Flagged, client: Client) -> FlaggedLine:
    threshold = visit.site.settings.level.threshold
    return FlaggedLine(
        client_id=found.client_id,
        client=client.legal_name,
        manager=client.manager,
        level=round(found.level, 3),
        threshold=threshold,
        why=level_story(found.raised, visit.words, visit.face.title, threshold=threshold),
        steps=step_shapes(list(found.raised)),
        limit=client.limit,
    )


def _prospect_line(firm: Gathered) -> ProspectLine:
    types = Counter(heard.type for heard in firm.heard)
    numbers, cities = ([v for one in firm.prospects if (v := getattr(one, key))] for key in ("tax_id", "city"))
    last: datetime = max(heard.known_at for heard in firm.heard)
    return ProspectLine(
        name=firm.name,
        tax_id=next(iter(numbers), None),
        city=next(iter(cities), None),
        documents=len({heard.document_id for heard in firm.heard}),
        types=dict(types.most_common()),
        last_known_at=last,
    )
