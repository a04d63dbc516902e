"""People who use the pages: who they are, what roles they have, and how their last logins went."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from .audit import write_audit
from .models import people, person_roles

NOBODY_KNOWN = "-"  # no login name begins so


@dataclass(frozen=True)
class Person:
    """One person. `manager`: the code in the client list whose portfolio is theirs. `password`: a hash, or none where
    the bank's identity provider vouches for them as `subject`. `password_until`: how long a password that somebody else
    chose is good, to choose their own with. `failures`: wrong passwords since the last login."""

    name: str
    display: str
    roles: frozenset[str]
    created_by: str
    created_at: datetime
    team: str | None = None
    manager: str | None = None
    language: str = "tr"
    is_active: bool = True
    password: str | None = field(default=None, repr=False)
    password_until: datetime | None = None
    subject: str | None = None
    failures: int = 0
    locked_until: datetime | None = None
    last_login_at: datetime | None = None

    def has(self, *roles: str) -> bool:
        """Whether any of the roles is theirs."""
        return not self.roles.isdisjoint(roles)


def add_person(connection: Connection, person: Person) -> None:
    """Keep a new person, with a row in the trail; the name must not be taken."""
    connection.execute(insert(people).values({name: value for name, value in vars(person).items() if name != "roles"}))
    _write_roles(connection, person.name, person.roles)
    write_audit(connection, person.created_by, "person.add", person.name, person.created_at, after=_said(person.roles))


def load_people(connection: Connection) -> list[Person]:
    """Everybody, by name."""
    return _with_roles(connection, connection.execute(select(people).order_by(people.c.name)))


def has_people(connection: Connection) -> bool:
    """Whether anybody was added yet."""
    return connection.execute(select(people.c.name).limit(1)).first() is not None


def find_person(connection: Connection, name: str) -> Person | None:
    """The person of a login name."""
    return next(iter(_with_roles(connection, connection.execute(select(people).where(people.c.name == name)))), None)


def find_subject(connection: Connection, subject: str) -> Person | None:
    """The person an identity provider calls so."""
    found = connection.execute(select(people).where(people.c.subject == subject))
    return next(iter(_with_roles(connection, found)), None)


def change_person(
    connection: Connection, name: str, *, action: str, by: str, now: datetime, reason: str | None = None, **values: Any
) -> None:
    """Change what is kept of a person (columns by name), with a row in the trail that tells the action and `reason`."""
    connection.execute(update(people).where(people.c.name == name).values(**values))
    write_audit(connection, by, action, name, now, reason=reason)


def change_roles(connection: Connection, name: str, roles: Collection[str], *, by: str, now: datetime) -> None:
    """Give a person these roles and no others, with a row in the trail."""
    person = find_person(connection, name)
    assert person is not None
    connection.execute(delete(person_roles).where(person_roles.c.person == name))
    _write_roles(connection, name, roles)
    write_audit(connection, by, "person.roles", name, now, before=_said(person.roles), after=_said(roles))


def note_login(connection: Connection, name: str, now: datetime, *, how: str) -> None:
    """A person came in: failures are forgotten."""
    values = {"failures": 0, "locked_until": None, "last_login_at": now}
    connection.execute(update(people).where(people.c.name == name).values(**values))
    write_audit(connection, name, "login", name, now, reason=how)


def note_failure(
    connection: Connection, name: str, failures: int, locked_until: datetime | None, now: datetime
) -> None:
    """A wrong password was given for a person."""
    values = {"failures": failures, "locked_until": locked_until}
    connection.execute(update(people).where(people.c.name == name).values(**values))
    write_audit(connection, name, "login.locked" if locked_until else "login.failed", name, now)


def note_refusal(connection: Connection, name: str | None, now: datetime) -> None:
    """Somebody tried to come in as a person who may not now, or, without a name, as nobody we know."""
    write_audit(connection, name or NOBODY_KNOWN, "login.refused", name or NOBODY_KNOWN, now)


def _write_roles(connection: Connection, name: str, roles: Collection[str]) -> None:
    if roles:
        connection.execute(insert(person_roles), [{"person": name, "role": role} for role in sorted(roles)])


def _with_roles(connection: Connection, rows: Iterable[Row[Any]]) -> list[Person]:
    kept = [dict(row._mapping) for row in rows]
    query = select(person_roles).where(person_roles.c.person.in_([row["name"] for row in kept]))
    roles: dict[str, set[str]] = {}
    for person, role in connection.execute(query):
        roles.setdefault(person, set()).add(role)
    return [Person(**row, roles=frozenset(roles.get(row["name"], ()))) for row in kept]


def _said(roles: Collection[str]) -> str:
    return ",".join(sorted(roles))
