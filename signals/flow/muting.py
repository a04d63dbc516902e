"""Which alerts a day may carry, and which of them are held back while something graver of the client is open."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec
from oncu.storage.alerts import Alert, load_alerts
from oncu.storage.database import Transaction
from oncu.storage.digests import waiting_alerts
from oncu.storage.signals import open_sides

from .days import first_day_since


def waiting_for(
    connection: Transaction, managers: Collection[str], day: date, settings: Settings
) -> dict[str, dict[str, Alert]]:
    """By manager the alerts a digest of the day may carry, by id."""
    since, until = period_of(day, settings)
    start = since - timedelta(days=settings.digest.wait_days)
    waiting = waiting_alerts(connection, managers, since=start, until=until)
    found = load_alerts(connection, [alert_id for ids in waiting.values() for alert_id in ids])
    return {manager: {alert_id: found[alert_id] for alert_id in ids} for manager, ids in waiting.items()}


def muted_now(
    connection: Transaction,
    alerts: Mapping[str, Alert],
    types: Mapping[str, SignalSpec],
    settings: Settings,
    *,
    at: datetime,
) -> dict[str, str]:
    """What `muted_alerts` says at a moment."""
    ids = sorted({alert.client_id for alert in alerts.values()})
    return muted_alerts(alerts, open_sides(connection, ids, at=at, days=settings.digest.conflict_days), types)


def muted_alerts(
    alerts: Mapping[str, Alert], open_types: Mapping[str, set[str]], types: Mapping[str, SignalSpec]
) -> dict[str, str]:
    """By alert id the open risk of the same client that mutes it; alerts that may be carried are not in it."""
    found = {}
    for alert_id, alert in alerts.items():
        graver = types[alert.type].muted_by if alert.type in types else []
        if by := next((code for code in graver if f"risk:{code}" in open_types.get(alert.client_id, ())), None):
            found[alert_id] = by
    return found


def period_of(day: date, settings: Settings) -> tuple[datetime, datetime]:
    """What a digest of a day stands for: the day, with the weekend and holidays before it, as a half-open interval."""
    first = first_day_since(day, settings.digest.country)
    return bounds_of(first, settings)[0], bounds_of(day, settings)[1]


def bounds_of(day: date, settings: Settings) -> tuple[datetime, datetime]:
    """The local day as a half-open interval of instants."""
    start = datetime.combine(day, time(), ZoneInfo(settings.timezone))
    return start, datetime.combine(day + timedelta(days=1), time(), ZoneInfo(settings.timezone))
