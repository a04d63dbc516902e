"""From episodes to alerts: which deserve one, for whom, and in what order they are read.

priority = probability x relevance / 100 x severity x weight of the status; strictly ordered, ties by client, then type.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from oncu.config.settings import AlertSettings
from oncu.config.specs import SignalSpec
from oncu.storage.alerts import Alert, Candidate

from .detect import STATUS_WEIGHT

VERSION = "route-1"


def route(
    candidates: Iterable[Candidate], types: Mapping[str, SignalSpec], settings: AlertSettings, now: datetime
) -> list[Alert]:
    """The alerts of the candidates that have enough signals for their type and enough priority, best first.

    One story about one client makes one alert a side: the best of its types speaks, the others wait for a story more.
    """
    made: list[Alert] = []
    told: set[tuple[str, str, str]] = set()
    ripe = [c for c in candidates if c.signals >= types[c.type].alert_after and not c.is_told]
    for candidate in sorted(ripe, key=lambda c: (-priority_of(c, types[c.type]), c.client_id, c.type)):
        story = (candidate.client_id, candidate.side, candidate.story_id)
        alert = _alert(candidate, types[candidate.type], now)
        if alert.priority >= settings.min_priority and not (candidate.signals == 1 and story in told):
            made.append(alert)
            told.add(story)
    return made


def reading_order(alert: Alert) -> tuple[float, str, str]:
    """The key that sorts alerts the way they are read."""
    return -alert.priority, alert.client_id, alert.type


def priority_of(candidate: Candidate, spec: SignalSpec) -> float:
    """How much an alert deserves a manager's minutes, 0-1."""
    weight = STATUS_WEIGHT[candidate.status]
    return candidate.probability * candidate.relevance / 100 * spec.severity * weight


def _alert(candidate: Candidate, spec: SignalSpec, now: datetime) -> Alert:
    reason = (
        f"probability {candidate.probability:.2f} x relevance {candidate.relevance} % x severity {spec.severity:.2f} "
        f"x {candidate.status} {STATUS_WEIGHT[candidate.status]:.1f}"
    )
    return Alert(
        client_id=candidate.client_id,
        type=candidate.type,
        side=candidate.side,
        event_key=candidate.event_key,
        episode_id=candidate.episode_id,
        signal_id=candidate.signal_id,
        manager=candidate.manager,
        priority=priority_of(candidate, spec),
        reason=reason,
        state="new",
        created_at=now,
    )
