"""What a surge of complaints becomes in storage: tags on the complaints it is quoted from, and the signal they make."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from oncu.config.settings import AlertSettings
from oncu.config.specs import SignalSpec
from oncu.storage.complaints import ComplaintRow, Surge, places_of
from oncu.storage.database import Transaction
from oncu.storage.derived import Derived, Founded, save_derived
from oncu.storage.documents import Document, first_visits, load_documents, mark_read
from oncu.storage.heard import episodes_of, signals_of
from oncu.storage.hits import Hit
from oncu.storage.keys import key_id
from oncu.storage.mentions import TagRow, save_tags
from oncu.storage.waiting import DETECT, leave

from ..flow import detect as detecting

SURGE = "complaint_surge"
VERSION = "surge-1"
QUOTED = 5  # complaints that are shown as evidence
SUREST = 0.97

Found = tuple[Surge, Sequence[ComplaintRow]]


def save_surge_signals(
    connection: Transaction, found: Sequence[Found], spec: SignalSpec, settings: AlertSettings, now: datetime
) -> dict[str, str]:
    """Save the signals of some surges with their evidence; returns the signal of each surge, by the surge's id."""
    if not found:
        return {}
    quoted = [(surge, choose_quotes(complaints)) for surge, complaints in found]
    pairs = [(surge, row) for surge, some in quoted for row in some]
    documents = load_documents(connection, sorted({row.document_id for _, row in pairs}))
    places = places_of(connection, (row.mention_id for _, row in pairs))
    hits = [_hit(surge, row, documents[row.document_id], places[row.mention_id]) for surge, row in pairs]
    clients = sorted({surge.client_id for surge, _ in found})
    past = detecting.Past(episodes_of(connection, clients), signals_of(connection, clients), first_visits(connection))
    old_after, first_poll = timedelta(days=settings.max_age_days), timedelta(days=settings.first_poll_days)
    detected = detecting.detect(hits, past, {SURGE: spec}, now, old_after=old_after, first_poll=first_poll)
    save_tags(connection, [_tag(surge, row, places[row.mention_id], now) for surge, row in pairs])
    stories = tuple(Founded(story_of(surge), some[0].document_id, now) for surge, some in quoted)
    save_derived(connection, Derived(stories, detected))
    mark_read(connection, documents, DETECT, detecting.VERSION, now)
    leave(connection, DETECT, list(documents))
    return {surge.id: key_id("signal", surge.client_id, SURGE, story_of(surge)) for surge, _ in quoted}


def choose_quotes(complaints: Sequence[ComplaintRow]) -> list[ComplaintRow]:
    """The gravest complaints, at most one of each text and, as long as there are others, one of each topic."""
    gravest = sorted(complaints, key=lambda row: (-row.severity, -row.probability, row.id))
    texts = list({row.story_id: row for row in reversed(gravest)}.values())[::-1]
    topics = list({row.topic: row for row in reversed(texts)}.values())[::-1]
    return [*topics, *(row for row in texts if row not in topics)][:QUOTED]


def story_of(surge: Surge) -> str:
    """The story a surge makes: nobody has told it."""
    return key_id("story", SURGE, surge.client_id, surge.day.isoformat())


def _tag(surge: Surge, row: ComplaintRow, place: tuple[int, int, int], now: datetime) -> TagRow:
    return TagRow(
        mention_id=row.mention_id,
        type=SURGE,
        side="risk",
        probability=_probability(surge),
        accepted=True,
        status="fact",
        origin="customer",
        start=place[0],
        end=place[1],
        reason=surge.reason,
        known_at=now,
        version=VERSION,
    )


def _hit(surge: Surge, row: ComplaintRow, document: Document, place: tuple[int, int, int]) -> Hit:
    story_id = story_of(surge)
    return Hit(
        client_id=surge.client_id,
        type=SURGE,
        side="risk",
        status="fact",
        origin="customer",
        probability=_probability(surge),
        relevance=place[2],
        tag_id=key_id("tag", row.mention_id, SURGE, VERSION),
        document_id=document.id,
        story_id=story_id,
        event_key=story_id,
        source=document.source,
        category=document.category,
        published_at=document.published_at,
        first_seen_at=document.first_seen_at,
        language=document.language,
    )


def _probability(surge: Surge) -> float:
    """How sure it is that the count is no chance."""
    return round(min(SUREST, 1 - surge.q_value), 4)
