"""Leads: alerts that were sent to research, and each step of them."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from oncu.storage.alerts import load_alerts
from oncu.storage.clients import clients_of
from oncu.storage.decisions import lead_steps_of

from ...review.leads import Lead, group_leads
from ..site import Visit
from ..written import take_lead_step
from .alert_shapes import LeadStepShape
from .caller import acting, note_part, reading
from .faults import CHANGING, documented
from .shapes import AlertPath, Asked, Cursor, Limit, Part, Said, Shape, part_of

router = APIRouter(tags=["leads"])
Stage = Literal["sent", "accepted", "known", "rejected", "investigated", "confirmed", "dropped"]


class LeadShape(Shape):
    """One lead as research sees it."""

    alert_id: str
    client_id: str
    client: str = Field(description="Its legal name.")
    type: str
    title: str = Field(description="The title of the type.")
    stage: Stage = Field(description="Where it is.")
    question: str = Field(description="What is to be found out, as it was asked last.")
    sent_by: str
    taken_by: str | None = Field(description="Who in research took it up.")
    steps: list[LeadStepShape] = Field(description="Oldest first.")
    since: datetime = Field(description="When the last step was made.")


class StepAsked(Asked):
    """One step of a lead; sent, rejected, confirmed and dropped need a note."""

    stage: Stage
    note: Said | None = None


@router.get("/leads", responses=documented())
def list_leads(
    visit: Annotated[Visit, Depends(reading("leads"))],
    is_open: bool = True,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Part[LeadShape]:
    """The open leads, or those that research has ended; the one whose last step is oldest first."""
    with visit.database.read() as connection:
        leads = [lead for lead in group_leads(lead_steps_of(connection)) if lead.is_open == is_open]
        shown, after = part_of(leads, limit, cursor)
        alerts = load_alerts(connection, [lead.alert_id for lead in shown])
        clients = clients_of(connection, {alert.client_id for alert in alerts.values()})
    note_part(visit, "leads", shown)
    names = {key: client.legal_name for key, client in clients.items()}
    items = [
        _lead(visit, lead, alert.client_id, alert.type, names.get(alert.client_id, alert.client_id))
        for lead in shown
        if (alert := alerts.get(lead.alert_id))
    ]
    return Part[LeadShape](items=items, next=after, total=len(leads))


@router.post("/leads/{alert_id}/steps", responses=documented(*CHANGING))
def take_step(
    visit: Annotated[Visit, Depends(acting("leads"))], alert_id: AlertPath, asked: StepAsked
) -> LeadStepShape:
    """Send an alert to research (analysts), or take a lead one step on (researchers). A repeat answers 409."""
    return LeadStepShape.model_validate(take_lead_step(visit, alert_id, asked.stage, asked.note))


def _lead(visit: Visit, lead: Lead, client_id: str, code: str, client: str) -> LeadShape:
    return LeadShape.model_validate(
        {
            "alert_id": lead.alert_id,
            "client_id": client_id,
            "client": client,
            "type": code,
            "title": visit.face.title(code),
            "stage": lead.stage,
            "question": lead.question,
            "sent_by": lead.sent_by,
            "taken_by": lead.taken_by,
            "steps": [LeadStepShape.model_validate(step) for step in lead.steps],
            "since": lead.steps[-1].at,
        }
    )
