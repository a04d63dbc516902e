"""What a form of the desk asks for, and the move it makes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from oncu.config.problems import Problem
from oncu.storage.alerts import load_alerts
from oncu.storage.moves import Move

from ..review.colleagues import fitting
from ..review.desk import MOST_AT_ONCE, make_move
from .cases import colleagues_of, desk_of, reader_names
from .site import Visit

LONGEST_NOTE = 2_000


@dataclass(frozen=True)
class Asked:
    """One move as a form asks for it: `dismiss:wrong_firm` is the kind and its detail."""

    kind: str
    reason: str | None
    note: str | None
    whom: str | None
    until: datetime | None


def read_asked(visit: Visit, form: Mapping[str, str]) -> Asked:
    """What a form asks for. Raises Problem for a day that is none."""
    kind, _, detail = form.get("move", "").partition(":")
    note = form.get("note", "").strip()[:LONGEST_NOTE] or None
    until = _until(visit, detail or form.get("until", "")) if kind == "snooze" else None
    reason = detail or None if kind in ("dismiss", "resolve") else None
    whom = form.get("whom", "").strip() or None if kind in ("assign", "escalate") else None
    return Asked(kind, reason, note, whom, until)


def move_alerts(visit: Visit, alert_ids: Collection[str], asked: Asked) -> list[Move] | None:
    """Make the move on alerts the reader sees, all of them or none; None where one is not seen.

    Raises Problem saying which alert refuses it, or that a colleague does not see a client.
    """
    with visit.database.read() as connection:
        alerts = load_alerts(connection, sorted(alert_ids)[: MOST_AT_ONCE + 1])
    clients = {alert.client_id for alert in alerts.values()}
    if len(alerts) < min(len(alert_ids), MOST_AT_ONCE + 1):
        return None
    database = visit.about(clients)
    _check_whom(visit, asked, clients)
    move = partial(make_move, database, desk_of(visit), alert_ids, asked.kind, by=visit.actor, now=visit.now)
    more = {"reason": asked.reason, "note": asked.note, "whom": asked.whom}
    return move(**more, until=asked.until, known_as=reader_names(visit))  # type: ignore[arg-type]


def _check_whom(visit: Visit, asked: Asked, clients: Collection[str]) -> None:
    colleagues = colleagues_of(visit)
    if asked.whom is None or not colleagues.people:
        return
    with visit.site.database.read() as connection:
        if asked.whom not in {person.name for person in fitting(connection, colleagues, clients)}:
            raise Problem(f"{asked.whom!r} does not see every client of these alerts; choose somebody else")


def _until(visit: Visit, given: str) -> datetime:
    """The start of a day: so many days from now, or the day itself."""
    try:
        day = visit.day + timedelta(days=int(given)) if given.isdecimal() else date.fromisoformat(given)
        return visit.midnight(day)
    except (ValueError, OverflowError):
        raise Problem(f"{given!r} is no day; write one like {visit.day + timedelta(days=7)}") from None
