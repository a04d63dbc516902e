"""Flagged clients: whose standing risk level is at or over the threshold, highest first."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from oncu.storage.clients import Client

from ...faces.because import level_story
from ...faces.board import Flagged
from ..flagged import flagged_now
from ..paging import Page, Paged, paged
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
OPEN_TO = ROOMS["risks"].roles
AT_ONCE = 50  # clients of a page; the files hold all
COLUMNS = (
    Column("level", "number"),
    Column("client", "text"),
    Column("client_id", "text"),
    Column("manager", "text"),
    Column("steps", "number"),
    Column("last", "day"),
    Column("why", "text"),
    Column("limit", "money"),
)


@router.get("/risks")
def risks_page(visit: Visitor, manager: str = "", page: Page = 1) -> HTMLResponse:
    """All flagged clients, or those of one manager."""
    flagged, clients = flagged_now(visit)
    own = _of_manager(flagged, clients, manager)
    part = paged(own, page, AT_ONCE)
    return show(
        visit,
        "risks.html.j2",
        room="risks",
        table={"name": "risks", "rows": own},
        part=Paged([_row(visit, found, clients) for found in part.rows], part.number, part.pages, part.n),
        threshold=visit.site.settings.level.threshold,
        manager=manager,
        managers=sorted({client.manager for client in clients.values() if client.manager}),
    )


@router.get("/risks.{form}")
def export(visit: Visitor, form: str, manager: str = "") -> Response:
    """The same rows as CSV or XLSX."""
    return as_file(flagged_table(visit, manager), form, visit)


def flagged_table(visit: Visit, manager: str) -> Table:
    """One row a flagged client."""
    flagged, clients = flagged_now(visit)
    own = _of_manager(flagged, clients, manager)
    return Table("risks", COLUMNS, tuple(_row(visit, found, clients) for found in own))


def _of_manager(flagged: Iterable[Flagged], clients: Mapping[str, Client], manager: str) -> list[Flagged]:
    return [found for found in flagged if not manager or clients[found.client_id].manager == manager]


def _row(visit: Visit, found: Flagged, clients: Mapping[str, Client]) -> dict[str, Any]:
    client, threshold = clients[found.client_id], visit.site.settings.level.threshold
    return {
        "level": round(found.level, 1),
        "client": client.legal_name,
        "client_id": found.client_id,
        "manager": client.manager or "",
        "steps": len(found.raised),
        "last": found.steps[-1].at if found.steps else None,
        "why": level_story(found.raised, visit.words, visit.face.title, threshold=threshold),
        "limit": client.limit,
    }
