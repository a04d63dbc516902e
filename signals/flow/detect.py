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
from .novelty import Told, is_old_news

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


class _Ledger:
    """The past plus what this batch has added so far."""

    def __init__(self, past: Past) -> None:
        self.episodes = {episode.id: episode for episode in past.episodes}
        self.signals = {(signal.client_id, signal.type, signal.story_id): signal for signal in past.signals}
        self.new: dict[str, list[object]] = {}
        self._of_kind: dict[tuple[str, str, str], list[str]] = {}  # episodes by client, type and arm
        self._told: dict[str, Told] = {}  # by episode
        self._aliases: dict[tuple[str, str], list[StoryAlias]] = {}  # by client and type
        for episode in past.episodes:
            self._of_kind.setdefault((episode.client_id, episode.type, episode.arm), []).append(episode.id)
        for alias in past.aliases:
            self._aliases.setdefault((alias.client_id, alias.type), []).append(alias)
        for hit in past.told:
            self.hear(hit)

    def add(self, kind: str, row: object) -> None:
        self.new.setdefault(kind, []).append(row)

    def start(self, episode: Episode) -> None:
        """Note a new episode."""
        self.add("episodes", episode)
        self.episodes[episode.id] = episode
        self._of_kind.setdefault((episode.client_id, episode.type, episode.arm), []).append(episode.id)

    def open_episodes(self, client_id: str, signal_type: str, arm: str) -> list[Episode]:
        """The episodes of a client, type and arm that have not ended."""
        found = (self.episodes[episode_id] for episode_id in self._of_kind.get((client_id, signal_type, arm), ()))
        return [episode for episode in found if not episode.ended]

    def told(self, signal: Signal) -> Told:
        """What is known of the episode of a signal."""
        if (told := self._told.get(signal.episode_id)) is None:
            told = self._told[signal.episode_id] = Told()
            for alias in self._aliases.get((signal.client_id, signal.type), ()):
                told.join(alias.story_id, alias.same_as)
        return told

    def hear(self, hit: Hit) -> None:
        """Remember what a document told of its episode."""
        if signal := self.signals.get((hit.client_id, hit.type, hit.story_id)):
            self.told(signal).hear(hit)


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
    ledger = _Ledger(past)
    for hit in hits:
        if hit.status != "past":
            is_backlog = _is_backlog(hit, past.first_visits.get(hit.source), old_after, first_poll)
            is_backlog = is_backlog or (hit.again != "" and now - hit.told_at > old_after)
            arm = "shadow" if is_backlog or hit.is_paid or is_old_news(hit) else "live"
            _take(hit, ledger, types[hit.type], arm, now)
    return Detected(**{kind: tuple(rows) for kind, rows in ledger.new.items()})  # type: ignore[arg-type]


def _take(hit: Hit, ledger: _Ledger, spec: SignalSpec, arm: str, now: datetime) -> None:
    signal = ledger.signals.get((hit.client_id, hit.type, hit.story_id))
    if signal is None:
        signal = _new_signal(hit, ledger, spec, arm, now)
        if signal is None:
            return
        _join_event(hit, ledger, ledger.told(signal), spec, now)
    novelty = "old" if is_old_news(hit) else ledger.told(signal).novelty(hit)
    ledger.add("evidence", _evidence(hit, signal, novelty, now))
    ledger.hear(hit)
    episode = ledger.episodes[signal.episode_id]
    if hit.status in ENDING and not episode.ended:
        _end(hit, ledger, episode, signal, now)


def _join_event(hit: Hit, ledger: _Ledger, told: Told, spec: SignalSpec, now: datetime) -> None:
    """Note which story of its episode a new one repeats in other words."""
    for alias in told.join_event(hit, spec, now):
        ledger.add("aliases", alias)
        told.join(alias.story_id, alias.same_as)


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
    ledger.start(episode)
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
    newest = max(ledger.open_episodes(hit.client_id, hit.type, arm), key=lambda e: e.last_at, default=None)
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
