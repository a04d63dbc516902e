"""How often clients are visited and called, with a signal as the reason and without, by manager."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from oncu.storage.acts import CONTACTS, Contacts, contacts_made

from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
OPEN_TO = ROOMS["measures"].roles
Days = Literal["30", "90", "365"]
COUNTS = tuple(f"{kind}s_{way}" for kind in CONTACTS for way in ("with", "without"))
COLUMNS = (
    Column("manager"),
    *(Column(key, "number") for key in COUNTS),
    Column("share_with_reason", "share"),
)


@router.get("/eylemler")
def page(visit: Visitor, days: Days = "90") -> HTMLResponse:
    """One row a manager whose clients this reader sees."""
    table = contact_table(visit, days)
    return show(visit, "contacts.html.j2", room="measures", table=table, days=days)


@router.get("/eylemler.{form}")
def export(visit: Visitor, form: str, days: Days = "90") -> Response:
    """The same as CSV or XLSX."""
    return as_file(contact_table(visit, days), form, visit)


def contact_table(visit: Visit, days: str) -> Table:
    """Visits and calls of the last days by manager, all of them last where there are several."""
    with visit.database.read() as connection:
        found = contacts_made(connection, since=visit.now - timedelta(days=int(days)), until=visit.now)
    managers = sorted({one.manager for one in found})
    rows = [_row(manager, [one for one in found if one.manager == manager]) for manager in managers]
    rows += [_row(visit.words("acts_all_managers"), found)] if len(managers) > 1 else []
    return Table("eylemler", COLUMNS, tuple(rows))


def _row(manager: str, found: Iterable[Contacts]) -> dict[str, Any]:
    counts = dict.fromkeys(COUNTS, 0)
    for one in found:
        counts[f"{one.kind}s_with"] += one.with_reason
        counts[f"{one.kind}s_without"] += one.without
    with_reason = sum(n for key, n in counts.items() if key.endswith("_with"))
    total = sum(counts.values())
    return {"manager": manager or "–", **counts, "share_with_reason": with_reason / total if total else None}
