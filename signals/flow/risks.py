"""Open risk episodes, as what chains and contagions follow from, and the rows a derived signal becomes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from oncu.config.specs import SignalSpec
from oncu.storage.access import PRIVATE_CATEGORY
from oncu.storage.derived import DERIVED, Cause, Derivation, Derived, Founded, Hop
from oncu.storage.keys import key_id
from oncu.storage.signals import Detected, Ending, Episode, Evidence, Signal, Step

from .detect import ENDING, STATUS_WEIGHT
from .level import RAISE, WITHDRAW

VERSION = "derive-1"


@dataclass(frozen=True)
class Risk:
    """A live risk episode: its first public signal speaks for it, else its first, with the best values of all."""

    signal: Signal
    probability: float
    relevance: int
    started_at: datetime
    last_at: datetime
    ending: Ending | None = None

    @property
    def strength(self) -> float:
        """How sure it is that it happened, 0-1."""
        return self.probability * STATUS_WEIGHT.get(self.signal.status, 0.0)


@dataclass(frozen=True)
class Follow:
    """A derived signal to be: of which client, under which key, how sure, and the risks it follows from.

    `causes`: each risk with how much it counts and the way it came.
    """

    client_id: str
    type: str
    key: str
    status: str
    probability: float
    relevance: int
    causes: tuple[tuple[Risk, float, tuple[Hop, ...]], ...]

    @property
    def newest(self) -> Risk:
        """The risk that completed it."""
        return max((risk for risk, _, _ in self.causes), key=lambda risk: (risk.started_at, risk.signal.id))


def read_risks(signals: Iterable[Signal], endings: Mapping[str, Ending]) -> list[Risk]:
    """One risk an episode, oldest first; what only denies or cancels starts none."""
    by_episode: dict[str, list[Signal]] = {}
    for signal in signals:
        by_episode.setdefault(signal.episode_id, []).append(signal)
    found = [_risk(told, endings.get(episode_id)) for episode_id, told in by_episode.items()]
    return sorted(found, key=lambda risk: (risk.started_at, risk.signal.id))


def build_rows(
    follows: Iterable[Follow], past: Iterable[Risk], spec: SignalSpec, now: datetime, *, raises: bool
) -> Derived:
    """The rows of derived signals of one type: in the open episode of their client, else in a new one.

    `raises`: whether a new episode raises the level of its client.
    """
    open_now = {risk.signal.client_id: _episode(risk) for risk in past if is_open(risk, spec, now)}
    found = Derived()
    for follow in follows:
        episode = open_now.get(follow.client_id)
        rows = _rows(follow, episode, spec, now, raises=raises)
        open_now[follow.client_id] = episode or rows.detected.episodes[0]
        found = join_rows(found, rows)
    return found


def end_rows(risk: Risk, ending: Ending, now: datetime, *, raises: bool) -> Derived:
    """The rows that end a derived episode, because of what ended its causes."""
    episode_id = risk.signal.episode_id
    ended = Ending(key_id("ending", episode_id), episode_id, ending.signal_id, ending.kind, now)
    reason = f"{risk.signal.type}, {ending.kind}, p={risk.probability:.2f}, relevance {risk.relevance}"
    step_id, client_id = key_id("step", episode_id, WITHDRAW), risk.signal.client_id
    step = Step(step_id, client_id, episode_id, WITHDRAW, 0.0, 1.0, reason, now)
    return Derived(detected=Detected(endings=(ended,), steps=(step,) if raises else ()))


def join_rows(one: Derived, other: Derived) -> Derived:
    """The rows of both."""
    detected = Detected(**{name: getattr(one.detected, name) + rows for name, rows in vars(other.detected).items()})
    return Derived(one.stories + other.stories, detected, one.derivations + other.derivations)


def causes_by_episode(causes: Iterable[Cause]) -> dict[str, list[Cause]]:
    """By derived episode what it follows from."""
    found: dict[str, list[Cause]] = {}
    for cause in causes:
        found.setdefault(cause.episode_id, []).append(cause)
    return found


def is_open(risk: Risk, spec: SignalSpec, now: datetime) -> bool:
    """Whether what follows now belongs to the same episode."""
    return risk.ending is None and now - risk.last_at <= timedelta(days=spec.merge_days)


def _risk(told: Sequence[Signal], ending: Ending | None) -> Risk:
    standing = [signal for signal in told if signal.status not in ENDING] or told
    best = max(signal.probability for signal in standing)
    relevance = max(signal.relevance for signal in standing)
    first = next((signal for signal in told if signal.category != PRIVATE_CATEGORY), told[0])
    return Risk(first, best, relevance, told[0].known_at, told[-1].known_at, ending)


def _episode(risk: Risk) -> Episode:
    signal = risk.signal
    return Episode(
        signal.episode_id, signal.client_id, signal.side, signal.type, risk.started_at, signal.arm, risk.last_at
    )


def _rows(follow: Follow, episode: Episode | None, spec: SignalSpec, now: datetime, *, raises: bool) -> Derived:
    newest = follow.newest.signal
    story_id = key_id("story", follow.type, follow.client_id, follow.key)
    is_new = episode is None
    if episode is None:
        episode_id = key_id("episode", follow.client_id, follow.type, "live", story_id)
        episode = Episode(episode_id, follow.client_id, "risk", follow.type, now, "live", now)
    signal = replace(
        newest,
        id=key_id("signal", follow.client_id, follow.type, story_id),
        client_id=follow.client_id,
        type=follow.type,
        side="risk",
        story_id=story_id,
        episode_id=episode.id,
        event_key=story_id,
        source=follow.type,
        category=DERIVED,
        origin=DERIVED,
        status=follow.status,
        probability=follow.probability,
        relevance=follow.relevance,
        known_at=now,
        version=VERSION,
    )
    steps = (_step(signal, spec, now),) if is_new and raises else ()
    detected = Detected(
        episodes=(episode,) if is_new else (),
        signals=(signal,),
        evidence=tuple(_evidence(signal, risk.signal, now) for risk, _, _ in follow.causes),
        steps=steps,
    )
    derivations = tuple(
        Derivation(signal.id, risk.signal.id, weight, path, now) for risk, weight, path in follow.causes
    )
    return Derived((Founded(story_id, newest.document_id, now),), detected, derivations)


def _step(signal: Signal, spec: SignalSpec, now: datetime) -> Step:
    height = 100 * spec.severity * signal.probability * signal.relevance / 100 * STATUS_WEIGHT.get(signal.status, 0.0)
    reason = f"{signal.type}, {signal.status}, p={signal.probability:.2f}, relevance {signal.relevance}"
    step_id = key_id("step", signal.episode_id, RAISE)
    return Step(step_id, signal.client_id, signal.episode_id, RAISE, height, spec.half_life_days, reason, now)


def _evidence(signal: Signal, cause: Signal, now: datetime) -> Evidence:
    return Evidence(signal.id, cause.tag_id, cause.document_id, cause.source, cause.status, now)
