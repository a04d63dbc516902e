"""A dry run of one signal type over what was heard: what would it have alerted? Nothing is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncu.classifiers.tags.tagger import Tag, build_tagger
from oncu.config.specs import SignalSpec
from oncu.storage.database import Database
from oncu.storage.passages import Passage, recent_passages

QUIET = ("past", "denied", "cancelled")  # never start an episode


@dataclass(frozen=True)
class TrialHit:
    """One mention the type would have tagged."""

    client: str
    seen_at: datetime
    source: str
    story_id: str
    status: str
    probability: float
    quote: str
    reason: str


@dataclass(frozen=True)
class Trial:
    """What a type would have done on the newest mentions: hits, newest first, and the episodes that would alert."""

    mentions: int
    since: datetime | None
    hits: tuple[TrialHit, ...]
    alerts: int


def try_type(database: Database, spec: SignalSpec, *, last: int) -> Trial:
    """Read the newest mentions of the archive with this type alone; `last` is how many."""
    tagger = build_tagger({spec.code: spec})
    with database.read() as connection:
        passages = recent_passages(connection, limit=last)
    hits = []
    for passage in passages:
        if passage.category not in spec.not_from:
            about = (passage.start, passage.end)
            tags = tagger.read(passage.reading, language=passage.language, about=about)
            hits += [_hit(passage, tag) for tag in tags if tag.accepted]
    since = min((p.first_seen_at for p in passages), default=None)
    return Trial(len(passages), since, tuple(hits), count_alerts(hits, spec))


def count_alerts(hits: Iterable[TrialHit], spec: SignalSpec) -> int:
    """Episodes with as many stories as the type needs: a client's hits without a silence of more than `merge_days`."""
    merge, alerts = timedelta(days=spec.merge_days), 0
    last: dict[str, datetime] = {}
    stories: dict[str, set[str]] = {}
    for hit in sorted(hits, key=lambda hit: hit.seen_at):
        if hit.status in QUIET:
            continue
        if hit.client not in last or hit.seen_at - last[hit.client] > merge:
            stories[hit.client] = set()
        last[hit.client] = hit.seen_at
        before = len(stories[hit.client])
        stories[hit.client].add(hit.story_id)
        alerts += before < spec.alert_after <= len(stories[hit.client])
    return alerts


def _hit(passage: Passage, tag: Tag) -> TrialHit:
    quote = passage.reading[tag.start : tag.end]
    return TrialHit(
        passage.client,
        passage.first_seen_at,
        passage.source,
        passage.story_id,
        tag.status,
        tag.probability,
        quote,
        tag.reason,
    )
