"""The queue as a reader asks for it in an address: a view of it, perhaps of one side or one manager's clients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from ..review.queue import VIEWS, Queue, Queued, gather_queue
from .cases import desk_of, reader_names
from .site import Visit

SIDES = ("opportunity", "risk")


@dataclass(frozen=True)
class Wanted:
    """Which alerts of the desk, and in `query` how an address says so; empty parts ask for all."""

    view: str = "all"
    side: str = ""
    manager: str = ""

    @property
    def query(self) -> str:
        """The same for an address: `view=mine&side=risk`."""
        return urlencode({key: value for key, value in vars(self).items() if value})

    def holds(self, row: Queued) -> bool:
        """Whether a row is of the side and manager asked for."""
        return self.side in ("", row.alert.side) and self.manager in ("", row.alert.manager)


@dataclass(frozen=True)
class Place:
    """Where an alert stands in a queue: its number from 1 on (0: it has left), of how many, and its neighbours."""

    number: int
    n: int
    before: str | None
    after: str | None


def read_wanted(asked: Mapping[str, str]) -> Wanted:
    """What an address asks for; what it does not say, or says wrongly, asks for all."""
    view, side = asked.get("view", ""), asked.get("side", "")
    return Wanted(view if view in VIEWS else "all", side if side in SIDES else "", asked.get("manager", ""))


def wanted_of(query: str) -> Wanted:
    """The same of a query kept inside another address."""
    return read_wanted(dict(parse_qsl(query)))


def read_queue(visit: Visit, wanted: Wanted) -> tuple[Queue, Sequence[Queued]]:
    """The whole view, and the rows of it that are asked for, in order."""
    with visit.database.read() as connection:
        queue = gather_queue(connection, desk_of(visit), wanted.view, reader_names(visit), visit.now)
    return queue, [row for row in queue.rows if wanted.holds(row)]


def place_of(rows: Sequence[Queued], alert_id: str) -> Place:
    """Where an alert stands among rows; one that has left has the first as the one after it."""
    ids = [row.id for row in rows]
    if alert_id not in ids:
        return Place(0, len(ids), None, ids[0] if ids else None)
    at = ids.index(alert_id)
    after = ids[at + 1] if at + 1 < len(ids) else None
    return Place(at + 1, len(ids), ids[at - 1] if at else None, after)
