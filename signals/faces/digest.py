"""A manager's day: which of MY clients should I call today, why, and what do I say.

`compose_digests` decides once what the day carries; `view_digests` gathers everything a reader sees of it. Both read
for many managers at once, because thousands of digests are due at the same minute.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec, SourceSpec
from oncu.storage.alerts import Alert, load_alerts
from oncu.storage.database import Database, Transaction, batched
from oncu.storage.digests import Carried, Change, StoredDigest, find_digests, save_digests, updates_for
from oncu.storage.documents import count_documents
from oncu.storage.withheld import NO_ROOM, Withheld, held_in_digests, save_withheld

from ..flow.muting import bounds_of, period_of, waiting_for
from ..flow.priority import in_reading_order
from ..flow.silences import Held, held_rows, reasons_to_hold
from ..listening.health import blind_spots
from ..review.standing import standings_of
from ..words import Words
from .cards import Card, Face, Shown, gather_shown, show_cards
from .held import held_reason
from .lookback import Lookback, look_back, lookback_line

AT_ONCE = 200  # managers whose digests are read and saved together: few questions, and a lock that is held shortly


@dataclass(frozen=True)
class Update:
    """What changed on an alert the manager was told of."""

    alert_id: str
    client: str
    title: str
    what: str


@dataclass(frozen=True)
class Suppressed:
    """An alert that is not carried, and why."""

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
    lookback: str = ""

    def section(self, kind: str) -> list[Card]:
        """The cards of one section, best first."""
        return [card for card in self.cards if card.kind == kind]


def compose_digest(
    database: Database, manager: str, day: date, settings: Settings, now: datetime, *, types: Mapping[str, SignalSpec]
) -> None:
    """`compose_digests` for one manager."""
    compose_digests(database, [manager], day, settings, now, types=types)


def compose_digests(
    database: Database,
    managers: Iterable[str],
    day: date,
    settings: Settings,
    now: datetime,
    *,
    types: Mapping[str, SignalSpec],
) -> None:
    """Fix which alerts the managers' digests of a day carry; a digest that exists is left as it is.

    An alert may be carried on the day it was made or on one of the `wait_days` after it, and is left out as long as
    something graver of its client mutes its type, a silence holds it, or its rule sends it elsewhere. Weekend and
    holidays belong to the day after them. What is left out is kept with its reason, but for what the desk has closed or
    put off.
    """
    for batch in batched(managers, AT_ONCE):
        with database.write() as connection:
            made = find_digests(connection, batch, day)
            if missing := [manager for manager in batch if manager not in made]:
                _compose(connection, missing, day, settings, now, types)


def _compose(
    connection: Transaction,
    managers: Sequence[str],
    day: date,
    settings: Settings,
    now: datetime,
    types: Mapping[str, SignalSpec],
) -> None:
    since, until = period_of(day, settings)
    documents = count_documents(connection, since=since, until=until)
    by_manager = _without_closed(connection, waiting_for(connection, managers, day, settings), now)
    everything = {key: alert for own in by_manager.values() for key, alert in own.items()}
    held = reasons_to_hold(connection, everything, types, settings, at=now)
    made: dict[str, Carried] = {}
    rows: list[Withheld] = []
    for manager, waiting in by_manager.items():
        chosen, left = _chosen(waiting, held, settings.digest.max_alerts)
        made[manager] = Carried(chosen, {"documents": documents, "waiting": len(left)})
        own = {key: held[key] for key in waiting if key in held}
        rows += held_rows(waiting, own, left, manager, day, now)
    save_digests(connection, day, made, now)
    save_withheld(connection, rows)


def _without_closed(
    connection: Transaction, waiting: Mapping[str, Mapping[str, Alert]], now: datetime
) -> dict[str, dict[str, Alert]]:
    """What waits without what the desk has closed or put off: whoever did so has read it."""
    standings = standings_of(connection, {key for own in waiting.values() for key in own})
    return {
        manager: {key: alert for key, alert in own.items() if standings[key].is_shown(now)}
        for manager, own in waiting.items()
    }


def _chosen(waiting: Mapping[str, Alert], held: Mapping[str, Held], most: int) -> tuple[list[str], list[str]]:
    """The alerts a digest carries, best first, and those it has no room for."""
    free = {alert: key for key, alert in waiting.items() if key not in held}
    ordered = [free[alert] for alert in in_reading_order(free)]
    return ordered[:most], ordered[most:]


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
    """`view_digests` for one manager."""
    (view,) = view_digests(database, [manager], day, settings, words, types=types, sources=sources)
    return view


def view_digests(
    database: Database,
    managers: Iterable[str],
    day: date,
    settings: Settings,
    words: Words,
    *,
    types: Mapping[str, SignalSpec],
    sources: Mapping[str, SourceSpec],
) -> Iterator[DigestView]:
    """Gather what composed digests show, each as of the moment it was made: what comes later is told in the next one.

    In the order of the managers, read for many at once. Raises Problem where none was composed.
    """
    face = Face(words, types, sources, settings)
    silent: dict[datetime, tuple[str, ...]] = {}
    for batch in batched(managers, AT_ONCE):
        with database.read() as connection:
            gathered = _gather(connection, batch, day, face)
        for manager in batch:
            found = gathered[manager]
            at = found.shown.at
            if at not in silent:
                names = blind_spots(database, settings.health, at)
                silent[at] = tuple(sources[name].title if name in sources else name for name in names)
            yield _view(found, day, silent[at])


@dataclass(frozen=True)
class _Gathered:
    """All that was read for one digest."""

    digest: StoredDigest
    carried: Mapping[str, Alert]
    held: Sequence[Withheld]
    changes: Sequence[Change]
    before: Lookback
    shown: Shown


def _gather(connection: Transaction, managers: Sequence[str], day: date, face: Face) -> dict[str, _Gathered]:
    """What was read for the digests of some managers, by manager; those made at one moment are read together."""
    found = find_digests(connection, managers, day)
    if missing := next((manager for manager in managers if manager not in found), None):
        raise Problem(not_composed(missing, day))
    held = held_in_digests(connection, managers, day)
    told = {manager: [row for row in rows if row.kind != NO_ROOM] for manager, rows in held.items()}
    together: dict[datetime, list[StoredDigest]] = {}
    for digest in found.values():
        together.setdefault(digest.made_at, []).append(digest)
    gathered: dict[str, _Gathered] = {}
    for digests in together.values():
        gathered |= _gather_made(connection, digests, day, face, told)
    return gathered


def _gather_made(
    connection: Transaction,
    digests: Sequence[StoredDigest],
    day: date,
    face: Face,
    held: Mapping[str, Sequence[Withheld]],
) -> dict[str, _Gathered]:
    """What was read for digests that were made at the same moment."""
    managers, made_at = [digest.manager for digest in digests], digests[0].made_at
    at = min(made_at, bounds_of(day, face.settings)[1] - timedelta(microseconds=1))
    alerts = load_alerts(connection, [alert_id for digest in digests for alert_id in digest.alert_ids])
    changes = updates_for(connection, digests, at=at)
    before = look_back(connection, managers, face.types, at=made_at)
    named = {change.client_id for own in changes.values() for change in own}
    named |= {row.client_id for manager in managers for row in held[manager]}
    shown = gather_shown(connection, alerts, face, at=at, day=day, named=named)
    gathered = {}
    for digest in digests:
        manager, carried = digest.manager, {key: alerts[key] for key in digest.alert_ids}
        own = shown.for_reader(carried.values())
        gathered[manager] = _Gathered(digest, carried, held[manager], changes[manager], before[manager], own)
    return gathered


def not_composed(manager: str, day: date) -> str:
    """That there is nothing to show or send yet."""
    return f"no digest of {day} was made for {manager!r}; compose it first"


def _view(found: _Gathered, day: date, silent: tuple[str, ...]) -> DigestView:
    shown = found.shown
    return DigestView(
        manager=found.digest.manager,
        day=shown.words.day(bounds_of(day, shown.face.settings)[0]),
        documents=found.digest.counts["documents"],
        alerts=len(found.carried),
        waiting=found.digest.counts["waiting"],
        cards=tuple(show_cards(in_reading_order(found.carried.values()), shown)),
        updates=tuple(dict.fromkeys(_update(change, shown) for change in found.changes)),
        silent_sources=silent,
        suppressed=tuple(_suppressed(row, shown) for row in found.held),
        lookback=lookback_line(found.before, shown.words),
    )


def _suppressed(row: Withheld, shown: Shown) -> Suppressed:
    reason = held_reason(row, shown.words, shown.title)
    return Suppressed(str(row.alert_id), shown.name(row.client_id), shown.title(row.type), reason)


def _update(change: Change, shown: Shown) -> Update:
    what = shown.words(f"update_{change.kind}")
    return Update(change.alert_id, shown.name(change.client_id), shown.title(change.type), what)
