"""Flagged clients: whose standing risk level is at or over the threshold, highest first."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from oncu.storage.clients import clients_of

from ...faces.because import level_story
from ...faces.board import flagged_clients
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
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
def page(visit: Visitor, manager: str = "") -> HTMLResponse:
    """All flagged clients, or those of one manager."""
    table = flagged_table(visit, manager)
    threshold = visit.site.settings.level.threshold
    managers = sorted({row["manager"] for row in flagged_table(visit, "").rows if row["manager"]})
    return show(
        visit, "risks.html.j2", room="risks", table=table, threshold=threshold, manager=manager, managers=managers
    )


@router.get("/risks.{form}")
def export(visit: Visitor, form: str, manager: str = "") -> Response:
    """The same rows as CSV or XLSX."""
    return as_file(flagged_table(visit, manager), form, visit)


def flagged_table(visit: Visit, manager: str) -> Table:
    """One row a flagged client."""
    threshold = visit.site.settings.level.threshold
    flagged = flagged_clients(visit.site.database, visit.now, threshold=threshold)
    with visit.site.database.read() as connection:
        clients = clients_of(connection, [found.client_id for found in flagged])
    rows = [
        {
            "level": round(found.level, 1),
            "client": clients[found.client_id].legal_name,
            "client_id": found.client_id,
            "manager": clients[found.client_id].manager or "",
            "steps": len(found.raised),
            "last": found.steps[-1].at if found.steps else None,
            "why": level_story(found.raised, visit.words, visit.face.title, threshold=threshold),
            "limit": clients[found.client_id].limit,
        }
        for found in flagged
    ]
    return Table("risks", COLUMNS, tuple(row for row in rows if not manager or row["manager"] == manager))
