"""Gösterilmeyen: what was heard and not told, why, and a random part of it for people to judge."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Literal

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from oncu.storage.alert_lists import alerts_made
from oncu.storage.alerts import Evidence, evidence_of
from oncu.storage.audited import Judgement, judge_withheld, judgements_on
from oncu.storage.clients import Client, clients_of
from oncu.storage.database import Transaction
from oncu.storage.feedback import ANSWERS, feedback_on
from oncu.storage.signals import client_of_signal, managers_with_clients
from oncu.storage.withheld import KINDS, Withheld, audit_slice, withheld_on

from ...faces.held import held_reason
from ...faces.quote import quote_evidence
from ...flow.muting import bounds_of
from ..forms import Form, go_to, own_page
from ..found import known
from ..paging import Page, paged
from ..recall import LEAST, Heard, estimate_recall
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
OPEN_TO = ROOMS["unshown"].roles
AT_ONCE = 50  # rows of a page; the files hold all
ASKED = 5  # withheld cases that are offered for judging at once
DAYS = {"7": 7, "30": 30, "90": 90}
COLUMNS = (
    Column("day_held", "day"),
    Column("client"),
    Column("client_id"),
    Column("manager"),
    Column("side"),
    Column("type"),
    Column("kind_held"),
    Column("why"),
)

Days = Literal["7", "30", "90"]


@router.get("/gosterilmeyen")
def unshown_page(visit: Visitor, days: Days = "30", kind: str = "", manager: str = "", page: Page = 1) -> HTMLResponse:
    """What was withheld in a period, a random part of it to judge, and what that says of all."""
    with visit.database.read() as connection:
        found = _withheld(connection, visit, days, manager)
        clients = clients_of(connection, {row.client_id for row in found})
        drawn = _drawn(found)
        judged = judgements_on(connection, (row.signal_id for row in drawn))
        asked = [row for row in drawn if visit.actor not in judged.get(row.signal_id, {})][:ASKED]
        cases = _cases(connection, visit, asked, clients)
        heard = _estimate(connection, visit, days, found, judged)
        managers = managers_with_clients(connection)
    table = _table(visit, [row for row in found if kind in ("", row.kind)], clients)
    return show(
        visit,
        "unshown.html.j2",
        room="unshown",
        table=table,
        part=paged(table.rows, page, AT_ONCE),
        counts=Counter(row.kind for row in found),
        kinds=KINDS,
        days=days,
        kind=kind,
        manager=manager,
        managers=managers,
        cases=cases,
        left=sum(visit.actor not in judged.get(row.signal_id, {}) for row in drawn),
        judged=sum(bool(judged.get(row.signal_id)) for row in drawn),
        heard=heard,
    )


@router.get("/gosterilmeyen.{form}")
def export(visit: Visitor, form: str, days: Days = "30", kind: str = "", manager: str = "") -> Response:
    """The same rows as CSV or XLSX, all of them."""
    with visit.database.read() as connection:
        found = [row for row in _withheld(connection, visit, days, manager) if kind in ("", row.kind)]
        clients = clients_of(connection, {row.client_id for row in found})
    return as_file(_table(visit, found, clients), form, visit)


@router.post("/gosterilmeyen/{signal_id}")
def judge(visit: Visitor, signal_id: str, form: Form) -> Response:
    """Keep what the reader says of one withheld case."""
    answer = form.get("answer", "")
    if answer not in ANSWERS:
        raise HTTPException(400)
    with visit.database.read() as connection:
        client = known(client_of_signal(connection, signal_id))
    with visit.about([client]).write() as connection:
        judge_withheld(connection, Judgement(signal_id, answer, visit.actor, visit.now))
    return go_to(own_page(form.get("back", ""), "/gosterilmeyen") + "#denetim")


def _period(visit: Visit, days: Days) -> tuple[date, date]:
    return visit.day - timedelta(days=DAYS[days] - 1), visit.day


def _withheld(connection: Transaction, visit: Visit, days: Days, manager: str) -> list[Withheld]:
    """What was withheld in the period, the newest first."""
    found = withheld_on(connection, *_period(visit, days), manager=manager or None)
    return sorted(found, key=lambda row: (row.day, row.known_at), reverse=True)


def _drawn(found: Sequence[Withheld]) -> list[Withheld]:
    """The random part of each day, each case once."""
    by_day: dict[date, list[Withheld]] = {}
    for row in found:
        by_day.setdefault(row.day, []).append(row)
    drawn = [row for day, rows in by_day.items() for row in audit_slice(rows, day)]
    return list({row.episode_id: row for row in drawn}.values())


def _estimate(
    connection: Transaction, visit: Visit, days: Days, found: Sequence[Withheld], judged: dict[str, Any]
) -> Heard | None:
    audited = [_newest(given) for given in judged.values()]
    if len(audited) < LEAST:
        return None  # before all alerts of the period are looked at
    since = bounds_of(_period(visit, days)[0], visit.site.settings)[0]
    held = {row.alert_id for row in found}
    told = [key for key in alerts_made(connection, since=since, until=visit.now) if key not in held]
    answered = [_newest(given) for given in feedback_on(connection, told).values()]
    withheld = len({row.episode_id for row in found})
    return estimate_recall(audited, answered, withheld=withheld, alerts=len(told))


def _newest(given: dict[str, Any]) -> str:
    """What was said last, by whomever."""
    return str(max(given.values(), key=lambda one: one.at).answer)


def _cases(
    connection: Transaction, visit: Visit, asked: Sequence[Withheld], clients: dict[str, Client]
) -> list[dict[str, Any]]:
    """The cases to judge with their sentences; why each was withheld is not said, it would draw the answer."""
    evidence = evidence_of(connection, [row.episode_id for row in asked], at=visit.now)
    return [
        {
            "id": row.signal_id,
            "client": clients[row.client_id].legal_name if row.client_id in clients else row.client_id,
            "client_id": row.client_id,
            "side": row.side,
            "title": visit.face.title(row.type),
            "definition": visit.face.text(row.type, "definition"),
            "quotes": [_quoted(visit, one) for one in evidence.get(row.episode_id, ())[:2]],
        }
        for row in asked
    ]


def _quoted(visit: Visit, one: Evidence) -> dict[str, Any]:
    source = visit.catalogue.sources.get(one.source)
    title = source.title if source else one.source
    return {"quote": quote_evidence(one), "source": title, "url": one.url, "published_at": one.published_at}


def _table(visit: Visit, found: Sequence[Withheld], clients: dict[str, Client]) -> Table:
    return Table("gosterilmeyen", COLUMNS, tuple(_row(visit, row, clients.get(row.client_id)) for row in found))


def _row(visit: Visit, row: Withheld, client: Client | None) -> dict[str, Any]:
    words = visit.words
    return {
        "day_held": bounds_of(row.day, visit.site.settings)[0],
        "client": client.legal_name if client else row.client_id,
        "client_id": row.client_id,
        "manager": (client.manager if client else row.manager) or "",
        "side": words(f"side_{row.side}"),
        "code": row.side,
        "type": visit.face.title(row.type),
        "kind_held": words(f"held_kind_{row.kind}"),
        "why": held_reason(row, words, visit.face.title),
        "alert_id": row.alert_id,
    }
