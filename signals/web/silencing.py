"""Setting a silence and ending one, for pages and programs alike."""

from datetime import date

from oncu.storage.database import Database
from oncu.storage.silences import Silence

from ..flow.silences import end_silence, silence
from .found import silence_in_force
from .site import Visit

FOR_ALL = ("lead", "risk", "analyst")  # who may silence more than one client


def set_silence(
    visit: Visit, *, client_id: str | None, code: str | None, source: str | None, until: date, reason: str
) -> Silence:
    """Keep quiet to the end of a day about a client, a type, a source, or what meets all that are given.

    Raises NotYours, NotForThem and Problem.
    """
    return silence(
        _database(visit, client_id),
        client_id=client_id,
        code=code,
        source=source,
        until=until,
        reason=reason,
        by=visit.actor,
        settings=visit.site.settings,
        types=visit.catalogue.types,
        sources=visit.catalogue.sources,
        now=visit.now,
    )


def unset_silence(visit: Visit, silence_id: str) -> None:
    """End a silence before its time. Raises HTTPException (404) where none of this id is in force."""
    found = silence_in_force(visit, silence_id)
    end_silence(_database(visit, found.client_id), silence_id, by=visit.actor, now=visit.now)


def _database(visit: Visit, client_id: str | None) -> Database:
    return visit.about([client_id]) if client_id else visit.as_role(*FOR_ALL)
