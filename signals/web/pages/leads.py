"""Araştırma: leads that analysts sent, what research found, and how long each step took."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from oncu.config.problems import Problem
from oncu.storage.alerts import Alert, load_alerts
from oncu.storage.clients import clients_of
from oncu.storage.decisions import lead_steps_of

from ...faces.cards import gather_shown, show_alert
from ...review.leads import STEPS, Lead, group_leads, median_spans
from ..acts_box import Typed, lead_of
from ..forms import Form, go_to, own_page
from ..found import alert_of
from ..paging import Page, paged
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file
from ..written import take_lead_step
from .acts import PLACE, again

router = APIRouter()
OPEN_TO = ROOMS["leads"].roles
AT_ONCE = 25
DAY = timedelta(days=1)
STAGES = tuple(STEPS)
DAYS_OF = tuple(f"days_{stage}" for stage in ("sent", "accepted", "investigated"))
COLUMNS = (
    *(Column(key) for key in ("lead", "client", "client_id", "type", "side", "lead_question", "sent_by")),
    Column("sent_on", "day"),
    *(Column(key) for key in ("taken_by", "lead_stage")),
    Column("since", "day"),
    *(Column(key, "number") for key in DAYS_OF),
    Column("lead_note"),
)


@router.get("/arastirma")
def page(visit: Visitor, page: Page = 1) -> HTMLResponse:
    """What waits for research, longest first; what it has ended, newest first; how long each step usually takes."""
    leads = _leads(visit)
    table = lead_table(visit, leads)
    going = [row for row in table.rows if row["_lead"].is_open]
    ended = [row for row in reversed(table.rows) if not row["_lead"].is_open]
    usual = {stage: (_days(span), n) for stage, (span, n) in median_spans(leads, visit.now).items()}
    return show(
        visit,
        "leads.html.j2",
        room="leads",
        table=table,
        going=going,
        part=paged(ended, page, AT_ONCE),
        usual=usual,
        may_work=visit.person.has("researcher"),
    )


@router.get("/arastirma.{form}")
def export(visit: Visitor, form: str) -> Response:
    """All leads as CSV or XLSX."""
    return as_file(lead_table(visit, _leads(visit)), form, visit)


@router.get("/arastirma/{alert_id}")
def one(visit: Visitor, alert_id: str) -> HTMLResponse:
    """One lead: its question, what the alert says, every step with how long it took, and what can be said next."""
    alert_of(visit, alert_id)
    visit.note("lead.view", alert_id)
    return _one(visit, alert_id)


@router.post("/arastirma/{alert_id}")
def step(visit: Visitor, alert_id: str, form: Form) -> Response:
    """Take a lead one step on; an analyst sends it, research does the rest."""
    stage, note = form.get("stage", ""), form.get("note")
    try:
        take_lead_step(visit, alert_id, stage, note)
    except Problem as problem:
        typed = Typed("lead", form, {"note": visit.words.line(str(problem))})
        if form.get("from"):
            return again(visit, alert_of(visit, alert_id).client_id, form, typed)
        return _one(visit, alert_id, typed, status=400)
    back = own_page(form.get("back", ""), f"/arastirma/{alert_id}")
    return go_to(back + PLACE if form.get("from") else back)


def lead_table(visit: Visit, leads: list[Lead]) -> Table:
    """One row a lead, the one whose last step is oldest first."""
    with visit.database.read() as connection:
        alerts = load_alerts(connection, [lead.alert_id for lead in leads])
        clients = clients_of(connection, {alert.client_id for alert in alerts.values()})
    names = {key: client.legal_name for key, client in clients.items()}
    shown = [(lead, alerts[lead.alert_id]) for lead in leads if lead.alert_id in alerts]
    rows = (_row(visit, lead, alert, names.get(alert.client_id, "")) for lead, alert in shown)
    return Table("arastirma", COLUMNS, tuple(rows))


def _row(visit: Visit, lead: Lead, alert: Alert, client: str) -> dict[str, Any]:
    last = lead.steps[-1]
    took: dict[str, float | None] = dict.fromkeys(DAYS_OF)
    for one_step, span in zip(lead.steps, lead.spans(visit.now), strict=True):
        if (key := f"days_{one_step.stage}") in took:
            took[key] = _days(span)
    return {
        "lead": lead.alert_id,
        "client": client,
        "client_id": alert.client_id,
        "type": visit.face.title(alert.type),
        "side": visit.words(f"side_{alert.side}"),
        "lead_question": lead.question,
        "sent_by": lead.sent_by,
        "sent_on": lead.steps[0].at,
        "taken_by": lead.taken_by or "",
        "lead_stage": visit.words(f"lead_{lead.stage}"),
        "since": last.at,
        "lead_note": (last.note or "") if last.stage != "sent" else "",
        "_lead": lead,
        "_side": alert.side,
        "_waits": _days(visit.now - last.at),
        **took,
    }


def _leads(visit: Visit) -> list[Lead]:
    with visit.database.read() as connection:
        return group_leads(lead_steps_of(connection))


def _one(visit: Visit, alert_id: str, typed: Typed | None = None, *, status: int = 200) -> HTMLResponse:
    with visit.database.read() as connection:
        lead = lead_of(connection, alert_id)
        if lead is None:
            raise HTTPException(404)
        found = load_alerts(connection, [alert_id])
        shown = gather_shown(connection, found, visit.face, at=visit.now, day=visit.now.date())
        client = clients_of(connection, [found[alert_id].client_id])[found[alert_id].client_id]
    spans = [_days(span) for span in lead.spans(visit.now)]
    return show(
        visit,
        "lead.html.j2",
        room="leads",
        status=status,
        lead=lead,
        alert=show_alert(found[alert_id], shown),
        client=client,
        steps=list(zip(lead.steps, spans, strict=True)),
        may_work=visit.person.has("researcher"),
        may_send=visit.person.has("analyst") and not lead.is_open and lead.stage in STEPS["sent"],
        typed=typed or Typed(),
    )


def _days(span: timedelta) -> float:
    return round(span / DAY, 1)
