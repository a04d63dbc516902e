"""Which alerts a digest holds back: a rule sends them elsewhere, a person asked, or something graver is open."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncu.config.problems import Problem
from oncu.config.routing import DIGEST
from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec
from oncu.storage.alerts import Alert
from oncu.storage.clients import client_rows
from oncu.storage.database import Database, Transaction
from oncu.storage.documents import documents_of
from oncu.storage.routing import routes_of
from oncu.storage.silences import Silence, make_silence, remove_silence, save_silence, silence_of, silences_at
from oncu.storage.withheld import MUTED, NO_ROOM, ROUTED, SILENCED, Withheld, sources_of

from .muting import muted_now

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Held:
    """Why an alert is held back: the kind, and what is behind it (the rule, the silence, the graver type)."""

    kind: str
    reason: str


def reasons_to_hold(
    connection: Transaction,
    alerts: Mapping[str, Alert],
    types: Mapping[str, SignalSpec],
    settings: Settings,
    *,
    at: datetime,
) -> dict[str, Held]:
    """By alert id why it is not carried at a moment; alerts that may be carried are not in it."""
    muted = {key: Held(MUTED, by) for key, by in muted_now(connection, alerts, types, settings, at=at).items()}
    return muted | silenced_of(connection, alerts, settings, at=at) | _routed(connection, alerts)


def silenced_of(
    connection: Transaction, alerts: Mapping[str, Alert], settings: Settings, *, at: datetime, by_type: bool = False
) -> dict[str, Held]:
    """By alert id the silence that holds it at a moment; `by_type`: only silences that name a type count."""
    found = [silence for silence in silences_at(connection, at) if silence.type or not by_type]
    if not found:
        return {}
    sources = sources_of(connection, (alert.episode_id for alert in alerts.values()))
    held = {}
    for key, alert in alerts.items():
        named = sources.get(alert.episode_id, frozenset())
        if silence := silence_of(found, alert.client_id, alert.type, named):
            held[key] = Held(SILENCED, said_of(silence, settings))
    return held


def said_of(silence: Silence, settings: Settings) -> str:
    """Who silenced until when and why, in a line that needs no language: `ece, 2026-12-01: known restructuring`."""
    until = (silence.until - timedelta(microseconds=1)).astimezone(ZoneInfo(settings.timezone)).date()
    return f"{silence.set_by}, {until}: {silence.reason}"


def held_rows(
    alerts: Mapping[str, Alert], held: Mapping[str, Held], left: Iterable[str], manager: str, day: date, now: datetime
) -> list[Withheld]:
    """What a digest does not carry, to be kept: held back alerts, and those (`left`) for which there was no room."""
    reasons = dict(held) | {key: Held(NO_ROOM, "") for key in left}
    return [withheld_alert(key, alerts[key], why, manager, day, now) for key, why in reasons.items()]


def withheld_alert(alert_id: str, alert: Alert, why: Held, manager: str | None, day: date, now: datetime) -> Withheld:
    """One alert that was not told."""
    return Withheld(
        episode_id=alert.episode_id,
        signal_id=alert.signal_id,
        alert_id=alert_id,
        client_id=alert.client_id,
        type=alert.type,
        side=alert.side,
        manager=manager,
        kind=why.kind,
        reason=why.reason,
        day=day,
        known_at=now,
    )


def silence(
    database: Database,
    *,
    client_id: str | None = None,
    code: str | None = None,
    source: str | None = None,
    until: date,
    reason: str,
    by: str,
    settings: Settings,
    types: Collection[str],
    sources: Collection[str],
    now: datetime,
) -> Silence:
    """Keep quiet about a client, a type (`code`), a source, or what meets all that are given, to the end of a day.

    One that says the same in the same person's name and is in force stays the only one. Raises Problem for an unknown
    client, type or source (one of `sources`, or one that was heard), a day that is past or more than a year away, a
    missing reason.
    """
    if not (client_id or code or source):
        raise Problem("a silence names a client, a type or a source; say --client, --type or --source")
    if not reason.strip():
        raise Problem("a silence has a reason, which others read; write one")
    if code is not None and code not in types:
        raise Problem(f"no signal type {code!r}; oncu signals list shows the codes")
    zone = ZoneInfo(settings.timezone)
    is_near = until <= (now.astimezone(zone) + LONGEST).date()  # a day of another age has no day after it
    end = datetime.combine(until + timedelta(days=1), time(), zone) if is_near else now
    if not now < end <= now + LONGEST:
        raise Problem(f"a silence lasts to a day from today on and within a year; {until} is not one")
    with database.write() as connection:
        if client_id is not None and client_id not in client_rows(connection, [client_id]):
            raise Problem(f"no client has the id {client_id!r}; oncu clients show NAME tells the ids")
        if source is not None and source not in sources and not documents_of(connection, source, limit=1):
            raise Problem(f"no source is called {source!r}; oncu sources list shows the names")
        made = make_silence(
            client_id=client_id, code=code, source=source, until=end, reason=reason.strip(), by=by, now=now
        )
        if same := next((one for one in silences_at(connection, now) if one.is_like(made)), None):
            return same
        save_silence(connection, made)
    return made


def end_silence(database: Database, start: str, *, by: str, now: datetime) -> Silence:
    """End the silence whose id begins with some characters. Raises Problem where there is none, or several."""
    with database.write() as connection:
        found = [one for one in silences_at(connection, now) if one.id.startswith(start)]
        if len(found) != 1:
            what = "several silences begin so" if found else "no silence in force begins so"
            raise Problem(f"silence {start!r}: {what}; oncu silence list shows them")
        remove_silence(connection, found[0], by=by, now=now)
    return found[0]


def _routed(connection: Transaction, alerts: Mapping[str, Alert]) -> dict[str, Held]:
    """The alerts that their rule keeps out of the digest."""
    routes = routes_of(connection, alerts.keys())
    return {key: Held(ROUTED, route.rule) for key, route in routes.items() if DIGEST not in route.channels}
