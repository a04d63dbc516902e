"""Run every pending stage: read, detect, derive, route. Each computes with plain functions and saves by key.

A batch is saved in one transaction together with the note that it is done, so a run that is killed anywhere goes on
where it stopped: nothing lost, nothing doubled.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from oncu.classifiers.firms.names import ClientName
from oncu.classifiers.privacy import VERSION as PRIVACY
from oncu.classifiers.stories.copies import StoryIndex
from oncu.classifiers.tags.tagger import build_tagger
from oncu.config.load import check_provenance
from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec, SourceSpec
from oncu.storage.candidates import prune_candidates
from oncu.storage.clients import Client, has_clients, load_clients
from oncu.storage.database import Database, Transaction
from oncu.storage.documents import Document, first_visits, mark_read, unread_documents
from oncu.storage.heard import episodes_of, signals_about, story_aliases_of
from oncu.storage.hits import Hit, evidence_hits, mark_detected, unseen_hits
from oncu.storage.mentions import save_mentions, save_story_members, save_tags
from oncu.storage.privacy import save_masked
from oncu.storage.prospects import save_prospect_mentions
from oncu.storage.runs import Issue, finish_run, save_issues, start_run
from oncu.storage.signals import save_detected
from oncu.storage.waiting import DETECT, READ, count_waiting, leave, waiting_for

from ..complaints.stage import complain_pending
from ..learning.asking import add_read
from ..learning.models import reading_model
from . import detect as detecting
from . import read as reading
from .alerting import alert_pending
from .batches import Batch, Found, ReadAll, read_here, reading_elsewhere
from .derive import derive_pending
from .masking import mask_pending
from .novelty import REMEMBERED
from .ready_names import cache_folder, ready_matcher
from .stories import STORY_DAYS, join_stories, restore_stories
from .verdicts import with_verdicts

BATCH = 500
UNREAD = "ended every process that read it, and is left unread; look at the page, then: oncu run --again"
NO_CLIENTS = "there are no clients to listen for; run: oncu clients import FILE"

Progress = Callable[[str, int, int], None]


class NothingToMatch(Problem):
    """There are no clients, so nothing can be found in any document."""


@dataclass(frozen=True)
class Counts:
    """What a run of the pipeline did."""

    documents: int = 0
    mentions: int = 0
    tags: int = 0
    signals: int = 0
    alerts: int = 0
    updates: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(a + b for a, b in zip(self.as_tuple(), other.as_tuple(), strict=True)))

    def as_tuple(self) -> tuple[int, ...]:
        """The counts in the order of the flow."""
        return self.documents, self.mentions, self.tags, self.signals, self.alerts, self.updates

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return dict(
            zip(("documents", "mentions", "tags", "signals", "alerts", "updates"), self.as_tuple(), strict=True)
        )


@dataclass(frozen=True)
class Catalogue:
    """The data files a run works with."""

    sources: Mapping[str, SourceSpec]
    types: Mapping[str, SignalSpec]


@dataclass(frozen=True)
class Warm:
    """What reading needs and what is slow to build: one who runs the pipeline often keeps it from run to run."""

    reader: reading.Reader
    stories: StoryIndex


def warm_up(database: Database, catalogue: Catalogue, now: datetime, *, cache: Path | None = None) -> Warm:
    """Build names, cues and the stories of the last days. Raises NothingToMatch when no client was imported."""
    with database.read() as connection:
        clients = load_clients(connection)
    if not clients:
        raise NothingToMatch(NO_CLIENTS)
    learned, model = reading_model(database, now)
    reader = _build_reader(clients, catalogue, cache)
    if learned:
        reader = replace(reader, tagger=reader.tagger.joined(learned), learned=learned, model=model)
    return Warm(reader, restore_stories(database, now))


def run_pending(
    database: Database,
    catalogue: Catalogue,
    settings: Settings,
    now: datetime,
    *,
    warm: Warm | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> Counts:
    """Read, detect, derive and route whatever is pending, at the clock `now`; `warm` is built here unless it is given.

    Raises NothingToMatch when no client was imported, StorageError when the database cannot be used.
    """
    with database.write() as connection:
        run_id = start_run(connection, "pipeline", reading.VERSION, now)
    counts, status = Counts(), "failed"
    try:
        cache, far = cache_folder(settings), reading_elsewhere(settings)
        counts += read_pending(database, catalogue, now, warm=warm, progress=progress, cache=cache, far=far)
        mask_pending(database, now)
        counts += detect_pending(database, catalogue.types, settings, now)
        counts += Counts(signals=complain_pending(database, catalogue.types, settings, now))
        counts += Counts(signals=derive_pending(database, catalogue.types, now))
        made, updates = alert_pending(database, catalogue.types, settings, now)
        counts += Counts(alerts=made, updates=updates)
        status = "done"
    finally:
        with database.write() as connection:
            finish_run(connection, run_id, status, counts.as_dict(), now)
    return counts


def read_pending(
    database: Database,
    catalogue: Catalogue,
    now: datetime,
    *,
    warm: Warm | None,
    progress: Progress,
    cache: Path | None = None,
    far: ReadAll | None = None,
) -> Counts:
    """Find stories, mentions and tags in the documents not read yet; `far` reads where there is more than one batch."""
    with database.read() as connection:
        total = count_waiting(connection, READ)
        if not has_clients(connection):
            raise NothingToMatch(NO_CLIENTS)
    if not total:
        return Counts()
    if warm:  # one built just now holds what is needed: a resumed run must know the stories the killed one knew
        warm.stories.forget(before=now - timedelta(days=STORY_DAYS))
    ready = warm or warm_up(database, catalogue, now, cache=cache)
    ready = replace(ready, reader=with_verdicts(ready.reader, database, now))
    counts = Counts()
    # The second time for what was stored meanwhile with an earlier time, which the first has passed by.
    for read_all in (far if far and total > BATCH else read_here, read_here):
        with closing(read_all(_pending(database), ready.reader, now)) as read:
            for batch, found in read:
                counts += _store(database, batch, found, ready, now)
                progress("read", counts.documents, total)
    with database.write() as connection:
        prune_candidates(connection)
    return counts


def detect_pending(database: Database, types: Mapping[str, SignalSpec], settings: Settings, now: datetime) -> Counts:
    """Turn accepted tags into signals, episodes and level steps."""
    counts = Counts()
    days, longest = settings.alerts, timedelta(days=max((spec.merge_days for spec in types.values()), default=0))
    old_after, first_poll = timedelta(days=days.max_age_days), timedelta(days=days.first_poll_days)
    while True:
        with database.write() as connection:
            ids = waiting_for(connection, DETECT, limit=BATCH)
            if not ids:
                return counts
            hits = unseen_hits(connection, ids)
            past = _past_of(connection, hits, now, longest)
            known = (hit for hit in hits if hit.type in types)
            found = detecting.detect(known, past, types, now, old_after=old_after, first_poll=first_poll)
            save_detected(connection, found)
            mark_detected(connection, hits, detecting.VERSION, now)
            leave(connection, DETECT, ids)
            counts += Counts(signals=len(found.signals))


def _past_of(connection: Transaction, hits: Sequence[Hit], now: datetime, longest: timedelta) -> detecting.Past:
    """What hits may join: the signals of their stories and of those told lately, their episodes and the recent ones."""
    clients = sorted({hit.client_id for hit in hits})
    told = evidence_hits(connection, clients, since=now - REMEMBERED)
    known = signals_about(connection, clients, {hit.story_id for hit in (*hits, *told)})
    return detecting.Past(
        episodes_of(connection, clients, since=now - longest, also={signal.episode_id for signal in known}),
        known,
        first_visits(connection),
        told,
        story_aliases_of(connection, at=now, client_ids=clients),
    )


def _pending(database: Database) -> Iterator[Batch]:
    """The documents not read yet, the oldest first; a batch is looked up when it is asked for."""
    last: Document | None = None
    while True:
        with database.read() as connection:
            batch = unread_documents(connection, after=last, limit=BATCH)
        if not batch:
            return
        yield batch
        last = batch[-1]


def _store(database: Database, batch: Batch, found: Found, warm: Warm, now: datetime) -> Counts:
    members = join_stories(database, batch, warm.stories, now)
    with database.write() as connection:
        save_story_members(connection, members, reading.VERSION)
        mentions = save_mentions(connection, found.reading.mentions)
        tags = save_tags(connection, found.reading.tags)
        add_read(connection, batch, found.reading.mentions, found.reading.tags, warm.reader.types)
        save_prospect_mentions(connection, found.reading.prospects)
        mark_read(connection, (d.id for d in batch), READ, warm.reader.version, now)
        leave(connection, READ, [d.id for d in batch])
        save_masked(connection, found.masking.looked_at, found.masking.masked, PRIVACY, now)
        for document in found.unread:
            unread = Issue("read", document.url or document.id, UNREAD)
            save_issues(connection, [unread], now, run_id=None, source=document.source)
    return Counts(documents=len(batch), mentions=mentions, tags=tags)


def _build_reader(clients: Sequence[Client], catalogue: Catalogue, cache: Path | None) -> reading.Reader:
    check_provenance(catalogue.sources, catalogue.types)
    provenance = {name: spec.provenance for name, spec in catalogue.sources.items() if spec.provenance}
    return reading.Reader(
        matcher=ready_matcher([name_of(client) for client in clients], cache),
        tagger=build_tagger({code: spec for code, spec in catalogue.types.items() if not spec.derived}),
        types=catalogue.types,
        provenance=provenance,
        tax_ids=frozenset(client.tax_id for client in clients if client.tax_id),
    )


def name_of(client: Client) -> ClientName:
    """What the matcher needs to know of a client."""
    return ClientName(
        client_id=client.client_id,
        legal_name=client.legal_name,
        short_names=client.aliases,
        tax_id=client.tax_id,
        ticker=client.ticker,
        city=client.city,
        mersis=client.mersis,
        website=client.website,
        sector=client.sector,
        sites=client.sites,
        group=client.parent_id or client.client_id,
        removed_names=client.removed_aliases,
    )
