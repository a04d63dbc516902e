"""The box in which people write down what they did about a client, and what was written down before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from oncu.storage.acts import Act, acts_of, contacts_of
from oncu.storage.alert_lists import alerts_of_client
from oncu.storage.alerts import Alert
from oncu.storage.database import Transaction
from oncu.storage.decisions import lead_steps_of
from oncu.storage.tips import Tip, tips_of

from ..review.acts import CONTACTS, GUARDS, ORIGINS, UNDO
from ..review.bids import REASONS, SAID_BY
from ..review.entries import OLDEST
from ..review.leads import Lead, may_send
from .site import Visit
from .written import MAY, pen_of

RECENT = timedelta(days=730)  # as far back as the page of a client looks
REASONS_SHOWN = 12  # alerts that can be chosen as the reason
FRESH = timedelta(minutes=1)  # so long it says that it was saved
CHOICES = {"contacts": CONTACTS, "guards": GUARDS, "origins": ORIGINS, "loss_reasons": REASONS, "said_by": SAID_BY}


@dataclass(frozen=True)
class Typed:
    """A form that was refused: which, what was typed, and by field what is wrong with it, in the reader's language."""

    form: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ActsBox:
    """What `acts.html.j2` shows. `reasons`: alerts that can be the reason of an act, by id; `alert_id`: the one that is
    proposed. `days`: today, and the first day that can be written down."""

    client_id: str
    alert_id: str
    may: frozenset[str]
    reasons: Mapping[str, Alert]
    why: Mapping[str, str]
    acts: tuple[Act, ...]
    counts: Mapping[str, tuple[int, int]]
    tips: tuple[Tip, ...]
    lead: Lead | None
    days: Mapping[str, date]
    undoable: frozenset[str]
    is_saved: bool
    typed: Typed = Typed()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: CHOICES)
    title: Callable[[str], str] = str

    @property
    def back(self) -> str:
        """The page on which the box stands."""
        return f"/alerts/{self.alert_id}" if self.alert_id else f"/clients/{quote(self.client_id, safe='')}"

    @property
    def can_send(self) -> bool:
        """Whether there is something to send to research."""
        return bool(self.alert_id) and may_send(self.lead)


def gather_acts(visit: Visit, client_id: str, alert_id: str = "", *, typed: Typed | None = None) -> ActsBox:
    """The box of a client, on its own page or on that of one of its alerts."""
    with visit.database.read() as connection:
        alerts = alerts_of_client(connection, client_id, since=visit.now - RECENT)
        acts, tips = acts_of(connection, client_id, visit.now), tips_of(connection, client_id, visit.now)
        counts = {one.kind: (one.with_reason, one.without) for one in contacts_of(connection, client_id, at=visit.now)}
        lead = lead_of(connection, alert_id) if alert_id else None
    first = {alert_id: alerts[alert_id]} if alert_id in alerts else {}
    pen = pen_of(visit)
    return ActsBox(
        client_id=client_id,
        alert_id=alert_id,
        may=may_of(visit),
        reasons=first | dict(list(alerts.items())[:REASONS_SHOWN]),
        why={alert.signal_id: key for key, alert in alerts.items()},
        acts=tuple(acts),
        counts=counts,
        tips=tuple(tips),
        lead=lead,
        days={"today": pen.today, "first": pen.today - OLDEST},
        undoable=frozenset(_undoable(visit, acts, tips)),
        is_saved=_is_saved(visit, acts, tips),
        typed=typed or Typed(),
        title=visit.face.title,
    )


def may_of(visit: Visit) -> frozenset[str]:
    """What this reader may write down."""
    return frozenset(name for name, roles in MAY.items() if visit.person.has(*roles))


def lead_of(connection: Transaction, alert_id: str) -> Lead | None:
    """The lead an alert was made into."""
    steps = lead_steps_of(connection, [alert_id]).get(alert_id)
    return Lead(alert_id, tuple(steps)) if steps else None


def told_faults(visit: Visit, faults: Mapping[str, str]) -> dict[str, str]:
    """Faults in the reader's language."""
    return {name: visit.words.line(fault) for name, fault in faults.items()}


def _is_saved(visit: Visit, acts: list[Act], tips: list[Tip]) -> bool:
    """Whether this reader wrote something down just now."""
    own = [one.recorded_at for one in acts if one.made_by == visit.actor]
    own += [one.written_at for one in tips if one.written_by == visit.actor]
    return any(visit.now - at < FRESH for at in own)


def _undoable(visit: Visit, acts: list[Act], tips: list[Tip]) -> list[Any]:
    own = [one.id for one in acts if one.made_by == visit.actor and visit.now - one.recorded_at <= UNDO]
    return own + [one.id for one in tips if one.written_by == visit.actor and not one.is_read]
