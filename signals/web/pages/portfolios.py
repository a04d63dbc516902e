"""Portföyler: which manager codes the client list has, who has them, and which lead nowhere."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from oncu.storage.people import Person, load_people
from oncu.storage.rights import clients_by_manager

from ..paging import Page, paged
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
OPEN_TO = ROOMS["people"].roles
AT_ONCE = 100
COLUMNS = (Column("manager_code"), Column("clients_n", "number"), Column("holders"), Column("portfolio_state"))


@router.get("/portfoyler")
def page(visit: Visitor, page: Page = 1) -> HTMLResponse:
    """Codes that nobody has first, then people whose code no client has, then the rest."""
    table = portfolio_table(visit)
    part = paged(table.rows, page, AT_ONCE)
    faults = {kind: sum(row["kind"] == kind for row in table.rows) for kind in ("nobody", "empty", "codeless")}
    return show(visit, "portfolios.html.j2", room="people", table=table, part=part, faults=faults)


@router.get("/portfoyler.{form}")
def export(visit: Visitor, form: str) -> Response:
    """All of it as CSV or XLSX."""
    return as_file(portfolio_table(visit), form, visit)


def portfolio_table(visit: Visit) -> Table:
    """One row a code. Numbers of clients alone: an admin sees none of them."""
    with visit.as_role("admin").read() as connection:
        numbers, people = clients_by_manager(connection), load_people(connection)
    rows = sorted(_rows(visit, numbers, people), key=lambda row: (row["kind"] == "held", row["manager_code"]))
    return Table("portfoyler", COLUMNS, tuple(rows))


def _rows(visit: Visit, numbers: dict[str | None, int], people: list[Person]) -> Iterator[dict[str, Any]]:
    holders: dict[str | None, list[str]] = {}
    for one in people:
        if one.is_active and one.manager and one.has("manager"):
            holders.setdefault(one.manager, []).append(one.name)
    for code in {**numbers, **holders}:
        kind = "codeless" if code is None else "nobody" if code not in holders else "held"
        kind = "empty" if not numbers.get(code) else kind
        yield {
            "kind": kind,
            "manager_code": code or "",
            "clients_n": numbers.get(code, 0),
            "holders": ", ".join(sorted(holders.get(code, []))),
            "portfolio_state": visit.words(f"persons_portfolio_{kind}"),
        }
