"""Decisions on leads: every step of an alert that was sent to research."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from .audit import write_audit
from .database import save_new
from .judged import LEAD
from .keys import key_id
from .models import decisions


@dataclass(frozen=True)
class LeadStep:
    """One step of a lead: sent, accepted, investigated, confirmed, rejected, dropped or known."""

    alert_id: str
    client_id: str
    stage: str
    by: str
    note: str | None
    at: datetime


def save_lead_step(connection: Connection, step: LeadStep) -> None:
    """Keep a step, with a row in the trail."""
    row: dict[str, Any] = {"id": key_id(LEAD, step.alert_id, step.stage, step.by, step.at.isoformat()), "kind": LEAD}
    row |= {"subject": step.alert_id, "object": step.client_id, "verdict": step.stage, "reason": step.note}
    save_new(connection, decisions, [row | {"decided_by": step.by, "decided_at": step.at}])
    write_audit(connection, step.by, f"lead.{step.stage}", step.alert_id, step.at)


def lead_steps_of(connection: Connection, alert_ids: Iterable[str] | None = None) -> dict[str, list[LeadStep]]:
    """By alert the steps of its lead, oldest first; of all leads where no alerts are named."""
    query = select(decisions).where(decisions.c.kind == LEAD).order_by(decisions.c.decided_at, decisions.c.id)
    if alert_ids is not None:
        query = query.where(decisions.c.subject.in_(sorted(set(alert_ids))))
    found: dict[str, list[LeadStep]] = {}
    for row in connection.execute(query):
        step = LeadStep(row.subject, row.object, row.verdict, row.decided_by, row.reason, row.decided_at)
        found.setdefault(row.subject, []).append(step)
    return found
