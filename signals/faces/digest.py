"""A manager's day: which of MY clients should I call today, why, and what do I say.

`compose_digest` decides once what the day carries; `view_digest` gathers everything a reader sees of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec, SourceSpec
from oncu.storage.alerts import Alert, Evidence, evidence_of, load_alerts
from oncu.storage.clients import Client, load_clients
from oncu.storage.database import Database
from oncu.storage.derived import Cause, causes_of
from oncu.storage.digests import find_digest, save_digest, updates_for
from oncu.storage.documents import count_documents
from oncu.storage.scores import Score, newest_scores
from oncu.storage.signals import Step, load_steps, open_sides, story_aliases_of

from ..flow.level import level_at, raising_steps
from ..flow.muting import bounds_of, muted_now, waiting_for
from ..flow.novelty import first_stories
from ..flow.priority import in_reading_order, read_factors
from ..flow.tellers import count_copies, count_independent, publisher_of, trace_tellers
from ..listening.health import blind_spots
from ..words import Words
from .because import cause_story, level_story, own_stories, rank_story
from .links import domain_of
from .quote import Quote, quote_evidence

ENOUGH_HISTORY = 20  # below so many episodes a share says more about chance than about the type


@dataclass(frozen=True)
class AlertView:
    """One alert as it is read: verdict, quote, why, confidence, record, next step."""

    id: str
    side: str
    type: str
    verdict: str
    title: str
    definition: str
    novelty: str
    status: str
    quote: Quote
    source: str
    domain: str
    url: str | None
    published: str
    sources: int
    copies: int
    why: str
    match: str
    confidence: str
    record: str
    next_step: str
    priority: float
    because: str = ""
    rank: str = ""


@dataclass(frozen=True)
class Card:
    """Everything one digest says about one client."""

    client_id: str
    client: str
    money: str
    level: float
    is_flagged: bool
    conflict: str | None
    alerts: tuple[AlertView, ...]
    level_story: str = ""

    @property
    def kind(self) -> str:
        """both | opportunity | risk: the section the card stands in."""
        return "both" if self.conflict else self.alerts[0].side


@dataclass(frozen=True)
class Update:
    """What changed on an alert the manager was told of."""

    alert_id: str
    client: str
    title: str
    what: str


@dataclass(frozen=True)
class Suppressed:
    """An alert that is not carried while something graver of its client is open, and what that is."""

    alert_id: str
    client: str
    title: str
    reason: str


@dataclass(frozen=True)
class DigestView:
    """A whole digest, ready to be written as text, HTML or JSON."""

    manager: str
    day: str
    documents: int
    alerts: int
    waiting: int
    cards: tuple[Card, ...]
    updates: tuple[Update, ...]
    silent_sources: tuple[str, ...]
    suppressed: tuple[Suppressed, ...] = ()

    def section(self, kind: str) -> list[Card]:
        """The cards of one section, best first."""
        return [card for card in self.cards if card.kind == kind]


def compose_digest(
    database: Database, manager: str, day: date, settings: Settings, now: datetime, *, types: Mapping[str, SignalSpec]
) -> None:
    """Fix which alerts a manager's digest of a day carries; a digest that exists is left as it is.

    An alert may be carried on the day it was made or on one of the `wait_days` after it, and is left out as long as
    something graver of its client mutes its type.
    """
    since, until = bounds_of(day, settings)
    with database.write() as connection:
        if find_digest(connection, manager, day) is not None:
            return
        waiting = waiting_for(connection, manager, day, settings)
        muted = muted_now(connection, waiting, types, settings, at=now)
        free = {alert: key for key, alert in waiting.items() if key not in muted}
        chosen = [free[alert] for alert in in_reading_order(free)][: settings.digest.max_alerts]
        documents = count_documents(connection, since=since, until=until)
        counts = {"documents": documents, "waiting": len(free) - len(chosen)}
        save_digest(connection, manager, day, chosen, counts, now)


def view_digest(
    database: Database,
    manager: str,
    day: date,
    settings: Settings,
    words: Words,
    *,
    types: Mapping[str, SignalSpec],
    sources: Mapping[str, SourceSpec],
) -> DigestView:
    """Gather what a composed digest shows, as of the moment it was made: what comes later is told in the next one.

    Raises Problem where none was composed.
    """
    with database.read() as connection:
        found = find_digest(connection, manager, day)
        if found is None:
            raise Problem(f"no digest of {day} was made for {manager!r}; compose it first")
        at = min(found.made_at, bounds_of(day, settings)[1] - timedelta(microseconds=1))
        carried = {alert: key for key, alert in load_alerts(connection, found.alert_ids).items()}
        alerts = in_reading_order(carried)
        clients = {client.client_id: client for client in load_clients(connection)}
        left = waiting_for(connection, manager, day, settings, asked_at=at)
        muted = muted_now(connection, left, types, settings, at=at)
        ids = sorted({alert.client_id for alert in alerts})
        shown = _Shown(
            words=words,
            types=types,
            sources=sources,
            evidence=evidence_of(connection, [alert.episode_id for alert in alerts], at=at),
            records=newest_scores(connection, "type", "conversion", until=day),
            steps=load_steps(connection, at=at, client_ids=ids),
            open_types=open_sides(connection, ids, at=at, days=settings.digest.conflict_days),
            at=at,
            threshold=settings.level.threshold,
            first_stories=first_stories(story_aliases_of(connection, at=at, client_ids=ids)),
            causes=causes_of(connection, [alert.episode_id for alert in alerts], at=at),
            names={client.client_id: client.legal_name for client in clients.values()},
            next_alert=dict(pairwise(alerts)),
            ids=carried,
        )
        updates = updates_for(connection, found, at=at)
    silent = blind_spots(database, settings.health, at)
    return DigestView(
        manager=manager,
        day=words.day(bounds_of(day, settings)[0]),
        documents=found.counts["documents"],
        alerts=len(alerts),
        waiting=found.counts["waiting"],
        cards=tuple(_cards(alerts, clients, shown)),
        updates=tuple(_update(row, clients, shown) for row in updates),
        silent_sources=tuple(sources[name].title if name in sources else name for name in silent),
        suppressed=tuple(_suppressed(key, left[key], by, shown) for key, by in muted.items()),
    )


@dataclass(frozen=True)
class _Shown:
    """What the cards of one digest are made from."""

    words: Words
    types: Mapping[str, SignalSpec]
    sources: Mapping[str, SourceSpec]
    evidence: Mapping[str, Sequence[Evidence]]
    records: Mapping[str, Score]
    steps: Mapping[str, Sequence[Step]]
    open_types: Mapping[str, set[str]]
    at: datetime
    threshold: float
    first_stories: Mapping[tuple[str, str, str], str]
    causes: Mapping[str, Sequence[Cause]]
    names: Mapping[str, str]
    next_alert: Mapping[Alert, Alert]
    ids: Mapping[Alert, str]  # of a merged client's alert it is not the one its values give

    def event_of(self, alert: Alert, item: Evidence) -> str:
        """The first story of the event that a document tells."""
        return self.first_stories.get((alert.client_id, alert.type, item.story_id), item.story_id)

    def title(self, code: str) -> str:
        """The title of a type; its code where the type file is gone."""
        return self.text(code, "title") or code

    def text(self, code: str, field: str) -> str:
        """A text of a type in the language of the reader; nothing where the type file is gone."""
        return str(getattr(getattr(self.types[code], field), self.words.language)) if code in self.types else ""


def _suppressed(alert_id: str, alert: Alert, by: str, shown: _Shown) -> Suppressed:
    reason = shown.words("suppressed_by", type=shown.title(by))
    return Suppressed(alert_id, shown.names.get(alert.client_id, alert.client_id), shown.title(alert.type), reason)


def _cards(alerts: Iterable[Alert], clients: Mapping[str, Client], shown: _Shown) -> list[Card]:
    by_client: dict[str, list[Alert]] = {}
    for alert in alerts:
        by_client.setdefault(alert.client_id, []).append(alert)
    return [_card(clients[client_id], found, shown) for client_id, found in by_client.items()]


def _card(client: Client, alerts: Sequence[Alert], shown: _Shown) -> Card:
    steps = shown.steps.get(client.client_id, ())
    level = level_at(steps, shown.at)
    raised = raising_steps(steps, shown.at)
    limit, balance = shown.words.money(client.limit), shown.words.money(client.balance)
    return Card(
        client_id=client.client_id,
        client=client.legal_name,
        money=shown.words("money", limit=limit, balance=balance) if client.limit or client.balance else "",
        level=round(level, 1),
        is_flagged=level >= shown.threshold,
        conflict=_conflict(client.client_id, shown),
        alerts=tuple(_alert_view(alert, shown) for alert in alerts),
        level_story=level_story(raised, shown.words, shown.title, threshold=shown.threshold),
    )


def _conflict(client_id: str, shown: _Shown) -> str | None:
    """One sentence when opportunity and risk are both open at a client; they never cancel."""
    sides: dict[str, list[str]] = {"opportunity": [], "risk": []}
    for found in sorted(shown.open_types.get(client_id, ())):
        side, code = found.split(":")
        sides[side].append(shown.title(code))
    if not all(sides.values()):
        return None
    opportunities, risks = (", ".join(sides[side]) for side in ("opportunity", "risk"))
    return shown.words("conflict", opportunities=opportunities, risks=risks)


def _alert_view(alert: Alert, shown: _Shown) -> AlertView:
    words, causes = shown.words, shown.causes.get(alert.episode_id, ())
    evidence = own_stories(shown.evidence[alert.episode_id], causes)
    best = max(evidence, key=lambda e: (e.tag_probability * e.mention_probability, e.known_at, e.document_id))
    tellers = trace_tellers(evidence, words.zone)
    events = 1 if causes else len({shown.event_of(alert, item) for item in evidence})
    # Nobody wrote a derived signal: how sure it is stands in its arithmetic alone.
    sure = best.tag_probability * best.mention_probability
    probability = read_factors(alert.reason)[0].value if causes else sure
    return AlertView(
        id=shown.ids[alert],
        side=alert.side,
        type=alert.type,
        verdict=words(f"side_{alert.side}"),
        title=shown.title(alert.type),
        definition=shown.text(alert.type, "definition"),
        novelty=words("first_time") if events == 1 else words("nth_story", n=events),
        status=words(f"status_{best.status}"),
        quote=_quote(best, words),
        source=shown.sources[best.source].title if best.source in shown.sources else best.source,
        domain=domain_of(best.url) or words("no_link"),
        url=best.url if domain_of(best.url) else None,
        published=words.day(best.published_at) if best.published_at else words("undated"),
        sources=count_independent(tellers, publisher_of(shown.sources)),
        copies=count_copies(tellers),
        why=words.reason(best.tag_reason),
        match=words.reason(best.mention_reason),
        confidence=f"{words.confidence(probability)} ({words.share(probability)})",
        record=_record(shown.records.get(alert.type), words),
        next_step=shown.text(alert.type, "talking_point"),
        priority=round(alert.priority, 4),
        because=cause_story(causes, words, shown.title, shown.names),
        rank=rank_story(alert, shown.next_alert.get(alert), words),
    )


def _quote(evidence: Evidence, words: Words) -> Quote:
    return quote_evidence(evidence) if evidence.title or evidence.text else Quote(words("erased"), "", "")


def _record(score: Score | None, words: Words) -> str:
    """How often such signals came true, with n; no share below ENOUGH_HISTORY."""
    if score is None or score.value is None or score.n < ENOUGH_HISTORY or score.low is None or score.high is None:
        return words("record_short", n=score.n if score else 0)
    low, high = words.share(score.low), words.share(score.high)
    share = words.share(score.value)
    return words("record_line", share=share, low=low, high=high, n=score.n, horizon=score.horizon_days)


def _update(row: tuple[str, str, str, str], clients: Mapping[str, Client], shown: _Shown) -> Update:
    alert_id, client_id, code, kind = row
    return Update(alert_id, clients[client_id].legal_name, shown.title(code), shown.words(f"update_{kind}"))
