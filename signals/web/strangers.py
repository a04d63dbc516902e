"""The firms that are no clients, joined and in the order of how much is heard of them, kept until more is heard."""

from oncu.storage.prospects import hearings, load_prospects, prospects_version

from ..clients.gather import Ranked, rank_prospects
from .site import Visit

EVERYBODY = ""  # one reading serves all: firms that are no clients are behind nobody's wall (storage/access.py)


def ranked_now(visit: Visit) -> list[Ranked]:
    """The firms heard of most first, read anew when one was heard of again or became a client."""
    with visit.site.database.read() as connection:
        version = prospects_version(connection)
    return visit.site.strangers.get(EVERYBODY, version, lambda: _read(visit))


def _read(visit: Visit) -> list[Ranked]:
    with visit.site.database.read() as connection:
        return rank_prospects(load_prospects(connection), hearings(connection))
