"""Send what is told at once: each alert of the outbox as one short message, over the channel its rule names."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from oncu.config.problems import Problem
from oncu.config.routing import MAIL, RoutingPlan
from oncu.config.settings import Settings
from oncu.storage.alerts import load_alerts
from oncu.storage.clients import client_rows
from oncu.storage.database import Database, Transaction
from oncu.storage.dispatches import (
    Dispatch,
    claim_due,
    mark_dispatched,
    note_problem,
    renew_claim,
    unsent_dispatches,
)
from oncu.storage.keys import key_id
from oncu.storage.routing import AlertRoute, routes_of

from ..flow.pipeline import Catalogue
from ..flow.routing import current_plan
from ..flow.urgent import GIVE_UP, TOO_FAR, pause_after
from ..review.desk import Deadline, Desk
from ..words import Words
from .cards import Card, Face, gather_shown, show_cards
from .channels import Send, Way, open_channel
from .mails import is_set_up
from .messages import Message, Undeliverable, file_name, one_line
from .render import render_page

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Note:
    """One alert as it is told at once: its card, the rule's title and steps, and until when somebody should act.

    `lead` and `footer` say why it is told now.
    """

    alert_id: str
    subject: str
    headline: str
    manager: str
    card: Card
    rule: str
    steps: tuple[str, ...]
    due: str
    lead: str
    footer: str


@dataclass(frozen=True)
class Outcome:
    """What a round of sending did: how many went out, how many did not, and why (each reason once)."""

    sent: int = 0
    failed: int = 0
    problems: tuple[str, ...] = ()


@dataclass
class _Round:
    """What one round has done so far."""

    sent: int = 0
    failed: int = 0
    problems: dict[str, None] = field(default_factory=dict)

    def fail(self, problem: Problem, n: int) -> None:
        self.failed += n
        self.problems.setdefault(str(problem))


def send_unsent(
    database: Database,
    catalogue: Catalogue,
    settings: Settings,
    words: Words,
    clock: Clock,
    *,
    environment: Mapping[str, str] = os.environ,
) -> Outcome:
    """Send what is due, each once; what fails is tried again later, with growing pauses, for two days.

    A message is taken before it is sent, so that two who send at once do not send it twice, and noted after the channel
    took it: killed in between, it is sent once more with the same id. A channel that fails is left alone for the rest
    of the round and stops no other. Mail that was never set up is not tried.
    """
    now = clock()
    with database.read() as connection:
        if not unsent_dispatches(connection, oldest=now - GIVE_UP):
            return Outcome()
    with database.write() as connection:
        claimed = claim_due(connection, now, oldest=now - GIVE_UP, latest=now + TOO_FAR, pause_of=pause_after)
        notes = make_notes(connection, {row.alert_id for row in claimed}, catalogue, settings, words, now)
    found = _Round()
    for channel in sorted({row.channel for row in claimed}):
        if channel != MAIL or is_set_up(settings.mail):
            rows = [row for row in claimed if row.channel == channel]
            _send_over(database, channel, rows, notes, found, Way(settings, now, environment), words, clock)
    return Outcome(found.sent, found.failed, tuple(found.problems))


def _send_over(
    database: Database,
    channel: str,
    rows: list[Dispatch],
    notes: Mapping[str, Note],
    found: _Round,
    way: Way,
    words: Words,
    clock: Clock,
) -> None:
    left = list(rows)
    try:
        with open_channel(channel, way) as send:
            while left:
                if _is_ours(database, left[0], clock()):
                    _send_one(
                        database, left[0], message_of(notes[left[0].alert_id], left[0], words), send, found, clock
                    )
                left = left[1:]
    except Problem as problem:
        found.fail(problem, len(left))
        _note(database, left, problem)


def _is_ours(database: Database, row: Dispatch, now: datetime) -> bool:
    """Whether nobody took a message while those before it were sent, which may have lasted."""
    with database.write() as connection:
        return renew_claim(connection, row, until=now + pause_after(row.tries))


def _send_one(database: Database, row: Dispatch, message: Message, send: Send, found: _Round, clock: Clock) -> None:
    try:
        send(message, row.recipient)
    except Undeliverable as problem:
        found.fail(problem, 1)
        _note(database, [row], problem)
        return
    with database.write() as connection:
        mark_dispatched(connection, row.id, clock())
    found.sent += 1


def message_of(note: Note, row: Dispatch, words: Words) -> Message:
    """The message of one alert, or of a step of its deadline, for one recipient; its id is that of its dispatch."""
    if row.step:
        note = as_step(note, row.step, words)
    step = row.step.replace(":", "-")
    return Message(
        id=f"alert-{key_id('mail', row.alert_id, row.recipient, row.channel, *filter(None, [step]))}",
        name=file_name("alert", row.alert_id, *filter(None, [step])),
        subject=note.subject,
        text=render_page("urgent.txt.j2", words, note=note),
        html=render_page("urgent.html.j2", words, note=note),
        content={
            "alert_id": note.alert_id,
            "rule": note.rule,
            "due": note.due,
            "steps": note.steps,
            "card": asdict(note.card),
        },
        language=words.language,
    )


def as_step(note: Note, step: str, words: Words) -> Note:
    """A note that says how far a deadline has come; `step` as `decide:lead`."""
    name = step.split(":")[1]
    return replace(
        note,
        subject=one_line(words(f"desk_mail_{name}", what=note.headline)),
        lead=words(f"desk_mail_{name}_lead", manager=note.manager, due=note.due),
        footer=words("desk_mail_footer"),
    )


def make_notes(
    connection: Transaction,
    alert_ids: Iterable[str],
    catalogue: Catalogue,
    settings: Settings,
    words: Words,
    now: datetime,
) -> dict[str, Note]:
    """What is told of some alerts, by id, as known now."""
    alerts = load_alerts(connection, sorted(alert_ids))
    if not alerts:
        return {}
    plan, routes = current_plan(connection, settings, catalogue.types), routes_of(connection, alerts.keys())
    face = Face(words, catalogue.types, catalogue.sources, settings)
    shown = gather_shown(connection, alerts, face, at=now, day=now.astimezone(ZoneInfo(settings.timezone)).date())
    managers = client_rows(connection, (alert.client_id for alert in alerts.values()))
    cases = Desk(catalogue.types, settings).cases(connection, alerts, now)
    notes = {}
    for key, alert in alerts.items():
        (card,) = show_cards([alert], shown)
        rule, steps, due = _rule_of(routes.get(key), plan, words)
        due = _moment(cases[key].deadline, words) or due
        (title,) = (told.title for told in card.alerts)
        headline = title if settings.digest.hide_names else f"{title} — {card.client}"
        subject = subject_of(card, words, hide_names=settings.digest.hide_names)
        manager = str(managers[alert.client_id]["manager"] or "–")
        lead, footer = words("urgent_lead", manager=manager, due=due), words("urgent_footer")
        notes[key] = Note(key, subject, headline, manager, card, rule, steps, due, lead, footer)
    return notes


def _moment(deadline: Deadline | None, words: Words) -> str:
    """Until when somebody should act; nothing where nothing is due."""
    return words.moment(deadline.due_at) if deadline else ""


def subject_of(card: Card, words: Words, *, hide_names: bool) -> str:
    """`ACİL RİSK: İflas ve konkordato — Örnek Tekstil A.Ş.`"""
    (alert,) = card.alerts
    line = words("urgent_subject", verdict=alert.verdict, title=alert.title)
    return one_line(line if hide_names else f"{line} — {card.client}")


def _rule_of(route: AlertRoute | None, plan: RoutingPlan, words: Words) -> tuple[str, tuple[str, ...], str]:
    """The title and steps of the rule that took an alert, as the rules say them now, and its deadline."""
    if route is None:
        return "", (), ""
    rule = plan.rule(route.rule)
    due = words.moment(route.due_at)
    if rule is None:
        return route.rule, (), due
    return getattr(rule.title, words.language), tuple(getattr(step, words.language) for step in rule.steps), due


def _note(database: Database, rows: Iterable[Dispatch], problem: Problem) -> None:
    with database.write() as connection:
        note_problem(connection, [row.id for row in rows], str(problem))
