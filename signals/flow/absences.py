"""Who stands in for a manager who is away."""

from datetime import date, datetime

from oncu.config.problems import Problem
from oncu.storage.absences import Absence, absences_from, deputies_of, remove_absence, save_absence
from oncu.storage.database import Database
from oncu.storage.signals import managers_with_clients


def note_absence(
    database: Database,
    manager: str,
    days: tuple[date, date],
    *,
    deputy: str | None,
    by: str,
    today: date,
    now: datetime,
) -> Absence:
    """Keep who reads for a manager from the first to the last of two days.

    Without `deputy` it is the one the client list names for all of the manager's clients. Raises Problem for an unknown
    manager, days that are past or in the wrong order, and where no one deputy is known.
    """
    first, last = days
    if last < first or last < today:
        raise Problem(f"an absence lasts from one day to a later one, today or after it; {first} to {last} does not")
    with database.write() as connection:
        if manager not in managers_with_clients(connection):
            raise Problem(f"no client has the manager {manager!r}; write the name as in the client list")
        named = [deputy] if deputy else deputies_of(connection, manager)
        if named == [manager]:
            raise Problem(f"{manager} cannot stand in for themselves; name somebody else: --deputy NAME")
        if len(named) != 1:
            found = f"several deputies ({', '.join(named)})" if named else "no deputy"
            raise Problem(f"the client list names {found} for {manager}; say who reads: --deputy NAME")
        made = Absence(manager, first, last, named[0], by, now)
        save_absence(connection, made)
    return made


def end_absence(database: Database, start: str, *, by: str, today: date, now: datetime) -> Absence:
    """Take back the absence whose id begins with some characters. Raises Problem where there is none, or several."""
    with database.write() as connection:
        found = [one for one in absences_from(connection, today) if one.id.startswith(start)]
        if len(found) != 1:
            what = "several absences begin so" if found else "no absence begins so"
            raise Problem(f"absence {start!r}: {what}; oncu absence list shows them")
        remove_absence(connection, found[0], by=by, now=now)
    return found[0]
