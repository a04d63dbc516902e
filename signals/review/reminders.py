"""Deadlines that speak: the owner is reminded, then the team's lead hears of it, then every lead; each once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from oncu.config.routing import MAIL
from oncu.config.settings import Settings
from oncu.storage.absences import Absence, absences_on
from oncu.storage.clients import client_rows
from oncu.storage.database import Database, Transaction
from oncu.storage.dispatches import EVERYBODY, Dispatch, save_dispatches, steps_told
from oncu.storage.queue import alerts_in

from ..flow.urgent import GIVE_UP
from .colleagues import Colleagues, load_colleagues
from .desk import Case, Desk
from .standing import UNDECIDED

LONG_AGO = timedelta(days=21)  # since a deadline, after which its last step lies back too far to be told


@dataclass(frozen=True)
class Around:
    """Who there is to be told, and how: colleagues, absences by manager, the manager of each client."""

    colleagues: Colleagues
    away: Mapping[str, Absence]
    managers: Mapping[str, str | None]
    settings: Settings

    def recipients(self, case: Case, step: str) -> list[str]:
        """Who hears of a step: the owner (and who stands in), the lead of the owner's team, every lead."""
        manager = self.managers.get(case.alert.client_id)
        owner = case.standing.owner or manager
        if step == "reminder":
            absence = self.away.get(owner or "")
            return [who for who in (owner, absence.deputy if absence else None) if who]
        leads = self.colleagues.leads_of(owner) if step == "lead" else self.colleagues.leads_of(None)
        return [lead.name for lead in leads]

    def address(self, who: str) -> str:
        """By which name the settings know where to write to: the login name, else the portfolio's code."""
        person, known = self.colleagues.named(who), self.settings.mail.recipients
        names = [who, person.name, person.manager or who] if person else [who]
        return next((name for name in names if name in known), who)


def remind(database: Database, desk: Desk, now: datetime) -> int:
    """Put into the outbox what deadlines have reached since; returns how many messages.

    A step that was reached longer ago than a message is waited for is told no more, so that a bank that begins is not
    flooded with what is late already.
    """
    with database.read() as connection:
        rows = list(_due_rows(connection, desk, now))
    if not rows:
        return 0
    with database.write() as connection:
        return save_dispatches(connection, rows)


def step_code(case: Case, name: str) -> str:
    """What a step is called in the outbox; another each time the alert is reopened."""
    assert case.deadline
    again = sum(move.kind == "reopen" for move in case.standing.moves)
    return f"{case.deadline.kind}:{name}" + (f":{again}" if again else "")


def _due_rows(connection: Transaction, desk: Desk, now: datetime) -> Iterator[Dispatch]:
    since = now - timedelta(days=desk.settings.review.queue_days)
    cases = desk.cases(connection, alerts_in(connection, UNDECIDED, since=since), now)
    reached = list(_reached(cases.values(), steps_told(connection, cases), now))
    if not reached:
        return
    around = _look_around(connection, [case for case, _ in reached], desk.settings, now)
    channel = desk.settings.digest.channel
    for case, name in reached:
        for who in around.recipients(case, name):
            to = around.address(who) if channel == MAIL else EVERYBODY
            yield Dispatch(case.id, to, channel, created_at=now, next_try_at=now, step=step_code(case, name))


def _reached(cases: Iterable[Case], told: set[tuple[str, str]], now: datetime) -> Iterator[tuple[Case, str]]:
    """The cases with each step that was reached lately and nobody was told of."""
    for case in cases:
        deadline = case.deadline
        if deadline is None or deadline.due_at < now - LONG_AGO:
            continue
        for name, at in deadline.steps().items():
            if now - GIVE_UP < at <= now and (case.id, step_code(case, name)) not in told:
                yield case, name


def _look_around(connection: Transaction, cases: Iterable[Case], settings: Settings, now: datetime) -> Around:
    today = now.astimezone(ZoneInfo(settings.timezone)).date()
    clients = client_rows(connection, {case.alert.client_id for case in cases})
    managers = {client_id: row["manager"] for client_id, row in clients.items()}
    return Around(load_colleagues(connection), absences_on(connection, today), managers, settings)
