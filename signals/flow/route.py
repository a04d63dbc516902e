"""From episodes to alerts: which deserve one, for whom, and in what order they are read."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from oncu.config.settings import AlertSettings
from oncu.config.specs import SignalSpec
from oncu.storage.alerts import Alert, Candidate

from .priority import Ranking, in_reading_order, priority_factors, priority_of, reason_of, strength_of

VERSION = "route-2"


def route(
    candidates: Iterable[Candidate],
    types: Mapping[str, SignalSpec],
    settings: AlertSettings,
    now: datetime,
    ranking: Ranking | None = None,
) -> list[Alert]:
    """The alerts of the candidates that have enough signals for their type and are strong enough, as they are read.

    One story about one client makes one alert a side: the strongest of its types speaks, the others wait for a story
    more.
    """
    made: list[Alert] = []
    told: set[tuple[str, str, str]] = set()
    ripe = [c for c in candidates if c.signals >= types[c.type].alert_after and not c.is_told]
    for candidate in sorted(ripe, key=lambda c: (-strength_of(c, types[c.type]), c.client_id, c.type, c.event_key)):
        story = (candidate.client_id, candidate.side, candidate.story_id)
        is_strong = strength_of(candidate, types[candidate.type]) >= settings.min_priority
        if is_strong and not (candidate.signals == 1 and story in told):
            made.append(_alert(candidate, types[candidate.type], ranking or Ranking(), now))
            told.add(story)
    return in_reading_order(made)


def _alert(candidate: Candidate, spec: SignalSpec, ranking: Ranking, now: datetime) -> Alert:
    factors = priority_factors(candidate, spec, ranking, now)
    return Alert(
        client_id=candidate.client_id,
        type=candidate.type,
        side=candidate.side,
        event_key=candidate.event_key,
        episode_id=candidate.episode_id,
        signal_id=candidate.signal_id,
        manager=candidate.manager,
        priority=priority_of(factors),
        reason=reason_of(factors),
        state="new",
        created_at=now,
    )
