"""Susturmalar: what a person does not want to be told of for a while, and why."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from oncu.storage.clients import clients_of
from oncu.storage.silences import all_silences, silences_at

from ...flow.silences import LONGEST
from ..forms import Form, go_to, own_page, reason_in
from ..rooms import ROOMS
from ..show import show
from ..silencing import set_silence, unset_silence
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
OPEN_TO = ROOMS["unshown"].roles
USUAL = timedelta(days=30)  # what a new silence lasts unless said otherwise
ENDED = 20  # silences that are over, the newest of which are shown
COLUMNS = (
    Column("client"),
    Column("client_id"),
    Column("type"),
    Column("source"),
    Column("until", "day"),
    Column("why"),
    Column("set_by"),
    Column("set_at", "day"),
    Column("is_open"),
)


@router.get("/susturmalar")
def page(visit: Visitor, client: str = "", type: str = "", source: str = "") -> HTMLResponse:  # noqa: A002 (in the address)
    """The silences in force, those that are over, and a form for a new one (filled in as the address says)."""
    table = silence_table(visit)
    catalogue = visit.catalogue
    return show(
        visit,
        "silences.html.j2",
        room="unshown",
        table=table,
        open=[row for row in table.rows if row["is_open"]],
        over=[row for row in table.rows if not row["is_open"]][:ENDED],
        types=sorted(((code, visit.face.title(code)) for code in catalogue.types), key=lambda one: one[1]),
        sources=sorted(((name, spec.title) for name, spec in catalogue.sources.items()), key=lambda one: one[1]),
        chosen={"client": client, "type": type, "source": source},
        days=silence_days(visit),
    )


@router.get("/susturmalar.{form}")
def export(visit: Visitor, form: str) -> Response:
    """All silences as CSV or XLSX."""
    return as_file(silence_table(visit), form, visit)


@router.post("/susturmalar")
def add(visit: Visitor, form: Form) -> Response:
    """Keep quiet about a client, a type, a source or what meets all that are given."""
    set_silence(
        visit,
        client_id=_given(form, "client"),
        code=_given(form, "type"),
        source=_given(form, "source"),
        until=_day(form.get("until", "")),
        reason=reason_in(form),
    )
    return go_to(own_page(form.get("back", ""), "/susturmalar"))


@router.post("/susturmalar/{silence_id}/kaldir")
def remove(visit: Visitor, silence_id: str) -> Response:
    """End a silence before its time."""
    unset_silence(visit, silence_id)
    return go_to("/susturmalar")


def silence_days(visit: Visit) -> dict[str, date]:
    """The day a form proposes, the first and the last it takes."""
    return {"usual": visit.day + USUAL, "first": visit.day, "last": visit.day + LONGEST - timedelta(days=1)}


def silence_table(visit: Visit) -> Table:
    """One row a silence, the newest first."""
    with visit.database.read() as connection:
        found = all_silences(connection)
        in_force = {one.id for one in silences_at(connection, visit.now)}
        clients = clients_of(connection, {one.client_id for one in found if one.client_id})
    titles = {name: spec.title for name, spec in visit.catalogue.sources.items()}
    rows: list[dict[str, Any]] = [
        {
            "id": one.id,
            "client": clients[one.client_id].legal_name if one.client_id in clients else one.client_id or "",
            "client_id": one.client_id or "",
            "type": visit.face.title(one.type) if one.type else "",
            "source": titles.get(one.source or "", one.source or ""),
            "until": one.until - timedelta(microseconds=1),
            "why": one.reason,
            "set_by": one.set_by,
            "set_at": one.set_at,
            "is_open": visit.words("web_yes") if one.id in in_force else "",
        }
        for one in found
    ]
    return Table("susturmalar", COLUMNS, tuple(rows))


def _given(form: Mapping[str, str], key: str) -> str | None:
    return form.get(key, "").strip() or None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HTTPException(400, "web_silence_day") from None
