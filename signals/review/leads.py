"""Leads: alerts an analyst sends to research, and what becomes of them; the scoreboard measures them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from oncu.config.problems import Problem
from oncu.storage.alerts import load_alerts
from oncu.storage.database import Database
from oncu.storage.decisions import LeadStep, lead_steps_of, save_lead_step

from .standing import NotNow

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
GOING = ("sent", "accepted", "investigated")
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

    @property
    def question(self) -> str:
        """What is to be found out, as it was asked last."""
        return next((step.note or "" for step in reversed(self.steps) if step.stage == "sent"), "")

    @property
    def taken_by(self) -> str | None:
        """Who in research took it up, of the last time it was sent."""
        last = next(step for step in reversed(self.steps) if step.stage in ("accepted", "sent"))
        return last.by if last.stage == "accepted" else None

    @property
    def is_open(self) -> bool:
        """Whether research still has to say something."""
        return self.stage in GOING

    @property
    def next_stages(self) -> tuple[str, ...]:
        """What research can say now, in the order of STEPS."""
        return tuple(stage for stage, before in STEPS.items() if stage != "sent" and self.stage in before)

    def spans(self, now: datetime) -> tuple[timedelta, ...]:
        """How long it stood at each of its steps: until the next one, at the last of an open lead until now."""
        ends = [step.at for step in self.steps[1:]] + [now if self.is_open else self.steps[-1].at]
        return tuple(end - step.at for step, end in zip(self.steps, ends, strict=True))


def may_send(lead: Lead | None) -> bool:
    """Whether an alert can be sent to research, for the first time or again."""
    return (lead.stage if lead else None) in STEPS["sent"]


def group_leads(steps: Mapping[str, Sequence[LeadStep]]) -> list[Lead]:
    """The leads of some steps by alert, the one whose last step is oldest first."""
    leads = [Lead(alert_id, tuple(own)) for alert_id, own in steps.items()]
    return sorted(leads, key=lambda lead: (lead.steps[-1].at, lead.alert_id))


def median_spans(leads: Iterable[Lead], now: datetime) -> dict[str, tuple[timedelta, int]]:
    """By step how long it usually takes until the next one, of the steps that were followed by one, and of how many."""
    spans: dict[str, list[timedelta]] = {}
    for lead in leads:
        for step, span in list(zip(lead.steps, lead.spans(now), strict=True))[:-1]:
            spans.setdefault(step.stage, []).append(span)
    return {stage: (_median(spans[stage]), len(spans[stage])) for stage in STEPS if stage in spans}


def _median(spans: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(span.total_seconds() for span in spans))


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
            raise NotNow(f"lead {alert_id} is {last or 'not sent'}; {stage} comes after {before}")
        if stage == "confirmed" and by == steps[0].by:
            raise NotNow(f"{by} sent lead {alert_id}; somebody else must confirm it")
        step = LeadStep(alert_id, alert.client_id, stage, by, note.strip() if note else None, now)
        save_lead_step(connection, step)
    return step
