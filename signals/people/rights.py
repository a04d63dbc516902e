"""Why a person sees a client."""

from datetime import date

from oncu.storage.access import SEE_EVERY_CLIENT
from oncu.storage.database import Database
from oncu.storage.people import Person, load_people
from oncu.storage.rights import Portfolio, is_lead_to_research, portfolio_of
from oncu.storage.wall import NotYours

from .accounts import known_person


def reasons_to_see(database: Database, name: str, client_id: str, day: date) -> list[str]:
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
    found = [f"as {role} they see every client" for role in SEE_EVERY_CLIENT if person.has(role)]
    found += _of_portfolio(person, portfolio, mates)
    if is_lead and person.has("researcher"):
        found.append("it is a lead that was sent to research")
    return found


def _of_portfolio(person: Person, portfolio: Portfolio, mates: set[str | None]) -> list[str]:
    found = []
    codes = {person.name} | ({person.manager} if person.manager else set())
    if person.has("manager") and portfolio.manager and portfolio.manager == person.manager:
        found.append("it is in their portfolio")
    if person.has("lead") and portfolio.manager and portfolio.manager in mates:
        found.append(f"it is in the portfolio of {portfolio.manager}, of their team")
    if portfolio.away_until and person.has("deputy", "manager", "lead"):
        if portfolio.stand_ins & codes:
            found.append(f"they stand in for {portfolio.manager} until {portfolio.away_until}")
        elif portfolio.deputy in codes:
            found.append(f"they are its deputy while {portfolio.manager} is away, until {portfolio.away_until}")
    return found
