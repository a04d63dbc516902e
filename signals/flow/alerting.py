"""The stage that makes alerts: what deserves one, what is kept with its reason instead, where each goes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec
from oncu.storage.alerts import Candidate, alert_candidates, load_alerts, save_alerts
from oncu.storage.database import Database, Transaction
from oncu.storage.heard import signals_of
from oncu.storage.scores import newest_scores
from oncu.storage.stakes import stakes_of
from oncu.storage.updates import save_alert_updates
from oncu.storage.withheld import save_withheld, told_before

from ..complaints.stage import held_back
from .priority import NEWS_AFTER, Ranking, earlier_signals
from .route import choose, route, sift, worth_telling
from .routing import current_plan
from .urgent import tell


def alert_pending(
    database: Database, types: Mapping[str, SignalSpec], settings: Settings, now: datetime
) -> tuple[int, int]:
    """Make the alerts that episodes deserve, with where they go, and note what is new on alerts already made.

    Returns how many alerts and how many updates. Raises ConfigError where the rules of routing have faults.
    """
    longest = max((spec.merge_days for spec in types.values()), default=30)
    with database.write() as connection:
        candidates = alert_candidates(connection, since=now - timedelta(days=longest))
        held = held_back(connection, candidates, now)
        known = [c for c in candidates if c.type in types and c.episode_id not in held]
        known = _without_withheld(connection, known, types, settings, now)
        chosen = choose(known, types, settings.alerts)
        made = route(chosen, types, settings.alerts, now, _ranking(connection, chosen, now)) if chosen else []
        there = load_alerts(connection, [alert.id for alert in made])
        count = save_alerts(connection, made)
        plan = current_plan(connection, settings, types)
        tell(connection, (alert for alert in made if alert.id not in there), plan, settings, now)
        return count, save_alert_updates(connection, now)


def _without_withheld(
    connection: Transaction,
    candidates: Sequence[Candidate],
    types: Mapping[str, SignalSpec],
    settings: Settings,
    now: datetime,
) -> list[Candidate]:
    """The candidates but for those that are too weak or say nothing new, which are kept with the reason."""
    strong = worth_telling(candidates, types, settings.alerts)  # of no other it matters what was told before
    kinds = {(c.client_id, c.type) for c in strong}
    oldest = min((c.started_at for c in strong), default=now)
    before = told_before(connection, kinds, since=oldest - timedelta(days=settings.alerts.quiet_days))
    day = now.astimezone(ZoneInfo(settings.timezone)).date()
    rows = sift(candidates, types, settings.alerts, before, day=day, now=now)
    save_withheld(connection, rows)
    left = {row.episode_id for row in rows}
    return [c for c in candidates if c.episode_id not in left]


def _ranking(connection: Transaction, candidates: Sequence[Candidate], now: datetime) -> Ranking:
    clients = sorted({candidate.client_id for candidate in candidates})
    since = min(candidate.started_at for candidate in candidates) - timedelta(days=NEWS_AFTER)
    return Ranking(
        earlier_signals(candidates, signals_of(connection, clients, since=since)),
        stakes_of(connection, clients),
        newest_scores(connection, "source", "foresight", until=now.date()),
    )
