"""A manager's day: which of MY clients should I call today, why, and what do I say.

`compose_digest` decides once what the day carries; `view_digest` gathers everything a reader sees of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec, SourceSpec
from oncu.storage.alerts import Alert, load_alerts
from oncu.storage.database import Database
from oncu.storage.digests import find_digest, save_digest, updates_for
from oncu.storage.documents import count_documents

from ..flow.muting import bounds_of, muted_now, waiting_for
from ..flow.priority import in_reading_order
from ..listening.health import blind_spots
from ..words import Words
from .cards import Card, Face, Shown, gather_shown, show_cards


@dataclass(frozen=True)
class Update:
    """What changed on an alert the manager was told of."""

    alert_id: str
    client: str
    title: str
    what: str


@dataclass(frozen=True)
class Suppressed:
    """An alert that is not carried while something graver of its client is open, and what that is."""

    alert_id: str
    client: str
    title: str
    reason: str


@dataclass(frozen=True)
class DigestView:
    """A whole digest, ready to be written as text, HTML or JSON."""

    manager: str
    day: str
    documents: int
    alerts: int
    waiting: int
    cards: tuple[Card, ...]
    updates: tuple[Update, ...]
    silent_sources: tuple[str, ...]
    suppressed: tuple[Suppressed, ...] = ()

    def section(self, kind: str) -> list[Card]:
        """The cards of one section, best first."""
        return [card for card in self.cards if card.kind == kind]


def compose_digest(
    database: Database, manager: str, day: date, settings: Settings, now: datetime, *, types: Mapping[str, SignalSpec]
) -> None:
    """Fix which alerts a manager's digest of a day carries; a digest that exists is left as it is.

    An alert may be carried on the day it was made or on one of the `wait_days` after it, and is left out as long as
    something graver of its client mutes its type.
    """
    since, until = bounds_of(day, settings)
    with database.write() as connection:
        if find_digest(connection, manager, day) is not None:
            return
        waiting = waiting_for(connection, manager, day, settings)
        muted = muted_now(connection, waiting, types, settings, at=now)
        free = {alert: key for key, alert in waiting.items() if key not in muted}
        chosen = [free[alert] for alert in in_reading_order(free)][: settings.digest.max_alerts]
        documents = count_documents(connection, since=since, until=until)
        counts = {"documents": documents, "waiting": len(free) - len(chosen)}
        save_digest(connection, manager, day, chosen, counts, now)


def view_digest(
    database: Database,
    manager: str,
    day: date,
    settings: Settings,
    words: Words,
    *,
    types: Mapping[str, SignalSpec],
    sources: Mapping[str, SourceSpec],
) -> DigestView:
    """Gather what a composed digest shows, as of the moment it was made: what comes later is told in the next one.

    Raises Problem where none was composed.
    """
    face = Face(words, types, sources, settings)
    with database.read() as connection:
        found = find_digest(connection, manager, day)
        if found is None:
            raise Problem(f"no digest of {day} was made for {manager!r}; compose it first")
        at = min(found.made_at, bounds_of(day, settings)[1] - timedelta(microseconds=1))
        carried = load_alerts(connection, found.alert_ids)
        left = waiting_for(connection, manager, day, settings, asked_at=at)
        muted = muted_now(connection, left, types, settings, at=at)
        updates = updates_for(connection, found, at=at)
        named = {row[1] for row in updates} | {left[key].client_id for key in muted}
        shown = gather_shown(connection, carried, face, at=at, day=day, named=named)
    silent = blind_spots(database, settings.health, at)
    return DigestView(
        manager=manager,
        day=words.day(bounds_of(day, settings)[0]),
        documents=found.counts["documents"],
        alerts=len(carried),
        waiting=found.counts["waiting"],
        cards=tuple(show_cards(in_reading_order(carried.values()), shown)),
        updates=tuple(_update(row, shown) for row in updates),
        silent_sources=tuple(sources[name].title if name in sources else name for name in silent),
        suppressed=tuple(_suppressed(key, left[key], by, shown) for key, by in muted.items()),
    )


def _suppressed(alert_id: str, alert: Alert, by: str, shown: Shown) -> Suppressed:
    reason = shown.words("suppressed_by", type=shown.title(by))
    return Suppressed(alert_id, shown.name(alert.client_id), shown.title(alert.type), reason)


def _update(row: tuple[str, str, str, str], shown: Shown) -> Update:
    alert_id, client_id, code, kind = row
    return Update(alert_id, shown.name(client_id), shown.title(code), shown.words(f"update_{kind}"))
