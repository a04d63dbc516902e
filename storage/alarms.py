"""Alarms of sources that keepers are to be told: noted at the visit that raised them, marked when they were sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from .database import save_new
from .keys import key_id
from .models import alarms


@dataclass(frozen=True)
class SourceAlarm:
    """One alarm of a source, or its end: `kind` raised or recovered, `state` how the source is, `since` when it began
    to be so, after `visits` visits in a row; `problem` is what the last of them said."""

    source: str
    kind: str
    state: str
    since: datetime
    visits: int
    problem: str
    noted_at: datetime
    sent_at: datetime | None = None

    @property
    def id(self) -> str:
        """The same for the same alarm, whenever it is noted."""
        return key_id("alarm", self.source, self.kind, self.since.isoformat())


def note_alarms(connection: Connection, found: Iterable[SourceAlarm]) -> int:
    """Keep alarms that are not kept yet. Returns how many were new."""
    return save_new(connection, alarms, ({"id": one.id, **vars(one)} for one in found))


def unsent_alarms(connection: Connection) -> list[SourceAlarm]:
    """Those nobody was told of yet, oldest first."""
    query = select(alarms).where(alarms.c.sent_at.is_(None)).order_by(alarms.c.noted_at, alarms.c.source)
    rows = connection.execute(query).mappings()
    return [SourceAlarm(**{name: value for name, value in row.items() if name != "id"}) for row in rows]


def mark_alarms_sent(connection: Connection, sent: Iterable[SourceAlarm], now: datetime) -> None:
    """Note that the keepers were told."""
    for one in sent:
        connection.execute(update(alarms).where(alarms.c.id == one.id).values(sent_at=now))
