"""Who is away, and who stands in: a manager's deputy for some days."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select, update

from .audit import write_audit
from .database import save_new
from .keys import key_id
from .models import absences, clients


@dataclass(frozen=True)
class Absence:
    """A manager is away from the first to the last day, both included, and the deputy gets what is theirs."""

    manager: str
    first_day: date
    last_day: date
    deputy: str
    set_by: str
    set_at: datetime
    removed_at: datetime | None = None

    @property
    def id(self) -> str:
        """The same days of the same manager with the same deputy are the same absence."""
        days = self.first_day.isoformat(), self.last_day.isoformat()
        return key_id("absence", self.manager, *days, self.deputy, self.set_at.isoformat())


def save_absence(connection: Connection, absence: Absence) -> None:
    """Keep an absence, with a row in the audit trail."""
    save_new(connection, absences, [vars(absence) | {"id": absence.id}])
    what = f"{absence.manager}, {absence.first_day} to {absence.last_day}: {absence.deputy}"
    write_audit(connection, absence.set_by, "absence.add", what, absence.set_at, after=absence.id)


def remove_absence(connection: Connection, absence: Absence, *, by: str, now: datetime) -> None:
    """Take an absence back, with a row in the audit trail."""
    connection.execute(update(absences).where(absences.c.id == absence.id).values(removed_at=now))
    write_audit(connection, by, "absence.remove", absence.manager, now, before=absence.id)


def absences_on(connection: Connection, day: date) -> dict[str, Absence]:
    """By manager who is away on a day; where several were noted the newest counts."""
    kept = absences.c.removed_at.is_(None)
    query = select(absences).where(kept, absences.c.first_day <= day, absences.c.last_day >= day)
    rows = connection.execute(query.order_by(absences.c.set_at, absences.c.id)).mappings()
    return {row["manager"]: _absence(dict(row)) for row in rows}


def absences_from(connection: Connection, day: date) -> list[Absence]:
    """The absences that end on a day or after it, those that begin first first."""
    query = select(absences).where(absences.c.removed_at.is_(None), absences.c.last_day >= day)
    rows = connection.execute(query.order_by(absences.c.first_day, absences.c.manager, absences.c.id)).mappings()
    return [_absence(dict(row)) for row in rows]


def deputies_of(connection: Connection, manager: str) -> list[str]:
    """The deputies the client list names for a manager's clients, by name."""
    query = select(clients.c.deputy).distinct().where(clients.c.manager == manager, clients.c.merged_into.is_(None))
    return sorted(connection.execute(query.where(clients.c.deputy.is_not(None))).scalars())


def _absence(row: dict[str, object]) -> Absence:
    return Absence(**{key: value for key, value in row.items() if key != "id"})  # type: ignore[arg-type]
