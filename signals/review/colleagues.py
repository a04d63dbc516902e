"""Who an alert can be given to: the colleagues who answer for clients and see its client."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from oncu.storage.clients import client_rows
from oncu.storage.database import Transaction
from oncu.storage.people import Person, load_people

SEE_ALL = ("risk",)


@dataclass(frozen=True)
class Colleagues:
    """Everybody who has an account, read once; nobody while the pages have none."""

    people: Sequence[Person]

    @cached_property
    def active(self) -> list[Person]:
        """Those who may come in."""
        return [person for person in self.people if person.is_active]

    @cached_property
    def _by_name(self) -> dict[str, Person]:
        return {person.name: person for person in self.people}

    @cached_property
    def _by_code(self) -> dict[str, list[Person]]:
        """By login name and by portfolio's code those who may come in."""
        found: dict[str, list[Person]] = {}
        for person in self.active:
            for name in names_of(person):
                found.setdefault(name, []).append(person)
        return found

    @cached_property
    def _leads(self) -> list[Person]:
        return [person for person in self.active if person.has("lead")]

    @cached_property
    def _see_all(self) -> list[Person]:
        return [person for person in self.active if person.has(*SEE_ALL)]

    @cached_property
    def _teams(self) -> dict[str, set[str]]:
        """By portfolio's code the teams of whoever manages it."""
        found: dict[str, set[str]] = {}
        for person in self.people:
            if person.manager and person.team:
                found.setdefault(person.manager, set()).add(person.team)
        return found

    def named(self, who: str | None) -> Person | None:
        """The person of a login name; else the only one whose portfolio goes by that code."""
        if not who or who in self._by_name:
            return self._by_name.get(who or "")
        found = self._by_code.get(who, [])
        return found[0] if len(found) == 1 else None

    def shown(self, who: str | None) -> str:
        """The name of a person or portfolio as people read it; empty where it is nobody's."""
        person = self.named(who)
        return person.display if person else who or ""

    def answering_for(self, client: Mapping[str, object]) -> list[Person]:
        """Those who may be given an alert of a client: its manager and deputy, leads of the manager's team, risk."""
        manager, deputy = str(client["manager"] or ""), str(client["deputy"] or "")
        own = [one for code in (manager, deputy) for one in self._by_code.get(code, ()) if one.has("manager", "deputy")]
        teams = self._teams.get(manager, set())
        found = [*own, *(lead for lead in self._leads if lead.team in teams), *self._see_all]
        return list({person.name: person for person in found}.values())

    def leads_of(self, who: str | None) -> list[Person]:
        """The leads of a person's team; all leads where the person or the team is not known."""
        owner = self.named(who)
        own = [lead for lead in self._leads if owner and lead.team and lead.team == owner.team]
        return own or self._leads


def load_colleagues(connection: Transaction) -> Colleagues:
    """Everybody who has an account."""
    return Colleagues(load_people(connection))


def fitting(connection: Transaction, colleagues: Colleagues, client_ids: Iterable[str]) -> list[Person]:
    """Those who may be given alerts of all of some clients."""
    clients = client_rows(connection, client_ids).values()
    each = [{person.name for person in colleagues.answering_for(client)} for client in clients]
    names = set.intersection(*each) if each else set()
    return [person for person in colleagues.active if person.name in names]


def names_of(person: Person) -> frozenset[str]:
    """By which a person is known in the trail and the client list: the login name, and the portfolio's code."""
    return frozenset({person.name, person.manager} - {None, ""})  # type: ignore[arg-type]
