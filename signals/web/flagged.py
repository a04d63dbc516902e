"""The flagged clients as a reader sees them, kept until a level moves."""

from oncu.storage.clients import Client, clients_of
from oncu.storage.identity import survivors
from oncu.storage.signals import count_steps

from ..faces.board import Flagged, flagged_clients
from .site import Visit


def flagged_now(visit: Visit) -> tuple[list[Flagged], dict[str, Client]]:
    """The flagged clients and who they are, read anew when a level moved and each minute, because levels fade."""
    with visit.database.read() as connection:
        version = (visit.now.replace(second=0, microsecond=0), count_steps(connection), survivors(connection))
    return visit.site.flagged.get(visit.actor, version, lambda: _read_flagged(visit))


def _read_flagged(visit: Visit) -> tuple[list[Flagged], dict[str, Client]]:
    threshold = visit.site.settings.level.threshold
    flagged = flagged_clients(visit.database, visit.now, threshold=threshold)
    with visit.database.read() as connection:
        return flagged, clients_of(connection, [found.client_id for found in flagged])
