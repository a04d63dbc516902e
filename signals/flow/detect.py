"""From hits to signals: one a client, type and story; joined into episodes; each risk episode raises the level.

Pure: everything known before comes in as `Past`, everything new goes out as `Detected`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from oncu.config.specs import SignalSpec
from oncu.storage.hits import Hit
from oncu.storage.keys import key_id
from oncu.storage.signals import Detected, Ending, Episode, Evidence, Signal, Step, StoryAlias

from .level import RAISE, WITHDRAW
from .novelty import first_story, is_old_news, join_event, novelty_of

ENDING = ("denied", "cancelled")
STATUS_WEIGHT = {"fact": 1.0, "announced": 0.9, "rumour": 0.6}
VERSION = "detect-2"
FIRST_POLL = timedelta(days=2)


@dataclass(frozen=True)
class Past:
    """What was known of the clients of a batch before it, and when each source first brought something.

    `told` is what the evidence of the last weeks was read from, in the order in which it became known.
    """

    episodes: Sequence[Episode] = ()
    signals: Sequence[Signal] = ()
    first_visits: Mapping[str, datetime] = field(default_factory=dict)
    told: Sequence[Hit] = ()
    aliases: Sequence[StoryAlias] = ()


@dataclass
class _Ledger:
    """The past plus what this batch has added so far."""

    episodes: dict[str, Episode]
    signals: dict[tuple[str, str, str], Signal]
    told: dict[str, list[Hit]] = field(default_factory=dict)  # by episode
    same_as: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)  # by client and type
    new: dict[str, list[object]] = field(default_factory=dict)

    def add(self, kind: str, row: object) -> None:
        self.new.setdefault(kind, []).append(row)

    def hear(self, hit: Hit) -> None:
        """Remember what a document told of its episode."""
        if signal := self.signals.get((hit.client_id, hit.type, hit.story_id)):
            self.told.setdefault(signal.episode_id, []).append(hit)

    def join(self, alias: StoryAlias) -> None:
        """Remember that two stories tell one event."""
        self.same_as.setdefault((alias.client_id, alias.type), {}).setdefault(alias.story_id, alias.same_as)


def detect(
    hits: Iterable[Hit],
    past: Past,
    types: Mapping[str, SignalSpec],
    now: datetime,
    *,
    old_after: timedelta,
    first_poll: timedelta = FIRST_POLL,
) -> Detected:
    """Turn hits, in order of time, into signals, episodes, endings and level steps.

    A hit of status past gives nothing. A story that is known for the client and type gives evidence; one that tells the
    event of another story of its episode in other words gets an alias to it. A denied or cancelled hit ends the open
    episode of its type and starts none. What is backlog, paid for or looks back gives a shadow signal: it is scored,
    but never alerts and never mixes with live ones. Backlog is what was published more than `old_after` before we saw
    it or more than `first_poll` before we first heard its source, and what lay there undated on that day.
    """
    ledger = _open_ledger(past)
    for hit in hits:
        if hit.status != "past":
            is_backlog = _is_backlog(hit, past.first_visits.get(hit.source), old_after, first_poll)
            arm = "shadow" if is_backlog or hit.is_paid or is_old_news(hit) else "live"
            _take(hit, ledger, types[hit.type], arm, now)
    return Detected(**{kind: tuple(rows) for kind, rows in ledger.new.items()})  # type: ignore[arg-type]


def _open_ledger(past: Past) -> _Ledger:
    ledger = _Ledger({e.id: e for e in past.episodes}, {(s.client_id, s.type, s.story_id): s for s in past.signals})
    for hit in past.told:
        ledger.hear(hit)
    for alias in past.aliases:
        ledger.join(alias)
    return ledger


def _take(hit: Hit, ledger: _Ledger, spec: SignalSpec, arm: str, now: datetime) -> None:
    signal = ledger.signals.get((hit.client_id, hit.type, hit.story_id))
    if signal is None:
        signal = _new_signal(hit, ledger, spec, arm, now)
        if signal is None:
            return
        _join_event(hit, ledger, signal, spec, now)
    ledger.add("evidence", _evidence(hit, signal, _novelty(hit, ledger, signal), now))
    ledger.hear(hit)
    episode = ledger.episodes[signal.episode_id]
    if hit.status in ENDING and not episode.ended:
        _end(hit, ledger, episode, signal, now)


def _join_event(hit: Hit, ledger: _Ledger, signal: Signal, spec: SignalSpec, now: datetime) -> None:
    """Note which story of its episode a new one repeats in other words."""
    same_as = ledger.same_as.get((hit.client_id, hit.type), {})
    for alias in join_event(hit, ledger.told.get(signal.episode_id, ()), same_as, spec, now):
        ledger.add("aliases", alias)
        ledger.join(alias)


def _novelty(hit: Hit, ledger: _Ledger, signal: Signal) -> str:
    """first | update | repeat | old"""
    if is_old_news(hit):
        return "old"
    same_as = ledger.same_as.get((hit.client_id, hit.type), {})
    event = first_story(hit.story_id, same_as)
    told = ledger.told.get(signal.episode_id, ())
    return novelty_of(hit, [known for known in told if first_story(known.story_id, same_as) == event])


def _new_signal(hit: Hit, ledger: _Ledger, spec: SignalSpec, arm: str, now: datetime) -> Signal | None:
    """A signal in the open episode of its type, or in one it starts; None for a denial of nothing."""
    episode = _open_episode(ledger, hit, arm, now, timedelta(days=spec.merge_days))
    if episode is None:
        if hit.status in ENDING:
            return None
        episode = _start(hit, ledger, spec, arm, now)
    ledger.episodes[episode.id] = replace(episode, last_at=now)
    signal = _signal(hit, episode, now)
    ledger.signals[(hit.client_id, hit.type, hit.story_id)] = signal
    ledger.add("signals", signal)
    return signal


def _is_backlog(hit: Hit, first_visit: datetime | None, old_after: timedelta, first_poll: timedelta) -> bool:
    if hit.published_at is None:
        return hit.first_seen_at == first_visit
    was_there = first_visit is not None and first_visit - hit.published_at > first_poll
    return was_there or hit.first_seen_at - hit.published_at > old_after


def _start(hit: Hit, ledger: _Ledger, spec: SignalSpec, arm: str, now: datetime) -> Episode:
    episode_id = key_id("episode", hit.client_id, hit.type, arm, hit.story_id)
    episode = Episode(episode_id, hit.client_id, hit.side, hit.type, now, arm, now)
    ledger.add("episodes", episode)
    if spec.side == "risk" and arm == "live":
        ledger.add("steps", _step(RAISE, step_height(spec, hit), hit, episode, spec, now))
    return episode


def _end(hit: Hit, ledger: _Ledger, episode: Episode, signal: Signal, now: datetime) -> None:
    ledger.episodes[episode.id] = replace(episode, ended=True)
    ledger.add("endings", Ending(key_id("ending", episode.id), episode.id, signal.id, hit.status, now))
    if episode.side == "risk" and episode.arm == "live":
        ledger.add("steps", _step(WITHDRAW, 0.0, hit, episode, None, now))


def _step(kind: str, height: float, hit: Hit, episode: Episode, spec: SignalSpec | None, now: datetime) -> Step:
    reason = f"{hit.type}, {hit.status}, p={hit.probability:.2f}, relevance {hit.relevance}"
    half_life = spec.half_life_days if spec else 1.0
    return Step(key_id("step", episode.id, kind), hit.client_id, episode.id, kind, height, half_life, reason, now)


def step_height(spec: SignalSpec, hit: Hit) -> float:
    """How far an episode raises the level, of 100: severity x probability x relevance x weight of the status."""
    return 100 * spec.severity * hit.probability * hit.relevance / 100 * STATUS_WEIGHT[hit.status]


def _open_episode(ledger: _Ledger, hit: Hit, arm: str, now: datetime, merge: timedelta) -> Episode | None:
    same = (hit.client_id, hit.type, arm)
    found = [e for e in ledger.episodes.values() if not e.ended and (e.client_id, e.type, e.arm) == same]
    newest = max(found, key=lambda e: e.last_at, default=None)
    return newest if newest and now - newest.last_at <= merge else None


def _signal(hit: Hit, episode: Episode, now: datetime) -> Signal:
    return Signal(
        id=key_id("signal", hit.client_id, hit.type, hit.story_id),
        client_id=hit.client_id,
        type=hit.type,
        side=hit.side,
        story_id=hit.story_id,
        episode_id=episode.id,
        tag_id=hit.tag_id,
        document_id=hit.document_id,
        event_key=hit.event_key or hit.story_id,
        source=hit.source,
        category=hit.category,
        origin=hit.origin,
        status=hit.status,
        probability=hit.probability,
        relevance=hit.relevance,
        published_at=hit.published_at,
        first_seen_at=hit.first_seen_at,
        known_at=max(now, hit.first_seen_at),
        arm=episode.arm,
        version=VERSION,
    )


def _evidence(hit: Hit, signal: Signal, novelty: str, now: datetime) -> Evidence:
    return Evidence(
        signal.id, hit.tag_id, hit.document_id, hit.source, hit.status, max(now, hit.first_seen_at), novelty
    )
