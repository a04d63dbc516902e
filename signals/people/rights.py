"""Why a person sees a client."""

from dataclasses import dataclass
from datetime import date

from oncu.storage.access import SEE_EVERY_CLIENT
from oncu.storage.database import Database
from oncu.storage.people import Person, load_people
from oncu.storage.rights import Portfolio, is_lead_to_research, portfolio_of
from oncu.storage.wall import NotYours

from ..words import Words
from .accounts import known_person


@dataclass(frozen=True)
class Reason:
    """One reason: `kind` names the text `why_<kind>`; `role`, `manager` and `until` are what it tells."""

    kind: str
    role: str = ""
    manager: str = ""
    until: date | None = None

    def said(self, words: Words) -> str:
        """The reason in a language."""
        role = words(f"role_{self.role}") if self.role else ""
        until = words.calendar_day(self.until.isoformat()) if self.until else ""
        return words(f"why_{self.kind}", role=role, manager=self.manager, until=until)


def reasons_to_see(database: Database, name: str, client_id: str, day: date) -> list[Reason]:
    """Each reason for which a person sees a client on a day; none where they do not. Raises Problem.

    It reads what the wall reads, in words; tests hold the two together.
    """
    with database.read() as connection:
        person = known_person(connection, name)
        portfolio = portfolio_of(connection, client_id, day)
        if portfolio is None:
            raise NotYours(f"client {client_id!r} is not known")
        mates = {one.manager for one in load_people(connection) if one.team and one.team == person.team}
        is_lead = is_lead_to_research(connection, client_id)
    if not person.is_active:
        return []
    found = [Reason("every", role=role) for role in SEE_EVERY_CLIENT if person.has(role)]
    found += _of_portfolio(person, portfolio, mates)
    if is_lead and person.has("researcher"):
        found.append(Reason("lead"))
    return found


def _of_portfolio(person: Person, portfolio: Portfolio, mates: set[str | None]) -> list[Reason]:
    found = []
    manager, until = portfolio.manager or "", portfolio.away_until
    codes = {person.name} | ({person.manager} if person.manager else set())
    if person.has("manager") and manager and manager == person.manager:
        found.append(Reason("own", manager=manager))
    if person.has("lead") and manager and manager in mates:
        found.append(Reason("team", manager=manager))
    if until and person.has("deputy", "manager", "lead"):
        if portfolio.stand_ins & codes:
            found.append(Reason("stands_in", manager=manager, until=until))
        elif portfolio.deputy in codes:
            found.append(Reason("deputy", manager=manager, until=until))
    return found
