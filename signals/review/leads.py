"""Leads: alerts an analyst sends to research, and what becomes of them; the scoreboard measures them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from oncu.config.problems import Problem
from oncu.storage.alerts import load_alerts
from oncu.storage.database import Database
from oncu.storage.decisions import LeadStep, lead_steps_of, save_lead_step

# Each step with those that may stand before it; `known`: the bank had it already; both ends can be reopened by sending.
STEPS: dict[str, tuple[str | None, ...]] = {
    "sent": (None, "rejected", "dropped", "known"),
    "accepted": ("sent",),
    "known": ("sent", "accepted"),
    "rejected": ("sent", "accepted", "investigated"),
    "investigated": ("accepted",),
    "confirmed": ("investigated",),
    "dropped": ("accepted", "investigated"),
}
NEEDS_WORDS = ("sent", "rejected", "confirmed", "dropped")


@dataclass(frozen=True)
class Lead:
    """A lead as research sees it: its alert and its steps, oldest first."""

    alert_id: str
    steps: tuple[LeadStep, ...]

    @property
    def stage(self) -> str:
        """Where it is."""
        return self.steps[-1].stage

    @property
    def sent_by(self) -> str:
        """The analyst it comes from."""
        return self.steps[0].by


def step_lead(database: Database, alert_id: str, stage: str, *, by: str, note: str | None, now: datetime) -> LeadStep:
    """Send an alert to research, or take a lead one step on. Raises Problem saying what comes first."""
    if stage not in STEPS:
        raise Problem(f"no step {stage!r}; choose among {', '.join(STEPS)}")
    if stage in NEEDS_WORDS and not (note and note.strip()):
        raise Problem(f"{stage} needs a note: what is to be found out, or what was found")
    with database.write() as connection:
        alert = load_alerts(connection, [alert_id]).get(alert_id)
        if alert is None:
            raise Problem(f"there is no alert {alert_id!r}")
        steps = lead_steps_of(connection, [alert_id]).get(alert_id, [])
        last = steps[-1].stage if steps else None
        if last not in STEPS[stage]:
            before = ", ".join(one for one in STEPS[stage] if one) or "nothing"
            raise Problem(f"lead {alert_id} is {last or 'not sent'}; {stage} comes after {before}")
        if stage == "confirmed" and by == steps[0].by:
            raise Problem(f"{by} sent lead {alert_id}; somebody else must confirm it")
        step = LeadStep(alert_id, alert.client_id, stage, by, note.strip() if note else None, now)
        save_lead_step(connection, step)
    return step


def open_leads(steps: Iterable[LeadStep]) -> list[Lead]:
    """The leads that research has not ended, the one that waits longest first."""
    by_alert: dict[str, list[LeadStep]] = {}
    for step in steps:
        by_alert.setdefault(step.alert_id, []).append(step)
    leads = [Lead(alert_id, tuple(own)) for alert_id, own in by_alert.items()]
    going = [lead for lead in leads if lead.stage in ("sent", "accepted", "investigated")]
    return sorted(going, key=lambda lead: (lead.steps[-1].at, lead.alert_id))
