"""From episodes to alerts: which deserve one, for whom, and in what order they are read."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from oncu.config.settings import AlertSettings
from oncu.config.specs import SignalSpec
from oncu.storage.alerts import Alert, Candidate
from oncu.storage.withheld import QUIET, WEAK, ToldBefore, Withheld

from .priority import (
    Ranking,
    in_reading_order,
    priority_factors,
    priority_of,
    read_factors,
    reason_of,
    strength_of,
)

VERSION = "route-3"
STRENGTH_PARTS = 4  # the first factors of a reason: probability, relevance, severity, status
WORSE = 1.25  # so many times as strong as the alert before it is graver


def route(
    candidates: Iterable[Candidate],
    types: Mapping[str, SignalSpec],
    settings: AlertSettings,
    now: datetime,
    ranking: Ranking | None = None,
) -> list[Alert]:
    """The alerts of the candidates that deserve one, as they are read."""
    chosen = choose(candidates, types, settings)
    return in_reading_order(_alert(one, types[one.type], ranking or Ranking(), now) for one in chosen)


def choose(
    candidates: Iterable[Candidate], types: Mapping[str, SignalSpec], settings: AlertSettings
) -> list[Candidate]:
    """The candidates that have enough signals for their type and are strong enough.

    One story about one client makes one alert a side: the strongest of its types speaks, the others wait for a story
    more.
    """
    chosen: list[Candidate] = []
    told: set[tuple[str, str, str]] = set()
    strong = worth_telling(candidates, types, settings)
    for candidate in sorted(strong, key=lambda c: (-strength_of(c, types[c.type]), c.client_id, c.type, c.event_key)):
        story = (candidate.client_id, candidate.side, candidate.story_id)
        if not (candidate.signals == 1 and story in told):
            chosen.append(candidate)
            told.add(story)
    return chosen


def sift(
    candidates: Iterable[Candidate],
    types: Mapping[str, SignalSpec],
    settings: AlertSettings,
    before: Iterable[ToldBefore],
    *,
    day: date,
    now: datetime,
) -> list[Withheld]:
    """What has enough signals for its type and is not told all the same.

    It is too weak, or comes so soon after an alert `before` it of its client and type that it would have to be graver,
    or told by another source.
    """
    lately: dict[tuple[str, str], list[ToldBefore]] = {}
    for told in before:
        lately.setdefault((told.client_id, told.type), []).append(told)
    found = []
    for candidate in _ripe(candidates, types):
        strength = strength_of(candidate, types[candidate.type])
        earlier = lately.get((candidate.client_id, candidate.type), [])
        if strength < settings.min_priority:
            found.append(_withheld(candidate, WEAK, f"{strength:.3g} < {settings.min_priority:.3g}", day, now))
        elif last := quiet_after(candidate, strength, earlier, timedelta(days=settings.quiet_days)):
            found.append(_withheld(candidate, QUIET, last.created_at.date().isoformat(), day, now))
    return found


def worth_telling(
    candidates: Iterable[Candidate], types: Mapping[str, SignalSpec], settings: AlertSettings
) -> list[Candidate]:
    """The candidates that would be told if nothing had been told before them."""
    ripe = _ripe(candidates, types)
    return [one for one in ripe if strength_of(one, types[one.type]) >= settings.min_priority]


def quiet_after(
    candidate: Candidate, strength: float, earlier: Iterable[ToldBefore], quiet: timedelta
) -> ToldBefore | None:
    """The alert after which a candidate of the same client and type says nothing new; None where it is to be told.

    It is to be told when the quiet time had passed as it began, when it is graver, or when a source tells it that told
    none of the alerts in that time.
    """
    told = [one for one in earlier if timedelta() <= candidate.started_at - one.created_at < quiet]
    if not told or candidate.source not in {source for one in told for source in one.sources}:
        return None
    was = priority_of(read_factors(told[-1].reason)[:STRENGTH_PARTS])
    return None if strength >= WORSE * was else told[-1]


def _ripe(candidates: Iterable[Candidate], types: Mapping[str, SignalSpec]) -> list[Candidate]:
    """The candidates with enough signals for their type whose story has not been told yet."""
    return [c for c in candidates if c.signals >= types[c.type].alert_after and not c.is_told]


def _withheld(candidate: Candidate, kind: str, reason: str, day: date, now: datetime) -> Withheld:
    return Withheld(
        episode_id=candidate.episode_id,
        signal_id=candidate.signal_id,
        alert_id=None,
        client_id=candidate.client_id,
        type=candidate.type,
        side=candidate.side,
        manager=candidate.manager,
        kind=kind,
        reason=reason,
        day=day,
        known_at=now,
    )


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
