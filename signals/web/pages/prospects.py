"""Firms that are heard of and are no clients: whom to look at next."""

from collections import Counter
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from ...clients.gather import Gathered, gather
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..strangers import ranked_now
from ..tables import Column, Table, as_file

router = APIRouter()
OPEN_TO = ROOMS["prospects"].roles
MOST = 200  # rows of the page; the files hold all
COLUMNS = (
    Column("name"),
    Column("tax_id"),
    Column("city"),
    Column("times", "number"),
    Column("types"),
    Column("last", "day"),
)


@router.get("/prospects")
def page(visit: Visitor) -> HTMLResponse:
    """Those heard of most, with what was heard."""
    table, firms = prospect_table(visit, MOST)
    return show(visit, "prospects.html.j2", room="prospects", table=table, firms=firms)


@router.get("/prospects.{form}")
def export(visit: Visitor, form: str) -> Response:
    """All of them as CSV or XLSX."""
    return as_file(prospect_table(visit, 10**9)[0], form, visit)


def prospect_table(visit: Visit, limit: int) -> tuple[Table, int]:
    """One row a firm, and how many firms there are."""
    firms = ranked_now(visit)
    with visit.database.read() as connection:
        shown = gather(connection, firms[:limit])
    return Table("prospects", COLUMNS, tuple(_row(visit, group) for group in shown)), len(firms)


def _row(visit: Visit, group: Gathered) -> dict[str, Any]:
    """What is known of one firm, and how often it was told of what."""
    types = Counter(heard.type for heard in group.heard)
    return {
        "name": group.name,
        "tax_id": next((one.tax_id for one in group.prospects if one.tax_id), ""),
        "city": next((one.city for one in group.prospects if one.city), ""),
        "times": len({heard.document_id for heard in group.heard}),
        "types": ", ".join(f"{visit.face.title(code)} {n}" for code, n in types.most_common()),
        "last": max(heard.known_at for heard in group.heard),
    }
